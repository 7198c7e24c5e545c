/* SPDX-License-Identifier: MIT */
/* What a canvas draws on: every mark is drawn once on each of its formats. */
#ifndef LB_REPORT_CANVAS_TARGETS_H
#define LB_REPORT_CANVAS_TARGETS_H

#include <stdio.h>

#include <cairo.h>

#include "canvas.h"

typedef enum target_kind { RASTER, SVG, PDF, TARGETS } target_kind;

/* A vector format's bytes, as open_memstream() keeps them. */
typedef struct canvas_buffer {
    FILE *stream;
    char *bytes;
    size_t size;
} canvas_buffer;

typedef struct canvas_targets {
    cairo_t *on[TARGETS]; /* NULL: the canvas does not have that format */
    canvas_buffer buffers[TARGETS];
} canvas_targets;

/* Copies an SVG of cairo's with its parts numbered anew, from 0; the stream keeps errors of
 * writing. */
lb_status canvas_svg_copy(FILE *stream, const char *svg, lb_error *err);

#endif
