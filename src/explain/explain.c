/* SPDX-License-Identifier: MIT */
/* Runs methods over images, a batch at a time. */
#include <math.h>
#include <string.h>

#include "background.h"
#include "explainer.h"
#include "lesionbench/patterns.h"
#include "lrp.h"
#include "perturbation.h"

/* ITU-R BT.601 luma as rounded in the reference study. */
static const float luma[LB_INPUT_CHANNELS] = {0.2989f, 0.5870f, 0.1140f};

const char *const LB_ANSWERS[] = {"usual", "logit", "probability", NULL};

void
lb_explain_defaults(lb_explain_options *options)
{
    *options = (lb_explain_options){.steps = 50,
                                    .samples = 5,
                                    .batch = 16,
                                    .memory = 512,
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

static void
attribution_map(float *map, const float *attribution, size_t count, size_t pixels)
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

/* Images and points go through the network in batches that memory allows; of these, points in the
 * one that leaves the fewest places empty, where each batch costs a fraction of a point besides. */
static size_t
points_at_a_time(size_t most, size_t points)
{
    const double cost_of_batch = 0.3;
    size_t best = most;
    double least = INFINITY;
    for (size_t batch = most; 2 * batch >= most && batch > 0; batch--) {
        double cost = (double)((points + batch - 1) / batch) * ((double)batch + cost_of_batch);
        if (cost < least) {
            least = cost;
            best = batch;
        }
    }
    return best;
}

static size_t
within(size_t value, size_t least, size_t most)
{
    return value < least ? least : value > most ? most : value;
}

static void
plan_batches(lb_explainer *e, const lb_network *network, unsigned needs, size_t count,
             const lb_pass_options *image, const lb_pass_options *point)
{
    const lb_explain_options *options = e->options;
    size_t memory = options->memory << 20;
    size_t image_bytes = lb_pass_image_bytes(network, image);
    size_t point_bytes = lb_pass_image_bytes(network, point);
    bool compares = (needs & LB_NEEDS_REFERENCE) != 0 && image->keep_preactivation;
    size_t references = compares ? 1 : 0;
    size_t images = memory / image_bytes;
    images = images > references ? images - references : 1;
    bool path = (needs & LB_NEEDS_PATH) != 0;
    e->batch =
        within(path ? images / 2 : images, 1, options->batch < count ? options->batch : count);
    size_t taken = (e->batch + references) * image_bytes;
    size_t most = within(memory > taken ? (memory - taken) / point_bytes : 1, 1, options->batch);
    e->points = points_at_a_time(most, e->batch * options->steps);
}

/* The baseline's logits, and where a rule compares with them its activations. */
static lb_status
compute_reference(lb_explainer *e, lb_network *network, const lb_pass_options *image, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pass *pass = e->pass;
    if (image->keep_preactivation) {
        lb_pass_options options = *image;
        options.batch = 1;
        options.backward = false;
        LB_TRY(lb_pass_create(&e->reference, network, &options, err));
        pass = e->reference;
    }
    LB_TRY(lb_pass_forward(pass, err)); /* a new pass's input is all 0 */
    LB_ALLOC(e->reference_logits, e->classes);
    memcpy(e->reference_logits, lb_pass_logits(pass), e->classes * sizeof *e->reference_logits);
    if (e->reference != NULL) {
        lb_pass_settle(e->reference);
    }
cleanup:
    return status;
}

/* The passes of images compute in double, so that what ReLU and pooling decide is right whatever
 * the algorithm of the way back. A path's many points do so in float32: each weighs little. */
static lb_status
plan_passes(lb_explainer *e, lb_network *network, unsigned needs, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pass_options image = {.height = e->height,
                             .width = e->width,
                             .last_block = LB_BLOCKS,
                             .backward = true,
                             .transient_weights = true,
                             .compute = e->options->compute};
    lb_pass_options point = image;
    image.in_double = true;
    image.keep_preactivation = (needs & LB_NEEDS_PREACTIVATION) != 0;
    point.decisions_only = true;
    plan_batches(e, network, needs, count, &image, &point);
    point.batch = e->points;
    image.batch = e->batch;
    if ((needs & LB_NEEDS_PATH) != 0) {
        LB_TRY(lb_pass_create(&e->path, network, &point, err));
        LB_ALLOC(e->first_sum, e->batch * lb_pass_first_size(e->path));
    }
    if ((needs & LB_NEEDS_COPIES) != 0) {
        LB_TRY(lb_perturbation_create(&e->perturbation, network, e->height, e->width, err));
    }
    if ((needs & ~(unsigned)LB_NEEDS_COPIES) != 0) {
        LB_TRY(lb_pass_create(&e->pass, network, &image, err));
    }
    if ((needs & LB_NEEDS_REFERENCE) != 0) {
        LB_TRY(compute_reference(e, network, &image, err));
    }
cleanup:
    return status;
}

static void
explainer_release(lb_explainer *e)
{
    lb_pass_free(e->pass);
    lb_pass_free(e->path);
    lb_pass_free(e->reference);
    lb_perturbation_free(e->perturbation);
    lb_free(e->images);
    lb_free(e->grey);
    lb_free(e->gradient);
    lb_free(e->first_sum);
    lb_free(e->reference_logits);
    lb_free(e->seeds);
    lb_background_free(e->background);
    lb_free(e->gradient_error);
    lb_patterns_free(e->patterns);
}

static lb_status
explainer_init(lb_explainer *e, lb_network *network, unsigned needs, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    if (needs != 0) {
        e->classes = lb_network_architecture(network)->classes;
        LB_TRY(plan_passes(e, network, needs, count, err));
        LB_ALLOC(e->gradient, e->batch * e->values);
        LB_ALLOC(e->gradient_error, e->batch);
        LB_ALLOC(e->seeds, (e->batch > e->points ? e->batch : e->points) * e->classes);
    }
    LB_ALLOC(e->images, e->batch * e->values);
    LB_ALLOC(e->grey, e->batch * e->pixels);
cleanup:
    return status;
}

/* What a batch of one method's results is written to. */
typedef struct results {
    float *attribution, *map;
    lb_certificate *certificates;
} results;

static void
certify(const lb_explainer *e, const lb_method *method, const results *r)
{
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < e->count; i++) {
        lb_certify_map(&r->certificates[i], r->map + i * e->pixels, e->pixels);
        if (method->needs != 0) {
            lb_certify_sum(&r->certificates[i], r->attribution + i * e->values, e->values);
        }
    }
}

static lb_status
run_method(lb_explainer *e, size_t index, const results *r, lb_explanation_sink sink,
           void *sink_data, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_method *method = lb_method_at(index);
    for (size_t i = 0; i < e->count; i++) {
        r->certificates[i] = LB_NO_CERTIFICATE;
    }
    if (method->needs == 0) {
        LB_TRY(method->map(e, r->map, err));
    } else if (method->pixels != NULL) {
        LB_TRY(method->pixels(e, r->map, err));
        spread_pixels(r->attribution, r->map, e->count, e->pixels, method->positive);
    } else {
        LB_TRY(method->attribute(e, r->attribution, r->certificates, err));
        attribution_map(r->map, r->attribution, e->count, e->pixels);
    }
    certify(e, method, r);
    if (method->of_gradient && e->options->check_gradient > 0) {
        LB_TRY(lb_explainer_check_gradient(r->certificates, e, err));
    }
    const lb_explanation explanation = {.method = index,
                                        .count = e->count,
                                        .items = e->items,
                                        .height = e->height,
                                        .width = e->width,
                                        .attribution = method->needs == 0 ? NULL : r->attribution,
                                        .map = r->map,
                                        .certificates = r->certificates};
    LB_TRY(sink(sink_data, &explanation, err));
cleanup:
    return status;
}

static lb_status
run_batch(lb_explainer *e, const size_t *methods, size_t method_count, const results *r,
          lb_explanation_sink sink, void *sink_data, lb_error *err)
{
    lb_status status = LB_OK;
    if (e->pass != NULL) {
        memcpy(lb_pass_input(e->pass), e->images, e->count * e->values * sizeof *e->images);
        LB_TRY(lb_pass_forward(e->pass, err));
        for (size_t i = 0; i < e->count * e->classes; i++) {
            if (!isfinite(lb_pass_logits(e->pass)[i])) {
                LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                               "image %zu: the network's output is not finite",
                               e->items[i / e->classes]));
            }
        }
    }
    for (size_t m = 0; m < method_count; m++) {
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(run_method(e, methods[m], r, sink, sink_data, err));
    }
