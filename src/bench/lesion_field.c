/* SPDX-License-Identifier: MIT */
/* The blobs of one field of smoothed, thresholded and eroded noise. */
#include <string.h>

#include "lesion_internal.h"

#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { SIDE = 256, PIXELS = SIDE * SIDE };

static const double PI = 3.14159265358979323846;

typedef struct component {
    size_t area, top, left, bottom, right; /* the last row and column are inside */
} component;

struct lesion_workspace {
    double *noise;
    uint8_t *binary, *eroded, *opened;
    int32_t *labels;
    component *components;
};

void
lesion_workspace_free(lesion_workspace *w)
{
    if (w != NULL) {
        lb_free(w->components);
        lb_free(w->labels);
        lb_free(w->opened);
        lb_free(w->eroded);
        lb_free(w->binary);
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
    LB_ALLOC(w->binary, PIXELS);
    LB_ALLOC(w->eroded, PIXELS);
    LB_ALLOC(w->opened, PIXELS);
    LB_ALLOC(w->labels, PIXELS);
    LB_ALLOC(w->components, PIXELS / 2 + 1);
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
    lb_lesion *larger = NULL;
    if (list->count == list->capacity) {
        size_t capacity = 2 * list->capacity + 8;
        LB_ALLOC(larger, capacity);
        if (list->count > 0) {
            memcpy(larger, list->lesions, list->count * sizeof *larger);
        }
        lb_free(list->lesions);
        list->lesions = larger;
        list->capacity = capacity;
    }
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

/* Appends the lesion made from one component, if it is of use. */
static lb_status
consider(lesion_list out[LB_SHAPES], const int32_t *labels, int32_t label, const component *c,
         const bool wanted[LB_SHAPES], const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    lb_lesion lesion = {0};
    uint8_t *blob = NULL;
    lb_shape shape;
    size_t height = c->bottom - c->top + 1, width = c->right - c->left + 1;
    LB_ALLOC(blob, height * width);
    for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
            blob[y * width + x] = labels[(c->top + y) * SIDE + c->left + x] == label;
        }
    }
    double perimeter = lb_perimeter_crofton(blob, height, width);
    lesion.compactness = 4 * PI * (double)c->area / (perimeter * perimeter);
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

static void
measure(component *components, size_t count, const int32_t *labels)
{
    memset(components, 0, count * sizeof *components);
    for (size_t y = 0; y < SIDE; y++) {
        for (size_t x = 0; x < SIDE; x++) {
            int32_t label = labels[y * SIDE + x];
            if (label == 0) {
                continue;
            }
            component *c = components + label - 1;
            if (c->area++ == 0) {
                *c = (component){1, y, x, y, x};
            }
            c->bottom = y; /* rows come in order */
            c->left = x < c->left ? x : c->left;
            c->right = x > c->right ? x : c->right;
        }
    }
}

static lb_status
search_blobs(lesion_list out[LB_SHAPES], lesion_workspace *w, const uint8_t *binary,
             const bool wanted[LB_SHAPES], const lb_lesion_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    LB_TRY(lb_label(w->labels, &count, binary, SIDE, SIDE, err));
    measure(w->components, count, w->labels);
    for (size_t i = 0; i < count; i++) {
        if (w->components[i].area == options->area) {
            LB_TRY(
                consider(out, w->labels, (int32_t)i + 1, w->components + i, wanted, options, err));
        }
    }
cleanup:
    return status;
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
    LB_TRY(lb_gaussian_filter(w->noise, w->noise, SIDE, SIDE, sigma, sigma, err));
    double threshold = lb_otsu(w->noise, PIXELS);
    for (size_t i = 0; i < PIXELS; i++) {
        w->binary[i] = w->noise[i] > threshold;
    }
    lb_erode(w->eroded, w->binary, SIDE, SIDE);
    LB_TRY(lb_open(w->opened, w->eroded, SIDE, SIDE, err));
    LB_TRY(search_blobs(out, w, w->opened, wanted, options, err));
    lb_erode(w->eroded, w->opened, SIDE, SIDE);
    LB_TRY(search_blobs(out, w, w->eroded, wanted, options, err));
cleanup:
    return status;
}
