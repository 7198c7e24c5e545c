/* SPDX-License-Identifier: MIT */
#include "lesionbench/loaders.h"

#include <omp.h>
#include <string.h>

#include "lesionbench/idx.h"
#include "lesionbench/image.h"
#include "lesionbench/random.h"
#include "loader_draw.h"

/* What any source may hold; what it does not need is NULL. */
typedef struct source_data {
    lb_dataset *dataset; /* borrowed */
    lb_split split;
    float *pixels;  /* (count, channels, height, width) */
    uint8_t *bytes; /* (count, byte_height, byte_width) */
    size_t byte_height, byte_width;
    double *small, *large; /* scratch of one image before and after resizing */
    int32_t *labels;
    size_t count;            /* of labels */
    size_t image_size;       /* channels x height x width */
    size_t side;             /* of resized images */
    lb_composer **composers; /* one for each thread */
    size_t composer_count, epoch;
} source_data;

static void
free_data(void *held)
{
    source_data *data = held;
    if (data != NULL) {
        lb_free(data->pixels);
        lb_free(data->bytes);
        lb_free(data->small);
        lb_free(data->large);
        lb_free(data->labels);
        for (size_t i = 0; i < data->composer_count; i++) {
            lb_composer_free(data->composers[i]);
        }
        lb_free(data->composers);
        lb_free(data);
    }
}

void
lb_loader_release(lb_image_loader *source)
{
    if (source->release != NULL) {
        source->release(source->data);
    }
    *source = (lb_image_loader){0};
}

size_t
lb_loader_classes(const lb_image_loader *source)
{
    int32_t max = 0;
    for (size_t i = 0; i < source->count; i++) {
        max = source->labels[i] > max ? source->labels[i] : max;
    }
    return (size_t)max + 1;
}

static lb_status
read_dataset(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const source_data *source = data;
    for (size_t i = 0; i < n;) {
        size_t run = 1; /* neighbours are read together */
        while (i + run < n && index[i + run] == index[i] + run) {
            run++;
        }
        lb_status status = lb_dataset_read(out + i * source->image_size, NULL, source->dataset,
                                           source->split, index[i], run, err);
        if (status != LB_OK) {
            return status;
        }
        i += run;
    }
    return LB_OK;
}

lb_status
lb_loader_dataset(lb_image_loader *out, lb_dataset *dataset, lb_split split, lb_error *err)
{
    source_data *data = lb_alloc(1, sizeof *data, err);
    if (data == NULL) {
        return err->code;
    }
    data->dataset = dataset;
    data->split = split;
    *out = (lb_image_loader){.count = lb_dataset_count(dataset, split),
                             .channels = 1,
                             .height = lb_dataset_height(dataset),
                             .width = lb_dataset_width(dataset),
                             .labels = lb_dataset_labels(dataset, split),
                             .data = data,
                             .read = read_dataset,
                             .release = free_data};
    data->image_size = out->height * out->width;
    return LB_OK;
}

static lb_status
begin_fresh_epoch(void *data, size_t epoch, lb_error *err)
{
    (void)err;
    source_data *source = data;
    source->epoch = epoch;
    for (size_t i = 0; i < source->count; i++) {
        source->labels[i] = lb_composer_label(source->composers[0], LB_TRAIN, epoch, i);
    }
    return LB_OK;
}

static lb_status
read_fresh(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const source_data *source = data;
    lb_status status = LB_OK;
    size_t threads = (size_t)omp_get_max_threads();
    threads = threads < source->composer_count ? threads : source->composer_count;
#pragma omp parallel for schedule(dynamic) num_threads((int)threads)
    for (size_t i = 0; i < n; i++) {
        lb_error own;
        lb_status made = lb_composer_make(out + i * source->image_size, NULL,
                                          source->composers[omp_get_thread_num()], LB_TRAIN,
                                          source->epoch, index[i], &own);
        if (made != LB_OK) {
#pragma omp critical(lb_loader_fresh)
            {
                status = made;
                *err = own;
            }
        }
    }
    return status;
}

