/* SPDX-License-Identifier: MIT */
#include "composition.h"

#include <math.h>
#include <string.h>

#include "base/cpu_kernel.h"
#include "lesionbench/image.h"

void
lb_composition_release(lb_composition *composition)
{
    lb_free(composition->offsets);
    lb_free(composition->occupied);
    lb_free(composition->table);
    lb_free(composition->brain);
    lb_free(composition->resized);
    lb_resizer_free(composition->resizer);
    lb_free(composition->alone);
    lb_free(composition->distractor);
    lb_free(composition->truth);
    lb_free(composition->slice);
    *composition = (lb_composition){0};
}

lb_status
lb_composition_init(lb_composition *out, size_t height, size_t width, size_t size, lb_error *err)
{
    lb_status status = LB_OK;
    lb_composition composition = {.height = height, .width = width, .size = size};
    size_t pixels = 0;
    LB_TRY(lb_multiply(&pixels, height, width, err));
    if (pixels >= UINT32_MAX / 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "slices of %zu x %zu pixels are too large", height,
                       width);
    }
    LB_ALLOC(composition.slice, pixels);
    LB_ALLOC(composition.truth, pixels);
    LB_ALLOC(composition.distractor, pixels);
    LB_ALLOC(composition.alone, pixels);
    LB_TRY(lb_resizer_create(&composition.resizer, size, size, height, width, err));
    LB_ALLOC(composition.resized, size * size);
    LB_ALLOC(composition.brain, pixels);
    LB_ALLOC(composition.table, (height + 1) * (width + 1));
    LB_ALLOC(composition.occupied, pixels);
    LB_ALLOC(composition.offsets, 2 * pixels);
    *out = composition;
    return LB_OK;
cleanup:
    lb_composition_release(&composition);
    return status;
}

/* Any value that is not finite makes the sum so. */
LB_KERNEL(bool, are_finite, (const double *values, size_t count), (values, count))
{
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < count; i++) {
        sum += values[i] * 0;
    }
    return sum == 0;
}

static lb_status
fail_not_finite(const double *row, size_t y, lb_error *err)
{
    size_t x = 0;
    while (isfinite(row[x])) {
        x++;
    }
    return lb_fail(err, LB_ERROR_FORMAT, "row %zu, column %zu is not finite", y, x);
}

/* Appends the row's pixels that are not 0; their number. */
static size_t
list_brain(uint32_t *brain, const double *row, size_t width, size_t first)
{
    size_t count = 0;
    for (size_t x = 0; x < width; x++) {
        brain[count] = (uint32_t)(first + x);
        count += row[x] != 0;
    }
    return count;
}

lb_status
lb_composition_index_brain(lb_composition *composition, lb_error *err)
{
    size_t row_sum = 0, width = composition->width;
    composition->brain_pixels = 0;
    composition->has_table = false;
    for (size_t y = 0; y < composition->height; y++) {
        const double *row = composition->slice + y * width;
        if (!are_finite(row, width)) {
            return fail_not_finite(row, y, err);
        }
        size_t count =
            list_brain(composition->brain + composition->brain_pixels, row, width, y * width);
        composition->brain_pixels += count;
        row_sum += y * count;
    }
    if (composition->brain_pixels == 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "no brain: all pixels are 0");
    }
    composition->middle_row = row_sum / composition->brain_pixels;
    return LB_OK;
}

LB_KERNEL(void, scale_values,
          (double *values, size_t count, double low, double range, double intensity),
          (values, count, low, range, intensity))
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        values[i] = (values[i] - low) / range * intensity;
    }
}

/* To [0, intensity] by the slice's own extremes. */
static void
rescale(double *values, size_t count, double intensity)
{
    double low, high;
    lb_find_range(&low, &high, values, count);
    scale_values(values, count, low, high > low ? high - low : 1, intensity);
}

/* The value below which a quarter of the brain lies, to 1/1024 of the intensity: a rank among bins
 * needs no sorting. */
