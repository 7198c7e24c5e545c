/* SPDX-License-Identifier: MIT */
/* Similarity of two maps, for the parameter-randomisation test (Adebayo et al.: Sanity checks for
 * saliency maps, NeurIPS 2018). */
#ifndef LESIONBENCH_SIMILARITY_H
#define LESIONBENCH_SIMILARITY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_similarity {
    double
        rank_correlation; /* Spearman's, ties have their mean rank; NaN where a map is constant */
    /* Structural similarity (Wang et al., IEEE TIP 13 (2004) 600) of the maps, each divided by its
     * maximum absolute value; windows of 7 x 7, unbiased variances, data range 1: the defaults of
     * structural_similarity in scikit-image. */
    double ssim;
    double top_overlap; /* overlap of the brightest LB_TOP_SHARE of the pixels of each map; of
                           equal values the later in the image is brighter */
} lb_similarity;

#define LB_TOP_SHARE 0.05

/* Compares two maps (height, width). LB_ERROR_ARGUMENT: smaller than 7 x 7. LB_ERROR_NUMERIC: not
 * finite. */
lb_status lb_compare_maps(lb_similarity *out, const float *a, const float *b, size_t height,
                          size_t width, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
