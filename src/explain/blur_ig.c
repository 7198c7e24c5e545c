/* SPDX-License-Identifier: MIT */
/* Blur Integrated Gradients (Xu, Venugopalan, Sundararajan: Attribution in scale and space, CVPR
 * 2020): the gradient integrated along the path of the image under a Gaussian blur, from the widest
 * to none, so that no colour is a baseline. A pixel has the sum over steps of the gradient halfway,
 * times what the step changes: the integral does not hang on how fast the path is gone through, and
 * steps are finer where the blur is narrow, sigma_k = sigma (k / steps)^2. Channels are blurred by
 * themselves; beyond the border the image is mirrored. The sum is f(image) - f(widest blur). */
#include <string.h>

#include "lesionbench/image.h"
#include "path_samples.h"

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
blur_init(blur *b, const lb_explainer *e, float *attribution, lb_error *err)
{
    lb_status status = LB_OK;
    size_t shorter = e->height < e->width ? e->height : e->width;
    double sigma = e->options->blur_sigma;
    *b = (blur){.steps = e->options->blur_steps,
                .places = e->points,
                .sigma = sigma > 0 ? sigma : USUAL_SIGMA * (double)shorter / SIDE,
                .attribution = attribution};
    if (b->steps == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "blur_ig needs at least one step");
    }
    LB_ALLOC(b->change, e->points * e->values);
    LB_ALLOC(b->scratch, e->points * 2 * e->pixels);
    LB_ALLOC(b->failed, e->points);
cleanup:
    return status;
}

/* out (3, H, W) = plus (or times -1 and onto it where `subtract`) the image at a scale. Equal
 * channels are blurred once. */
static lb_status
blur_image(float *out, double *scratch, const lb_explainer *e, const float *image, double sigma,
           bool subtract, lb_error *err)
{
    lb_status status = LB_OK;
    double *blurred = scratch + e->pixels;
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        const float *channel = image + c * e->pixels;
        if (c == 0 || memcmp(channel, channel - e->pixels, e->pixels * sizeof *image) != 0) {
            for (size_t p = 0; p < e->pixels; p++) {
                scratch[p] = (double)channel[p];
            }
            LB_TRY(lb_gaussian_filter(blurred, scratch, e->height, e->width, sigma, sigma, err));
        }
        for (size_t p = 0; p < e->pixels; p++) {
            float *value = &out[c * e->pixels + p];
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
fill_point(const void *data, const lb_explainer *e, float *point, size_t i, size_t k)
{
    const blur *b = data;
    size_t slot = (i * b->steps + k) % b->places; /* points of a batch follow each other */
    const float *image = e->images + i * e->values;
    float *change = b->change + slot * e->values;
    double *scratch = b->scratch + slot * 2 * e->pixels, step = (double)k;
    lb_error *err = &b->failed[slot];
    lb_status status = LB_OK;
    LB_TRY(blur_image(change, scratch, e, image, sigma_at(b, step + 1), false, err));
    LB_TRY(blur_image(change, scratch, e, image, sigma_at(b, step), true, err));
    LB_TRY(blur_image(point, scratch, e, image, sigma_at(b, step + 0.5), false, err));
cleanup:
    err->code = status;
}

static void
take_gradient(void *data, const lb_explainer *e, const float *gradient, size_t i, size_t k)
{
    blur *b = data;
    const float *change = b->change + (i * b->steps + k) % b->places * e->values;
    float *sum = b->attribution + i * e->values;
    for (size_t v = 0; v < e->values; v++) {
        sum[v] += gradient[v] * change[v];
    }
}

/* The logits at the widest blur, from the path's pass. */
static lb_status
promise(lb_diagnostics *diagnostics, const blur *b, lb_explainer *e, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer_expect_sum(diagnostics, e, false);
    for (size_t first = 0; first < e->count; first += b->places) {
        size_t n = e->count - first < b->places ? e->count - first : b->places;
        for (size_t k = 0; k < n; k++) {
            LB_TRY(blur_image(lb_executor_input(e->path) + k * e->values, b->scratch, e,
                              e->images + (first + k) * e->values, b->sigma, false, err));
        }
        lb_executor_set_batch(e->path, n);
        LB_TRY(lb_executor_forward(e->path, err));
        for (size_t k = 0; k < n; k++) {
            diagnostics[first + k].steps = b->steps;
            diagnostics[first + k].expected_sum -=
                (double)lb_executor_logits(e->path)[k * e->classes + e->targets[first + k]];
        }
    }
cleanup:
    return status;
}

static lb_status
attribute(lb_explainer *e, float *attribution, lb_diagnostics *diagnostics, lb_error *err)
{
    lb_status status = LB_OK;
    blur b = {.steps = 0};
    LB_TRY(blur_init(&b, e, attribution, err));
    LB_TRY(promise(diagnostics, &b, e, err));
    memset(attribution, 0, e->count * e->values * sizeof *attribution);
    const lb_path_samples points = {
        .count = b.steps, .data = &b, .fill = fill_point, .take = take_gradient};
    LB_TRY(lb_explainer_path_samples(e, &points, err));
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

const lb_method lb_blur_ig = {
    .name = "blur_ig",
    .summary = "gradients integrated along the path of a Gaussian blur",
    .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH,
    .parameters = (const char *const[]){"blur_steps", "blur_sigma", "convolution", NULL},
    .attribute = attribute};
