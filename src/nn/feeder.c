/* SPDX-License-Identifier: MIT */
#include "feeder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Grey images are repeated to three channels. */
static void
expand(float *out, const float *image, size_t channels, size_t pixels)
{
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        memcpy(out + c * pixels, image + (channels == 1 ? 0 : c) * pixels, pixels * sizeof *out);
    }
}

static lb_status
fill_images(float *input, const lb_feeder *feeder, const size_t *index, size_t n, lb_error *err)
{
    const lb_image_source *source = feeder->source;
    size_t pixels = source->height * source->width;
    lb_status status = source->read(source->data, feeder->staging, index, n, err);
    size_t values = n * source->channels * pixels;
    size_t bad = status == LB_OK ? lb_first_not_finite(feeder->staging, values) : values;
    if (bad < values) {
        return lb_fail(err, LB_ERROR_NUMERIC, "image %zu has a value that is not finite",
                       index[bad / (source->channels * pixels)]);
    }
    for (size_t i = 0; status == LB_OK && i < n; i++) {
        expand(input + i * LB_INPUT_CHANNELS * pixels,
               feeder->staging + i * source->channels * pixels, source->channels, pixels);
    }
    return status;
}

lb_status
lb_feeder_fill(float *input, const lb_feeder *feeder, const size_t *index, size_t n, lb_error *err)
{
    if (feeder->features == NULL) {
        return fill_images(input, feeder, index, n, err);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(input + i * feeder->input_size, feeder->features + index[i] * feeder->input_size,
               feeder->input_size * sizeof *input);
    }
    return LB_OK;
}

/* A file of this size that has no name and so vanishes with the process. All of it is allocated: a
 * full disk is an error here instead of a signal at some later write to the mapping. */
static lb_status
open_temporary(int *out, size_t bytes, lb_error *err)
{
    const char *folder = getenv("TMPDIR");
    folder = folder != NULL && folder[0] != '\0' ? folder : "/tmp";
    char *path = lb_format(err, "%s/lesionbench-XXXXXX", folder);
    if (path == NULL) {
        return err->code;
    }
    int file = mkstemp(path);
    int reason = file < 0 ? errno : 0;
    if (file >= 0) {
        unlink(path);
        reason = posix_fallocate(file, 0, (off_t)bytes);
    }
    lb_free(path);
    if (reason != 0) {
        if (file >= 0) {
            close(file);
        }
        return lb_fail(err, LB_ERROR_IO,
                       "cannot make a temporary file of %zu MB for features in %s: %s (set TMPDIR)",
                       (bytes + 0xFFFFF) >> 20, folder, strerror(reason));
    }
    *out = file;
    return LB_OK;
}

/* Anonymous memory, or a mapped temporary file where there is much. */
static lb_status
map_features(lb_feeder *feeder, lb_error *err)
{
    const size_t most_in_memory = (size_t)640 << 20;
    size_t floats;
    if (lb_multiply(&floats, feeder->source->count, feeder->input_size, err) != LB_OK ||
        lb_multiply(&feeder->bytes, floats, sizeof(float), err) != LB_OK) {
        return err->code;
    }
    int flags = MAP_PRIVATE | MAP_ANONYMOUS, file = -1;
    if (feeder->bytes > most_in_memory) {
        lb_status status = open_temporary(&file, feeder->bytes, err);
        if (status != LB_OK) {
            return status;
        }
        flags = MAP_SHARED;
    }
    void *mapped = mmap(NULL, feeder->bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    if (file >= 0) {
        close(file); /* the mapping keeps it */
    }
    if (mapped == MAP_FAILED) {
        return lb_fail_errno(err, "cannot hold %zu bytes of features", feeder->bytes);
    }
    feeder->features = mapped;
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
lb_feeder_features(float *out, const lb_feeder *feeder, lb_pass *pass, size_t first, size_t count,
                   const char *what, lb_error *err)
{
    lb_status status = LB_OK;
    size_t index[LB_FEATURE_BATCH], size = lb_pass_features_size(pass);
    size_t batch = lb_feature_batch(feeder->source->height, feeder->source->width);
    if (what != NULL) {
        lb_progress(feeder->context, what, 0, count);
    }
    for (size_t done = 0; done < count; done += batch) {
        size_t n = count - done < batch ? count - done : batch;
        for (size_t i = 0; i < n; i++) {
            index[i] = first + done + i;
        }
        LB_TRY(lb_check_cancelled(feeder->context, err));
        LB_TRY(fill_images(lb_pass_input(pass), feeder, index, n, err));
        LB_TRY(lb_pass_forward(pass, err));
        memcpy(out + done * size, lb_pass_features(pass), n * size * sizeof *out);
        if (what != NULL) {
            lb_progress(feeder->context, what, done + n, count);
        }
    }
cleanup:
    return status;
}

static lb_status
compute_features(lb_feeder *feeder, lb_pass *pass, lb_error *err)
{
    return lb_feeder_features(feeder->features, feeder, pass, 0, feeder->source->count,
                              "features of frozen blocks", err);
}

lb_status
lb_feeder_init(lb_feeder *out, lb_network *network, const lb_image_source *source,
               size_t first_block, size_t batch, const lb_compute *compute,
               const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pass *pass = NULL;
    lb_feeder feeder = {.source = source, .context = context};
    size_t pixels = source->height * source->width;
    feeder.input_size = LB_INPUT_CHANNELS * pixels;
    batch = first_block > 0 ? lb_feature_batch(source->height, source->width) : batch;
    LB_ALLOC(feeder.staging, batch * source->channels * pixels);
    if (first_block > 0) {
        const lb_pass_options options = {.batch = batch,
                                         .height = source->height,
                                         .width = source->width,
                                         .last_block = first_block,
                                         .forget = true,
                                         .compute = *compute};
        LB_TRY(lb_pass_create(&pass, network, &options, err));
        feeder.input_size = lb_pass_features_size(pass);
        LB_TRY(map_features(&feeder, err));
        if (source->begin_epoch == NULL) {
            LB_TRY(compute_features(&feeder, pass, err));
        } else {
            feeder.pass = pass;
            pass = NULL;
        }
    }
    *out = feeder;
    feeder = (lb_feeder){.source = NULL};
cleanup:
    lb_pass_free(pass);
    lb_feeder_release(&feeder);
    return status;
}

lb_status
lb_feeder_begin_epoch(lb_feeder *feeder, size_t epoch, lb_error *err)
{
    const lb_image_source *source = feeder->source;
    lb_status status =
        source->begin_epoch == NULL ? LB_OK : source->begin_epoch(source->data, epoch, err);
    if (status == LB_OK && feeder->pass != NULL) {
        status = compute_features(feeder, feeder->pass, err);
    }
    return status;
}

void
lb_feeder_release(lb_feeder *feeder)
{
    lb_pass_free(feeder->pass);
    if (feeder->features != NULL) {
        munmap(feeder->features, feeder->bytes);
    }
    lb_free(feeder->staging);
    *feeder = (lb_feeder){.source = NULL};
}
