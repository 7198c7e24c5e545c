/* SPDX-License-Identifier: MIT */
/* Expected Gradients: the mean over random background images b and alpha ~ U(0, 1) of the gradient
 * at b + alpha (x - b), times x - b (Erion et al.: Improving performance of deep learning models
 * with axiomatic attribution priors and expected gradients, Nature Machine Intelligence 2021). */
#include <math.h>
#include <string.h>

#include "background.h"
#include "lesionbench/random.h"
#include "session.h"

typedef struct work {
    lb_background *background;
    float *attribution;
} work;

/* The k-th draw of an image: which background image, and how far from it. */
static const float *
draw(double *alpha, const work *doing, const lb_batch *batch, size_t image, size_t k)
{
    lb_random random;
    lb_random_init(&random, batch->options->seed, LB_PURPOSE_EXPECTED,
                   ((uint64_t)batch->items[image] << 16) + k);
    size_t index = lb_random_below(&random, (uint32_t)doing->background->count);
    *alpha = lb_random_uniform(&random);
    return doing->background->images + index * batch->values;
}

static void
fill(const void *data, const lb_batch *batch, float *point, size_t image, size_t k)
{
    const float *x = batch->images + image * batch->values;
    double drawn = 0;
    const float *b = draw(&drawn, data, batch, image, k);
    float alpha = (float)drawn;
    for (size_t v = 0; v < batch->values; v++) {
        point[v] = b[v] + alpha * (x[v] - b[v]);
    }
}

static void
take(void *data, const lb_batch *batch, const float *gradient, size_t image, size_t k)
{
    const work *doing = data;
    const float *x = batch->images + image * batch->values;
    double alpha = 0;
    const float *b = draw(&alpha, doing, batch, image, k);
    float *sum = doing->attribution + image * batch->values;
    for (size_t v = 0; v < batch->values; v++) {
        sum[v] += gradient[v] * (x[v] - b[v]);
    }
}

/* The target's logit less its mean over the background images that were drawn. */
static lb_status
promise(lb_diagnostics *diagnostics, const work *doing, const lb_session *session,
        const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const float *logits = NULL;
    size_t samples = batch->options->expected_samples;
    for (size_t i = 0; i < batch->count; i++) {
        double mean = 0, alpha = 0;
        for (size_t k = 0; k < samples; k++) {
            const float *b = draw(&alpha, doing, batch, i, k);
            size_t index = (size_t)(b - doing->background->images) / batch->values;
            LB_TRY(lb_background_logits(&logits, doing->background, batch, index, err));
            mean += (double)logits[batch->targets[i]];
        }
        double logit = (double)lb_executor_view_of(session->executor)
                           .logits[i * batch->classes + (size_t)batch->targets[i]];
        diagnostics[i].expected_sum = logit - mean / (double)samples;
        diagnostics[i].steps = samples;
    }
cleanup:
    return status;
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *background = NULL;
    LB_TRY(lb_session_background(&background, session, batch, err));
    work doing = {background, attribution};
    const lb_path_samples points = {
        .count = batch->options->expected_samples, .data = &doing, .fill = fill, .take = take};
    memset(attribution, 0, batch->count * batch->values * sizeof *attribution);
    LB_TRY(lb_session_path_samples(session, batch, &points, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        attribution[v] /= (float)points.count;
    }
    LB_TRY(promise(diagnostics, &doing, session, batch, err));
cleanup:
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return fmax((double)options->expected_samples, (double)options->backgrounds);
}

const lb_method lb_expected_gradients = {
    .struct_size = sizeof(lb_method),
    .name = "expected_gradients",
    .title = "Expected Gradients",
    .summary = "mean gradient between random background images and the image, times difference",
    .source = "Erion et al.: Improving performance of deep learning models with axiomatic "
              "attribution priors and expected gradients, Nature Machine Intelligence 2021",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH | LB_NEEDS_BACKGROUND,
    .settings =
        (const char *const[]){"expected_samples", "backgrounds", "seed", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
