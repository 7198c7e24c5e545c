/* SPDX-License-Identifier: MIT */
/* Outlines of binary regions. */
#ifndef LB_REPORT_CONTOUR_H
#define LB_REPORT_CONTOUR_H

#include <stddef.h>

#include "lesionbench/base.h"

typedef struct segment {
    double x0, y0, x1, y1;
} segment;

/* The lines between pixels > 0 and the others, by marching squares (Lorensen and Cline, SIGGRAPH
 * 1987, in two dimensions) with crossings half-way between pixel centres; a pixel's centre is at
 * (column + 0.5, row + 0.5). What lies outside the image counts as 0, so that outlines are closed.
 * *out is the caller's (lb_free). */
lb_status contour_trace(segment **out, size_t *count, const float *image, size_t height,
                        size_t width, lb_error *err);

#endif
