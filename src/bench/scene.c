/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <math.h>
#include <string.h>

#include "lesionbench/image.h"
#include "lesionbench/random.h"

/* Draws for one lesion before all are taken off again, and how often that is done. Where five boxes
 * fit at all, a draw mostly succeeds after some tens. */
enum { MAX_DRAWS = 10000, MAX_RESTARTS = 5 };

void
lb_scene_release(lb_scene *scene)
{
    lb_free(scene->table);
    lb_free(scene->brain);
    lb_free(scene->resized_truth);
    lb_free(scene->resized_image);
    lb_free(scene->truth);
    lb_free(scene->slice);
    *scene = (lb_scene){0};
}

lb_status
lb_scene_init(lb_scene *out, size_t height, size_t width, size_t size, lb_error *err)
{
    lb_status status = LB_OK;
    lb_scene scene = {.height = height, .width = width, .size = size};
    size_t pixels = 0;
    LB_TRY(lb_multiply(&pixels, height, width, err));
    if (pixels >= UINT32_MAX / 2) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "slices of %zu x %zu pixels are too large", height,
                       width);
    }
    LB_ALLOC(scene.slice, pixels);
    LB_ALLOC(scene.truth, pixels);
    LB_ALLOC(scene.resized_image, size * size);
    LB_ALLOC(scene.resized_truth, size * size);
    LB_ALLOC(scene.brain, pixels);
    LB_ALLOC(scene.table, (height + 1) * (width + 1));
    *out = scene;
    return LB_OK;
cleanup:
    lb_scene_release(&scene);
    return status;
}

/* The first `wanted` of a shuffled list of n lesions. */
static void
pick(size_t *out, size_t wanted, size_t n, bool shuffle, lb_numpy_random *random, size_t *order)
{
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    if (shuffle) {
        lb_numpy_shuffle_list(random, order, n);
    }
    memcpy(out, order, wanted * sizeof *out);
}

void
lb_recipe_draw(lb_recipe *out, uint32_t seed, const lb_lesion_library *library,
               const lb_scene_rules *rules, size_t *order)
{
    lb_numpy_random random;
    lb_numpy_seed(&random, seed);
    out->seed = seed;
    out->count = (size_t)lb_numpy_randint(&random, (int64_t)rules->minimum_lesions,
                                          (int64_t)rules->maximum_lesions + 1);
    out->label = (uint8_t)lb_numpy_randint(&random, 0, 2);
    for (int shape = 0; shape < 2; shape++) {
        lb_numpy_random copy = random;
        pick(out->lesions[shape], out->count, library->count[shape],
             shape == LB_IRREGULAR || rules->shuffle_round, &copy, order);
    }
}

lb_status
lb_scene_survey(lb_scene *scene, lb_error *err)
{
    size_t columns = scene->width + 1;
    scene->brain_pixels = 0;
    memset(scene->table, 0, columns * sizeof *scene->table);
    for (size_t y = 0; y < scene->height; y++) {
        const double *row = scene->slice + y * scene->width;
        const uint32_t *above = scene->table + y * columns;
        uint32_t *here = scene->table + (y + 1) * columns;
        uint32_t in_row = 0;
        here[0] = 0;
        for (size_t x = 0; x < scene->width; x++) {
            if (!isfinite(row[x])) {
                return lb_fail(err, LB_ERROR_FORMAT, "row %zu, column %zu is not finite", y, x);
            }
            if (row[x] != 0) {
                scene->brain[scene->brain_pixels++] = (uint32_t)(y * scene->width + x);
                in_row++;
            }
            here[x + 1] = above[x + 1] + in_row;
        }
    }
    if (scene->brain_pixels == 0) {
        return lb_fail(err, LB_ERROR_FORMAT, "no brain: all pixels are 0");
    }
    return LB_OK;
}

static bool
is_brain(const lb_scene *scene, const lb_box *box)
{
    size_t columns = scene->width + 1;
    const uint32_t *top = scene->table + box->top * columns + box->left;
    const uint32_t *bottom = top + box->height * columns;
    return bottom[box->width] - bottom[0] - (top[box->width] - top[0]) == box->height * box->width;
}

static bool
overlap(const lb_box *a, const lb_box *b)
{
    return a->top < b->top + b->height && b->top < a->top + a->height &&
           a->left < b->left + b->width && b->left < a->left + a->width;
}

/* Draws corners until the box lies on brain and off the boxes before it. */
static bool
place_one(lb_box *box, const lb_box *others, size_t count, const lb_scene *scene,
          lb_numpy_random *random)
{
    for (int draw = 0; draw < MAX_DRAWS; draw++) {
        uint32_t corner = scene->brain[lb_numpy_randint(random, 0, (int64_t)scene->brain_pixels)];
        box->top = corner / scene->width;
        box->left = corner % scene->width;
        if (box->top + box->height > scene->height || box->left + box->width > scene->width ||
            !is_brain(scene, box)) {
            continue;
        }
        size_t free_of = 0;
        while (free_of < count && !overlap(box, others + free_of)) {
            free_of++;
        }
        if (free_of == count) {
            return true;
        }
    }
    return false;
}

