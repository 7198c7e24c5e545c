/* SPDX-License-Identifier: MIT */
#include "lesion_resize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/image.h"

/* Room around a lesion for values that its own soft edge has no place for; lower common values are
 * left out; the share of a blurred copy that puts pixels off the lesion into an order. */
enum { PAD = 3, FEWEST_PIXELS = 9 };
static const double MIN_PROFILE = 0.02, ORDER_SHARE = 1e-3, ORDER_SIGMA = 1;

typedef struct ranked {
    double value;
    size_t pixel;
} ranked;

/* Brighter first; equals in row-major order, so that there is one order only. */
static int
compare(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->value != y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return (x->pixel > y->pixel) - (x->pixel < y->pixel);
}

static size_t
scaled(size_t length, double scale)
{
    double side = rint((double)length * scale);
    return side < 1 ? 1 : (size_t)side;
}

/* Resizes a lesion and puts room around it. */
static lb_status
resize_lesion(lb_lesion *out, const lb_lesion *lesion, double scale_y, double scale_x,
              lb_error *err)
{
    lb_status status = LB_OK;
    double *small = NULL;
    size_t height = scaled(lesion->height, scale_y), width = scaled(lesion->width, scale_x);
    LB_ALLOC(small, height * width);
    LB_TRY(lb_resize(small, height, width, lesion->mask, lesion->height, lesion->width, err));
    out->height = height + 2 * PAD;
    out->width = width + 2 * PAD;
    out->compactness = lesion->compactness;
    LB_ALLOC(out->mask, out->height * out->width);
    for (size_t y = 0; y < height; y++) {
        memcpy(out->mask + (y + PAD) * out->width + PAD, small + y * width, width * sizeof *small);
    }
cleanup:
    lb_free(small);
    return status;
}

/* A lesion's pixels, brightest first. The caller frees *out. */
static lb_status
rank_pixels(ranked **out, const lb_lesion *lesion, lb_error *err)
{
    lb_status status = LB_OK;
    ranked *order = NULL;
    double *blurred = NULL;
    size_t count = lesion->height * lesion->width;
    LB_ALLOC(order, count);
    LB_ALLOC(blurred, count);
    LB_TRY(lb_gaussian_filter(blurred, lesion->mask, lesion->height, lesion->width, ORDER_SIGMA,
                              ORDER_SIGMA, err));
    for (size_t i = 0; i < count; i++) {
        order[i] = (ranked){lesion->mask[i] + ORDER_SHARE * blurred[i], i};
    }
    qsort(order, count, sizeof *order, compare);
    *out = order;
    order = NULL;
cleanup:
    lb_free(blurred);
    lb_free(order);
    return status;
}

/* Adds a lesion's sorted values, over its peak, to the sums. */
static lb_status
add_values(double *sums, size_t length, const lb_lesion *lesion, lb_error *err)
{
    lb_status status = LB_OK;
    ranked *order = NULL;
    size_t count = lesion->height * lesion->width;
    LB_TRY(rank_pixels(&order, lesion, err));
    double peak = lesion->mask[order[0].pixel];
    for (size_t i = 0; i < count && i < length; i++) {
        sums[i] += peak > 0 ? lesion->mask[order[i].pixel] / peak : 0;
    }
cleanup:
    lb_free(order);
    return status;
}

/* The common values: *length of them, at least MIN_PROFILE. */
static lb_status
find_profile(double **out, size_t *length, const lb_lesion_library *library, lb_error *err)
{
    lb_status status = LB_OK;
    double *profile = NULL;
    size_t fewest = SIZE_MAX, used = 0;
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        for (size_t i = 0; i < library->count[shape]; i++) {
            const lb_lesion *l = library->lesions[shape] + i;
            fewest = l->height * l->width < fewest ? l->height * l->width : fewest;
        }
    }
    LB_ALLOC(profile, fewest);
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        for (size_t i = 0; i < library->count[shape]; i++) {
            LB_TRY(add_values(profile, fewest, library->lesions[shape] + i, err));
        }
    }
    for (double peak = profile[0]; used < fewest && profile[used] >= MIN_PROFILE * peak; used++) {
        profile[used] /= peak;
    }
    if (used < FEWEST_PIXELS || used == fewest) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                       "lesions have only %zu pixels at this size: ask for a larger size or larger "
                       "lesions",
                       used));
    }
    *out = profile;
    *length = used;
    profile = NULL;
cleanup:
    lb_free(profile);
    return status;
}

static lb_status
give_values(lb_lesion *lesion, const double *profile, size_t length, lb_error *err)
{
    ranked *order = NULL;
    lb_status status = rank_pixels(&order, lesion, err);
    if (status == LB_OK) {
        memset(lesion->mask, 0, lesion->height * lesion->width * sizeof *lesion->mask);
        for (size_t i = 0; i < length; i++) {
            lesion->mask[order[i].pixel] = profile[i];
        }
    }
    lb_free(order);
    return status;
}

lb_status
lb_lesions_resize(lb_lesion_library *out, const lb_lesion_library *library, double scale_y,
                  double scale_x, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion_library fitted = {.last_seed = library->last_seed};
    double *profile = NULL;
    size_t length = 0;
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        LB_ALLOC(fitted.lesions[shape], library->count[shape] + 1);
        fitted.found[shape] = library->found[shape];
        for (size_t i = 0; i < library->count[shape]; i++) {
            fitted.count[shape] = i + 1;
            LB_TRY(resize_lesion(fitted.lesions[shape] + i, library->lesions[shape] + i, scale_y,
                                 scale_x, err));
        }
    }
    LB_TRY(find_profile(&profile, &length, &fitted, err));
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        for (size_t i = 0; i < fitted.count[shape]; i++) {
            LB_TRY(give_values(fitted.lesions[shape] + i, profile, length, err));
        }
    }
    *out = fitted;
    fitted = (lb_lesion_library){0};
cleanup:
    lb_free(profile);
    lb_lesions_release(&fitted);
    return status;
}
