/* SPDX-License-Identifier: MIT */
#ifndef LB_BENCH_LESION_FIT_H
#define LB_BENCH_LESION_FIT_H

#include "lesionbench/lesions.h"

/* A copy of the library for images that are (scale_y, scale_x) times its size, in which all lesions
 * of all shapes have the same values, each in other places: area at any threshold, sum and peak are
 * equal, so that only shape tells one from another. The common values are the mean of the resized
 * lesions' sorted ones, brought to a peak of 1; the k-th brightest pixel of a lesion gets the k-th
 * of them (exact histogram specification: Coltuc, Bolon, Chassery, IEEE Trans. Image Processing
 * 2006). LB_ERROR_NUMERIC where lesions vanish at that size. */
lb_status lb_lesions_resize(lb_lesion_library *out, const lb_lesion_library *library,
                            double scale_y, double scale_x, lb_error *err);

#endif
