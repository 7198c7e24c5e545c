/* SPDX-License-Identifier: MIT */
/* Controls that ignore the network: what a map scores for nothing. */
#include <math.h>
#include <stdlib.h>
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

/* The greatest value of each image less its values: the order of the image turned round, so that
 * what is black comes first, the background before all. */
static lb_status
inverted_input(lb_explainer *e, float *map, lb_error *err)
{
    (void)err;
    for (size_t i = 0; i < e->count; i++) {
        const float *image = e->grey + i * e->pixels;
        float greatest = image[0];
        for (size_t p = 1; p < e->pixels; p++) {
            greatest = image[p] > greatest ? image[p] : greatest;
        }
        for (size_t p = 0; p < e->pixels; p++) {
            map[i * e->pixels + p] = greatest - image[p];
        }
    }
    return LB_OK;
}

static int
compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* |x - median of the brain|, where the brain is what is above 0; 0 elsewhere. */
static lb_status
median_distance(lb_explainer *e, float *map, lb_error *err)
{
    lb_status status = LB_OK;
    float *brain = NULL;
    LB_ALLOC(brain, e->pixels);
    for (size_t i = 0; i < e->count; i++) {
        const float *image = e->grey + i * e->pixels;
        size_t count = 0;
        for (size_t p = 0; p < e->pixels; p++) {
            if (image[p] > 0) {
                brain[count++] = image[p];
            }
        }
        qsort(brain, count, sizeof *brain, compare);
        float median = count == 0 ? 0 : (brain[(count - 1) / 2] + brain[count / 2]) / 2;
        for (size_t p = 0; p < e->pixels; p++) {
            map[i * e->pixels + p] = image[p] > 0 ? fabsf(image[p] - median) : 0;
        }
    }
cleanup:
    lb_free(brain);
    return status;
}

const lb_method lb_random_map = {.name = "random",
                                 .summary = "baseline: uniform noise, keyed by image",
                                 .parameters = (const char *const[]){"seed", NULL},
                                 .map = random_map};

const lb_method lb_raw_input_map = {
    .name = "raw_input", .summary = "baseline: the image itself", .map = raw_input};

const lb_method lb_inverted_input_map = {
    .name = "inverted_input", .summary = "baseline: the image's negative", .map = inverted_input};

const lb_method lb_median_distance_map = {.name = "median_distance",
                                          .summary = "baseline: distance from the brain's median",
                                          .map = median_distance};
