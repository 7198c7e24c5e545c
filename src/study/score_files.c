/* SPDX-License-Identifier: MIT */
/* Scoring of maps that are in files already. */
#include <stdio.h>
#include <string.h>

#include "certificates.h"
#include "lesionbench/explanations.h"
#include "lesionbench/sources.h"
#include "model_name.h"
#include "scoring_team.h"

/* An opened explanations.h5 and what its maps are scored against. */
typedef struct maps_file {
    lb_h5 *file;
    const char *path;
    lb_array index; /* int32 (n) */
    lb_model_name name;
    lb_dataset *dataset;
    lb_split split;
    lb_certificate *certificates; /* (n), of the method under way */
    scoring_team team;
    const lb_scoring *scoring;
    const lb_context *context;
    uint8_t *chosen[LB_SELECT_WRONG_FOR_ALL + 1]; /* (images) each, by selection; NULL: not asked */
} maps_file;

static bool
same_model(const lb_model_name *a, const lb_model_name *b)
{
    return strcmp(a->corpus, b->corpus) == 0 && strcmp(a->degree, b->degree) == 0 &&
           strcmp(a->seed, b->seed) == 0 && strcmp(a->condition, b->condition) == 0;
}

/* Which images are in each selection. Where none of the models is the maps', none is wrong for it.
 */
static lb_status
choose_images(maps_file *maps, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_scoring *scoring = maps->scoring;
    size_t images = lb_dataset_count(maps->dataset, maps->split), model = 0;
    while (model < scoring->model_count && !same_model(&scoring->models[model].name, &maps->name)) {
        model++;
    }
    if (model == scoring->model_count && scoring->selection == LB_SELECT_WRONG) {
        LB_TRY(
            lb_fail(err, LB_ERROR_ARGUMENT,
                    "%s: none of the predictions is of its model (corpus '%s', degree '%s', seed "
                    "'%s')",
                    maps->path, maps->name.corpus, maps->name.degree, maps->name.seed));
    }
    if (scoring->models[0].count != images) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "the predictions are of %zu images, the %s split has %zu",
                       scoring->models[0].count, lb_split_name(maps->split), images));
    }
    for (size_t s = 0; s <= LB_SELECT_WRONG_FOR_ALL; s++) {
        LB_ALLOC(maps->chosen[s], images);
        if (s != LB_SELECT_WRONG || model < scoring->model_count) {
            LB_TRY(lb_select(maps->chosen[s], scoring->models, scoring->model_count,
                             model < scoring->model_count ? model : 0, (lb_selection)s, err));
        }
    }
cleanup:
    return status;
}

static const char *
selection_of(const maps_file *maps, size_t image)
{
    static const lb_selection ORDER[] = {LB_SELECT_CORRECT, LB_SELECT_WRONG_FOR_ALL,
                                         LB_SELECT_WRONG};
    for (size_t k = 0; k < 3 && maps->chosen[0] != NULL; k++) {
        if (maps->chosen[ORDER[k]][image]) {
            return LB_SELECTIONS[ORDER[k]];
        }
    }
    return "";
}

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
    if (maps->chosen[0] != NULL && !maps->chosen[maps->scoring->selection][item]) {
        return LB_OK;
    }
    LB_TRY(lb_h5_read_rows(maps->file, name, LB_F32, row_index, 1, scoring_team_map(&maps->team),
                           err));
    LB_TRY(lb_dataset_read(NULL, scoring_team_truth(&maps->team), maps->dataset, maps->split, item,
                           1, err));
    lb_score_row *row =
        lb_score_rows_add_image(scores, maps->dataset, maps->split, item, &maps->name, method, err);
    if (row == NULL) {
        LB_TRY(err->code);
    }
    snprintf(row->selection, sizeof row->selection, "%s", selection_of(maps, item));
    row->certificate = maps->certificates[row_index];
    if (scoring_team_push(&maps->team, err) != LB_OK) {
        LB_TRY(lb_fail_context(err, "%s", maps->path));
    }
cleanup:
    return status;
}

static lb_status
score_method(lb_score_rows *scores, maps_file *maps, const char *method, lb_error *err)
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
    LB_TRY(certificates_load(maps->certificates, shape[0], maps->file, method, err));
    for (size_t i = 0; i < shape[0]; i++) {
        LB_TRY(lb_check_cancelled(maps->context, err));
        LB_TRY(score_one(scores, maps, method, i, err));
    }
    if (scoring_team_flush(&maps->team, err) != LB_OK) {
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
    LB_ALLOC(maps->certificates, maps->index.shape[0]);
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
    LB_TRY(scoring_team_create(&maps.team, scores, scoring, lb_dataset_height(dataset),
                               lb_dataset_width(dataset), err));
    if (scoring->model_count > 0) {
        LB_TRY(choose_images(&maps, err));
    }
    LB_TRY(lb_h5_members(&names, &count, maps.file, "", err));
    for (size_t i = 0; i < count; i++) {
        char member[80];
        snprintf(member, sizeof member, "%.70s/map", names[i]);
        LB_TRY(lb_check_cancelled(context, err));
        lb_progress(context, "scoring", i, count);
        if (lb_h5_has(maps.file, member)) {
            LB_TRY(score_method(scores, &maps, names[i], err));
            scored++;
        }
    }
    if (scored == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: holds no maps (run 'lesionbench explain --keep maps')", maps_path));
    }
cleanup:
    lb_h5_free_names(names, count);
    for (size_t s = 0; s <= LB_SELECT_WRONG_FOR_ALL; s++) {
        lb_free(maps.chosen[s]);
    }
    scoring_team_release(&maps.team);
    lb_free(maps.certificates);
    lb_array_release(&maps.index);
    lb_h5_close(maps.file);
    return status;
}

lb_status
lb_score_arrays(lb_score_rows *scores, const char *maps_path, const char *truths_path,
                const lb_scoring *scoring, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_array maps = {0}, truths = {0};
    scoring_team team = {0};
    LB_TRY(lb_read_floats(&maps, maps_path, err));
    LB_TRY(lb_read_floats(&truths, truths_path, err));
    if (maps.rank != 3 || truths.rank != 3 ||
        memcmp(maps.shape, truths.shape, 3 * sizeof *maps.shape) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s and %s: both must be (N, H, W), of equal shape",
                       maps_path, truths_path));
    }
    if (lb_array_count(&maps) == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: holds no maps", maps_path));
    }
    size_t pixels = maps.shape[1] * maps.shape[2];
    LB_TRY(scoring_team_create(&team, scores, scoring, maps.shape[1], maps.shape[2], err));
    for (size_t i = 0; i < maps.shape[0]; i++) {
        LB_TRY(lb_check_cancelled(context, err));
        lb_progress(context, "scoring", i, maps.shape[0]);
        lb_score_row *row = lb_score_rows_add(scores, err);
        if (row == NULL) {
            LB_TRY(err->code);
        }
        row->image = (uint32_t)i;
        snprintf(row->method, sizeof row->method, "maps");
        memcpy(scoring_team_map(&team), (const float *)maps.data + i * pixels,
               pixels * sizeof(float));
        memcpy(scoring_team_truth(&team), (const float *)truths.data + i * pixels,
               pixels * sizeof(float));
        status = scoring_team_push(&team, err);
        if (status == LB_OK && i + 1 == maps.shape[0]) {
            status = scoring_team_flush(&team, err);
        }
        LB_TRY(status == LB_OK ? LB_OK : lb_fail_context(err, "%s", maps_path));
    }
cleanup:
    scoring_team_release(&team);
    lb_array_release(&truths);
    lb_array_release(&maps);
    return status;
}
