/* SPDX-License-Identifier: MIT */
/* Resizing by linear interpolation between pixel centres. The image goes on beyond its edge as a
 * mirror image that does not repeat the edge pixel, which is what scikit-image calls "reflect" and
 * SciPy "mirror". */
#include "lesionbench/image.h"

#include <math.h>

#include "correlate.h"

/* Where one output index reads: in[first] (1 - share) + in[second] share. */
typedef struct tap {
    size_t first, second;
    double share;
} tap;

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

static void
plan_taps(tap *taps, size_t out_length, size_t length)
{
    double step = (double)length / (double)out_length;
    for (size_t i = 0; i < out_length; i++) {
        double position = ((double)i + 0.5) * step - 0.5;
        position = length == 1 ? 0 : mirror_position(position, length);
        ptrdiff_t first = (ptrdiff_t)floor(position);
        taps[i].first = lb_boundary_index(first, length, LB_MIRROR);
        taps[i].second = lb_boundary_index(first + 1, length, LB_MIRROR);
        taps[i].share = position - (double)first;
    }
}

/* One output row from two input rows, kept between the image's own extremes: rounding must not
 * leave its range. */
static void
resize_row(double *restrict out, double *restrict blend, const double *first, const double *second,
           double share, size_t width, const tap *columns, size_t out_width, const double range[2])
{
#pragma omp simd
    for (size_t x = 0; x < width; x++) {
        blend[x] = first[x] * (1 - share) + second[x] * share;
    }
    for (size_t x = 0; x < out_width; x++) {
        const tap *c = columns + x;
        double value = blend[c->first] * (1 - c->share) + blend[c->second] * c->share;
        value = value < range[0] ? range[0] : value;
        out[x] = value > range[1] ? range[1] : value;
    }
}

lb_status
lb_resize(double *out, size_t out_height, size_t out_width, const double *image, size_t height,
          size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    double *smooth = NULL, *blend = NULL;
    tap *rows = NULL, *columns = NULL;
    if (height == 0 || width == 0 || out_height == 0 || out_width == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "cannot resize %zu x %zu pixels to %zu x %zu",
                       height, width, out_height, out_width);
    }
    LB_ALLOC(blend, width);
    LB_ALLOC(rows, out_height);
    LB_ALLOC(columns, out_width);
    const double *source = image;
    if (out_height < height || out_width < width) {
        double sigma_y = ((double)height / (double)out_height - 1) / 2;
        double sigma_x = ((double)width / (double)out_width - 1) / 2;
        LB_ALLOC(smooth, height * width);
        LB_TRY(lb_gaussian_boundary(smooth, image, height, width, fmax(sigma_y, 0),
                                    fmax(sigma_x, 0), LB_MIRROR, err));
        source = smooth;
    }
    double range[2];
    lb_find_range(&range[0], &range[1], image, height * width);
    plan_taps(rows, out_height, height);
    plan_taps(columns, out_width, width);
    for (size_t y = 0; y < out_height; y++) {
        resize_row(out + y * out_width, blend, source + rows[y].first * width,
                   source + rows[y].second * width, rows[y].share, width, columns, out_width,
                   range);
    }
cleanup:
    lb_free(columns);
    lb_free(rows);
    lb_free(blend);
    lb_free(smooth);
    return status;
}
