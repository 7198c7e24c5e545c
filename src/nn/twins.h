/* SPDX-License-Identifier: MIT */
/* Finds positions of an image that see the same pixels. Two positions of a layer with equal pixels
 * in their receptive fields have equal activations in exact arithmetic.
 *
 * A map (height, width) holds for each position the index of its first twin, in row-major order:
 * the first position that sees the same pixels; its own index if there is no earlier one.
 * Comparisons are exact. */
#ifndef LB_NN_TWINS_H
#define LB_NN_TWINS_H

#include "lesionbench/base.h"

/* Entries of the table that maps of so many positions take: for a pooling, of its input. */
size_t lb_twins_table(size_t positions);

/* Pixels (3, H, W) that are equal in all channels. */
void lb_twins_of_pixels(uint32_t *twins, const float *image, size_t height, size_t width,
                        uint32_t *table);
/* Behind a 3 x 3 convolution with padding 1; `below` is the map of its input. */
void lb_twins_of_windows(uint32_t *twins, const uint32_t *below, size_t height, size_t width,
                         uint32_t *table);
/* Behind a max pooling; height and width are those of its input. */
void lb_twins_of_pools(uint32_t *twins, const uint32_t *below, size_t height, size_t width,
                       uint32_t *table);

#endif
