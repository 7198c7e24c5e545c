/* SPDX-License-Identifier: MIT */
/* Scoring of the maps of explanations.h5. */
#include <stdio.h>
#include <string.h>

#include "diagnostics_columns.h"
#include "image_selection.h"
#include "lesionbench/explanations.h"
#include "model_name.h"
#include "score_pool.h"

/* An opened explanations.h5 and what its maps are scored against. */
typedef struct maps_file {
    lb_h5 *file;
    const char *path;
    lb_array index; /* int32 (n) */
    lb_model_name name;
    lb_dataset *dataset;
    lb_split split;
    lb_diagnostics *diagnostics; /* (n), of the method under way */
    bool wide;                   /* its maps are float64 */
    score_pool team;
    const lb_scoring *scoring;
    const lb_context *context;
    image_selection chosen;
} maps_file;

static lb_status
score_one(lb_score_rows *scores, maps_file *maps, const char *method, size_t row_index,
          lb_error *err)
{
    lb_status status = LB_OK;
    char name[80];
    snprintf(name, sizeof name, "%s/map", method);
    int32_t image = ((const int32_t *)maps->index.data)[row_index];
    if (image < 0 || (size_t)image >= lb_dataset_count(maps->dataset, maps->split)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: image %d is not in the %s split", maps->path,
                       (int)image, lb_split_name(maps->split)));
    }
    size_t item = (size_t)image;
    if (!image_selection_has(&maps->chosen, item)) {
        return LB_OK;
    }
    if (maps->wide) {
        double *wide = NULL;
        LB_TRY(score_pool_map_double(&wide, &maps->team, err));
        LB_TRY(lb_h5_read_rows(maps->file, name, LB_F64, row_index, 1, wide, err));
    } else {
        float *map = score_pool_map(&maps->team);
        LB_TRY(lb_h5_read_rows(maps->file, name, LB_F32, row_index, 1, map, err));
    }
    LB_TRY(lb_dataset_read(NULL, score_pool_truth(&maps->team), maps->dataset, maps->split, item, 1,
                           err));
    lb_score_row *row =
        lb_score_rows_add_image(scores, maps->dataset, maps->split, item, &maps->name, method, err);
    if (row == NULL) {
        LB_TRY(err->code);
    }
    snprintf(row->selection, sizeof row->selection, "%s",
             image_selection_name(&maps->chosen, item));
    row->diagnostic = maps->diagnostics[row_index];
    if (score_pool_push(&maps->team, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", maps->path));
    }
cleanup:
    return status;
}

/* One group of the file's `groups`; those before it are done. */
static lb_status
score_method(lb_score_rows *scores, maps_file *maps, const char *method, size_t before,
             size_t groups, lb_error *err)
{
    lb_status status = LB_OK;
    size_t rank = 0, shape[LB_MAX_RANK];
    char name[80];
    snprintf(name, sizeof name, "%s/map", method);
    LB_TRY(lb_h5_shape(&rank, shape, maps->file, name, err));
    size_t height = lb_dataset_height(maps->dataset), width = lb_dataset_width(maps->dataset);
    if (rank != 3 || shape[0] != maps->index.shape[0] || shape[1] != height || shape[2] != width) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: '%s' does not fit: %zu maps of %zu x %zu are expected", maps->path,
                       name, maps->index.shape[0], height, width));
    }
    lb_type type = LB_F32;
    LB_TRY(lb_h5_stored(&type, maps->file, name, err));
    maps->wide = type == LB_F64 || type == LB_I32 || type == LB_I64;
    LB_TRY(diagnostics_load(maps->diagnostics, shape[0], maps->file, method, err));
    for (size_t i = 0; i < shape[0]; i++) {
        LB_TRY(lb_check_cancelled(maps->context, err));
        lb_progress(maps->context, "scoring", before * shape[0] + i, groups * shape[0]);
        LB_TRY(score_one(scores, maps, method, i, err));
    }
    if (score_pool_flush(&maps->team, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", maps->path));
    }
cleanup:
    return status;
}

static lb_status
open_maps(maps_file *maps, lb_error *err)
{
    lb_status status = LB_OK;
    char split[16];
    LB_TRY(lb_h5_open(&maps->file, maps->path, "explanations", err));
    LB_TRY(lb_h5_read(&maps->index, maps->file, "index", LB_I32, err));
    LB_TRY(model_name_load(&maps->name, maps->file, err));
    LB_TRY(root_text_load(split, sizeof split, maps->file, "split", err));
    if (split[0] != '\0' && strcmp(split, lb_split_name(maps->split)) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: explains the split %s (use --split %s)",
                       maps->path, split, split));
    }
    LB_ALLOC(maps->diagnostics, maps->index.shape[0]);
cleanup:
    return status;
}

lb_status
lb_score_explanations(lb_score_rows *scores, const char *maps_path, lb_dataset *dataset,
                      lb_split split, const lb_scoring *scoring, const lb_context *context,
                      lb_error *err)
{
    lb_status status = LB_OK;
    char **names = NULL;
    size_t count = 0, scored = 0;
    maps_file maps = {.path = maps_path,
                      .dataset = dataset,
                      .split = split,
                      .scoring = scoring,
                      .context = context};
    LB_TRY(open_maps(&maps, err));
    LB_TRY(score_pool_create(&maps.team, scores, scoring, lb_dataset_height(dataset),
                             lb_dataset_width(dataset), err));
    LB_TRY(image_selection_create(&maps.chosen, scoring, lb_dataset_count(dataset, split), split,
                                  &maps.name, maps_path, err));
    LB_TRY(lb_h5_members(&names, &count, maps.file, "", err));
    for (size_t i = 0; i < count; i++) {
        char member[80];
        snprintf(member, sizeof member, "%.70s/map", names[i]);
        LB_TRY(lb_check_cancelled(context, err));
        if (lb_h5_has(maps.file, member)) {
            LB_TRY(score_method(scores, &maps, names[i], i, count, err));
            scored++;
        }
    }
    if (scored == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: holds no maps (run 'lesionbench explain --keep maps')", maps_path));
    }
cleanup:
    lb_h5_free_names(names, count);
    image_selection_release(&maps.chosen);
    score_pool_release(&maps.team);
    lb_free(maps.diagnostics);
    lb_array_release(&maps.index);
    lb_h5_close(maps.file);
    return status;
}
