/* SPDX-License-Identifier: MIT */
#include "background.h"

#include <string.h>

#include "lesionbench/random.h"
#include "lesionbench/training.h"

void
lb_background_free(lb_background *background)
{
    if (background == NULL) {
        return;
    }
    lb_executor_free(background->executor);
    lb_free(background->images);
    lb_free(background->logits);
    lb_free(background->known);
    lb_free(background);
}

lb_status
lb_background_check(const lb_batch *batch, lb_error *err)
{
    const lb_image_loader *source = batch->options->background;
    if (source == NULL || source->count == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s needs background images (--background X.npy, or --data with a training "
                       "split)",
                       batch->method->name);
    }
    if (source->height != batch->height || source->width != batch->width ||
        (source->channels != 1 && source->channels != LB_INPUT_CHANNELS)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "background images are %zu x %zu x %zu, the images to explain 3 x %zu x %zu",
                       source->channels, source->height, source->width, batch->height,
                       batch->width);
    }
    return LB_OK;
}

/* The first `count` of a shuffle of all. */
lb_status
lb_background_draw(size_t *out, size_t count, const lb_batch *batch, uint64_t item, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *order = NULL, all = batch->options->background->count;
    lb_random random;
    LB_ALLOC(order, all);
    for (size_t i = 0; i < all; i++) {
        order[i] = i;
    }
    lb_random_init(&random, batch->options->seed, LB_PURPOSE_REFERENCES, item);
    lb_random_shuffle(&random, order, all);
    memcpy(out, order, count * sizeof *out);
cleanup:
    lb_free(order);
    return status;
}

lb_status
lb_background_read(float *out, const lb_batch *batch, const size_t *indices, size_t n,
                   lb_error *err)
{
    lb_status status = LB_OK;
    const lb_image_loader *source = batch->options->background;
    for (size_t i = 0; i < n; i++) {
        float *image = out + i * batch->values;
        LB_TRY(source->read(source->data, image, &indices[i], 1, err));
        for (size_t c = 1; source->channels == 1 && c < LB_INPUT_CHANNELS; c++) {
            memcpy(image + c * batch->pixels, image, batch->pixels * sizeof *image);
        }
        if (lb_first_not_finite(image, batch->values) < batch->values) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                           "background image %zu has a value that is not finite", indices[i]));
        }
    }
cleanup:
    return status;
}

lb_status
lb_background_compute(lb_background *self, const lb_batch *batch, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    memcpy(lb_executor_view_of(self->executor).input, self->images + index * batch->values,
           batch->values * sizeof *self->images);
    LB_TRY(lb_executor_forward(self->executor, err));
    memcpy(self->logits + index * batch->classes, lb_executor_view_of(self->executor).logits,
           batch->classes * sizeof *self->logits);
    self->known[index] = true;
cleanup:
    return status;
}

lb_status
lb_background_logits(const float **out, lb_background *self, const lb_batch *batch, size_t index,
                     lb_error *err)
{
    lb_status status = LB_OK;
    if (!self->known[index]) {
        LB_TRY(lb_background_compute(self, batch, index, err));
    }
    *out = self->logits + index * batch->classes;
cleanup:
    return status;
}

lb_status
lb_session_background(lb_background **out, lb_session *session, const lb_batch *batch,
                      lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *self = NULL;
    size_t *indices = NULL;
    const lb_executor_options options = {.purpose = LB_EXECUTOR_EXPLAIN,
                                         .batch = 1,
                                         .height = batch->height,
                                         .width = batch->width,
                                         .keep_preactivation = true,
                                         .compute = batch->options->compute};
    const lb_executor_switches switches = {
        .transient_weights = true,
        .forward_only = true,
        .share_workspace = session->path != NULL ? session->path : session->executor};
    if (session->background != NULL) {
        *out = session->background;
        return LB_OK;
    }
    LB_TRY(lb_background_check(batch, err));
    LB_ALLOC(self, 1);
    size_t all = batch->options->background->count;
    self->count = batch->options->backgrounds < all ? batch->options->backgrounds : all;
    LB_ALLOC(self->images, self->count * batch->values);
    LB_ALLOC(self->logits, self->count * batch->classes);
    LB_ALLOC(self->known, self->count);
    LB_ALLOC(indices, self->count);
    LB_TRY(lb_background_draw(indices, self->count, batch, 0, err));
    LB_TRY(lb_background_read(self->images, batch, indices, self->count, err));
    LB_TRY(lb_executor_create_with(&self->executor, session->network, &options, &switches, err));
    *out = session->background = self;
    self = NULL;
cleanup:
    lb_free(indices);
    lb_background_free(self);
    return status;
}

lb_status
lb_session_background_images(const float **out, size_t *count, lb_session *session,
                             const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    lb_background *background = NULL;
    LB_TRY(lb_session_require(session, batch, true, LB_NEEDS_BACKGROUND,
                              "lb_session_background_images()", err));
    LB_TRY(lb_session_background(&background, session, batch, err));
    *out = background->images;
    *count = background->count;
cleanup:
    return status;
}
