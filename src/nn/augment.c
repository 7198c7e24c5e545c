/* SPDX-License-Identifier: MIT */
#include "augment.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#include "lesionbench/random.h"

bool
lb_augment_is_on(const lb_training_options *options)
{
    return options->flip || options->rotation > 0;
}

/* Whether a place is on an axis of so many pixels, but for rounding, which is taken off it. */
static bool
within(double *place, size_t size)
{
    const double rounding = 1e-9;
    double last = (double)(size - 1);
    bool inside = *place >= -rounding && *place <= last + rounding;
    *place = fmin(fmax(*place, 0), last);
    return inside;
}

void
lb_rotate(float *out, const float *image, size_t height, size_t width, double degrees)
{
    const double pi = 3.14159265358979323846;
    double c = cos(degrees * pi / 180), s = sin(degrees * pi / 180);
    double middle_y = (double)(height - 1) / 2, middle_x = (double)(width - 1) / 2;
    for (size_t i = 0; i < height * width; i++) {
        double dy = (double)(i / width) - middle_y, dx = (double)(i % width) - middle_x;
        double y = c * dy + s * dx + middle_y, x = c * dx - s * dy + middle_x;
        if (!within(&y, height) || !within(&x, width)) {
            out[i] = 0;
            continue;
        }
        size_t top = (size_t)y, left = (size_t)x;
        size_t down = top + 1 < height ? width : 0, right = left + 1 < width ? 1 : 0;
        const float *at = image + top * width + left;
        double v = y - (double)top, u = x - (double)left;
        out[i] = (float)((1 - v) * ((1 - u) * (double)at[0] + u * (double)at[right]) +
                         v * ((1 - u) * (double)at[down] + u * (double)at[down + right]));
    }
}

static void
flip_rows(float *image, size_t height, size_t width)
{
    for (size_t y = 0; y < height; y++) {
        float *row = image + y * width;
        for (size_t x = 0; x < width / 2; x++) {
            float kept = row[x];
            row[x] = row[width - 1 - x];
            row[width - 1 - x] = kept;
        }
    }
}

/* One image, all of its channels alike. */
static void
change(float *image, const lb_augment *augment, size_t index, float *scratch)
{
    const lb_image_loader *from = augment->from;
    size_t pixels = from->height * from->width;
    lb_random random;
    lb_random_init(&random, augment->seed, LB_PURPOSE_AUGMENT,
                   (uint64_t)augment->epoch << 32 | index);
    bool flip = lb_random_uniform(&random) < 0.5 && augment->flip;
    double degrees = augment->rotation * (2 * lb_random_uniform(&random) - 1);
    for (size_t c = 0; c < from->channels; c++) {
        float *plane = image + c * pixels;
        if (flip) {
            flip_rows(plane, from->height, from->width);
        }
        if (degrees != 0) {
            memcpy(scratch, plane, pixels * sizeof *plane);
            lb_rotate(plane, scratch, from->height, from->width, degrees);
        }
    }
}

static lb_status
read_changed(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const lb_augment *augment = data;
    const lb_image_loader *from = augment->from;
    size_t pixels = from->height * from->width;
    lb_status status = from->read(from->data, out, index, n, err);
    if (status != LB_OK) {
        return status;
    }
#pragma omp parallel for schedule(static) num_threads((int)augment->threads)
    for (size_t i = 0; i < n; i++) {
        change(out + i * from->channels * pixels, augment, index[i],
               augment->scratch + (size_t)omp_get_thread_num() * pixels);
    }
    return LB_OK;
}

static lb_status
begin_epoch(void *data, size_t epoch, lb_error *err)
{
    lb_augment *augment = data;
    const lb_image_loader *from = augment->from;
    augment->epoch = epoch;
    return from->begin_epoch != NULL ? from->begin_epoch(from->data, epoch, err) : LB_OK;
}

lb_status
lb_augment_init(lb_augment *out, lb_image_loader *images, const lb_image_loader *from,
                const lb_training_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    *out = (lb_augment){.from = from,
                        .flip = options->flip,
                        .rotation = options->rotation,
                        .seed = options->seed,
                        .threads = (size_t)omp_get_max_threads()};
    LB_ALLOC(out->scratch, out->threads * from->height * from->width);
    *images = *from;
    images->data = out;
    images->read = read_changed;
    images->begin_epoch = begin_epoch;
    images->release = NULL;
cleanup:
    return status;
}

void
lb_augment_release(lb_augment *augment)
{
    lb_free(augment->scratch);
    augment->scratch = NULL;
}
