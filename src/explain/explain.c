/* SPDX-License-Identifier: MIT */
/* Runs methods over images, a batch at a time. */
#include <math.h>
#include <string.h>

#include "lrp.h"
#include "perturbation.h"
#include "progress.h"
#include "table.h"

/* ITU-R BT.601 luma as rounded in the reference study. */
static const float luma[LB_INPUT_CHANNELS] = {0.2989f, 0.5870f, 0.1140f};

void
lb_explain_defaults(lb_explain_options *options)
{
    *options = (lb_explain_options){.struct_size = sizeof *options,
                                    .steps = 50,
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
    lb_session *session = &e->session;
    size_t pixels = session->pixels, values = session->values, count = e->batch.count;
    size_t given = count * channels * pixels, bad = lb_first_not_finite(images, given);
    if (bad < given) {
        return lb_fail(err, LB_ERROR_NUMERIC, "image %zu has a value that is not finite",
                       e->batch.items[bad / (channels * pixels)]);
    }
    for (size_t i = 0; i < count; i++) {
        const float *image = images + i * channels * pixels;
        for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
            memcpy(e->images + i * values + c * pixels, image + (channels == 1 ? 0 : c) * pixels,
                   pixels * sizeof *image);
        }
        for (size_t p = 0; p < pixels; p++) {
            e->grey[i * pixels + p] = channels == 1
                                          ? image[p]
                                          : luma[0] * image[p] + luma[1] * image[pixels + p] +
                                                luma[2] * image[2 * pixels + p];
        }
    }
    session->has_gradient = session->has_check = false;
    return LB_OK;
}

static void
diagnose(lb_explainer *e)
{
    bool control = lb_method_is_control(e->session.method);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < e->batch.count; i++) {
        lb_diagnose_map(&e->diagnostics[i], e->map + i * e->session.pixels, e->session.pixels);
        if (!control) {
            lb_diagnose_sum(&e->diagnostics[i], e->attribution + i * e->session.values,
                            e->session.values);
        }
    }
}

/* Fills attribution and map, or of a control the map. */
static lb_status
attribute(lb_explainer *e, const lb_method *method, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = e->batch.count, pixels = e->session.pixels;
    bool is_map = (method->flags & (LB_METHOD_CONTROL | LB_METHOD_PER_PIXEL)) != 0;
    lb_explain_options options = *e->session.options;
    lb_method_set_defaults(method, &options);
    e->session.method = e->batch.method = method;
    e->batch.options = &options;
    e->session.current = &e->batch;
    LB_TRY(method->attribute(is_map ? e->map : e->attribution, e->diagnostics, &e->session,
                             &e->batch, err));
    if (!is_map) {
        lb_attribution_map(e->map, e->attribution, count, pixels);
    } else if (!lb_method_is_control(method)) {
        spread_pixels(e->attribution, e->map, count, pixels,
                      (method->flags & LB_METHOD_POSITIVE) != 0);
    }
    diagnose(e);
    if ((method->flags & LB_METHOD_OF_GRADIENT) != 0 && options.check_gradient > 0) {
        LB_TRY(lb_session_check_gradient(e->diagnostics, &e->session, &e->batch, err));
    }
cleanup:
    e->batch.options = e->session.options;
    return status;
}

static lb_status
run_method(lb_explainer *e, const lb_method *method, lb_explanation_sink sink, void *sink_data,
           lb_error *err)
{
    lb_status status = LB_OK;
    e->session.method = method;
    lb_explainer_begin_method(e);
    for (size_t i = 0; i < e->batch.count; i++) {
        e->diagnostics[i] = lb_no_diagnostics;
    }
    LB_TRY(attribute(e, method, err));
    const lb_explanation explanation = {.method = method,
                                        .count = e->batch.count,
                                        .items = e->batch.items,
                                        .height = e->session.height,
                                        .width = e->session.width,
                                        .attribution =
                                            lb_method_is_control(method) ? NULL : e->attribution,
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
    lb_session *session = &e->session;
    if (session->executor != NULL) {
        memcpy(lb_executor_view_of(session->executor).input, e->images,
               e->batch.count * session->values * sizeof *e->images);
        LB_TRY(lb_executor_forward(session->executor, err));
        for (size_t i = 0; i < e->batch.count * session->classes; i++) {
            if (!isfinite(lb_executor_view_of(session->executor).logits[i])) {
                LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                               "image %zu: the network's output is not finite",
                               e->batch.items[i / session->classes]));
            }
        }
    }
    for (size_t m = 0; m < e->method_count; m++) {
        LB_TRY(lb_check_cancelled(session->context, err));
        LB_TRY(run_method(e, e->methods[m], sink, sink_data, err));
    }
