/* SPDX-License-Identifier: MIT */
/* Blur Integrated Gradients (Xu, Venugopalan, Sundararajan: Attribution in scale and space, CVPR
 * 2020): the gradient integrated along the path of the image under a Gaussian blur, from the widest
 * to none, so that no colour is a baseline. A pixel has the sum over steps of the gradient halfway,
 * times what the step changes: the integral does not hang on how fast the path is gone through, and
 * steps are finer where the blur is narrow, sigma_k = sigma (k / steps)^2. Channels are blurred by
 * themselves; beyond the border the image is mirrored. The sum is f(image) - f(widest blur). */
#include <string.h>

#include "lesionbench/image.h"
#include "session.h"

static const double USUAL_SIGMA = 50, SIDE = 224; /* pixels of an image with this side */

typedef struct blur {
    size_t steps, places; /* places: points computed together */
    double sigma;
    float *change;      /* (places, 3, H, W) of the points under way */
    float *attribution; /* (count, 3, H, W) */
    double *scratch;    /* (places, 2, H, W) */
    lb_error *failed;   /* (places) code LB_OK where all went well */
} blur;

static void
blur_release(blur *b)
{
    lb_free(b->failed);
    lb_free(b->scratch);
    lb_free(b->change);
}

static lb_status
blur_init(blur *b, const lb_session *session, const lb_batch *batch, float *attribution,
          lb_error *err)
{
    lb_status status = LB_OK;
    size_t shorter = batch->height < batch->width ? batch->height : batch->width;
    double sigma = batch->options->blur_sigma;
    *b = (blur){.steps = batch->options->blur_steps,
                .places = session->points,
                .sigma = sigma > 0 ? sigma : USUAL_SIGMA * (double)shorter / SIDE,
                .attribution = attribution};
    if (b->steps == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "blur_ig needs at least one step");
    }
    LB_ALLOC(b->change, session->points * batch->values);
    LB_ALLOC(b->scratch, session->points * 2 * batch->pixels);
    LB_ALLOC(b->failed, session->points);
cleanup:
    return status;
}

/* out (3, H, W) = plus (or times -1 and onto it where `subtract`) the image at a scale. Equal
 * channels are blurred once. */
static lb_status
blur_image(float *out, double *scratch, const lb_batch *batch, const float *image, double sigma,
           bool subtract, lb_error *err)
{
    lb_status status = LB_OK;
    double *blurred = scratch + batch->pixels;
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        const float *channel = image + c * batch->pixels;
        if (c == 0 ||
            memcmp(channel, channel - batch->pixels, batch->pixels * sizeof *image) != 0) {
            for (size_t p = 0; p < batch->pixels; p++) {
                scratch[p] = (double)channel[p];
            }
            LB_TRY(lb_gaussian_filter(blurred, scratch, batch->height, batch->width, sigma, sigma,
                                      err));
        }
        for (size_t p = 0; p < batch->pixels; p++) {
            float *value = &out[c * batch->pixels + p];
            *value = subtract ? *value - (float)blurred[p] : (float)blurred[p];
        }
    }
cleanup:
    return status;
}

/* The sigma after k of the steps, counted from the widest. */
static double
sigma_at(const blur *b, double k)
{
    double left = ((double)b->steps - k) / (double)b->steps;
    return b->sigma * left * left;
}

static void
fill_point(const void *data, const lb_batch *batch, float *point, size_t i, size_t k)
{
    const blur *b = data;
    size_t slot = (i * b->steps + k) % b->places; /* points of a batch follow each other */
    const float *image = batch->images + i * batch->values;
    float *change = b->change + slot * batch->values;
    double *scratch = b->scratch + slot * 2 * batch->pixels, step = (double)k;
    lb_error *err = &b->failed[slot];
    lb_status status = LB_OK;
    LB_TRY(blur_image(change, scratch, batch, image, sigma_at(b, step + 1), false, err));
    LB_TRY(blur_image(change, scratch, batch, image, sigma_at(b, step), true, err));
    LB_TRY(blur_image(point, scratch, batch, image, sigma_at(b, step + 0.5), false, err));
cleanup:
    err->code = status;
}

static void
take_gradient(void *data, const lb_batch *batch, const float *gradient, size_t i, size_t k)
{
    blur *b = data;
    const float *change = b->change + (i * b->steps + k) % b->places * batch->values;
    float *sum = b->attribution + i * batch->values;
    for (size_t v = 0; v < batch->values; v++) {
        sum[v] += gradient[v] * change[v];
    }
}

/* The logits at the widest blur, from the path's executor. */
static lb_status
promise(lb_diagnostics *diagnostics, const blur *b, lb_session *session, const lb_batch *batch,
        lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_session_expect_sum(diagnostics, session, batch, false, err));
    for (size_t first = 0; first < batch->count; first += b->places) {
        size_t n = batch->count - first < b->places ? batch->count - first : b->places;
        for (size_t k = 0; k < n; k++) {
            LB_TRY(blur_image(lb_executor_view_of(session->path).input + k * batch->values,
                              b->scratch, batch, batch->images + (first + k) * batch->values,
                              b->sigma, false, err));
        }
        LB_TRY(lb_executor_set_batch(session->path, n, err));
        LB_TRY(lb_executor_forward(session->path, err));
        for (size_t k = 0; k < n; k++) {
            diagnostics[first + k].steps = b->steps;
            diagnostics[first + k].expected_sum -=
                (double)lb_executor_view_of(session->path)
                    .logits[k * batch->classes + (size_t)batch->targets[first + k]];
        }
    }
cleanup:
    return status;
}

static lb_status
attribute(float *attribution, lb_diagnostics *diagnostics, lb_session *session,
          const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    blur b = {.steps = 0};
    LB_TRY(blur_init(&b, session, batch, attribution, err));
    LB_TRY(promise(diagnostics, &b, session, batch, err));
    memset(attribution, 0, batch->count * batch->values * sizeof *attribution);
    const lb_path_samples points = {
        .count = b.steps, .data = &b, .fill = fill_point, .take = take_gradient};
    LB_TRY(lb_session_path_samples(session, batch, &points, err));
    for (size_t slot = 0; slot < b.places; slot++) {
        if (b.failed[slot].code != LB_OK) {
            *err = b.failed[slot];
            LB_TRY(err->code);
        }
    }
cleanup:
    blur_release(&b);
    return status;
}

static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    (void)height;
    (void)width;
    return (double)options->blur_steps;
}

const lb_method lb_blur_ig = {
    .struct_size = sizeof(lb_method),
    .name = "blur_ig",
    .title = "Blur Integrated Gradients",
    .summary = "gradients integrated along the path of a Gaussian blur",
    .source = "Xu, Venugopalan, Sundararajan: Attribution in scale and space, CVPR 2020",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .settings = (const char *const[]){"blur_steps", "blur_sigma", "convolution", NULL},
    .attribute = attribute,
    .passes = passes};
