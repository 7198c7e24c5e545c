/* SPDX-License-Identifier: MIT */
/* Which images of a corpus are trained on and which are validated with. */
#ifndef LB_STUDY_SOURCE_DRAW_H
#define LB_STUDY_SOURCE_DRAW_H

#include "lesionbench/base.h"

typedef struct source_draw {
    size_t *order;            /* of all images, drawn by seed: validation's, training's, the rest */
    size_t validation, train; /* so many of each */
} source_draw;

/* Of `limit` images (0 all) one in ten is for validation. name is for messages. */
lb_status source_draw_init(source_draw *out, size_t images, size_t limit, uint64_t seed,
                           const char *name, lb_error *err);
void source_draw_release(source_draw *draw);

#endif
