/* SPDX-License-Identifier: MIT */
/* Resizing by linear interpolation between pixel centres. The image goes on beyond its edge as a
 * mirror image that does not repeat the edge pixel, which is what scikit-image calls "reflect" and
 * SciPy "mirror". */
#include "lesionbench/image.h"

#include <math.h>
#include <string.h>

#include "base/cpu_kernel.h"
#include "correlate.h"

/* Where output indices read: in[first] (1 - share) + in[second] share. */
typedef struct taps {
    int32_t *first, *second;
    double *rest, *share; /* rest is 1 - share */
} taps;

enum { KEPT_ROWS = 2 };

struct lb_resizer {
    size_t out_height, out_width, height, width;
    taps rows, columns;
    bool same_size;
    bool smooths; /* an axis shrinks by so much that it is smoothed first */
    lb_smoother smoother;
    const double *image; /* of now, with its range */
    double range[2];
    double *kept[KEPT_ROWS];    /* smoothed rows of the image ... */
    size_t kept_row[KEPT_ROWS]; /* ... and which they are */
    double *blend;              /* an output row's two input rows in one */
    double *row;                /* an output row */
};

static void
taps_release(taps *t)
{
    lb_free(t->share);
    lb_free(t->rest);
    lb_free(t->second);
    lb_free(t->first);
}

/* Positions beyond the edge are mirrored as a whole, as SciPy does, before the two neighbours are
 * looked for. */
static double
mirror_position(double position, size_t n)
{
    double last = (double)n - 1;
    if (position < 0) {
        position = -position;
    }
    return position > last ? 2 * last - position : position;
}

static lb_status
taps_init(taps *out, size_t out_length, size_t length, lb_error *err)
{
    lb_status status = LB_OK;
    double step = (double)length / (double)out_length;
    LB_ALLOC(out->first, out_length);
    LB_ALLOC(out->second, out_length);
    LB_ALLOC(out->rest, out_length);
    LB_ALLOC(out->share, out_length);
    for (size_t i = 0; i < out_length; i++) {
        double position = ((double)i + 0.5) * step - 0.5;
        position = length == 1 ? 0 : mirror_position(position, length);
        ptrdiff_t first = (ptrdiff_t)floor(position);
        out->first[i] = (int32_t)lb_boundary_index(first, length, LB_MIRROR);
        out->second[i] = (int32_t)lb_boundary_index(first + 1, length, LB_MIRROR);
        out->share[i] = position - (double)first;
        out->rest[i] = 1 - out->share[i];
    }
cleanup:
    return status;
}

void
lb_resizer_free(lb_resizer *resizer)
{
    if (resizer != NULL) {
        lb_free(resizer->row);
        lb_free(resizer->blend);
        for (size_t i = 0; i < KEPT_ROWS; i++) {
            lb_free(resizer->kept[i]);
        }
        lb_smoother_release(&resizer->smoother);
        taps_release(&resizer->columns);
        taps_release(&resizer->rows);
        lb_free(resizer);
    }
}

static double
smoothing(size_t length, size_t out_length)
{
    return fmax(((double)length / (double)out_length - 1) / 2, 0);
}

lb_status
lb_resizer_create(lb_resizer **out, size_t out_height, size_t out_width, size_t height,
                  size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    lb_resizer *r = NULL;
    if (height == 0 || width == 0 || out_height == 0 || out_width == 0 || width > INT32_MAX ||
        height > INT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "cannot resize %zu x %zu pixels to %zu x %zu",
                       height, width, out_height, out_width);
    }
    LB_ALLOC(r, 1);
    r->out_height = out_height;
    r->out_width = out_width;
    r->height = height;
    r->width = width;
    r->same_size = out_height == height && out_width == width;
    LB_TRY(taps_init(&r->rows, out_height, height, err));
    LB_TRY(taps_init(&r->columns, out_width, width, err));
    LB_TRY(lb_smoother_init(&r->smoother, height, width, smoothing(height, out_height),
                            smoothing(width, out_width), LB_MIRROR, err));
    r->smooths = r->smoother.y.radius > 0 || r->smoother.x.radius > 0;
    for (size_t i = 0; i < KEPT_ROWS && r->smooths; i++) {
        LB_ALLOC(r->kept[i], width);
    }
    LB_ALLOC(r->blend, width);
    LB_ALLOC(r->row, out_width);
    *out = r;
    r = NULL;
cleanup:
    lb_resizer_free(r);
    return status;
}

void
lb_resizer_start(lb_resizer *resizer, const double *image, double low, double high)
{
    resizer->image = image;
    resizer->range[0] = low;
    resizer->range[1] = high;
    for (size_t i = 0; i < KEPT_ROWS; i++) {
        resizer->kept_row[i] = SIZE_MAX;
    }
}

/* A row of the image, smoothed. `other` is a row that must stay as well. */
static const double *
input_row(lb_resizer *r, size_t row, size_t other)
{
    if (!r->smooths) {
        return r->image + row * r->width;
    }
    for (size_t i = 0; i < KEPT_ROWS; i++) {
        if (r->kept_row[i] == row) {
            return r->kept[i];
        }
    }
    size_t place = r->kept_row[0] == other ? 1 : 0;
    lb_smoother_row(r->kept[place], &r->smoother, r->image, row);
    r->kept_row[place] = row;
    return r->kept[place];
}

LB_KERNEL(void, blend_rows,
          (double *restrict out, const double *first, const double *second, double share,
           size_t width),
          (out, first, second, share, width))
{
    double rest = 1 - share;
#pragma omp simd
    for (size_t x = 0; x < width; x++) {
        out[x] = first[x] * rest + second[x] * share;
    }
}

/* Output columns first .. end - 1, kept between the image's own extremes: rounding must not leave
 * its range. */
LB_KERNEL(void, blend_columns,
          (double *restrict out, const double *restrict in, const taps *columns, size_t first,
           size_t end, double low, double high),
          (out, in, columns, first, end, low, high))
{
    const int32_t *left = columns->first, *right = columns->second;
    const double *rest = columns->rest, *share = columns->share;
#pragma omp simd
    for (size_t x = first; x < end; x++) {
        double value = in[left[x]] * rest[x] + in[right[x]] * share[x];
        value = value < low ? low : value;
        out[x] = value > high ? high : value;
    }
}

const double *
lb_resizer_row(lb_resizer *r, size_t y, size_t first, size_t end)
{
    if (r->same_size) {
        return r->image + y * r->width;
    }
    size_t above = (size_t)r->rows.first[y], below = (size_t)r->rows.second[y];
    const double *upper = input_row(r, above, below);
    const double *lower = input_row(r, below, above);
    blend_rows(r->blend, upper, lower, r->rows.share[y], r->width);
    blend_columns(r->row, r->blend, &r->columns, first, end, r->range[0], r->range[1]);
    return r->row;
}

lb_status
lb_resize(double *out, size_t out_height, size_t out_width, const double *image, size_t height,
          size_t width, lb_error *err)
{
    lb_resizer *resizer = NULL;
    lb_status status = lb_resizer_create(&resizer, out_height, out_width, height, width, err);
    if (status == LB_OK) {
        double low, high;
        lb_find_range(&low, &high, image, height * width);
        lb_resizer_start(resizer, image, low, high);
        for (size_t y = 0; y < out_height; y++) {
            memcpy(out + y * out_width, lb_resizer_row(resizer, y, 0, out_width),
                   out_width * sizeof *out);
        }
    }
    lb_resizer_free(resizer);
    return status;
}