lb_status
lb_loader_fresh(lb_image_loader *out, const lb_compose_options *options, lb_slices *slices,
                const lb_lesion_library *lesions, lb_error *err)
{
    lb_status status = LB_OK;
    source_data *data = NULL;
    size_t threads = (size_t)omp_get_max_threads();
    LB_ALLOC(data, 1);
    data->count = options->images[LB_TRAIN];
    data->image_size = options->size * options->size;
    LB_ALLOC(data->labels, data->count);
    LB_ALLOC(data->composers, threads);
    for (size_t i = 0; i < threads; i++) {
        LB_TRY(lb_composer_create(&data->composers[i], options, slices, lesions, err));
        data->composer_count = i + 1;
    }
    LB_TRY(begin_fresh_epoch(data, 0, err));
    *out = (lb_image_loader){.count = data->count,
                             .channels = 1,
                             .height = options->size,
                             .width = options->size,
                             .labels = data->labels,
                             .data = data,
                             .read = read_fresh,
                             .release = free_data,
                             .begin_epoch = begin_fresh_epoch};
    data = NULL;
cleanup:
    free_data(data);
    return status;
}

static lb_status
read_pixels(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    (void)err;
    const source_data *source = data;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * source->image_size, source->pixels + index[i] * source->image_size,
               source->image_size * sizeof *out);
    }
    return LB_OK;
}

/* Rescales to [0, intensity] by the image's own minimum and maximum, then resizes. */
static lb_status
prepare_slice(float *out, source_data *data, const float *slice, size_t height, size_t width,
              double intensity, lb_error *err)
{
    float low = slice[0], high = slice[0];
    for (size_t i = 0; i < height * width; i++) {
        low = slice[i] < low ? slice[i] : low;
        high = slice[i] > high ? slice[i] : high;
    }
    double factor = high > low ? intensity / ((double)high - (double)low) : 0;
    for (size_t i = 0; i < height * width; i++) {
        data->small[i] = ((double)slice[i] - (double)low) * factor;
    }
    lb_status status =
        lb_resize(data->large, data->side, data->side, data->small, height, width, err);
    for (size_t i = 0; status == LB_OK && i < data->image_size; i++) {
        out[i] = (float)data->large[i];
    }
    return status;
}

static size_t
count_slices(const lb_slices *slices, const uint8_t *split_of_subject, lb_split split)
{
    size_t count = 0;
    for (size_t i = 0; i < lb_slices_count(slices); i++) {
        const lb_slice_info *info = lb_slices_at(slices, i);
        count += info->sex != LB_SEX_UNKNOWN && split_of_subject[info->subject] == split;
    }
    return count;
}

static lb_status
fill_slices(source_data *data, lb_slices *slices, const uint8_t *split_of_subject, size_t count,
            double brain_intensity, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    float *slice = NULL;
    size_t height = lb_slices_height(slices), width = lb_slices_width(slices), filled = 0;
    LB_ALLOC(slice, height * width);
    for (size_t i = 0; filled < count; i++) {
        const lb_slice_info *info = lb_slices_at(slices, i);
        if (info->sex == LB_SEX_UNKNOWN || split_of_subject[info->subject] != data->split) {
            continue;
        }
        LB_TRY(lb_check_cancelled(context, err));
        lb_progress(context, "preparing slices", filled, count);
        LB_TRY(lb_slices_read(slice, slices, i, err));
        LB_TRY(prepare_slice(data->pixels + filled * data->image_size, data, slice, height, width,
                             brain_intensity, err));
        data->labels[filled++] = info->sex == LB_MALE ? 1 : 0;
    }
cleanup:
    lb_free(slice);
    return status;
}

lb_status
lb_loader_sex(lb_image_loader *out, lb_slices *slices, const uint8_t *split_of_subject,
              lb_split split, size_t size, double brain_intensity, const lb_context *context,
              lb_error *err)
{
    lb_status status = LB_OK;
    source_data *data = NULL;
    size_t pixels = 0, count = count_slices(slices, split_of_subject, split);
    if (count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "no slice of a subject of known sex in the %s split: more subjects needed",
                       lb_split_name(split)));
    }
    LB_ALLOC(data, 1);
    data->split = split;
    data->side = size;
    data->image_size = size * size;
    LB_TRY(lb_multiply(&pixels, count, data->image_size, err));
    LB_ALLOC(data->pixels, pixels);
    LB_ALLOC(data->labels, count);
    LB_ALLOC(data->small, lb_slices_height(slices) * lb_slices_width(slices));
    LB_ALLOC(data->large, data->image_size);
    LB_TRY(fill_slices(data, slices, split_of_subject, count, brain_intensity, context, err));
    *out = (lb_image_loader){.count = count,
                             .channels = 1,
                             .height = size,
                             .width = size,
                             .labels = data->labels,
                             .data = data,
                             .read = read_pixels,
                             .release = free_data};
    data = NULL;
cleanup:
    free_data(data);
    return status;
}

