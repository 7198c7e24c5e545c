/* SPDX-License-Identifier: MIT */
/* The scores that the explorer shows beside its maps. */
#include <math.h>
#include <string.h>

#include "explorer.h"
#include "scores.h"

enum { MAX_COLUMNS = 32 };

size_t
explorer_columns(const explorer *e)
{
    return e->scores != NULL && e->scores->column_count > 0 ? e->scores->column_count - 1 : 0;
}

const char *
explorer_column(const explorer *e, size_t column)
{
    return e->scores->columns[column + 1].name;
}

static size_t
place_of(const explorer *e, size_t file, size_t image, size_t method)
{
    return (file * e->image_count + image) * e->set->folder->method_count + method;
}

float
explorer_value(const explorer *e, size_t file, size_t image, size_t method, size_t column)
{
    uint32_t row = e->rows != NULL ? e->rows[place_of(e, file, image, method)] : 0;
    return row > 0 ? (float)e->scores->columns[column + 1].values[row - 1] : NAN;
}

/* The file that a row's map is in, or the number of files. */
static size_t
file_of_row(const explorer *e, size_t row)
{
    const map_set *set = e->set;
    const char *corpus = lb_score_table_text(e->scores, row, LB_KEY_CORPUS);
    const char *degree = lb_score_table_text(e->scores, row, LB_KEY_DEGREE);
    const char *seed = lb_score_table_text(e->scores, row, LB_KEY_SEED);
    for (size_t f = 0; f < set->file_count; f++) {
        const map_file *file = &set->files[f];
        bool same = file->degree == UNTRAINED ? strcmp(corpus, "untrained") == 0
                    : file->degree == NO_NETWORK
                        ? strcmp(corpus, "baseline") == 0
                        : strcmp(degree, degree_names[file->degree]) == 0 &&
                              strcmp(seed, file->seed) == 0 &&
                              strcmp(corpus, set->folder->corpora[file->corpus]) == 0;
        if (same) {
            return f;
        }
    }
    return set->file_count;
}

/* slots (images): where an image stands in the explorer, + 1; 0: nowhere. */
static void
take_row(explorer *e, size_t row, const uint32_t *slots)
{
    size_t slot = slots[(size_t)e->scores->columns[0].values[row]];
    const char *condition = lb_score_table_text(e->scores, row, LB_KEY_CONDITION);
    if (slot == 0 || !folder_is_of(e->set->folder, condition)) {
        return;
    }
    size_t file = file_of_row(e, row);
    int method = folder_method(e->set->folder, lb_score_table_text(e->scores, row, LB_KEY_METHOD));
    if (file < e->set->file_count && method >= 0) {
        e->rows[place_of(e, file, slot - 1, (size_t)method)] = (uint32_t)row + 1;
    }
}

static lb_status
find_rows(explorer *e, const lb_score_table *scores, size_t holdout, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t *slots = NULL;
    LB_ALLOC(slots, holdout);
    LB_ALLOC(e->rows, place_of(e, e->set->file_count, 0, 0));
    e->scores = scores;
    for (size_t i = 0; i < e->image_count; i++) {
        slots[e->images[i].index] = (uint32_t)i + 1;
    }
    for (size_t row = 0; row < scores->count; row++) {
        take_row(e, row, slots);
    }
cleanup:
    lb_free(slots);
    return status;
}

/* The rows of the wanted images. A table that is missing or damaged is named already; of a damaged
 * one, the rows before the damage. */
static lb_status
read_rows(lb_score_table *scores, const study_folder *folder, const bool *wanted, size_t holdout,
          lb_error *err)
{
    /* What says which row it is, and counts that the rates say already, are not shown. */
    static const lb_score_wanted columns[] = {
        {"image", LB_SCORE_SHOWN, false},      {"corpus", LB_SCORE_TEXT, false},
        {"degree", LB_SCORE_TEXT, false},      {"seed", LB_SCORE_TEXT, false},
        {"method", LB_SCORE_TEXT, false},      {"condition", LB_SCORE_TEXT, true},
        {"label", LB_SCORE_SKIPPED, true},     {"lesion_count", LB_SCORE_SKIPPED, true},
        {"selection", LB_SCORE_SKIPPED, true}, {"tp", LB_SCORE_SKIPPED, true},
        {"tn", LB_SCORE_SKIPPED, true},        {"fp", LB_SCORE_SKIPPED, true},
        {"fn", LB_SCORE_SKIPPED, true},        {"subject", LB_SCORE_SKIPPED, true}};
    const lb_score_request request = {.columns = columns,
                                      .count = sizeof columns / sizeof *columns,
                                      .others = MAX_COLUMNS,
                                      .images = wanted,
                                      .image_count = holdout};
    char *path = folder_path(folder, "tables/scores.csv", err);
    if (path == NULL) {
        return err->code;
    }
    lb_status status = lb_score_table_read(scores, path, &request, NULL, err);
    lb_free(path);
    return status == LB_ERROR_MEMORY ? status : LB_OK;
}

lb_status
explorer_read_scores(explorer *const *conditions, size_t count, lb_score_table *scores,
                     lb_error *err)
{
    lb_status status = LB_OK;
    const map_set *first = NULL;
    bool *wanted = NULL;
    size_t holdout = 0;
    for (size_t c = 0; c < count; c++) {
        if (conditions[c] == NULL || conditions[c]->image_count == 0) {
            continue;
        }
        if (first == NULL) {
            first = conditions[c]->set;
            holdout = lb_dataset_count(first->dataset, LB_HOLDOUT);
            LB_ALLOC(wanted, holdout);
        }
        for (size_t i = 0; i < conditions[c]->image_count; i++) {
            wanted[conditions[c]->images[i].index] = true;
        }
    }
    if (first == NULL) {
        return LB_OK;
    }
    LB_TRY(read_rows(scores, first->folder, wanted, holdout, err));
    for (size_t c = 0; c < count; c++) {
        if (conditions[c] != NULL && conditions[c]->image_count > 0) {
            LB_TRY(find_rows(conditions[c], scores, holdout, err));
        }
    }
cleanup:
    lb_free(wanted);
    return status;
}