cleanup:
    return status;
}

static lb_status
check_images(const lb_explainer *e, size_t channels, size_t count, const int32_t *targets,
             lb_error *err)
{
    size_t classes = e->session.classes;
    if (count > 0 && (classes > 0 && targets == NULL)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "lb_explainer_run: targets is NULL");
    }
    if (channels != 1 && channels != LB_INPUT_CHANNELS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "images have %zu channels: must be 1 or 3",
                       channels);
    }
    for (size_t i = 0; classes > 0 && i < count; i++) {
        if (targets[i] < 0 || (size_t)targets[i] >= classes) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "image %zu: target %d, the network has %zu classes", i, (int)targets[i],
                           classes);
        }
    }
    return LB_OK;
}

static lb_status
check_methods(const lb_method *const *methods, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    if (count == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "lb_explainer_create: method_count is 0");
    }
    LB_TRY(lb_check_pointer(methods, "lb_explainer_create", "methods", err));
cleanup:
    return status;
}

static lb_status
check_size(size_t height, size_t width, lb_error *err)
{
    enum { MAX_SIDE = 1 << 14 };
    if (height == 0 || width == 0 || height > MAX_SIDE || width > MAX_SIDE) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "height %zu and width %zu of images: must be 1 to %d", height, width,
                       MAX_SIDE);
    }
    return LB_OK;
}

/* What the tables of settings hold back from the command line and from study files. */
static lb_status
check_options(const lb_explain_options *o, lb_error *err)
{
    const lb_perturbation_options *p = &o->perturbation;
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"lrp.epsilon", o->lrp.epsilon},
                   {"lrp.stabilizer", o->lrp.stabilizer},
                   {"lrp.gamma", o->lrp.gamma},
                   {"lrp.alpha", o->lrp.alpha},
                   {"perturbation.hidden_value", p->hidden_value},
                   {"perturbation.rise_probability", p->rise_probability},
                   {"perturbation.compactness", p->compactness},
                   {"perturbation.lime_width", p->lime_width},
                   {"perturbation.lime_ridge", p->lime_ridge},
                   {"blur_sigma", o->blur_sigma},
                   {"noise", o->noise},
                   {"sign_threshold", o->sign_threshold},
                   {"tolerance", o->tolerance}};
    const struct {
        const char *name;
        size_t value, last;
    } choices[] = {{"compute.convolution", o->compute.convolution, LB_CONVOLUTION_DIRECT},
                   {"compute.precision", o->compute.precision, LB_PRECISION_BF16},
                   {"lrp.bias", o->lrp.bias, LB_LRP_BIAS_IGNORED},
                   {"lrp.first", o->lrp.first, LB_LRP_FIRST_SAME},
                   {"perturbation.answer", p->answer, LB_TARGET_PROBABILITY},
                   {"perturbation.hide_with", p->hide_with, LB_INFILL_MEAN}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!isfinite(numbers[i].value)) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%s is not finite", numbers[i].name);
        }
    }
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        if (choices[i].value > choices[i].last) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%s is %zu, the last choice is %zu",
                           choices[i].name, choices[i].value, choices[i].last);
        }
    }
    if (o->cam_block == 0 || o->cam_block > LB_BLOCKS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "cam_block %zu: must be 1 to %d", o->cam_block,
                       LB_BLOCKS);
    }
    return LB_OK;
}

