/* SPDX-License-Identifier: MIT */
/* The blobs of one field of smoothed, thresholded and eroded noise. */
#include <string.h>

#include "lesion_internal.h"

#include "base/cpu_kernel.h"
#include "lesionbench/grow.h"
#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { SIDE = 256, PIXELS = SIDE * SIDE, MAX_RUNS = SIDE * (SIDE / 2 + 1) };

static const double PI = 3.14159265358979323846;

struct lesion_workspace {
    double *noise, *smooth;
    uint8_t *binary, *eroded, *opened;
    lb_run *runs;
    size_t *areas; /* by component */
};

void
lesion_workspace_free(lesion_workspace *w)
{
    if (w != NULL) {
        lb_free(w->areas);
        lb_free(w->runs);
        lb_free(w->opened);
        lb_free(w->eroded);
        lb_free(w->binary);
        lb_free(w->smooth);
        lb_free(w->noise);
        lb_free(w);
    }
}

lb_status
lesion_workspace_create(lesion_workspace **out, lb_error *err)
{
    lb_status status = LB_OK;
    lesion_workspace *w = NULL;
    LB_ALLOC(w, 1);
    LB_ALLOC(w->noise, PIXELS);
    LB_ALLOC(w->smooth, PIXELS);
    LB_ALLOC(w->binary, PIXELS);
    LB_ALLOC(w->eroded, PIXELS);
    LB_ALLOC(w->opened, PIXELS);
    LB_ALLOC(w->runs, MAX_RUNS);
    LB_ALLOC(w->areas, MAX_RUNS);
    *out = w;
    return LB_OK;
cleanup:
    lesion_workspace_free(w);
    return status;
}

void
lesion_list_release(lesion_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lb_free(list->lesions[i].mask);
    }
    lb_free(list->lesions);
    *list = (lesion_list){0};
}

lb_status
lesion_list_append(lesion_list *list, lb_lesion *lesion, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(list->lesions, list->count, list->capacity);
    list->lesions[list->count++] = *lesion;
    *lesion = (lb_lesion){0};
cleanup:
    return status;
}

/* False where a blob of that compactness is of no use. */
static bool
shape_of(lb_shape *out, double compactness, const lb_lesion_options *options)
{
    if (compactness > options->round_above) {
        *out = LB_ROUND;
    } else if (compactness < options->irregular_below) {
        *out = LB_IRREGULAR;
    } else {
        *out = LB_DISTRACTOR;
        return compactness > options->distractor_above && compactness < options->distractor_below;
    }
    return true;
}

/* The box of the component whose first run is given; the last row and column are inside. */
static void
find_box(size_t *top, size_t *left, size_t *bottom, size_t *right, const lb_run *runs, size_t count)
{
    *top = *bottom = runs[0].row;
    *left = runs[0].start;
    *right = runs[0].end - 1;
    /* A component has runs in all rows between its first and its last. */
    for (size_t i = 1; i < count && runs[i].row <= *bottom + 1; i++) {
        if (runs[i].component == runs[0].component) {
            *bottom = runs[i].row;
            *left = runs[i].start < *left ? runs[i].start : *left;
            *right = runs[i].end - 1 > *right ? runs[i].end - 1 : *right;
        }
    }
}

/* Appends the lesion made from the component whose first run is given, if it is of use. */
static lb_status
consider(lesion_list out[LB_SHAPES], const lb_run *runs, size_t count, const bool wanted[LB_SHAPES],
         const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion lesion = {0};
    uint8_t *blob = NULL;
    lb_shape shape;
    size_t top, left, bottom, right;
    find_box(&top, &left, &bottom, &right, runs, count);
    size_t height = bottom - top + 1, width = right - left + 1;
    LB_ALLOC(blob, height * width);
    for (size_t i = 0; i < count && runs[i].row <= bottom; i++) {
        if (runs[i].component == runs[0].component) {
            memset(blob + (runs[i].row - top) * width + runs[i].start - left, 1,
                   runs[i].end - runs[i].start);
        }
    }
    double perimeter = lb_perimeter_crofton(blob, height, width);
    lesion.compactness = 4 * PI * (double)options->area / (perimeter * perimeter);
    if (shape_of(&shape, lesion.compactness, options) && wanted[shape]) {
        LB_TRY(lesion_soften(&lesion, blob, height, width, shape, options, err));
        if (lesion.mask != NULL) {
            LB_TRY(lesion_list_append(&out[shape], &lesion, err));
        }
    }
cleanup:
    lb_free(lesion.mask);
    lb_free(blob);
    return status;
}

static lb_status
search_blobs(lesion_list out[LB_SHAPES], lesion_workspace *w, const uint8_t *binary,
             const bool wanted[LB_SHAPES], const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0, components = 0;
    LB_TRY(lb_label_runs(w->runs, &count, &components, binary, SIDE, SIDE, err));
    memset(w->areas, 0, components * sizeof *w->areas);
    for (size_t i = 0; i < count; i++) {
        w->areas[w->runs[i].component] += w->runs[i].end - w->runs[i].start;
    }
    for (size_t i = 0; i < count; i++) {
        size_t *area = w->areas + w->runs[i].component;
        if (*area == options->area) {
            *area = 0; /* its later runs are done */
            LB_TRY(consider(out, w->runs + i, count - i, wanted, options, err));
        }
    }
cleanup:
    return status;
}

LB_KERNEL(void, cut_off, (uint8_t *restrict out, const double *restrict values, double threshold),
          (out, values, threshold))
{
#pragma omp simd
    for (size_t i = 0; i < PIXELS; i++) {
        out[i] = values[i] > threshold;
    }
}

lb_status
lesion_field_search(lesion_list out[LB_SHAPES], lesion_workspace *w, uint32_t seed,
                    const bool wanted[LB_SHAPES], const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    double sigma = options->noise_sigma;
    lb_numpy_random random;
    lb_numpy_seed(&random, seed);
    lb_numpy_fill(&random, w->noise, PIXELS);
    LB_TRY(lb_gaussian_filter(w->smooth, w->noise, SIDE, SIDE, sigma, sigma, err));
    cut_off(w->binary, w->smooth, lb_otsu(w->smooth, PIXELS));
    lb_binary_erosion(w->eroded, w->binary, SIDE, SIDE);
    LB_TRY(lb_binary_opening(w->opened, w->eroded, SIDE, SIDE, err));
    LB_TRY(search_blobs(out, w, w->opened, wanted, options, err));
    lb_binary_erosion(w->eroded, w->opened, SIDE, SIDE);
    LB_TRY(search_blobs(out, w, w->eroded, wanted, options, err));
cleanup:
    return status;
}
