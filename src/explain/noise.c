/* SPDX-License-Identifier: MIT */
#include "noise.h"

#include <string.h>

#include "lesionbench/random.h"
#include "path_samples.h"

typedef struct moments {
    float *mean, *squares; /* (count, 3, H, W); squares: sum of squared deviations, or NULL */
} moments;

static float
range(const float *image, size_t values)
{
    float least = image[0], most = image[0];
    for (size_t v = 1; v < values; v++) {
        least = image[v] < least ? image[v] : least;
        most = image[v] > most ? image[v] : most;
    }
    return most - least;
}

static void
add_noise(const void *data, const lb_explainer *e, float *point, size_t image, size_t k)
{
    const float *x = e->images + image * e->values;
    double sigma = e->options->noise * (double)range(x, e->values);
    lb_random random;
    (void)data;
    lb_random_init(&random, e->options->seed, LB_PURPOSE_SMOOTH,
                   ((uint64_t)e->items[image] << 16) + k);
    for (size_t v = 0; v < e->values; v++) {
        point[v] = x[v] + (float)(sigma * lb_random_normal(&random));
    }
}

/* Welford's update. */
static void
take(void *data, const lb_explainer *e, const float *gradient, size_t image, size_t k)
{
    const moments *m = data;
    float *mean = m->mean + image * e->values;
    float share = 1.0f / (float)(k + 1);
    for (size_t v = 0; v < e->values; v++) {
        float change = gradient[v] - mean[v];
        mean[v] += share * change;
        if (m->squares != NULL) {
            m->squares[image * e->values + v] += change * (gradient[v] - mean[v]);
        }
    }
}

lb_status
lb_explainer_noisy(float *mean, float *variance, lb_explainer *e, lb_error *err)
{
    lb_status status = LB_OK;
    size_t all = e->count * e->values;
    moments m = {mean, variance};
    const lb_path_samples points = {
        .count = e->options->smooth_samples, .data = &m, .fill = add_noise, .take = take};
    memset(mean, 0, all * sizeof *mean);
    if (variance != NULL) {
        memset(variance, 0, all * sizeof *variance);
    }
    LB_TRY(lb_explainer_path_samples(e, &points, err));
    for (size_t v = 0; variance != NULL && v < all; v++) {
        variance[v] /= (float)points.count;
    }
cleanup:
    return status;
}
