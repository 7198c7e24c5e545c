/* SPDX-License-Identifier: MIT */
/* lesions.h5: a group per shape with `mask` (K, S, S), `height`, `width` and `compactness`. Files
 * without distractors have no group for them. */
#include <string.h>

#include "column.h"

#include "lesionbench/h5.h"
#include "lesionbench/lesions.h"

enum { FORMAT_VERSION = 1, MAX_SIDE = 4096 };

static const char *const GROUPS[LB_SHAPES] = {"round", "irregular", "distractor"};

void
lb_lesions_release(lb_lesion_library *library)
{
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        for (size_t i = 0; library->lesions[shape] != NULL && i < library->count[shape]; i++) {
            lb_free(library->lesions[shape][i].mask);
        }
        lb_free(library->lesions[shape]);
    }
    *library = (lb_lesion_library){0};
}

/* "round/mask" and the like. */
static char *
member(int shape, const char *name, lb_error *err)
{
    return lb_format(err, "%s/%s", GROUPS[shape], name);
}

static lb_status
write_member(lb_h5 *file, int shape, const char *name, lb_type type, size_t rank,
             const size_t *dimensions, const void *data, lb_error *err)
{
    char *path = member(shape, name, err);
    if (path == NULL) {
        return err->code;
    }
    lb_status status = lb_h5_write(file, path, type, rank, dimensions, data, err);
    lb_free(path);
    return status;
}

static size_t
largest_side(const lb_lesion_library *library)
{
    size_t side = 1;
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        for (size_t i = 0; i < library->count[shape]; i++) {
            const lb_lesion *l = library->lesions[shape] + i;
            side = l->height > side ? l->height : side;
            side = l->width > side ? l->width : side;
        }
    }
    return side;
}

static lb_status
write_shape(lb_h5 *file, int shape, const lb_lesion_library *library, size_t side, lb_error *err)
{
    lb_status status = LB_OK;
    double *masks = NULL, *compactness = NULL;
    int32_t *heights = NULL, *widths = NULL;
    size_t count = library->count[shape];
    LB_ALLOC(masks, count * side * side);
    LB_ALLOC(compactness, count);
    LB_ALLOC(heights, count);
    LB_ALLOC(widths, count);
    for (size_t i = 0; i < count; i++) {
        const lb_lesion *l = library->lesions[shape] + i;
        for (size_t y = 0; y < l->height; y++) {
            memcpy(masks + (i * side + y) * side, l->mask + y * l->width, l->width * sizeof *masks);
        }
        compactness[i] = l->compactness;
        heights[i] = (int32_t)l->height;
        widths[i] = (int32_t)l->width;
    }
    const size_t dimensions[3] = {count, side, side};
    LB_TRY(write_member(file, shape, "mask", LB_F64, 3, dimensions, masks, err));
    LB_TRY(write_member(file, shape, "height", LB_I32, 1, dimensions, heights, err));
    LB_TRY(write_member(file, shape, "width", LB_I32, 1, dimensions, widths, err));
    LB_TRY(write_member(file, shape, "compactness", LB_F64, 1, dimensions, compactness, err));
    LB_TRY(lb_h5_set_number(file, GROUPS[shape], "found", (double)library->found[shape], err));
cleanup:
    lb_free(widths);
    lb_free(heights);
    lb_free(compactness);
    lb_free(masks);
    return status;
}

static lb_status
write_options(lb_h5 *file, const lb_lesion_options *o, lb_error *err)
{
    lb_status status = LB_OK;
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"area", (double)o->area},
                   {"scale", (double)o->scale},
                   {"seed", o->seed},
                   {"round_above", o->round_above},
                   {"irregular_below", o->irregular_below},
                   {"distractor_above", o->distractor_above},
                   {"distractor_below", o->distractor_below},
                   {"noise_sigma", o->noise_sigma},
                   {"edge_sigma", o->edge_sigma},
                   {"matched", o->matched}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        LB_TRY(lb_h5_set_number(file, "", numbers[i].name, numbers[i].value, err));
    }
cleanup:
    return status;
}

lb_status
lb_lesions_save(const lb_lesion_library *library, const lb_lesion_options *options,
                const char *path, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    LB_TRY(lb_h5_create(&file, path, "lesions", FORMAT_VERSION, context, err));
    if (options != NULL) {
        LB_TRY(write_options(file, options, err));
        LB_TRY(lb_h5_set_number(file, "", "last_seed", library->last_seed, err));
    }
    size_t side = largest_side(library);
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        if (shape != LB_DISTRACTOR || library->count[shape] > 0) {
            LB_TRY(write_shape(file, shape, library, side, err));
        }
    }
    LB_TRY(lb_h5_commit(file, err));
