/* SPDX-License-Identifier: MIT */
/* What a session computes with: executors, and batches that memory allows. */
#include <math.h>
#include <string.h>

#include "background.h"
#include "lesionbench/patterns.h"
#include "perturbation.h"
#include "session.h"

/* Images and points go through the network in batches that memory allows; of these, points in the
 * one that leaves the fewest places empty, where each batch costs a fraction of a point besides. */
static size_t
points_at_a_time(size_t max, size_t points)
{
    const double cost_of_batch = 0.3;
    size_t best = max;
    double min = INFINITY;
    for (size_t batch = max; 2 * batch >= max && batch > 0; batch--) {
        double cost = (double)((points + batch - 1) / batch) * ((double)batch + cost_of_batch);
        if (cost < min) {
            min = cost;
            best = batch;
        }
    }
    return best;
}

static size_t
clamp(size_t value, size_t min, size_t max)
{
    return value < min ? min : value > max ? max : value;
}

/* As if all methods were asked for, so that a map does not depend on its company: another batch can
 * mean another algorithm. */
static lb_status
plan_batches(lb_session *e, const lb_network *network, const lb_executor_options *image,
             const lb_executor_options *point, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_explain_options *options = e->options;
    lb_executor_options largest = *image;
    largest.keep_preactivation = true;
    size_t memory = options->memory << 20;
    size_t image_bytes = 0, point_bytes = 0;
    LB_TRY(lb_executor_image_bytes(&image_bytes, network, &largest, err));
    LB_TRY(lb_executor_image_bytes(&point_bytes, network, point, err));
    size_t used = 2 * image_bytes; /* an image and the baseline */
    size_t points = memory > used ? (memory - used) / point_bytes : 1;
    e->points = points_at_a_time(clamp(points, 1, options->batch), options->steps);
    used = image_bytes + e->points * point_bytes;
    size_t images = memory > used ? (memory - used) / image_bytes : 1;
    e->batch = clamp(images, 1, e->batch);
cleanup:
    return status;
}

/* The baseline's logits, and where a rule compares with them its activations. */
static lb_status
compute_reference(lb_session *e, lb_network *network, const lb_executor_options *image,
                  lb_error *err)
{
    lb_status status = LB_OK;
    lb_executor *executor = e->executor;
    if (image->keep_preactivation) {
        lb_executor_options options = *image;
        options.batch = 1;
        const lb_executor_switches switches = {.transient_weights = true,
                                               .forward_only = true,
                                               .share_workspace =
                                                   e->path != NULL ? e->path : executor};
        LB_TRY(lb_executor_create_with(&e->reference, network, &options, &switches, err));
        executor = e->reference;
    }
    LB_TRY(lb_executor_forward(executor, err)); /* a new executor's input is all 0 */
    LB_ALLOC(e->reference_logits, e->classes);
    memcpy(e->reference_logits, lb_executor_view_of(executor).logits,
           e->classes * sizeof *e->reference_logits);
    if (e->reference != NULL) {
        lb_executor_discard_workspace(e->reference);
    }
cleanup:
    return status;
}

/* The executor of images computes in double, so that what ReLU and pooling decide is right whatever
 * the algorithm of the way back. A path's many points do so in float32: each weighs little. */
static lb_status
plan_executors(lb_session *e, lb_network *network, unsigned needs, lb_error *err)
{
    lb_status status = LB_OK;
    lb_executor_switches switches = {.transient_weights = true};
    lb_executor_options image = {.purpose = LB_EXECUTOR_EXPLAIN,
                                 .batch = 1,
                                 .height = e->height,
                                 .width = e->width,
                                 .compute = e->options->compute};
    lb_executor_options point = image;
    image.keep_preactivation = (needs & LB_NEEDS_PREACTIVATION) != 0;
    point.purpose = LB_EXECUTOR_EXPLAIN_PATH;
    LB_TRY(plan_batches(e, network, &image, &point, err));
    point.batch = e->points;
    image.batch = e->batch;
    if ((needs & LB_NEEDS_PATH) != 0) {
        LB_TRY(lb_executor_create_with(&e->path, network, &point, &switches, err));
        LB_TRY(lb_executor_cache_zero_activations(e->path, err));
        LB_ALLOC(e->support, e->points * e->pixels);
        LB_ALLOC(e->first_sum, e->batch * lb_executor_view_of(e->path).first_size);
        switches.share_workspace = e->path;
    }
    if ((needs & LB_NEEDS_COPIES) != 0) {
        LB_TRY(lb_perturbation_create(&e->perturbation, network, e->height, e->width, err));
    }
    if ((needs & ~(unsigned)LB_NEEDS_COPIES) != 0) {
        LB_TRY(lb_executor_create_with(&e->executor, network, &image, &switches, err));
    }
    if ((needs & LB_NEEDS_REFERENCE) != 0) {
        LB_TRY(compute_reference(e, network, &image, err));
    }
cleanup:
    return status;
}

void
lb_session_release(lb_session *e)
{
    lb_executor_free(e->reference);
    lb_executor_free(e->executor);
    lb_executor_free(e->path); /* last: the others share its memory */
    lb_perturbation_free(e->perturbation);
    lb_free(e->gradient);
    lb_free(e->first_sum);
    lb_free(e->support);
    lb_free(e->reference_logits);
    lb_free(e->seeds);
    lb_free(e->whole);
    lb_background_free(e->background);
    lb_free(e->gradient_error);
    lb_patterns_free(e->patterns);
}

lb_status
lb_session_plan(lb_session *e, unsigned needs, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = e->network;
    if (needs != 0) {
        e->classes = lb_network_architecture(network)->classes;
        LB_TRY(plan_executors(e, network, needs, err));
        LB_ALLOC(e->gradient, e->batch * e->values);
        LB_ALLOC(e->gradient_error, e->batch);
        LB_ALLOC(e->seeds, (e->batch > e->points ? e->batch : e->points) * e->classes);
    }
cleanup:
    return status;
}
