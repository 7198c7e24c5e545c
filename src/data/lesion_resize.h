/* SPDX-License-Identifier: MIT */
#ifndef LB_DATA_LESION_RESIZE_H
#define LB_DATA_LESION_RESIZE_H

#include "lesionbench/lesions.h"

/* A copy of the library for images of (scale_y, scale_x) times its size. All lesions of all shapes
 * have the same values, in different places: area at any threshold, sum and peak are equal, so only
 * the shape differs. The common values are the mean of the resized lesions' sorted values, scaled
 * to a peak of 1. The k-th brightest pixel of a lesion gets the k-th value (exact histogram
 * specification: Coltuc, Bolon, Chassery, IEEE Trans. Image Processing 2006). LB_ERROR_NUMERIC if
 * lesions vanish at that size. */
lb_status lb_lesions_resize(lb_lesion_library *out, const lb_lesion_library *library,
                            double scale_y, double scale_x, lb_error *err);

#endif