bool
lb_scene_place(lb_box *boxes, const lb_scene *scene, const lb_recipe *recipe,
               const lb_lesion_library *library, lb_shape shape)
{
    lb_numpy_random random;
    lb_numpy_seed(&random, recipe->seed); /* again, as the study does */
    for (int start = 0; start < MAX_RESTARTS; start++) {
        size_t placed = 0;
        while (placed < recipe->count) {
            const lb_lesion *lesion = library->lesions[shape] + recipe->lesions[shape][placed];
            boxes[placed].height = lesion->height;
            boxes[placed].width = lesion->width;
            if (!place_one(boxes + placed, boxes, placed, scene, &random)) {
                break;
            }
            placed++;
        }
        if (placed == recipe->count) {
            return true;
        }
    }
    return false;
}

/* To [0, intensity] by the slice's own extremes. */
static void
rescale(double *values, size_t count, double intensity)
{
    double low, high;
    lb_find_range(&low, &high, values, count);
    double range = high > low ? high - low : 1;
    for (size_t i = 0; i < count; i++) {
        values[i] = (values[i] - low) / range * intensity;
    }
}

/* Lightens the image where the mask is on: 1 - (1 - image)(1 - m), m the mask rescaled to [0,
 * intensity]. */
static void
paint(lb_scene *scene, const lb_lesion *lesion, const lb_box *box, double intensity)
{
    double low, high;
    lb_find_range(&low, &high, lesion->mask, lesion->height * lesion->width);
    double range = high > low ? high - low : 1;
    for (size_t y = 0; y < box->height; y++) {
        const double *mask = lesion->mask + y * lesion->width;
        size_t first = (box->top + y) * scene->width + box->left;
        for (size_t x = 0; x < box->width; x++) {
            double m = (mask[x] - low) / range * intensity;
            if (mask[x] > 0) {
                scene->slice[first + x] = 1 - (1 - scene->slice[first + x]) * (1 - m);
            }
            scene->truth[first + x] += mask[x];
        }
    }
}

/* The output indices whose centres lie in [start, start + length) of an axis that `from` pixels
 * were resized to `to`: first .. *end - 1. */
static size_t
centres_within(size_t *end, size_t start, size_t length, size_t from, size_t to)
{
    /* Centre i lies at (2 i + 1) from / (2 to); all in integers, so that no centre is in doubt. */
    size_t first = (2 * start * to + from - 1) / from / 2;
    *end = (2 * (start + length) * to + from - 1) / from / 2;
    *end = *end < to ? *end : to;
    return first;
}

/* Copies what of a lesion's box reaches the threshold; false where nothing does. */
static bool
mark_true(float *truth, const lb_scene *scene, const lb_box *box, double threshold)
{
    size_t bottom, right;
    size_t top = centres_within(&bottom, box->top, box->height, scene->height, scene->size);
    size_t left = centres_within(&right, box->left, box->width, scene->width, scene->size);
    double peak = 0;
    for (size_t y = top; y < bottom; y++) {
        for (size_t x = left; x < right; x++) {
            peak = fmax(peak, scene->resized_truth[y * scene->size + x]);
        }
    }
    for (size_t y = top; y < bottom; y++) {
        for (size_t x = left; x < right; x++) {
            double value = scene->resized_truth[y * scene->size + x];
            if (value > 0 && value >= threshold * peak) {
                truth[y * scene->size + x] = (float)value;
            }
        }
    }
    return peak > 0;
}

lb_status
lb_scene_compose(float *image, float *truth, lb_scene *scene, const lb_recipe *recipe,
                 const lb_box *boxes, const lb_lesion_library *library, const lb_scene_rules *rules,
                 lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = scene->height * scene->width, out_pixels = scene->size * scene->size;
    memset(scene->truth, 0, pixels * sizeof *scene->truth);
    rescale(scene->slice, pixels, rules->brain_intensity);
    for (size_t i = 0; i < recipe->count; i++) {
        size_t which = recipe->lesions[recipe->label][i];
        paint(scene, library->lesions[recipe->label] + which, boxes + i, rules->lesion_intensity);
    }
    LB_TRY(lb_resize(scene->resized_image, scene->size, scene->size, scene->slice, scene->height,
                     scene->width, err));
    LB_TRY(lb_resize(scene->resized_truth, scene->size, scene->size, scene->truth, scene->height,
                     scene->width, err));
    for (size_t i = 0; i < out_pixels; i++) {
        image[i] = (float)scene->resized_image[i];
        truth[i] = rules->truth_threshold > 0 ? 0.0f : (float)scene->resized_truth[i];
    }
    for (size_t i = 0; rules->truth_threshold > 0 && i < recipe->count; i++) {
        if (!mark_true(truth, scene, boxes + i, rules->truth_threshold)) {
            return lb_fail(err, LB_ERROR_NUMERIC,
                           "a lesion vanishes at %zu x %zu pixels: ask for a larger size",
                           scene->size, scene->size);
        }
    }
cleanup:
    return status;
}
