/* SPDX-License-Identifier: MIT */
/* Cutting an image into connected regions of like pixels. Labels are 0 .. count - 1 in row-major
 * order of the regions' first pixels; every pixel has one. Regions are 4-connected unless said
 * otherwise. */
#ifndef LESIONBENCH_SEGMENT_H
#define LESIONBENCH_SEGMENT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_slic_options {
    size_t segments;    /* wanted; about as many come out */
    double compactness; /* weight of distance in the image against that in colour; the paper's m */
    size_t iterations;  /* the paper's: 10 */
} lb_slic_options;

/* SLIC super-pixels (Achanta, Shaji, Smith, Lucchi, Fua, Suesstrunk: SLIC superpixels compared to
 * state-of-the-art superpixel methods, IEEE TPAMI 34 (2012) 2274): k-means over colour and place,
 * each centre looking no further than twice the super-pixels' spacing.
 * image (channels, H, W), on a scale where 100 is the whole range, as CIELAB's lightness. Centres
 * start on a grid, moved to the place of least gradient of 3 x 3 pixels. Pieces smaller than a
 * quarter of the usual size then join the neighbour with which they share the longest border.
 * LB_ERROR_ARGUMENT for no segment, no compactness above 0, or 2^31 pixels. */
lb_status lb_slic(int32_t *labels, size_t *count, const double *image, size_t channels,
                  size_t height, size_t width, const lb_slic_options *options, lb_error *err);

/* Felzenszwalb & Huttenlocher: Efficient graph-based image segmentation, IJCV 59 (2004) 167, as
 * skimage.segmentation.felzenszwalb has it: edges between the 8 neighbours, weighing the distance
 * of their values; two regions join along an edge that weighs less than what is within each plus
 * scale / 255 over its pixels; then every region with fewer than `least` pixels joins another along
 * its lightest edge. image (channels, H, W), smoothed beforehand if at all. Of edges of equal
 * weight the first in row-major order comes first. Regions are 8-connected here.
 * LB_ERROR_ARGUMENT for no pixel or 2^28 pixels. */
lb_status lb_felzenszwalb(int32_t *labels, size_t *count, const double *image, size_t channels,
                          size_t height, size_t width, double scale, size_t least, lb_error *err);

/* Makes regions of labels that may lie in pieces: pieces with fewer than `least` pixels join the
 * neighbour with which they share the longest border (of equals the first), until none is left or
 * all is one. In place; *count regions. */
lb_status lb_merge_small_regions(int32_t *labels, size_t *count, size_t height, size_t width,
                                 size_t least, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
