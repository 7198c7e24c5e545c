/* SPDX-License-Identifier: MIT */
/* Images of .npy files: what their shape and their numbers mean. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/loaders.h"
#include "lesionbench/npy.h"
#include "lesionbench/npy_reals.h"

/* So many images show what range a file's values have. */
enum { LOOKED_AT = 64 };

/* Images from 0 to 1 may be a little above; normalised ones are below 0 as well. */
static const double MAX_PLAIN = 1.5, MAX_NORMALISED = 20;

typedef struct npy_images {
    lb_npy *npy;
    void *row;      /* one image of the file's type ... */
    double *values; /* ... and in doubles */
    size_t rows;    /* of the file, in an image */
    size_t image_size;
    double divisor;
    char *path;
    int32_t *labels;
} npy_images;

static void
release_images(void *data)
{
    npy_images *images = data;
    if (images != NULL) {
        lb_npy_close(images->npy);
        lb_free(images->row);
        lb_free(images->values);
        lb_free(images->path);
        lb_free(images->labels);
        lb_free(images);
    }
}

lb_status
lb_layout_parse(lb_layout *out, const char *text, lb_error *err)
{
    if (text == NULL || strcmp(text, "nhw") == 0) {
        *out = text == NULL ? LB_LAYOUT_UNSAID : LB_LAYOUT_NHW;
        return LB_OK;
    }
    if (strcmp(text, "chw") == 0) {
        *out = LB_LAYOUT_CHW;
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_ARGUMENT,
                   "'%s' is no layout: nhw (grey images) or chw (the channels of one image)", text);
}

static lb_status
read_images(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const npy_images *images = data;
    for (size_t i = 0; i < n; i++, out += images->image_size) {
        if (lb_npy_read_doubles(images->values, images->npy, images->row, index[i] * images->rows,
                                images->rows, err) != LB_OK) {
            return lb_fail_context(err, "%s", images->path);
        }
        for (size_t v = 0; v < images->image_size; v++) {
            double value = images->values[v] / images->divisor;
            out[v] = (float)value;
            if (isfinite(value) && !isfinite(out[v])) {
                return lb_fail(err, LB_ERROR_NUMERIC,
                               "%s: image %zu has the value %g, beyond float32; rescale the images",
                               images->path, index[i], value);
            }
        }
    }
    return LB_OK;
}

/* "(3, 224, 224)" */
static const char *
print_shape(char *out, size_t capacity, const lb_array *array)
{
    size_t used = 0;
    for (size_t i = 0; i < array->rank && used < capacity; i++) {
        int length =
            snprintf(out + used, capacity - used, "%s%zu", i == 0 ? "(" : ", ", array->shape[i]);
        used += length > 0 ? (size_t)length : 0;
    }
    snprintf(out + (used < capacity ? used : capacity - 1), used < capacity ? capacity - used : 1,
             ")");
    return out;
}

static lb_status
refuse_three_axes(const lb_array *array, const char *path, lb_error *err)
{
    char shape[128];
    print_shape(shape, sizeof shape, array);
    if (array->shape[0] == 3) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: %s can be 3 grey images (--layout nhw) or the 3 channels of one image "
                       "(--layout chw): say which",
                       path, shape);
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: %s can be %zu grey images of %zu x 3 pixels (--layout nhw) or one image "
                   "whose channels are last (save numpy.ascontiguousarray(numpy.moveaxis(x, -1, "
                   "0))[None]): say which",
                   path, shape, array->shape[0], array->shape[1]);
}

/* The channels of an image, and the number of images. */
static lb_status
read_shape(size_t *channels, size_t *count, const lb_array *array, const char *path,
           lb_layout layout, lb_error *err)
{
    char text[128];
    const size_t *shape = array->shape;
    bool few = array->rank >= 3 && (shape[array->rank - 1] == 1 || shape[array->rank - 1] == 3);
    if (array->rank == 4 && (shape[1] == 1 || (shape[1] == 3 && shape[3] != 3))) {
        *channels = shape[1];
        *count = shape[0];
        return LB_OK;
    }
    if (array->rank == 3 && layout == LB_LAYOUT_CHW && (shape[0] == 1 || shape[0] == 3)) {
        *channels = shape[0];
        *count = 1;
        return LB_OK;
    }
    bool plain = shape[0] != 3 && (shape[2] != 3 || shape[1] <= 3);
    if (array->rank == 3 && (layout == LB_LAYOUT_NHW || (layout == LB_LAYOUT_UNSAID && plain))) {
        *channels = 1;
        *count = shape[0];
        return LB_OK;
    }
    if (array->rank == 3 && layout == LB_LAYOUT_UNSAID) {
        return refuse_three_axes(array, path, err);
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: %s are no images: (N, 3, H, W), (N, 1, H, W) or (N, H, W) for grey ones%s",
                   path, print_shape(text, sizeof text, array),
                   array->rank == 4 && few ? "; if its channels are last, save "
                                             "numpy.ascontiguousarray(numpy.moveaxis(x, -1, 1))"
                                           : "");
}

