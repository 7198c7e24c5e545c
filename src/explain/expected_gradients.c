/* SPDX-License-Identifier: MIT */
/* Expected Gradients: the mean over random background images b and alpha ~ U(0, 1) of the gradient
 * at b + alpha (x - b), times x - b (Erion et al.: Improving performance of deep learning models
 * with axiomatic attribution priors and expected gradients, Nature Machine Intelligence 2021). */
#include <string.h>

#include "background.h"
#include "lesionbench/random.h"
#include "path_samples.h"

typedef struct work {
    lb_background *background;
    float *attribution;
} work;

/* The k-th draw of an image: which background image, and how far from it. */
static const float *
draw(double *alpha, const work *doing, const lb_explainer *e, size_t image, size_t k)
{
    lb_random random;
    lb_random_init(&random, e->options->seed, LB_PURPOSE_EXPECTED,
                   ((uint64_t)e->items[image] << 16) + k);
    size_t index = lb_random_below(&random, (uint32_t)doing->background->count);
    *alpha = lb_random_uniform(&random);
    return doing->background->images + index * e->values;
}

static void
fill(const void *data, const lb_explainer *e, float *point, size_t image, size_t k)
{
    const float *x = e->images + image * e->values;
    double drawn = 0;
    const float *b = draw(&drawn, data, e, image, k);
    float alpha = (float)drawn;
    for (size_t v = 0; v < e->values; v++) {
        point[v] = b[v] + alpha * (x[v] - b[v]);
    }
}

static void
take(void *data, const lb_explainer *e, const float *gradient, size_t image, size_t k)
{
    const work *doing = data;
    const float *x = e->images + image * e->values;
    double alpha = 0;
    const float *b = draw(&alpha, doing, e, image, k);
    float *sum = doing->attribution + image * e->values;
    for (size_t v = 0; v < e->values; v++) {
        sum[v] += gradient[v] * (x[v] - b[v]);
    }
}

/* The target's logit less its mean over the background images that were drawn. */
static lb_status
promise(lb_diagnostics *diagnostics, const work *doing, const lb_explainer *e, lb_error *err)
{
    lb_status status = LB_OK;
    const float *logits = NULL;
    size_t samples = e->options->expected_samples;
    for (size_t i = 0; i < e->count; i++) {
        double mean = 0, alpha = 0;
        for (size_t k = 0; k < samples; k++) {
            const float *b = draw(&alpha, doing, e, i, k);
            size_t index = (size_t)(b - doing->background->images) / e->values;
            LB_TRY(lb_background_logits(&logits, doing->background, e, index, err));
            mean += (double)logits[e->targets[i]];
        }
        double logit = (double)lb_executor_logits(e->pass)[i * e->classes + e->targets[i]];
        diagnostics[i].expected_sum = logit - mean / (double)samples;
        diagnostics[i].steps = samples;
    }
cleanup:
    return status;
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *background = NULL;
    LB_TRY(lb_explainer_background(&background, e, lb_expected_gradients.name, err));
    work doing = {background, attribution};
    const lb_path_samples points = {
        .count = e->options->expected_samples, .data = &doing, .fill = fill, .take = take};
    memset(attribution, 0, e->count * e->values * sizeof *attribution);
    LB_TRY(lb_explainer_path_samples(e, &points, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        attribution[v] /= (float)points.count;
    }
    LB_TRY(promise(diagnostics, &doing, e, err));
cleanup:
    return status;
}

const lb_method lb_expected_gradients = {
    .name = "expected_gradients",
    .summary = "mean gradient between random background images and the image, times difference",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_BACKGROUND,
    .parameters =
        (const char *const[]){"expected_samples", "backgrounds", "seed", "convolution", NULL},
    .attribute = attribute};
