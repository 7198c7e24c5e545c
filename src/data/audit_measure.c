/* SPDX-License-Identifier: MIT */
/* What one image is reduced to. */
#include <math.h>
#include <string.h>

#include "audit_internal.h"

#include "lesionbench/image.h"

/* Weighted sums. */
typedef struct moments {
    double weight, sum, squares;
} moments;

static void
add(moments *m, double value, double weight)
{
    m->weight += weight;
    m->sum += weight * value;
    m->squares += weight * value * value;
}

static double
mean_of(const moments *m)
{
    return m->weight > 0 ? m->sum / m->weight : 0;
}

static double
deviation_of(const moments *m)
{
    double mean = mean_of(m);
    return m->weight > 0 ? sqrt(fmax(0, m->squares / m->weight - mean * mean)) : 0;
}

static size_t
bin_of(double value)
{
    double bin = floor(value * AUDIT_BINS);
    return bin < 0 ? 0 : bin < AUDIT_BINS ? (size_t)bin : AUDIT_BINS - 1;
}

/* The image and its brain, and where the brain's centre lies. */
static void
measure_brain(double *f, double centre[2], const audit_image *in)
{
    moments all = {0}, brain = {0}, row = {0}, column = {0};
    for (size_t p = 0; p < in->height * in->width; p++) {
        double value = (double)in->image[p];
        add(&all, value, 1);
        if (value > 0) {
            add(&brain, value, 1);
            add(&row, (double)(p / in->width), 1);
            add(&column, (double)(p % in->width), 1);
            f[FEATURE_HISTOGRAM + bin_of(value)]++;
        }
    }
    for (size_t b = 0; b < AUDIT_BINS; b++) {
        f[FEATURE_HISTOGRAM + b] /= fmax(1, brain.weight);
    }
    f[FEATURE_IMAGE_MEAN] = mean_of(&all);
    f[FEATURE_IMAGE_DEVIATION] = deviation_of(&all);
    f[FEATURE_BRAIN_MEAN] = mean_of(&brain);
    f[FEATURE_BRAIN_DEVIATION] = deviation_of(&brain);
    f[FEATURE_BRAIN_AREA] = brain.weight;
    centre[0] = mean_of(&row);
    centre[1] = mean_of(&column);
}

static void
measure_lesions(double *f, const audit_image *in)
{
    moments mask = {0}, inside = {0}, outside = {0};
    double greatest = 0, peak = 0, lesions = fmax(1, (double)in->lesion_count);
    for (size_t p = 0; p < in->height * in->width; p++) {
        double value = (double)in->image[p], truth = (double)in->truth[p];
        if (truth > 0) {
            add(&mask, truth, 1);
            add(&inside, value, 1);
            greatest = fmax(greatest, truth);
            peak = fmax(peak, value);
        } else if (value > 0) {
            add(&outside, value, 1);
        }
    }
    f[FEATURE_LESION_COUNT] = (double)in->lesion_count;
    f[FEATURE_LESION_AREA] = mask.weight / lesions;
    f[FEATURE_LESION_MASS] = greatest > 0 ? mask.sum / greatest / lesions : 0;
    f[FEATURE_LESION_MEAN] = mean_of(&inside);
    f[FEATURE_LESION_CONTRAST] = mean_of(&inside) - mean_of(&outside);
    f[FEATURE_LESION_PEAK] = peak;
}

/* The lesions' centres against the brain's, weighted by area, so that it does not matter into how
 * many pieces a lesion falls. Their spread is that of the centres: that of the pixels would hold
 * the lesions' shape. */
static void
measure_places(double *f, const double centre[2], const audit_piece *pieces, size_t count)
{
    moments row = {0}, column = {0}, distance = {0};
    for (size_t i = 0; i < count; i++) {
        const audit_piece *one = pieces + i;
        double y = one->sum[0] / one->pixels - centre[0];
        double x = one->sum[1] / one->pixels - centre[1];
        add(&row, y, one->pixels);
        add(&column, x, one->pixels);
        add(&distance, sqrt(y * y + x * x), one->pixels);
    }
    f[FEATURE_ROW] = mean_of(&row);
    f[FEATURE_COLUMN] = mean_of(&column);
    f[FEATURE_DISTANCE] = mean_of(&distance);
    f[FEATURE_SPREAD_ROWS] = deviation_of(&row);
    f[FEATURE_SPREAD_COLUMNS] = deviation_of(&column);
}

/* Means over the cells of a 16 x 16 grid; 0 where an image is so small that a cell has no pixel. */
static void
shrink(float *grid, const audit_image *in)
{
    double sum[AUDIT_CELLS] = {0}, count[AUDIT_CELLS] = {0};
    for (size_t y = 0; y < in->height; y++) {
        size_t row = y * AUDIT_GRID / in->height;
        for (size_t x = 0; x < in->width; x++) {
            size_t cell = row * AUDIT_GRID + x * AUDIT_GRID / in->width;
            sum[cell] += (double)in->image[y * in->width + x];
            count[cell]++;
        }
    }
    for (size_t c = 0; c < AUDIT_CELLS; c++) {
        grid[c] = count[c] > 0 ? (float)(sum[c] / count[c]) : 0;
    }
}

void
audit_measure(double features[AUDIT_FEATURES], float grid[AUDIT_CELLS], const audit_image *image,
              const audit_piece *pieces, size_t count)
{
    double centre[2];
    memset(features, 0, AUDIT_FEATURES * sizeof *features);
    measure_brain(features, centre, image);
    measure_lesions(features, image);
    measure_places(features, centre, pieces, count);
    shrink(grid, image);
}

lb_status
lb_truth_cut(float *truth, size_t height, size_t width, double threshold, uint8_t *mask,
             int32_t *labels, float *peaks, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = height * width, pieces = 0;
    if (!(threshold > 0)) {
        return LB_OK;
    }
    for (size_t p = 0; p < pixels; p++) {
        mask[p] = truth[p] > 0;
    }
    LB_TRY(lb_connected_components(labels, &pieces, mask, height, width, err));
    memset(peaks, 0, pixels * sizeof *peaks);
    for (size_t p = 0; p < pixels; p++) {
        float *peak = peaks + (labels[p] > 0 ? labels[p] - 1 : 0);
        *peak = labels[p] > 0 && truth[p] > *peak ? truth[p] : *peak;
    }
    for (size_t p = 0; p < pixels; p++) {
        if (labels[p] > 0 && (double)truth[p] < threshold * (double)peaks[labels[p] - 1]) {
            truth[p] = 0;
        }
    }
cleanup:
    return status;
}
