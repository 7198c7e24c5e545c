/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lesionbench/segment.h"

/* Plain names for the plane of a channel and a centre's values: y, x, then channels. */
typedef struct slic {
    const double *image;
    size_t channels, height, width, pixels;
    size_t rows, columns, count; /* of centres */
    double reach;                /* of a centre, each way */
    double space;                /* (m / S)^2 */
    double *centre;              /* (count, 2 + channels) */
    double *sum;                 /* (count, 2 + channels) */
    size_t *size;                /* (count) */
    double *nearest;             /* (pixels) squared distance */
    int32_t *label;
} slic;

/* Squared differences of the neighbours on both sides, at a pixel off the border. */
static double
gradient(const slic *s, size_t y, size_t x)
{
    double sum = 0;
    for (size_t c = 0; c < s->channels; c++) {
        const double *at = s->image + c * s->pixels + y * s->width + x;
        double across = at[1] - *(at - 1), down = at[s->width] - *(at - s->width);
        sum += across * across + down * down;
    }
    return sum;
}

static void
set_centre(slic *s, size_t k, size_t y, size_t x)
{
    double *centre = s->centre + k * (2 + s->channels);
    centre[0] = (double)y;
    centre[1] = (double)x;
    for (size_t c = 0; c < s->channels; c++) {
        centre[2 + c] = s->image[c * s->pixels + y * s->width + x];
    }
}

/* Puts a centre in the middle of its cell, or where the gradient is less within 3 x 3 pixels. */
static void
place_centre(slic *s, size_t k)
{
    double middle_y = ((double)(k / s->columns) + 0.5) * (double)s->height / (double)s->rows - 0.5;
    double middle_x =
        ((double)(k % s->columns) + 0.5) * (double)s->width / (double)s->columns - 0.5;
    size_t y = (size_t)(middle_y + 0.5), x = (size_t)(middle_x + 0.5), best_y = y, best_x = x;
    bool inside = y >= 2 && x >= 2 && y + 2 < s->height && x + 2 < s->width;
    double min = inside ? gradient(s, y, x) : 0;
    for (size_t near = 0; inside && near < 9; near++) {
        double here = gradient(s, y + near / 3 - 1, x + near % 3 - 1);
        if (here < min) {
            min = here;
            best_y = y + near / 3 - 1;
            best_x = x + near % 3 - 1;
        }
    }
    set_centre(s, k, best_y, best_x);
    if (best_y == y && best_x == x) {
        s->centre[k * (2 + s->channels)] = middle_y;
        s->centre[k * (2 + s->channels) + 1] = middle_x;
    }
}

static size_t
cells(size_t length, double spacing)
{
    double n = floor((double)length / spacing + 0.5);
    return n<1 ? 1 : n>(double) length ? length : (size_t)n;
}

/* Centres in the middle of the cells of a grid, and every pixel to its cell. */
static lb_status
start(slic *s, const lb_slic_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    double spacing = sqrt((double)s->pixels / (double)options->segments);
    spacing = spacing < 1 ? 1 : spacing;
    s->rows = cells(s->height, spacing);
    s->columns = cells(s->width, spacing);
    s->count = s->rows * s->columns;
    double tall = (double)s->height / (double)s->rows, wide = (double)s->width / (double)s->columns;
    s->reach = ceil(fmax(spacing, fmax(tall, wide)));
    s->space = options->compactness * options->compactness / (spacing * spacing);
    LB_ALLOC(s->centre, s->count * (2 + s->channels));
    LB_ALLOC(s->sum, s->count * (2 + s->channels));
    LB_ALLOC(s->size, s->count);
    LB_ALLOC(s->nearest, s->pixels);
    for (size_t k = 0; k < s->count; k++) {
        place_centre(s, k);
    }
    for (size_t at = 0; at < s->pixels; at++) {
        size_t row = at / s->width * s->rows / s->height;
        size_t column = at % s->width * s->columns / s->width;
        s->label[at] = (int32_t)(row * s->columns + column);
    }
cleanup:
    return status;
}

/* The pixels of row y that are nearer to centre k than to those before it. */
static void
claim_row(slic *s, size_t k, size_t y)
{
    const double *centre = s->centre + k * (2 + s->channels);
    double left = fmax(0, centre[1] - s->reach), right = centre[1] + s->reach;
    double down = (double)y - centre[0];
    for (size_t x = (size_t)ceil(left); x < s->width && (double)x <= right; x++) {
        double across = (double)x - centre[1], colour = 0;
        for (size_t c = 0; c < s->channels; c++) {
            double apart = s->image[c * s->pixels + y * s->width + x] - centre[2 + c];
            colour += apart * apart;
        }
        double distance = colour + s->space * (down * down + across * across);
        if (distance < s->nearest[y * s->width + x]) {
            s->nearest[y * s->width + x] = distance;
            s->label[y * s->width + x] = (int32_t)k;
        }
    }
}

/* A pixel that no centre reaches keeps its label. */
static void
assign(slic *s)
{
#pragma omp parallel for schedule(static)
    for (size_t y = 0; y < s->height; y++) {
        for (size_t x = 0; x < s->width; x++) {
            s->nearest[y * s->width + x] = DBL_MAX;
        }
        for (size_t k = 0; k < s->count; k++) {
            if (fabs((double)y - s->centre[k * (2 + s->channels)]) <= s->reach) {
                claim_row(s, k, y);
            }
        }
    }
}

/* Centres to the means of their pixels; one without pixels stays. */
static void
update(slic *s)
{
    size_t values = 2 + s->channels;
    memset(s->sum, 0, s->count * values * sizeof *s->sum);
    memset(s->size, 0, s->count * sizeof *s->size);
    for (size_t at = 0; at < s->pixels; at++) {
        double *sum = s->sum + (size_t)s->label[at] * values;
        sum[0] += (double)(at / s->width);
        sum[1] += (double)(at % s->width);
        for (size_t c = 0; c < s->channels; c++) {
            sum[2 + c] += s->image[c * s->pixels + at];
        }
        s->size[s->label[at]]++;
    }
    for (size_t v = 0; v < s->count * values; v++) {
        if (s->size[v / values] > 0) {
            s->centre[v] = s->sum[v] / (double)s->size[v / values];
        }
    }
}

lb_status
lb_slic(int32_t *labels, size_t *count, const double *image, size_t channels, size_t height,
        size_t width, const lb_slic_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = 0;
    slic s = {
        .image = image, .channels = channels, .height = height, .width = width, .label = labels};
    LB_TRY(lb_multiply(&pixels, height, width, err));
    if (options->segments == 0 || !(options->compactness > 0) || pixels == 0 ||
        pixels > INT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "super-pixels need segments and compactness above 0, and 1 to 2^31 pixels");
    }
    s.pixels = pixels;
    LB_TRY(start(&s, options, err));
    for (size_t i = 0; i < options->iterations; i++) {
        assign(&s);
        update(&s);
    }
    size_t quarter = pixels / s.count / 4;
    LB_TRY(lb_merge_small_regions(labels, count, height, width, quarter > 0 ? quarter : 1, err));
cleanup:
    lb_free(s.nearest);
    lb_free(s.size);
    lb_free(s.sum);
    lb_free(s.centre);
    return status;
}