static lb_status
read_bytes(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const source_data *source = data;
    size_t bytes = source->byte_height * source->byte_width;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *image = source->bytes + index[i] * bytes;
        for (size_t j = 0; j < bytes; j++) {
            source->small[j] = image[j] / 255.0;
        }
        lb_status status = lb_resize(source->large, source->side, source->side, source->small,
                                     source->byte_height, source->byte_width, err);
        if (status != LB_OK) {
            return status;
        }
        for (size_t j = 0; j < source->image_size; j++) {
            out[i * source->image_size + j] = (float)source->large[j];
        }
    }
    return LB_OK;
}

static lb_status
take_bytes(lb_image_loader *out, const lb_array *images, const lb_array *labels,
           const size_t *chosen, size_t count, size_t size, lb_error *err)
{
    lb_status status = LB_OK;
    source_data *data = NULL;
    size_t bytes = images->shape[1] * images->shape[2];
    LB_ALLOC(data, 1);
    data->byte_height = images->shape[1];
    data->byte_width = images->shape[2];
    data->side = size;
    data->image_size = size * size;
    LB_ALLOC(data->bytes, count * bytes);
    LB_ALLOC(data->labels, count);
    LB_ALLOC(data->small, bytes);
    LB_ALLOC(data->large, data->image_size);
    for (size_t i = 0; i < count; i++) {
        memcpy(data->bytes + i * bytes, (const uint8_t *)images->data + chosen[i] * bytes, bytes);
        data->labels[i] = ((const uint8_t *)labels->data)[chosen[i]];
    }
    *out = (lb_image_loader){.count = count,
                             .channels = 1,
                             .height = size,
                             .width = size,
                             .labels = data->labels,
                             .data = data,
                             .read = read_bytes,
                             .release = free_data};
    data = NULL;
cleanup:
    free_data(data);
    return status;
}

static lb_status
check_pair(const lb_array *images, const lb_array *labels, const char *images_path,
           const char *labels_path, lb_error *err)
{
    if (images->rank != 3 || images->shape[0] < 2 || lb_array_count(images) == 0 ||
        images->shape[1] > LB_MAX_SIDE || images->shape[2] > LB_MAX_SIDE) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: holds no images (count, rows, columns) of 1 to %d pixels a side",
                       images_path, LB_MAX_SIDE);
    }
    if (labels->rank != 1 || labels->shape[0] != images->shape[0]) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: not one label for each of the %zu images of %s",
                       labels_path, images->shape[0], images_path);
    }
    return LB_OK;
}

lb_status
loader_draw_init(loader_draw *out, size_t images, size_t limit, uint64_t seed, const char *name,
                 lb_error *err)
{
    lb_status status = LB_OK;
    loader_draw draw = {0};
    if (limit == 1 || images < 2) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: at least 2 images are needed, to train and to "
                       "validate (limit %zu of %zu)",
                       name, limit, images));
    }
    size_t used = limit > 0 && limit < images ? limit : images;
    draw.validation = used >= 10 ? used / 10 : 1;
    draw.train = used - draw.validation;
    LB_ALLOC(draw.order, images);
    for (size_t i = 0; i < images; i++) {
        draw.order[i] = i;
    }
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_CORPUS, 0);
    lb_random_shuffle(&random, draw.order, images);
    *out = draw;
cleanup:
    return status;
}

void
loader_draw_release(loader_draw *draw)
{
    lb_free(draw->order);
    *draw = (loader_draw){0};
}

lb_status
lb_loader_idx(lb_image_loader *train, lb_image_loader *validation, const char *images,
              const char *labels, size_t limit, size_t size, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array pixels = {0}, classes = {0};
    lb_image_loader first = {0}, second = {0};
    loader_draw draw = {0};
    LB_TRY(lb_idx_read(&pixels, images, err));
    LB_TRY(lb_idx_read(&classes, labels, err));
    LB_TRY(check_pair(&pixels, &classes, images, labels, err));
    LB_TRY(loader_draw_init(&draw, pixels.shape[0], limit, seed, images, err));
    LB_TRY(
        take_bytes(&first, &pixels, &classes, draw.order + draw.validation, draw.train, size, err));
    LB_TRY(take_bytes(&second, &pixels, &classes, draw.order, draw.validation, size, err));
    *train = first;
    *validation = second;
    first = second = (lb_image_loader){0};
cleanup:
    lb_loader_release(&first);
    lb_loader_release(&second);
    loader_draw_release(&draw);
    lb_array_release(&classes);
    lb_array_release(&pixels);
    return status;
}