static lb_status
check_type(double *divisor, const lb_array *array, const char *path, lb_error *err)
{
    *divisor = array->type == LB_U8 && !array->is_bool ? 255 : 1;
    if (array->type == LB_I8 || array->type == LB_I32 || array->type == LB_I64) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: images of whole numbers that are not uint8; which of them is white is "
                       "not known: save uint8 (0 to 255), or real numbers from 0 to 1",
                       path);
    }
    return LB_OK;
}

/* Least and greatest value of the first images. */
static lb_status
find_range(double *low, double *high, const lb_image_loader *source, lb_error *err)
{
    lb_status status = LB_OK;
    float *image = NULL;
    size_t values = source->channels * source->height * source->width;
    *low = INFINITY;
    *high = -INFINITY;
    LB_ALLOC(image, values);
    for (size_t i = 0; i < source->count && i < LOOKED_AT; i++) {
        LB_TRY(source->read(source->data, image, &i, 1, err));
        for (size_t v = 0; v < values; v++) {
            *low = fmin(*low, (double)image[v]);
            *high = fmax(*high, (double)image[v]);
        }
    }
cleanup:
    lb_free(image);
    return status;
}

lb_status
lb_loader_check_range(const lb_image_loader *source, const char *name, const lb_context *context,
                      lb_error *err)
{
    double low = 0, high = 0;
    lb_status status = find_range(&low, &high, source, err);
    if (status == LB_OK && isfinite(high) && high > (low < 0 ? MAX_NORMALISED : MAX_PLAIN)) {
        lb_note(context,
                "%s: images of values up to %g are taken as they are; models made here are trained "
                "on 0 to 1 (divide by 255?)",
                name, high);
    }
    return status;
}

/* uint8 from 0 to 1 are more likely masks than images that are nearly black. */
static lb_status
check_values(const npy_images *images, const lb_image_loader *source, const lb_context *context,
             lb_error *err)
{
    lb_status status = LB_OK;
    double low = 0, high = 0;
    if (images->divisor == 1) {
        return lb_loader_check_range(source, images->path, context, err);
    }
    LB_TRY(find_range(&low, &high, source, err));
    if (high > 0 && high < 1.5 / images->divisor) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: uint8 images of 0 and 1 alone; save real numbers (1 is white) or uint8 "
                       "from 0 to 255",
                       images->path));
    }
    lb_note(context, "%s: uint8 images are divided by 255", images->path);
cleanup:
    return status;
}

lb_status
lb_loader_npy(lb_image_loader *out, const char *path, lb_layout layout, const lb_context *context,
              lb_error *err)
{
    lb_status status = LB_OK;
    npy_images *images = NULL;
    size_t channels = 0, count = 0;
    LB_ALLOC(images, 1);
    images->path = lb_strdup(path, err);
    LB_TRY(images->path != NULL ? LB_OK : err->code);
    LB_TRY(lb_npy_open(&images->npy, path, err));
    const lb_array *array = lb_npy_header(images->npy);
    LB_TRY(read_shape(&channels, &count, array, path, layout, err));
    LB_TRY(check_type(&images->divisor, array, path, err));
    size_t height = array->shape[array->rank - 2], width = array->shape[array->rank - 1];
    if (lb_array_count(array) == 0 || height > LB_MAX_SIDE || width > LB_MAX_SIDE) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: holds no images of 1 to %d pixels a side", path,
                       LB_MAX_SIDE));
    }
    images->rows = array->shape[0] / count;
    images->image_size = channels * height * width;
    images->row = lb_alloc(images->image_size, lb_type_size(array->type), err);
    LB_TRY(images->row != NULL ? LB_OK : err->code);
    LB_ALLOC(images->values, images->image_size);
    LB_ALLOC(images->labels, count);
    const lb_image_loader made = {.count = count,
                                  .channels = channels,
                                  .height = height,
                                  .width = width,
                                  .labels = images->labels,
                                  .data = images,
                                  .read = read_images,
                                  .release = release_images};
    LB_TRY(check_values(images, &made, context, err));
    *out = made;
    images = NULL;
cleanup:
    release_images(images);
    return status;
}
