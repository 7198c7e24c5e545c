/* SPDX-License-Identifier: MIT */
#include "batch_loader.h"

#include <string.h>

#include "base/platform.h"

/* Grey images are repeated to three channels. */
static void
expand(float *out, const float *image, size_t channels, size_t pixels)
{
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        memcpy(out + c * pixels, image + (channels == 1 ? 0 : c) * pixels, pixels * sizeof *out);
    }
}

static lb_status
fill_images(float *input, const lb_batch_loader *loader, const size_t *index, size_t n,
            lb_error *err)
{
    const lb_image_loader *source = loader->source;
    size_t pixels = source->height * source->width;
    lb_status status = source->read(source->data, loader->staging, index, n, err);
    size_t values = n * source->channels * pixels;
    size_t bad = status == LB_OK ? lb_first_not_finite(loader->staging, values) : values;
    if (bad < values) {
        return lb_fail(err, LB_ERROR_NUMERIC, "image %zu has a value that is not finite",
                       index[bad / (source->channels * pixels)]);
    }
    for (size_t i = 0; status == LB_OK && i < n; i++) {
        expand(input + i * LB_INPUT_CHANNELS * pixels,
               loader->staging + i * source->channels * pixels, source->channels, pixels);
    }
    return status;
}

lb_status
lb_batch_loader_fill(float *input, const lb_batch_loader *loader, const size_t *index, size_t n,
                     lb_error *err)
{
    if (loader->features == NULL) {
        return fill_images(input, loader, index, n, err);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(input + i * loader->input_size, loader->features + index[i] * loader->input_size,
               loader->input_size * sizeof *input);
    }
    return LB_OK;
}

/* Anonymous memory, or a mapped temporary file where there is much. */
static lb_status
map_features(lb_batch_loader *loader, lb_error *err)
{
    const size_t most_in_memory = (size_t)640 << 20;
    size_t floats;
    if (lb_multiply(&floats, loader->source->count, loader->input_size, err) != LB_OK ||
        lb_multiply(&loader->bytes, floats, sizeof(float), err) != LB_OK) {
        return err->code;
    }
    void *mapped;
    lb_status status = loader->bytes > most_in_memory
                           ? lb_platform_map_temporary(&mapped, loader->bytes, "features", err)
                           : lb_platform_map_memory(&mapped, loader->bytes, "features", err);
    if (status == LB_OK) {
        loader->features = mapped;
    }
    return status;
}

lb_status
lb_image_loader_check(const lb_image_loader *loader, const char *name, lb_error *err)
{
    if (loader->read == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: the function read is NULL", name);
    }
    if (loader->channels != 1 && loader->channels != LB_INPUT_CHANNELS) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: %zu channels: must be 1 or %d", name,
                       loader->channels, LB_INPUT_CHANNELS);
    }
    if (loader->height == 0 || loader->width == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: height %zu and width %zu: must be above 0",
                       name, loader->height, loader->width);
    }
    return LB_OK;
}

size_t
lb_feature_batch(size_t height, size_t width)
{
    size_t usual = 224 * 224, batch = LB_FEATURE_BATCH * usual / (height * width);
    batch = batch < LB_FEATURE_BATCH ? batch : LB_FEATURE_BATCH;
    return batch > 0 ? batch : 1;
}

lb_status
lb_batch_loader_features(float *out, const lb_batch_loader *loader, lb_executor *executor,
                         size_t first, size_t count, const char *what, lb_error *err)
{
    lb_status status = LB_OK;
    size_t index[LB_FEATURE_BATCH], size = lb_executor_view_of(executor).output_size;
    size_t batch = lb_feature_batch(loader->source->height, loader->source->width);
    if (what != NULL) {
        lb_progress(loader->context, what, 0, count);
    }
    for (size_t done = 0; done < count; done += batch) {
        size_t n = count - done < batch ? count - done : batch;
        for (size_t i = 0; i < n; i++) {
            index[i] = first + done + i;
        }
        LB_TRY(lb_check_cancelled(loader->context, err));
        LB_TRY(fill_images(lb_executor_view_of(executor).input, loader, index, n, err));
        LB_TRY(lb_executor_forward(executor, err));
        memcpy(out + done * size, lb_executor_view_of(executor).outputs, n * size * sizeof *out);
        if (what != NULL) {
            lb_progress(loader->context, what, done + n, count);
        }
    }
cleanup:
    return status;
}

static lb_status
compute_features(lb_batch_loader *loader, lb_executor *executor, lb_error *err)
{
    return lb_batch_loader_features(loader->features, loader, executor, 0, loader->source->count,
                                    "features of frozen blocks", err);
}

lb_status
lb_batch_loader_init(lb_batch_loader *out, lb_network *network, const lb_image_loader *source,
                     size_t first_block, size_t batch, const lb_compute *compute,
                     const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_executor *executor = NULL;
    lb_batch_loader loader = {.source = source, .context = context};
    size_t pixels = source->height * source->width;
    loader.input_size = LB_INPUT_CHANNELS * pixels;
    batch = first_block > 0 ? lb_feature_batch(source->height, source->width) : batch;
    LB_ALLOC(loader.staging, batch * source->channels * pixels);
    if (first_block > 0) {
        const lb_executor_options options = {.purpose = LB_EXECUTOR_FEATURES,
                                             .batch = batch,
                                             .height = source->height,
                                             .width = source->width,
                                             .last_block = first_block,
                                             .compute = *compute};
        LB_TRY(lb_executor_create(&executor, network, &options, err));
        loader.input_size = lb_executor_view_of(executor).output_size;
        LB_TRY(map_features(&loader, err));
        if (source->begin_epoch == NULL) {
            LB_TRY(compute_features(&loader, executor, err));
        } else {
            loader.executor = executor;
            executor = NULL;
        }
    }
    *out = loader;
    loader = (lb_batch_loader){.source = NULL};
cleanup:
    lb_executor_free(executor);
    lb_batch_loader_release(&loader);
    return status;
}

lb_status
lb_batch_loader_begin_epoch(lb_batch_loader *loader, size_t epoch, lb_error *err)
{
    const lb_image_loader *source = loader->source;
    lb_status status =
        source->begin_epoch == NULL ? LB_OK : source->begin_epoch(source->data, epoch, err);
    if (status == LB_OK && loader->executor != NULL) {
        status = compute_features(loader, loader->executor, err);
    }
    return status;
}

void
lb_batch_loader_release(lb_batch_loader *loader)
{
    lb_executor_free(loader->executor);
    lb_platform_unmap(loader->features, loader->bytes);
    lb_free(loader->staging);
    *loader = (lb_batch_loader){.source = NULL};
}