cleanup:
    lb_h5_close(file);
    return status;
}

/* Cuts one lesion out of its padded square. */
static lb_status
unpack(lb_lesion *out, const double *square, size_t side, int32_t height, int32_t width,
       const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    if (height < 1 || width < 1 || (size_t)height > side || (size_t)width > side) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: a lesion of %d x %d pixels in a mask of %zu",
                       path, height, width, side);
    }
    double peak = 0;
    for (size_t i = 0; i < side * side; i++) {
        if (!(square[i] >= 0 && square[i] <= 1e6)) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: a lesion mask holds the value %g", path,
                           square[i]);
        }
        peak = square[i] > peak ? square[i] : peak;
    }
    if (!(peak > 0)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: a lesion mask is empty", path);
    }
    out->height = (size_t)height;
    out->width = (size_t)width;
    LB_ALLOC(out->mask, out->height * out->width);
    for (size_t y = 0; y < out->height; y++) {
        memcpy(out->mask + y * out->width, square + y * side, out->width * sizeof *square);
    }
cleanup:
    return status;
}

static lb_status
read_shape(lb_lesion_library *out, lb_h5 *file, int shape, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array masks = {0}, heights = {0}, widths = {0}, compactness = {0};
    char *name = NULL;
    double found = 0;
    name = member(shape, "mask", err);
    LB_TRY(name == NULL ? err->code : LB_OK);
    LB_TRY(lb_h5_read(&masks, file, name, LB_F64, err));
    size_t count = masks.shape[0], side = masks.shape[1];
    if (masks.rank != 3 || count == 0 || side == 0 || side > MAX_SIDE || masks.shape[2] != side) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: '%s' is not of squares up to %d pixels",
                       lb_h5_path(file), name, (int)MAX_SIDE));
    }
    LB_TRY(lb_column_read(&heights, file, GROUPS[shape], "height", LB_I32, count, err));
    LB_TRY(lb_column_read(&widths, file, GROUPS[shape], "width", LB_I32, count, err));
    LB_TRY(lb_column_read(&compactness, file, GROUPS[shape], "compactness", LB_F64, count, err));
    LB_ALLOC(out->lesions[shape], count);
    out->count[shape] = count;
    for (size_t i = 0; i < count; i++) {
        lb_lesion *l = out->lesions[shape] + i;
        LB_TRY(unpack(l, (const double *)masks.data + i * side * side, side,
                      ((const int32_t *)heights.data)[i], ((const int32_t *)widths.data)[i],
                      lb_h5_path(file), err));
        l->compactness = ((const double *)compactness.data)[i];
    }
    /* Libraries made elsewhere need not say how many were found. */
    out->found[shape] = count;
    if (lb_h5_has_attribute(file, GROUPS[shape], "found")) {
        LB_TRY(lb_h5_get_number(&found, file, GROUPS[shape], "found", err));
        out->found[shape] = found >= (double)count && found < 1e9 ? (size_t)found : count;
    }
cleanup:
    lb_array_release(&compactness);
    lb_array_release(&widths);
    lb_array_release(&heights);
    lb_array_release(&masks);
    lb_free(name);
    return status;
}

lb_status
lb_lesions_load(lb_lesion_library *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_h5 *file = NULL;
    lb_lesion_library library = {0};
    double last_seed = 0;
    LB_TRY(lb_h5_open(&file, path, "lesions", err));
    for (int shape = 0; shape < LB_SHAPES; shape++) {
        if (shape != LB_DISTRACTOR || lb_h5_has(file, GROUPS[shape])) {
            LB_TRY(read_shape(&library, file, shape, err));
        }
    }
    if (lb_h5_has_attribute(file, "", "last_seed")) {
        LB_TRY(lb_h5_get_number(&last_seed, file, "", "last_seed", err));
        library.last_seed =
            last_seed >= 0 && last_seed <= (double)UINT32_MAX ? (uint32_t)last_seed : 0;
    }
    *out = library;
    library = (lb_lesion_library){0};
cleanup:
    lb_lesions_release(&library);
    lb_h5_close(file);
    return status;
}
