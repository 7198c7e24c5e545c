/* SPDX-License-Identifier: MIT */
#include "lesionbench/resize_crop.h"

#include <math.h>

/* What one axis of the output is made of: output i is the sum of weights (first[i] .. first[i] +
 * count[i] - 1). */
typedef struct axis {
    size_t *first, *count;
    double *weights; /* (outputs, room) */
    size_t capacity;
} axis;

struct lb_resize_crop {
    size_t channels, side;
    axis rows, columns;
    size_t row;     /* of the input, to come */
    size_t active;  /* the first output row that this or a later input row is part of */
    double *across; /* (side, channels): one input row, resampled */
    double *sum;    /* (side, side, channels) */
};

static double
triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* Pillow's precompute_coeffs() with the bilinear filter, for outputs begin .. begin + side - 1 of
 * the `whole` that the axis of `size` is resized to. */
static lb_status
axis_init(axis *out, size_t size, size_t whole, size_t begin, size_t side, lb_error *err)
{
    lb_status status = LB_OK;
    double scale = (double)size / (double)whole, reach = scale > 1 ? scale : 1;
    out->capacity = 2 * (size_t)ceil(reach) + 1;
    LB_ALLOC(out->first, side);
    LB_ALLOC(out->count, side);
    LB_ALLOC(out->weights, side * out->capacity);
    for (size_t i = 0; i < side; i++) {
        double *weights = out->weights + i * out->capacity, sum = 0;
        double centre = ((double)(begin + i) + 0.5) * scale;
        size_t first = centre - reach + 0.5 > 0 ? (size_t)(centre - reach + 0.5) : 0;
        size_t end = (size_t)(centre + reach + 0.5);
        end = end < size ? end : size;
        for (size_t k = first; k < end; k++) {
            weights[k - first] = triangle(((double)k - centre + 0.5) / reach);
            sum += weights[k - first];
        }
        for (size_t k = first; k < end; k++) {
            weights[k - first] /= sum;
        }
        out->first[i] = first;
        out->count[i] = end - first;
    }
cleanup:
    return status;
}

static void
axis_release(axis *a)
{
    lb_free(a->first);
    lb_free(a->count);
    lb_free(a->weights);
}

lb_status
lb_resize_crop_create(lb_resize_crop **out, size_t height, size_t width, size_t channels,
                      size_t side, lb_error *err)
{
    lb_status status = LB_OK;
    lb_resize_crop *fit = NULL;
    size_t shorter = height < width ? height : width;
    size_t tall = side * height / shorter, wide = side * width / shorter;
    LB_ALLOC(fit, 1);
    fit->channels = channels;
    fit->side = side;
    /* Python's round(), to even: rint() */
    size_t top = (size_t)rint((double)(tall - side) / 2);
    size_t left = (size_t)rint((double)(wide - side) / 2);
    LB_TRY(axis_init(&fit->rows, height, tall, top, side, err));
    LB_TRY(axis_init(&fit->columns, width, wide, left, side, err));
    LB_ALLOC(fit->across, side * channels);
    LB_ALLOC(fit->sum, side * side * channels);
    *out = fit;
    fit = NULL;
cleanup:
    lb_resize_crop_free(fit);
    return status;
}

void
lb_resize_crop_free(lb_resize_crop *fit)
{
    if (fit != NULL) {
        axis_release(&fit->rows);
        axis_release(&fit->columns);
        lb_free(fit->across);
        lb_free(fit->sum);
        lb_free(fit);
    }
}

static void
resample_row(lb_resize_crop *fit, const float *row)
{
    const axis *a = &fit->columns;
    size_t channels = fit->channels;
    for (size_t x = 0; x < fit->side; x++) {
        const double *weights = a->weights + x * a->capacity;
        for (size_t c = 0; c < channels; c++) {
            const float *from = row + a->first[x] * channels + c;
            double sum = 0;
            for (size_t k = 0; k < a->count[x]; k++) {
                sum += weights[k] * (double)from[k * channels];
            }
            fit->across[x * channels + c] = sum;
        }
    }
}

void
lb_resize_crop_row(lb_resize_crop *fit, const float *row)
{
    const axis *a = &fit->rows;
    size_t now = fit->row++, length = fit->side * fit->channels;
    while (fit->active < fit->side && a->first[fit->active] + a->count[fit->active] <= now) {
        fit->active++;
    }
    if (fit->active == fit->side || a->first[fit->active] > now) {
        return; /* cropped */
    }
    resample_row(fit, row);
    for (size_t y = fit->active; y < fit->side && a->first[y] <= now; y++) {
        if (now < a->first[y] + a->count[y]) {
            double weight = a->weights[y * a->capacity + now - a->first[y]];
            double *sum = fit->sum + y * length;
            for (size_t i = 0; i < length; i++) {
                sum[i] += weight * fit->across[i];
            }
        }
    }
}

void
lb_resize_crop_take(float *out, const lb_resize_crop *fit)
{
    size_t pixels = fit->side * fit->side;
    for (size_t i = 0; i < pixels; i++) {
        for (size_t c = 0; c < fit->channels; c++) {
            out[c * pixels + i] = (float)fit->sum[i * fit->channels + c];
        }
    }
}
