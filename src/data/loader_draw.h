/* SPDX-License-Identifier: MIT */
/* Which images of a corpus are trained on and which are validated with. */
#ifndef LB_STUDY_SOURCE_DRAW_H
#define LB_STUDY_SOURCE_DRAW_H

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
