/* SPDX-License-Identifier: MIT */
/* Runs methods over images, a batch at a time. */
#include <math.h>
#include <string.h>

#include "effort.h"
#include "lrp.h"
#include "perturbation.h"

/* ITU-R BT.601 luma as rounded in the reference study. */
static const float luma[LB_INPUT_CHANNELS] = {0.2989f, 0.5870f, 0.1140f};

const char *const LB_TARGET_OUTPUTS[] = {"usual", "logit", "probability", NULL};

void
lb_explain_defaults(lb_explain_options *options)
{
    *options = (lb_explain_options){.steps = 50,
                                    .samples = 5,
                                    .batch = 16,
                                    .memory = 700,
                                    .lrp = lb_lrp_defaults,
                                    .perturbation = lb_perturbation_defaults,
                                    .blur_steps = 50,
                                    .xrai_steps = 50,
                                    .xrai_dilation = 5,
                                    .smooth_samples = 50,
                                    .noise = 0.15,
                                    .sign_threshold = 0.5,
                                    .cam_block = LB_BLOCKS,
                                    .expected_samples = 50,
                                    .backgrounds = 20,
                                    .maximum_steps = 800,
                                    .pattern_images = 200};
}

void
lb_attribution_map(float *map, const float *attribution, size_t count, size_t pixels)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        const float *red = attribution + i * LB_INPUT_CHANNELS * pixels;
        for (size_t p = 0; p < pixels; p++) {
            map[i * pixels + p] = luma[0] * fabsf(red[p]) + luma[1] * fabsf(red[pixels + p]) +
                                  luma[2] * fabsf(red[2 * pixels + p]);
        }
    }
}

void
lb_attribution_map_double(double *map, const double *attribution, size_t pixels)
{
    const double *green = attribution + pixels, *blue = attribution + 2 * pixels;
    for (size_t p = 0; p < pixels; p++) {
        map[p] = 0.2989 * fabs(attribution[p]) + 0.5870 * fabs(green[p]) + 0.1140 * fabs(blue[p]);
    }
}

/* pixels (count, H, W) to all channels of the attribution, and in place to maps. */
static void
spread_pixels(float *attribution, float *pixels, size_t count, size_t size, bool positive)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
            memcpy(attribution + (i * LB_INPUT_CHANNELS + c) * size, pixels + i * size,
                   size * sizeof *pixels);
        }
    }
    for (size_t p = 0; p < count * size; p++) {
        pixels[p] = positive ? fmaxf(pixels[p], 0) : fabsf(pixels[p]);
    }
}

static lb_status
load_batch(lb_explainer *e, const float *images, size_t channels, lb_error *err)
{
    size_t values = e->count * channels * e->pixels;
    size_t bad = lb_first_not_finite(images, values);
    if (bad < values) {
        return lb_fail(err, LB_ERROR_NUMERIC, "image %zu has a value that is not finite",
                       e->items[bad / (channels * e->pixels)]);
    }
    for (size_t i = 0; i < e->count; i++) {
        const float *image = images + i * channels * e->pixels;
        for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
            memcpy(e->images + i * e->values + c * e->pixels,
                   image + (channels == 1 ? 0 : c) * e->pixels, e->pixels * sizeof *image);
        }
        for (size_t p = 0; p < e->pixels; p++) {
            e->grey[i * e->pixels + p] = channels == 1
                                             ? image[p]
                                             : luma[0] * image[p] + luma[1] * image[e->pixels + p] +
                                                   luma[2] * image[2 * e->pixels + p];
        }
    }
    e->has_gradient = e->has_check = false;
    return LB_OK;
}

static void
certify(lb_explainer *e, const lb_method *method)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < e->count; i++) {
        lb_diagnose_map(&e->diagnostics[i], e->map + i * e->pixels, e->pixels);
        if (method->needs != 0) {
            lb_diagnose_sum(&e->diagnostics[i], e->attribution + i * e->values, e->values);
        }
    }
}

static lb_status
run_method(lb_explainer *e, size_t index, lb_explanation_sink sink, void *sink_data, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_method *method = lb_method_at(index);
    lb_explainer_begin_method(e, index);
    for (size_t i = 0; i < e->count; i++) {
        e->diagnostics[i] = LB_NO_DIAGNOSTICS;
    }
    if (method->needs == 0) {
        LB_TRY(method->map(e, e->map, err));
    } else if (method->pixels != NULL) {
        LB_TRY(method->pixels(e, e->map, err));
        spread_pixels(e->attribution, e->map, e->count, e->pixels, method->positive);
    } else {
        LB_TRY(method->attribute(e, e->attribution, e->diagnostics, err));
        lb_attribution_map(e->map, e->attribution, e->count, e->pixels);
    }
    certify(e, method);
    if (method->of_gradient && e->options->check_gradient > 0) {
        LB_TRY(lb_explainer_check_gradient(e->diagnostics, e, err));
    }
    const lb_explanation explanation = {.method = index,
                                        .count = e->count,
                                        .items = e->items,
                                        .height = e->height,
                                        .width = e->width,
                                        .attribution = method->needs == 0 ? NULL : e->attribution,
                                        .map = e->map,
                                        .diagnostics = e->diagnostics};
    LB_TRY(sink(sink_data, &explanation, err));
    lb_explainer_end_method(e);
cleanup:
    return status;
}

