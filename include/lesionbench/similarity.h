/* SPDX-License-Identifier: MIT */
/* How alike two maps are, as the sanity checks of Adebayo et al. (NeurIPS 2018) ask: whether a map
 * changes when what the network has learnt is taken away. */
#ifndef LESIONBENCH_SIMILARITY_H
#define LESIONBENCH_SIMILARITY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_similarity {
    double
        rank_correlation; /* Spearman's, ties have their mean rank; NaN where a map is constant */
    /* Structural similarity (Wang et al., IEEE TIP 13 (2004) 600) of the maps over their greatest
     * absolute values, with windows of 7 x 7, unbiased variances and a range of 1: the defaults of
     * scikit-image's structural_similarity. */
    double ssim;
    double top_overlap; /* of the brightest LB_TOP_SHARE of the pixels, the share they have in
                           common; of equal values those later in the image are brighter */
} lb_similarity;

#define LB_TOP_SHARE 0.05

/* Both (height, width), at least 7 x 7, else LB_ERROR_ARGUMENT; not finite: LB_ERROR_NUMERIC. */
lb_status lb_compare_maps(lb_similarity *out, const float *a, const float *b, size_t height,
                          size_t width, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
