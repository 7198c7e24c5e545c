/* SPDX-License-Identifier: MIT */
/* Which slices of a volume are taken. */
#include <math.h>

#include "import_internal.h"

/* How far the grid reaches along x, y and z, in mm: that of the published study. */
static const double REACH[3] = {260 * 0.7, 311 * 0.7, 260 * 0.7};

size_t
import_depth(const lb_import_options *options)
{
    size_t axis = lb_axis_axes(options->axis).position;
    return (size_t)ceil(REACH[axis] / options->voxel - 1e-9);
}

/* The unbroken run of positions around the fullest one that have enough brain; *count is 0 where
 * even that has too little. */
static void
find_run(size_t *first, size_t *count, const size_t *inside, size_t depth, double min)
{
    size_t fullest = 0;
    for (size_t k = 1; k < depth; k++) {
        fullest = inside[k] > inside[fullest] ? k : fullest;
    }
    size_t low = fullest, end = fullest;
    while (low > 0 && inside[low - 1] > 0 && (double)inside[low - 1] >= min) {
        low--;
    }
    while (end < depth && inside[end] > 0 && (double)inside[end] >= min) {
        end++;
    }
    *first = low;
    *count = end > fullest ? end - low : 0;
}

/* Equal stretches of the run, a slice in the middle of each. */
static lb_status
choose_evenly(import_slices *out, const size_t *inside, size_t depth, const import_item *item,
              const lb_import_options *options, lb_error *err)
{
    size_t first = 0, run = 0;
    double pixels = (double)(options->height * options->width);
    find_run(&first, &run, inside, depth, options->minimum_brain * pixels);
    if (run == 0) {
        double max = 0;
        for (size_t k = 0; k < depth; k++) {
            max = fmax(max, (double)inside[k] / pixels);
        }
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: no slice has %.3g of its pixels in the brain, the fullest %.3g (ask "
                       "for less with --minimum-brain)",
                       item->path, options->minimum_brain, max);
    }
    out->few = item->wanted != IMPORT_ALL && run < item->wanted;
    out->count = run < item->wanted ? run : item->wanted;
    out->position = lb_alloc(out->count, sizeof *out->position, err);
    if (out->position == NULL) {
        return err->code;
    }
    for (size_t k = 0; k < out->count; k++) {
        out->position[k] = (int32_t)(first + (2 * k + 1) * run / (2 * out->count));
    }
    return LB_OK;
}

static lb_status
choose_by_hand(import_slices *out, const size_t *inside, size_t depth, const lb_grid *grid,
               const import_item *item, const lb_import_options *options, lb_error *err)
{
    size_t axis = lb_axis_axes(options->axis).position;
    out->count = options->position_count;
    out->position = lb_alloc(out->count, sizeof *out->position, err);
    if (out->position == NULL) {
        return err->code;
    }
    for (size_t k = 0; k < out->count; k++) {
        double mm = options->positions[k];
        double at = floor((mm - grid->first_mm[axis]) / grid->voxel + 0.5);
        if (!(at >= 0 && at < (double)depth) || inside[(size_t)at] == 0) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: has no brain at %g mm", item->path, mm);
        }
        out->position[k] = (int32_t)at;
        for (size_t other = 0; other < k; other++) {
            if (out->position[other] == out->position[k]) {
                return lb_fail(err, LB_ERROR_ARGUMENT,
                               "%s: %g mm and %g mm are the same slice of %g mm", item->path,
                               options->positions[other], mm, grid->voxel);
            }
        }
    }
    return LB_OK;
}

lb_status
import_choose(import_slices *out, const lb_view *view, const lb_grid *grid, const import_item *item,
              const lb_import_options *options, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *inside = NULL, *cut = NULL, depth = import_depth(options);
    LB_ALLOC(inside, depth);
    LB_ALLOC(cut, depth);
    for (size_t k = 0; k < depth; k++) {
        lb_view_slice(NULL, &inside[k], &cut[k], view, grid, options->axis, k);
    }
    if (options->position_count > 0) {
        LB_TRY(choose_by_hand(out, inside, depth, grid, item, options, err));
    } else {
        LB_TRY(choose_evenly(out, inside, depth, item, options, err));
    }
    for (size_t k = 0; k < out->count && !options->crop; k++) {
        if (cut[out->position[k]] > 0) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "%s: the brain is cut by the edge of %zu x %zu pixels of %g mm (take a "
                           "larger --size or --voxel, or --crop)",
                           item->path, options->height, options->width, options->voxel));
        }
    }
cleanup:
    lb_free(cut);
    lb_free(inside);
    return status;
}
