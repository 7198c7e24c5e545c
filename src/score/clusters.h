/* SPDX-License-Identifier: MIT */
#ifndef LB_SCORE_CLUSTERS_H
#define LB_SCORE_CLUSTERS_H

#include "lesionbench/base.h"

/* LB_ERROR_ARGUMENT, naming the function, if one of n cluster indices is not below `clusters`. */
lb_status lb_clusters_check(const uint32_t *cluster, size_t n, size_t clusters,
                            const char *function, lb_error *err);

#endif
