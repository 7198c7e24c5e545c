/* SPDX-License-Identifier: MIT */
/* The truth of a map: its pixels, and the lesions as its connected parts (Rosenfeld and Pfaltz,
 * J. ACM 1966: one scan, equivalences in a forest). */
#include <math.h>

#include "scorer.h"

static uint32_t
root_of(uint32_t *parent, uint32_t label)
{
    while (parent[label] != label) {
        parent[label] = parent[parent[label]];
        label = parent[label];
    }
    return label;
}

/* label[i] of a pixel is the pixel that stands for its part; merging keeps the earlier one. */
static void
merge(uint32_t *label, uint32_t a, uint32_t b)
{
    a = root_of(label, a);
    b = root_of(label, b);
    if (a < b) {
        label[b] = a;
    } else {
        label[a] = b;
    }
}

void
truth_label(lb_scorer *scorer)
{
    uint32_t width = (uint32_t)scorer->width, *label = scorer->label;
    const uint8_t *is_true = scorer->is_true;
    for (size_t k = 0; k < scorer->p; k++) {
        uint32_t i = scorer->pixel[k], x = i % width;
        label[i] = i;
        if (x > 0 && is_true[i - 1]) {
            merge(label, i, i - 1);
        }
        if (i >= width && is_true[i - width]) {
            merge(label, i, i - width);
        }
        if (i >= width && x > 0 && is_true[i - width - 1]) {
            merge(label, i, i - width - 1);
        }
        if (i >= width && x + 1 < width && is_true[i - width + 1]) {
            merge(label, i, i - width + 1);
        }
    }
    scorer->lesions = 0;
    for (size_t k = 0; k < scorer->p; k++) { /* a part's first pixel comes before its others */
        uint32_t i = scorer->pixel[k], root = root_of(label, i);
        if (root == i) {
            scorer->lesion[k] = (uint32_t)scorer->lesions++;
            scorer->spare[i] = scorer->lesion[k];
        } else {
            scorer->lesion[k] = scorer->spare[root];
        }
    }
}

lb_status
lb_scorer_set_truth(lb_scorer *scorer, const float *truth, lb_error *err)
{
    lb_status status = LB_OK;
    size_t p = 0;
    LB_NOT_NULL(scorer);
    LB_NOT_NULL(truth);
    for (size_t i = 0; i < scorer->count; i++) {
        if (isnan(truth[i])) {
            return lb_fail(err, LB_ERROR_NUMERIC, "the ground truth is not a number at pixel %zu",
                           i);
        }
    }
    for (size_t i = 0; i < scorer->count; i++) {
        scorer->is_true[i] = truth[i] > 0;
        scorer->pixel[p] = (uint32_t)i;
        p += scorer->is_true[i];
    }
    scorer->p = p;
    truth_label(scorer);
    scorer->has_truth = true;
cleanup:
    return status;
}
