/* SPDX-License-Identifier: MIT */
/* Segments an image into connected regions of similar pixels. Labels are 0 .. count - 1, in
 * row-major order of the regions' first pixels. Every pixel has a label. Regions are 4-connected
 * unless said otherwise. */
#ifndef LESIONBENCH_SEGMENT_H
#define LESIONBENCH_SEGMENT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_slic_options {
    size_t segments;    /* wanted number; the result is close to it */
    double compactness; /* weight of spatial distance over colour distance; m in the paper */
    size_t iterations;  /* 10 in the paper */
} lb_slic_options;

/* SLIC super-pixels (Achanta, Shaji, Smith, Lucchi, Fua, Suesstrunk: SLIC superpixels compared to
 * state-of-the-art superpixel methods, IEEE TPAMI 34 (2012) 2274): k-means over colour and
 * position, with a search radius of twice the spacing of the super-pixels. image (channels, H, W),
 * on a scale with a range of 100, as lightness in CIELAB. Centres start on a grid and move to the
 * smallest gradient in 3 x 3 pixels. Finally, pieces smaller than a quarter of the usual size join
 * the neighbour with the longest common border. LB_ERROR_ARGUMENT: no segment, compactness not
 * above 0, or 2^31 pixels. */
lb_status lb_slic(int32_t *labels, size_t *count, const double *image, size_t channels,
                  size_t height, size_t width, const lb_slic_options *options, lb_error *err);

/* Felzenszwalb & Huttenlocher: Efficient graph-based image segmentation, IJCV 59 (2004) 167, as in
 * skimage.segmentation.felzenszwalb. Edges connect the 8 neighbours; the weight is the distance of
 * their values. Two regions join along an edge if its weight is below the internal weight of each
 * region plus scale / 255 / pixels of the region. Then every region with fewer than `min` pixels
 * joins another one along its lightest edge. image (channels, H, W): smooth it before, if at all.
 * Edges of equal weight are used in row-major order. Regions are 8-connected. LB_ERROR_ARGUMENT: no
 * pixel, or 2^28 pixels. */
lb_status lb_felzenszwalb(int32_t *labels, size_t *count, const double *image, size_t channels,
                          size_t height, size_t width, double scale, size_t min, lb_error *err);

/* Makes labels connected, in place: pieces with fewer than `min` pixels join the neighbour with the
 * longest common border (of equals the first), until none is left or one region remains. *count:
 * number of regions. */
lb_status lb_merge_small_regions(int32_t *labels, size_t *count, size_t height, size_t width,
                                 size_t min, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
