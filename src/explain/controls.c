/* SPDX-License-Identifier: MIT */
/* Controls that ignore the network: what a map scores for nothing. */
#include <string.h>

#include "explainer.h"
#include "lesionbench/random.h"

static lb_status
random_map(lb_explainer *e, float *map, lb_error *err)
{
    (void)err;
    for (size_t i = 0; i < e->count; i++) {
        lb_random random;
        lb_random_init(&random, e->options->seed, LB_PURPOSE_RANDOM_MAP, e->items[i]);
        for (size_t p = 0; p < e->pixels; p++) {
            map[i * e->pixels + p] = (float)lb_random_uniform(&random);
        }
    }
    return LB_OK;
}

static lb_status
raw_input(lb_explainer *e, float *map, lb_error *err)
{
    (void)err;
    memcpy(map, e->grey, e->count * e->pixels * sizeof *map);
    return LB_OK;
}

const lb_method lb_random_map = {
    .name = "random", .summary = "baseline: uniform noise, keyed by image", .map = random_map};

const lb_method lb_raw_input_map = {
    .name = "raw_input", .summary = "baseline: the image itself", .map = raw_input};
