/* SPDX-License-Identifier: MIT */
/* Occlusion (Zeiler & Fergus: Visualizing and understanding convolutional networks, ECCV 2014,
 * section 4.2): by how much the target's logit falls when a window of the image is replaced by one
 * value. Windows stand at multiples of the stride, from the upper left; the last of a row or column
 * may reach beyond the image. A pixel has the mean of all windows that cover it, as in Captum.
 *
 * A window that changes no pixel is not computed: its fall is 0. */
#include <math.h>
#include <string.h>

#include "perturbation.h"

enum { USUAL_WINDOWS = 14 }; /* of the image's shorter side; 16 pixels of 224 */

typedef struct windows {
    const float *image;
    size_t height, width;
    size_t side, stride, columns;
    float value;
    size_t count;  /* of those that change a pixel */
    size_t *place; /* (count) row x columns + column */
} windows;

typedef struct box {
    size_t top, bottom, left, right;
} box;

static box
box_at(const windows *w, size_t place)
{
    box b = {.top = place / w->columns * w->stride, .left = place % w->columns * w->stride};
    b.bottom = b.top + w->side < w->height ? b.top + w->side : w->height;
    b.right = b.left + w->side < w->width ? b.left + w->side : w->width;
    return b;
}

/* Copy 0 is the image itself. */
static void
hide_window(const void *data, float *out, size_t copy)
{
    const windows *w = data;
    size_t pixels = w->height * w->width;
    memcpy(out, w->image, LB_INPUT_CHANNELS * pixels * sizeof *out);
    if (copy == 0) {
        return;
    }
    box b = box_at(w, w->place[copy - 1]);
    for (size_t row = 0; row < LB_INPUT_CHANNELS * (b.bottom - b.top); row++) {
        size_t channel = row / (b.bottom - b.top), y = b.top + row % (b.bottom - b.top);
        for (size_t x = b.left; x < b.right; x++) {
            out[channel * pixels + y * w->width + x] = w->value;
        }
    }
}

static bool
changes_a_pixel(const windows *w, size_t place)
{
    box b = box_at(w, place);
    for (size_t c = 0; c < LB_INPUT_CHANNELS; c++) {
        for (size_t y = b.top; y < b.bottom; y++) {
            const float *row = w->image + (c * w->height + y) * w->width;
            for (size_t x = b.left; x < b.right; x++) {
                if (row[x] != w->value) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Positions along one side. */
static size_t
positions(size_t length, size_t side, size_t stride)
{
    return side >= length ? 1 : (length - side + stride - 1) / stride + 1;
}

static lb_status
place_windows(windows *w, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_perturbation_options *o = &batch->options->perturbation;
    size_t shorter = batch->height < batch->width ? batch->height : batch->width;
    size_t usual = shorter > USUAL_WINDOWS ? shorter / USUAL_WINDOWS : 1;
    w->height = batch->height;
    w->width = batch->width;
    w->value = (float)o->hidden_value;
    w->side = o->occlusion_window > 0 ? o->occlusion_window : usual;
    size_t half = w->side > 1 ? w->side / 2 : 1;
    w->stride = o->occlusion_stride > 0 ? o->occlusion_stride : half;
    w->columns = positions(batch->width, w->side, w->stride);
    if (w->stride > w->side) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "occlusion: a stride of %zu leaves pixels between windows of %zu out",
                       w->stride, w->side);
    }
    LB_ALLOC(w->place, positions(batch->height, w->side, w->stride) * w->columns);
cleanup:
    return status;
}

static void
choose_windows(windows *w)
{
    size_t all = positions(w->height, w->side, w->stride) * w->columns;
    w->count = 0;
    for (size_t place = 0; place < all; place++) {
        if (changes_a_pixel(w, place)) {
            w->place[w->count++] = place;
        }
    }
}

/* Windows of a row or column that cover a coordinate. */
static size_t
covering(size_t at, size_t length, const windows *w)
{
    size_t last = positions(length, w->side, w->stride) - 1;
    size_t first = at < w->side ? 0 : (at - w->side) / w->stride + 1;
    last = at / w->stride < last ? at / w->stride : last;
    return last - first + 1;
}

/* values: of the image, and of each window's copy. sum: scratch (H, W). */
static void
average_falls(float *out, double *sum, const windows *w, const double *values)
{
    memset(sum, 0, w->height * w->width * sizeof *sum);
    for (size_t k = 0; k < w->count; k++) {
        box b = box_at(w, w->place[k]);
        for (size_t y = b.top; y < b.bottom; y++) {
            for (size_t x = b.left; x < b.right; x++) {
                sum[y * w->width + x] += values[0] - values[k + 1];
            }
        }
    }
    for (size_t y = 0; y < w->height; y++) {
        for (size_t x = 0; x < w->width; x++) {
            size_t p = y * w->width + x;
            size_t count = covering(y, w->height, w) * covering(x, w->width, w);
            out[p] = (float)(sum[p] / (double)count);
        }
    }
}

static lb_status
attribute(float *pixels, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    lb_status status = LB_OK;
    windows w = {.image = NULL};
    double *values = NULL, *sum = NULL;
    (void)diagnostics;
    LB_TRY(place_windows(&w, batch, err));
    LB_ALLOC(values, 1 + positions(batch->height, w.side, w.stride) * w.columns);
    LB_ALLOC(sum, batch->pixels);
    for (size_t i = 0; i < batch->count; i++) {
        w.image = batch->images + i * batch->values;
        choose_windows(&w);
        LB_TRY(lb_session_forward_copies(values, session, batch, i, 1 + w.count, hide_window, &w,
                                         LB_TARGET_LOGIT, err));
        average_falls(pixels + i * batch->pixels, sum, &w, values);
    }
cleanup:
    lb_free(sum);
    lb_free(values);
    lb_free(w.place);
    return status;
}

/* 27 x 27 windows of a fourteenth of the side, half a window apart, where the options have none. */
static double
passes(const lb_explain_options *options, size_t height, size_t width)
{
    size_t shorter = height < width ? height : width;
    size_t window = options->perturbation.occlusion_window;
    size_t stride = options->perturbation.occlusion_stride;
    double side = window > 0 ? (double)window : fmax(1, (double)shorter / USUAL_WINDOWS);
    double apart = stride > 0 ? (double)stride : fmax(1, side / 2);
    double rows = fmax(1, ((double)height - side) / apart + 1);
    return LB_FORWARD_PASS * rows * fmax(1, ((double)width - side) / apart + 1);
}

static const char *const settings[] = {"answer", "hidden_value", "occlusion_window",
                                       "occlusion_stride", NULL};

const lb_method lb_occlusion = {
    .struct_size = sizeof(lb_method),
    .name = "occlusion",
    .title = "Occlusion",
    .summary = "fall of the logit when a window is hidden",
    .source = "Zeiler, Fergus: Visualizing and understanding convolutional networks, ECCV 2014",
    .needs = LB_NEEDS_COPIES,
    .flags = LB_METHOD_SLOW | LB_METHOD_PER_PIXEL,
    .settings = settings,
    .attribute = attribute,
    .passes = passes};