static double
lower_quartile(const lb_composition *composition, double intensity)
{
    enum { BINS = 1024 };
    size_t count[BINS] = {0}, below = 0, bin = 0;
    for (size_t i = 0; i < composition->brain_pixels; i++) {
        size_t at = (size_t)(composition->slice[composition->brain[i]] / intensity * BINS);
        count[at < BINS ? at : BINS - 1]++;
    }
    while (bin < BINS - 1 && 4 * (below + count[bin]) < composition->brain_pixels) {
        below += count[bin++];
    }
    return ((double)bin + 0.5) / BINS * intensity;
}

static double
blend(double x, double m, lb_polarity polarity, double tissue)
{
    switch (polarity) {
    case LB_POLARITY_DARK:
        return x * (1 - m);
    case LB_POLARITY_TISSUE:
        return x + m * (tissue - x);
    case LB_POLARITY_LIGHT:
    case LB_POLARITY_RANDOM:
        break;
    }
    return 1 - (1 - x) * (1 - m);
}

/* Changes the image where the item's mask is on, and adds the mask to `sum`. m is the mask rescaled
 * to [start, intensity]. */
static void
paint(lb_composition *composition, double *sum, const lb_lesion *lesion, const lb_box *box,
      const lb_composition_rules *rules, lb_polarity polarity, double tissue)
{
    double low, high;
    lb_find_range(&low, &high, lesion->mask, lesion->height * lesion->width);
    double range = high > low ? high - low : 1;
    double start = rules->faint_box ? fmin(0.1, rules->lesion_intensity) : 0;
    for (size_t y = 0; y < box->height; y++) {
        const double *mask = lesion->mask + y * lesion->width;
        size_t first = (box->top + y) * composition->width + box->left;
        for (size_t x = 0; x < box->width; x++) {
            double m = start + (mask[x] - low) / range * (rules->lesion_intensity - start);
            if (mask[x] > 0 || rules->faint_box) {
                composition->slice[first + x] =
                    blend(composition->slice[first + x], m, polarity, tissue);
            }
            sum[first + x] += mask[x];
        }
    }
}

static void
paint_items(lb_composition *composition, const lb_image_spec *spec, const lb_box *boxes,
            const lb_lesion_library *library, const lb_composition_rules *rules)
{
    double tissue = rules->polarity == LB_POLARITY_TISSUE
                        ? lower_quartile(composition, rules->brain_intensity)
                        : 0;
    for (size_t i = 0; i < spec->items; i++) {
        lb_polarity polarity = rules->polarity;
        if (polarity == LB_POLARITY_RANDOM) {
            polarity = spec->dark[i] ? LB_POLARITY_DARK : LB_POLARITY_LIGHT;
        }
        paint(composition, i < spec->count ? composition->truth : composition->distractor,
              lb_image_spec_item(spec, library, rules, spec->label, i), boxes + i, rules, polarity,
              tissue);
    }
}

static void
write_image(float *image, lb_composition *composition)
{
    double low, high;
    lb_find_range(&low, &high, composition->slice, composition->height * composition->width);
    lb_resizer_start(composition->resizer, composition->slice, low, high);
    lb_composition_resize(image, composition);
}

/* Leaves the sums of masks at 0 everywhere. */
static void
clear_masks(lb_composition *composition, const lb_image_spec *spec, const lb_box *boxes)
{
    for (size_t i = 0; i < spec->items; i++) {
        double *sum = i < spec->count ? composition->truth : composition->distractor;
        for (size_t y = boxes[i].top; y < boxes[i].top + boxes[i].height; y++) {
            memset(sum + y * composition->width + boxes[i].left, 0, boxes[i].width * sizeof *sum);
        }
    }
}

lb_status
lb_composition_compose(float *image, float *truth, uint8_t *distractor, lb_composition *composition,
                       const lb_image_spec *spec, const lb_box *boxes,
                       const lb_lesion_library *library, const lb_composition_rules *rules,
                       lb_error *err)
{
    lb_status status = LB_OK;
    rescale(composition->slice, composition->height * composition->width, rules->brain_intensity);
    paint_items(composition, spec, boxes, library, rules);
    write_image(image, composition);
    if (truth != NULL) {
        status = lb_composition_truth(truth, composition, spec, boxes, library, rules, err);
    }
    if (distractor != NULL) {
        lb_composition_distractors(distractor, composition, spec, boxes, rules);
    }
    clear_masks(composition, spec, boxes);
    return status;
}
