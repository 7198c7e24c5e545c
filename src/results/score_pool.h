/* SPDX-License-Identifier: MIT */
/* Scores maps in blocks, with all threads. Each map is scored independently, so a score does not
 * depend on the block. */
#ifndef LB_RESULTS_SCORE_POOL_H
#define LB_RESULTS_SCORE_POOL_H

#include "lesionbench/explanations.h"

typedef struct score_pool {
    lb_score_rows *rows;
    const lb_scoring *scoring;
    size_t pixels, threads, capacity, count;
    lb_scorer **scorers; /* (threads) */
    float *map, *truth;  /* (room, H, W): what waits to be scored ... */
    double *wide;        /* (room, H, W): maps of doubles; NULL until there is one */
    bool *is_wide;       /* (room) whether a map is in wide and not in map */
    size_t *row;         /* (room) ... into these rows */
} score_pool;

/* Borrows rows and scoring. */
lb_status score_pool_create(score_pool *out, lb_score_rows *rows, const lb_scoring *scoring,
                            size_t height, size_t width, lb_error *err);
void score_pool_release(score_pool *team);
/* Where the next map and its truth go. */
float *score_pool_map(score_pool *team);
/* Where it goes, in the map's stead, when it is one of doubles. */
lb_status score_pool_map_double(double **out, score_pool *team, lb_error *err);
float *score_pool_truth(score_pool *team);
/* The last row's map and truth are in place; its score, metrics and what its certificate tells of
 * the map will be. Scores all that waits where there is no room for more. */
lb_status score_pool_push(score_pool *team, lb_error *err);
/* Scores all that waits. The first map that cannot be scored is named in err. */
lb_status score_pool_flush(score_pool *team, lb_error *err);

#endif