static lb_status
check_create(const lb_network *network, unsigned needs, const lb_explain_options *options,
             lb_error *err)
{
    if (options->struct_size != sizeof *options) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "struct_size of the options is %zu, not %zu: fill them with "
                       "lb_explain_defaults() of the version that is linked",
                       options->struct_size, sizeof *options);
    }
    if (options->steps == 0 || options->samples == 0 || options->batch == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "steps, samples and batch must be at least 1");
    }
    if (needs != 0 && network == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "these methods need a network");
    }
    return LB_OK;
}

static lb_status
plan(lb_explainer *e, unsigned needs, lb_error *err)
{
    lb_status status = LB_OK;
    lb_session *session = &e->session;
    LB_TRY(lb_session_plan(session, needs, err));
    size_t batch = session->batch;
    LB_ALLOC(e->images, batch * session->values);
    LB_ALLOC(e->grey, batch * session->pixels);
    LB_ALLOC(e->map, batch * session->pixels);
    LB_ALLOC(e->diagnostics, batch);
    LB_ALLOC(e->attribution, needs != 0 ? batch * session->values : 1);
    e->batch = (lb_batch){.height = session->height,
                          .width = session->width,
                          .pixels = session->pixels,
                          .values = session->values,
                          .classes = session->classes,
                          .images = e->images,
                          .grey = e->grey};
cleanup:
    return status;
}

lb_status
lb_explainer_create(lb_explainer **out, lb_network *network, size_t height, size_t width,
                    size_t count, const lb_method *const *methods, size_t method_count,
                    const lb_explain_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer *e = NULL;
    unsigned needs = 0;
    LB_NOT_NULL(out);
    LB_NOT_NULL(options);
    LB_TRY(check_methods(methods, method_count, err));
    LB_TRY(check_size(height, width, err));
    LB_TRY(check_options(options, err));
    for (size_t m = 0; m < method_count; m++) {
        if (methods[m] == NULL) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "method %zu of %zu is NULL: lb_method_find() knows none of its name", m,
                           method_count);
        }
        needs |= methods[m]->needs;
    }
    LB_TRY(check_create(network, needs, options, err));
    lb_methods_in_use();
    LB_ALLOC(e, 1);
    size_t batch = options->batch < count ? options->batch : count;
    e->session = (lb_session){.options = options,
                              .network = network,
                              .batch = batch > 0 ? batch : 1,
                              .height = height,
                              .width = width,
                              .pixels = height * width,
                              .values = LB_INPUT_CHANNELS * height * width};
    e->method_count = method_count;
    LB_ALLOC(e->methods, method_count);
    for (size_t m = 0; m < method_count; m++) {
        e->methods[m] = methods[m];
    }
    LB_TRY(plan(e, needs, err));
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
    lb_session_release(&e->session);
    lb_free(e->methods);
    lb_free(e->images);
    lb_free(e->grey);
    lb_free(e->map);
    lb_free(e->diagnostics);
    lb_free(e->attribution);
    lb_free(e);
}

lb_status
lb_explainer_run(lb_explainer *e, const float *images, size_t channels, size_t count,
                 const size_t *items, const int32_t *targets, lb_explanation_sink sink,
                 void *sink_data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(e);
    if (count > 0) {
        LB_NOT_NULL(images);
        LB_NOT_NULL(items);
    }
    if (sink == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: sink is NULL", __func__);
    }
    size_t batch = e->session.batch;
    LB_TRY(check_images(e, channels, count, targets, err));
    e->session.context = e->batch.context = context;
    lb_explainer_begin(e, count);
    for (size_t start = 0; start < count; start += batch) {
        e->batch.count = count - start < batch ? count - start : batch;
        e->batch.items = items + start;
        e->batch.targets = targets + start;
        LB_TRY(load_batch(e, images + start * channels * e->session.pixels, channels, err));
        LB_TRY(run_batch(e, sink, sink_data, err));
    }
cleanup:
    return status;
}

lb_status
lb_explain(lb_network *network, const float *images, size_t channels, size_t height, size_t width,
           size_t count, const size_t *items, const int32_t *targets,
           const lb_method *const *methods, size_t method_count, const lb_explain_options *options,
           lb_explanation_sink sink, void *sink_data, const lb_context *context, lb_error *err)
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
