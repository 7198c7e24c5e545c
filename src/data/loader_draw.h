/* SPDX-License-Identifier: MIT */
/* Draws the training and validation images of a corpus. */
#ifndef LB_DATA_LOADER_DRAW_H
#define LB_DATA_LOADER_DRAW_H

#include "lesionbench/base.h"

typedef struct loader_draw {
    size_t *order;            /* of all images, drawn by seed: validation's, training's, the rest */
    size_t validation, train; /* so many of each */
} loader_draw;

/* Of `limit` images (0 all) one in ten is for validation. name is for messages. */
lb_status loader_draw_init(loader_draw *out, size_t images, size_t limit, uint64_t seed,
                           const char *name, lb_error *err);
void loader_draw_release(loader_draw *draw);

#endif
