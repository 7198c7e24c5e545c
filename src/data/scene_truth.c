/* SPDX-License-Identifier: MIT */
/* The ground truth of a composed image: which pixels of the resized masks count. */
#include <string.h>

#include "composition.h"

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
resized_box(const lb_composition *composition, const lb_box *box)
{
    lb_box part;
    size_t bottom, right;
    part.top =
        centres_within(&bottom, box->top, box->height, composition->height, composition->size);
    part.left =
        centres_within(&right, box->left, box->width, composition->width, composition->size);
    part.height = bottom - part.top;
    part.width = right - part.left;
    return part;
}

/* Resizes the part of a mask that box's centres lie in, into scene->resized. */
static void
resize_part(lb_composition *composition, const lb_box *part)
{
    size_t end = part->left + part->width;
    for (size_t y = part->top; y < part->top + part->height; y++) {
        const double *row = lb_resizer_row(composition->resizer, y, part->left, end);
        memcpy(composition->resized + y * composition->size + part->left, row + part->left,
               part->width * sizeof *row);
    }
}

/* Hands a sum of masks to the resizer. It is 0 outside these boxes, and nowhere below. */
static void
start_masks(lb_composition *composition, const double *sum, const lb_box *boxes, size_t count)
{
    double max = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t y = boxes[i].top; y < boxes[i].top + boxes[i].height; y++) {
            double low, high;
            lb_find_range(&low, &high, sum + y * composition->width + boxes[i].left,
                          boxes[i].width);
            max = high > max ? high : max;
        }
    }
    lb_resizer_start(composition->resizer, sum, 0, max);
}

/* Resizes a box's part; the greatest value there. */
static double
resize_box(lb_box *part, lb_composition *composition, const lb_box *box)
{
    double peak = 0;
    *part = resized_box(composition, box);
    resize_part(composition, part);
    for (size_t y = part->top; y < part->top + part->height; y++) {
        for (size_t x = part->left; x < part->left + part->width; x++) {
            double value = composition->resized[y * composition->size + x];
            peak = value > peak ? value : peak;
        }
    }
    return peak;
}

/* Marks what of an item's box reaches the threshold, in truth with the mask's value or in flags;
 * false where nothing does. */
static bool
mark(float *truth, uint8_t *flags, lb_composition *composition, const lb_box *box, double threshold)
{
    lb_box part;
    double peak = resize_box(&part, composition, box);
    for (size_t y = part.top; y < part.top + part.height; y++) {
        for (size_t x = part.left; x < part.left + part.width; x++) {
            size_t at = y * composition->size + x;
            if (composition->resized[at] > 0 && composition->resized[at] >= threshold * peak) {
                if (truth != NULL) {
                    truth[at] = (float)composition->resized[at];
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
is_crowded(const lb_image_spec *spec, const lb_box *boxes, size_t lesion)
{
    size_t other = 0;
    while (other < spec->count &&
           (other == lesion || !lb_boxes_overlap(boxes + lesion, boxes + other))) {
        other++;
    }
    return other < spec->count;
}

/* Marks a lesion by itself, so that no other one's values in its box move its peak. */
static bool
mark_alone(float *truth, lb_composition *composition, const lb_lesion *lesion, const lb_box *box,
           double threshold)
{
    double low, high;
    size_t row_bytes = box->width * sizeof *composition->alone;
    double *corner = composition->alone + box->top * composition->width + box->left;
    for (size_t y = 0; y < box->height; y++) {
        memcpy(corner + y * composition->width, lesion->mask + y * box->width, row_bytes);
    }
    lb_find_range(&low, &high, lesion->mask, box->height * box->width);
    lb_resizer_start(composition->resizer, composition->alone, 0, high);
    bool marked = mark(truth, NULL, composition, box, threshold);
    for (size_t y = 0; y < box->height; y++) {
        memset(corner + y * composition->width, 0, row_bytes);
    }
    return marked;
}

/* Gives the true pixels of a box the value of all masks together. */
static void
fill_sum(float *truth, lb_composition *composition, const lb_box *box)
{
    lb_box part;
    (void)resize_box(&part, composition, box);
    for (size_t y = part.top; y < part.top + part.height; y++) {
        for (size_t x = part.left; x < part.left + part.width; x++) {
            size_t at = y * composition->size + x;
            truth[at] = truth[at] > 0 ? (float)composition->resized[at] : 0;
        }
    }
}

/* The lesions whose boxes lie over others'. */
static bool
mark_crowded(float *truth, lb_composition *composition, const lb_image_spec *spec,
             const lb_box *boxes, const lb_lesion_library *library,
             const lb_composition_rules *rules)
{
    bool marked = true, any = false;
    for (size_t i = 0; i < spec->count; i++) {
        if (is_crowded(spec, boxes, i)) {
            const lb_lesion *lesion = lb_image_spec_item(spec, library, rules, spec->label, i);
            marked =
                mark_alone(truth, composition, lesion, boxes + i, rules->truth_threshold) && marked;
            any = true;
        }
    }
    if (any) {
        start_masks(composition, composition->truth, boxes, spec->count);
    }
    for (size_t i = 0; any && i < spec->count; i++) {
        if (is_crowded(spec, boxes, i)) {
            fill_sum(truth, composition, boxes + i);
        }
    }
    return marked;
}

lb_status
lb_composition_truth(float *truth, lb_composition *composition, const lb_image_spec *spec,
                     const lb_box *boxes, const lb_lesion_library *library,
                     const lb_composition_rules *rules, lb_error *err)
{
    bool marked = true;
    start_masks(composition, composition->truth, boxes, spec->count);
    if (rules->truth_threshold <= 0) {
        lb_composition_resize(truth, composition);
        return LB_OK;
    }
    memset(truth, 0, composition->size * composition->size * sizeof *truth);
    for (size_t i = 0; i < spec->count; i++) {
        if (!is_crowded(spec, boxes, i)) {
            marked = mark(truth, NULL, composition, boxes + i, rules->truth_threshold) && marked;
        }
    }
    if (!mark_crowded(truth, composition, spec, boxes, library, rules) || !marked) {
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "a lesion vanishes at %zu x %zu pixels: ask for a larger size",
                       composition->size, composition->size);
    }
    return LB_OK;
}

void
lb_composition_distractors(uint8_t *out, lb_composition *composition, const lb_image_spec *spec,
                           const lb_box *boxes, const lb_composition_rules *rules)
{
    start_masks(composition, composition->distractor, boxes + spec->count,
                spec->items - spec->count);
    memset(out, 0, composition->size * composition->size);
    for (size_t i = spec->count; i < spec->items; i++) {
        (void)mark(NULL, out, composition, boxes + i, rules->truth_threshold);
    }
}
