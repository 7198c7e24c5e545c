/* SPDX-License-Identifier: MIT */
/* Controls that ignore the network: what a map scores for nothing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/random.h"
#include "session.h"

static lb_status
random_map(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
           lb_error *err)
{
    (void)diagnostics;
    (void)session;
    (void)err;
    for (size_t i = 0; i < batch->count; i++) {
        lb_random random;
        lb_random_init(&random, batch->options->seed, LB_PURPOSE_RANDOM_MAP, batch->items[i]);
        for (size_t p = 0; p < batch->pixels; p++) {
            map[i * batch->pixels + p] = (float)lb_random_uniform(&random);
        }
    }
    return LB_OK;
}

static lb_status
raw_input(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    (void)diagnostics;
    (void)session;
    (void)err;
    memcpy(map, batch->grey, batch->count * batch->pixels * sizeof *map);
    return LB_OK;
}

/* The greatest value of each image less its values: the order of the image turned round, so that
 * what is black comes first, the background before all. */
static lb_status
inverted_input(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
               lb_error *err)
{
    (void)diagnostics;
    (void)session;
    (void)err;
    for (size_t i = 0; i < batch->count; i++) {
        const float *image = batch->grey + i * batch->pixels;
        float greatest = image[0];
        for (size_t p = 1; p < batch->pixels; p++) {
            greatest = image[p] > greatest ? image[p] : greatest;
        }
        for (size_t p = 0; p < batch->pixels; p++) {
            map[i * batch->pixels + p] = greatest - image[p];
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
median_distance(float *map, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
                lb_error *err)
{
    lb_status status = LB_OK;
    float *brain = NULL;
    (void)diagnostics;
    (void)session;
    (void)err;
    LB_ALLOC(brain, batch->pixels);
    for (size_t i = 0; i < batch->count; i++) {
        const float *image = batch->grey + i * batch->pixels;
        size_t count = 0;
        for (size_t p = 0; p < batch->pixels; p++) {
            if (image[p] > 0) {
                brain[count++] = image[p];
            }
        }
        qsort(brain, count, sizeof *brain, compare);
        float median = count == 0 ? 0 : (brain[(count - 1) / 2] + brain[count / 2]) / 2;
        for (size_t p = 0; p < batch->pixels; p++) {
            map[i * batch->pixels + p] = image[p] > 0 ? fabsf(image[p] - median) : 0;
        }
    }
cleanup:
    lb_free(brain);
    return status;
}

const lb_method lb_random_map = {.struct_size = sizeof(lb_method),
                                 .name = "random",
                                 .title = "Random map",
                                 .summary = "uniform noise, keyed by image",
                                 .source = "uniform random numbers",
                                 .flags = LB_METHOD_CONTROL,
                                 .settings = (const char *const[]){"seed", NULL},
                                 .attribute = random_map};

const lb_method lb_raw_input_map = {.struct_size = sizeof(lb_method),
                                    .name = "raw_input",
                                    .title = "Raw input",
                                    .summary = "the image itself, without any network",
                                    .source =
                                        "Clark, Wilming, Haufe: XAI-TRIS, Machine Learning 2024",
                                    .flags = LB_METHOD_CONTROL,
                                    .attribute = raw_input};

const lb_method lb_inverted_input_map = {.struct_size = sizeof(lb_method),
                                         .name = "inverted_input",
                                         .title = "Inverted input",
                                         .summary = "the image's negative",
                                         .source = "this project",
                                         .flags = LB_METHOD_CONTROL,
                                         .attribute = inverted_input};

const lb_method lb_median_distance_map = {.struct_size = sizeof(lb_method),
                                          .name = "median_distance",
                                          .title = "Distance from the median",
                                          .summary = "distance from the brain's median",
                                          .source = "this project",
                                          .flags = LB_METHOD_CONTROL,
                                          .attribute = median_distance};