static lb_status
run_batch(lb_explainer *e, lb_explanation_sink sink, void *sink_data, lb_error *err)
{
    lb_status status = LB_OK;
    if (e->pass != NULL) {
        memcpy(lb_executor_input(e->pass), e->images, e->count * e->values * sizeof *e->images);
        LB_TRY(lb_executor_forward(e->pass, err));
        for (size_t i = 0; i < e->count * e->classes; i++) {
            if (!isfinite(lb_executor_logits(e->pass)[i])) {
                LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                               "image %zu: the network's output is not finite",
                               e->items[i / e->classes]));
            }
        }
    }
    for (size_t m = 0; m < e->method_count; m++) {
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(run_method(e, e->methods[m], sink, sink_data, err));
    }
cleanup:
    return status;
}

static lb_status
check_images(const lb_explainer *e, size_t channels, size_t count, const uint16_t *targets,
             lb_error *err)
{
    if (channels != 1 && channels != LB_INPUT_CHANNELS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "images have %zu channels: must be 1 or 3",
                       channels);
    }
    for (size_t i = 0; e->classes > 0 && i < count; i++) {
        if (targets[i] >= e->classes) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "image %zu: target %u, the network has %zu classes", i, targets[i],
                           e->classes);
        }
    }
    return LB_OK;
}

static lb_status
check_create(const lb_network *network, unsigned needs, const lb_explain_options *options,
             lb_error *err)
{
    if (options->steps == 0 || options->samples == 0 || options->batch == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "steps, samples and batch must be at least 1");
    }
    if (needs != 0 && network == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "these methods need a network");
    }
    return LB_OK;
}

lb_status
lb_explainer_create(lb_explainer **out, lb_network *network, size_t height, size_t width,
                    size_t count, const size_t *methods, size_t method_count,
                    const lb_explain_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer *e = NULL;
    unsigned needs = 0;
    for (size_t m = 0; m < method_count; m++) {
        needs |= lb_method_at(methods[m])->needs;
    }
    LB_TRY(check_create(network, needs, options, err));
    LB_ALLOC(e, 1);
    e->options = options;
    e->network = network;
    e->batch = options->batch < count ? options->batch : count;
    e->batch = e->batch > 0 ? e->batch : 1;
    e->height = height;
    e->width = width;
    e->pixels = height * width;
    e->values = LB_INPUT_CHANNELS * e->pixels;
    e->method_count = method_count;
    LB_ALLOC(e->effort, 1);
    LB_ALLOC(e->methods, method_count);
    memcpy(e->methods, methods, method_count * sizeof *methods);
    LB_TRY(lb_explainer_plan(e, needs, err));
    LB_ALLOC(e->map, e->batch * e->pixels);
    LB_ALLOC(e->diagnostics, e->batch);
    LB_ALLOC(e->attribution, needs != 0 ? e->batch * e->values : 1);
    *out = e;
    e = NULL;
cleanup:
    lb_explainer_free(e);
    return status;
}

void
lb_explainer_free(lb_explainer *e)
{
    if (e == NULL) {
        return;
    }
    lb_explainer_release(e);
    lb_free(e->effort);
    lb_free(e->methods);
    lb_free(e->map);
    lb_free(e->diagnostics);
    lb_free(e->attribution);
    lb_free(e);
}

lb_status
lb_explainer_run(lb_explainer *e, const float *images, size_t channels, size_t count,
                 const size_t *items, const uint16_t *targets, lb_explanation_sink sink,
                 void *sink_data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_images(e, channels, count, targets, err));
    e->context = context;
    lb_explainer_begin(e, count);
    for (size_t start = 0; start < count; start += e->batch) {
        e->count = count - start < e->batch ? count - start : e->batch;
        e->items = items + start;
        e->targets = targets + start;
        LB_TRY(load_batch(e, images + start * channels * e->pixels, channels, err));
        LB_TRY(run_batch(e, sink, sink_data, err));
    }
cleanup:
    return status;
}

lb_status
lb_explain(lb_network *network, const float *images, size_t channels, size_t height, size_t width,
           size_t count, const size_t *items, const uint16_t *targets, const size_t *methods,
           size_t method_count, const lb_explain_options *options, lb_explanation_sink sink,
           void *sink_data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer *e = NULL;
    LB_TRY(lb_explainer_create(&e, network, height, width, count, methods, method_count, options,
                               err));
    LB_TRY(lb_explainer_run(e, images, channels, count, items, targets, sink, sink_data, context,
                            err));
cleanup:
    lb_explainer_free(e);
    return status;
}
