/* SPDX-License-Identifier: MIT */
#include "noise.h"

#include <string.h>

#include "lesionbench/random.h"
#include "session.h"

typedef struct moments {
    float *mean, *squares; /* (count, 3, H, W); squares: sum of squared deviations, or NULL */
} moments;

static float
range(const float *image, size_t values)
{
    float min = image[0], max = image[0];
    for (size_t v = 1; v < values; v++) {
        min = image[v] < min ? image[v] : min;
        max = image[v] > max ? image[v] : max;
    }
    return max - min;
}

static void
add_noise(const void *data, const lb_batch *batch, float *point, size_t image, size_t k)
{
    const float *x = batch->images + image * batch->values;
    double sigma = batch->options->noise * (double)range(x, batch->values);
    lb_random random;
    (void)data;
    lb_random_init(&random, batch->options->seed, LB_PURPOSE_SMOOTH,
                   ((uint64_t)batch->items[image] << 16) + k);
    for (size_t v = 0; v < batch->values; v++) {
        point[v] = x[v] + (float)(sigma * lb_random_normal(&random));
    }
}

/* Welford's update. */
static void
take(void *data, const lb_batch *batch, const float *gradient, size_t image, size_t k)
{
    const moments *m = data;
    float *mean = m->mean + image * batch->values;
    float share = 1.0f / (float)(k + 1);
    for (size_t v = 0; v < batch->values; v++) {
        float change = gradient[v] - mean[v];
        mean[v] += share * change;
        if (m->squares != NULL) {
            m->squares[image * batch->values + v] += change * (gradient[v] - mean[v]);
        }
    }
}

lb_status
lb_session_noisy(float *mean, float *variance, lb_session *session, const lb_batch *batch,
                 lb_error *err)
{
    lb_status status = LB_OK;
    size_t all = batch->count * batch->values;
    moments m = {mean, variance};
    const lb_path_samples points = {
        .count = batch->options->smooth_samples, .data = &m, .fill = add_noise, .take = take};
    memset(mean, 0, all * sizeof *mean);
    if (variance != NULL) {
        memset(variance, 0, all * sizeof *variance);
    }
    LB_TRY(lb_session_path_samples(session, batch, &points, err));
    for (size_t v = 0; variance != NULL && v < all; v++) {
        variance[v] /= (float)points.count;
    }
cleanup:
    return status;
}
