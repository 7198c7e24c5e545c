/* SPDX-License-Identifier: MIT */
/* The ground truth of a composed image: which pixels of the resized masks count. */
#include <string.h>

#include "scene.h"

#include "lesionbench/image.h"

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

/* The part of the resized image whose centres lie in a box. */
static lb_box
resized_box(const lb_scene *scene, const lb_box *box)
{
    lb_box part;
    size_t bottom, right;
    part.top = centres_within(&bottom, box->top, box->height, scene->height, scene->size);
    part.left = centres_within(&right, box->left, box->width, scene->width, scene->size);
    part.height = bottom - part.top;
    part.width = right - part.left;
    return part;
}

/* Resizes the part of a mask that box's centres lie in, into scene->resized. */
static void
resize_part(lb_scene *scene, const lb_box *part)
{
    size_t end = part->left + part->width;
    for (size_t y = part->top; y < part->top + part->height; y++) {
        const double *row = lb_resizer_row(scene->resizer, y, part->left, end);
        memcpy(scene->resized + y * scene->size + part->left, row + part->left,
               part->width * sizeof *row);
    }
}

/* Hands a sum of masks to the resizer. It is 0 outside these boxes, and nowhere below. */
static void
start_masks(lb_scene *scene, const double *sum, const lb_box *boxes, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t y = boxes[i].top; y < boxes[i].top + boxes[i].height; y++) {
            double low, high;
            lb_find_range(&low, &high, sum + y * scene->width + boxes[i].left, boxes[i].width);
            most = high > most ? high : most;
        }
    }
    lb_resizer_start(scene->resizer, sum, 0, most);
}

/* Resizes a box's part; the greatest value there. */
static double
resize_box(lb_box *part, lb_scene *scene, const lb_box *box)
{
    double peak = 0;
    *part = resized_box(scene, box);
    resize_part(scene, part);
    for (size_t y = part->top; y < part->top + part->height; y++) {
        for (size_t x = part->left; x < part->left + part->width; x++) {
            double value = scene->resized[y * scene->size + x];
            peak = value > peak ? value : peak;
        }
    }
    return peak;
}

/* Marks what of an item's box reaches the threshold, in truth with the mask's value or in flags;
 * false where nothing does. */
static bool
mark(float *truth, uint8_t *flags, lb_scene *scene, const lb_box *box, double threshold)
{
    lb_box part;
    double peak = resize_box(&part, scene, box);
    for (size_t y = part.top; y < part.top + part.height; y++) {
        for (size_t x = part.left; x < part.left + part.width; x++) {
            size_t at = y * scene->size + x;
            if (scene->resized[at] > 0 && scene->resized[at] >= threshold * peak) {
                if (truth != NULL) {
                    truth[at] = (float)scene->resized[at];
                } else {
                    flags[at] = 1;
                }
            }
        }
    }
    return peak > 0;
}

/* Whether pixels of another lesion may lie in the lesion's box. */
static bool
is_crowded(const lb_recipe *recipe, const lb_box *boxes, size_t lesion)
{
    size_t other = 0;
    while (other < recipe->count &&
           (other == lesion || !lb_boxes_overlap(boxes + lesion, boxes + other))) {
        other++;
    }
    return other < recipe->count;
}

/* Marks a lesion by itself, so that no other one's values in its box move its peak. */
static bool
mark_alone(float *truth, lb_scene *scene, const lb_lesion *lesion, const lb_box *box,
           double threshold)
{
    double low, high;
    size_t row_bytes = box->width * sizeof *scene->alone;
    double *corner = scene->alone + box->top * scene->width + box->left;
    for (size_t y = 0; y < box->height; y++) {
        memcpy(corner + y * scene->width, lesion->mask + y * box->width, row_bytes);
    }
    lb_find_range(&low, &high, lesion->mask, box->height * box->width);
    lb_resizer_start(scene->resizer, scene->alone, 0, high);
    bool marked = mark(truth, NULL, scene, box, threshold);
    for (size_t y = 0; y < box->height; y++) {
        memset(corner + y * scene->width, 0, row_bytes);
    }
    return marked;
}

/* Gives the true pixels of a box the value of all masks together. */
static void
fill_sum(float *truth, lb_scene *scene, const lb_box *box)
{
    lb_box part;
    (void)resize_box(&part, scene, box);
    for (size_t y = part.top; y < part.top + part.height; y++) {
        for (size_t x = part.left; x < part.left + part.width; x++) {
            size_t at = y * scene->size + x;
            truth[at] = truth[at] > 0 ? (float)scene->resized[at] : 0;
        }
    }
}

/* The lesions whose boxes lie over others'. */
static bool
mark_crowded(float *truth, lb_scene *scene, const lb_recipe *recipe, const lb_box *boxes,
             const lb_lesion_library *library, const lb_scene_rules *rules)
{
    bool marked = true, any = false;
    for (size_t i = 0; i < recipe->count; i++) {
        if (is_crowded(recipe, boxes, i)) {
            const lb_lesion *lesion = lb_recipe_item(recipe, library, rules, recipe->label, i);
            marked = mark_alone(truth, scene, lesion, boxes + i, rules->truth_threshold) && marked;
            any = true;
        }
    }
    if (any) {
        start_masks(scene, scene->truth, boxes, recipe->count);
    }
    for (size_t i = 0; any && i < recipe->count; i++) {
        if (is_crowded(recipe, boxes, i)) {
            fill_sum(truth, scene, boxes + i);
        }
    }
    return marked;
}

lb_status
lb_scene_truth(float *truth, lb_scene *scene, const lb_recipe *recipe, const lb_box *boxes,
               const lb_lesion_library *library, const lb_scene_rules *rules, lb_error *err)
{
    bool marked = true;
    start_masks(scene, scene->truth, boxes, recipe->count);
    if (rules->truth_threshold <= 0) {
        lb_scene_resize(truth, scene);
        return LB_OK;
    }
    memset(truth, 0, scene->size * scene->size * sizeof *truth);
    for (size_t i = 0; i < recipe->count; i++) {
        if (!is_crowded(recipe, boxes, i)) {
            marked = mark(truth, NULL, scene, boxes + i, rules->truth_threshold) && marked;
        }
    }
    if (!mark_crowded(truth, scene, recipe, boxes, library, rules) || !marked) {
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "a lesion vanishes at %zu x %zu pixels: ask for a larger size", scene->size,
                       scene->size);
    }
    return LB_OK;
}

void
lb_scene_distractors(uint8_t *out, lb_scene *scene, const lb_recipe *recipe, const lb_box *boxes,
                     const lb_scene_rules *rules)
{
    start_masks(scene, scene->distractor, boxes + recipe->count, recipe->items - recipe->count);
    memset(out, 0, scene->size * scene->size);
    for (size_t i = recipe->count; i < recipe->items; i++) {
        (void)mark(NULL, out, scene, boxes + i, rules->truth_threshold);
    }
}