cleanup:
    return status;
}

static lb_status
check_request(const lb_network *network, unsigned needs, const lb_explain_options *options,
              size_t channels, size_t count, const uint8_t *targets, lb_error *err)
{
    if (channels != 1 && channels != LB_INPUT_CHANNELS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "images have %zu channels: must be 1 or 3",
                       channels);
    }
    if (options->steps == 0 || options->samples == 0 || options->batch == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "steps, samples and batch must be at least 1");
    }
    if (needs != 0 && network == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "these methods need a network");
    }
    for (size_t i = 0; needs != 0 && i < count; i++) {
        size_t classes = lb_network_architecture(network)->classes;
        if (targets[i] >= classes) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "image %zu: target %u, the network has %zu classes", i, targets[i],
                           classes);
        }
    }
    return LB_OK;
}

lb_status
lb_explain(lb_network *network, const float *images, size_t channels, size_t height, size_t width,
           size_t count, const size_t *items, const uint8_t *targets, const size_t *methods,
           size_t method_count, const lb_explain_options *options, lb_explanation_sink sink,
           void *sink_data, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    results r = {NULL, NULL, NULL};
    lb_explainer e = {.options = options,
                      .context = context,
                      .network = network,
                      .batch = options->batch,
                      .height = height,
                      .width = width,
                      .pixels = height * width,
                      .values = LB_INPUT_CHANNELS * height * width};
    unsigned needs = 0;
    for (size_t m = 0; m < method_count; m++) {
        needs |= lb_method_at(methods[m])->needs;
    }
    LB_TRY(check_request(network, needs, options, channels, count, targets, err));
    LB_TRY(explainer_init(&e, network, needs, count, err));
    LB_ALLOC(r.map, e.batch * e.pixels);
    LB_ALLOC(r.certificates, e.batch);
    LB_ALLOC(r.attribution, needs != 0 ? e.batch * e.values : 1);
    for (size_t start = 0; start < count; start += e.batch) {
        e.count = count - start < e.batch ? count - start : e.batch;
        e.items = items + start;
        e.targets = targets + start;
        LB_TRY(load_batch(&e, images + start * channels * e.pixels, channels, err));
        LB_TRY(run_batch(&e, methods, method_count, &r, sink, sink_data, err));
        lb_progress(context, "explaining", start + e.count, count);
    }
cleanup:
    lb_free(r.attribution);
    lb_free(r.map);
    lb_free(r.certificates);
    explainer_release(&e);
    return status;
}
