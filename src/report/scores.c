/* SPDX-License-Identifier: MIT */
#include "scores.h"

#include <math.h>
#include <string.h>

enum { GROUPS = SELECTIONS * MAX_METHODS * MAX_CORPORA * DEGREES, MAX_IMAGES = 1 << 24 };

static size_t
group_of(size_t corpus, size_t degree, size_t method, size_t chosen)
{
    return ((chosen * MAX_METHODS + method) * MAX_CORPORA + corpus) * DEGREES + degree;
}

score_range
folder_scores(const study_folder *folder, size_t corpus, size_t degree, size_t method,
              selection chosen)
{
    if (folder->score_start == NULL) {
        return (score_range){NULL, 0};
    }
    size_t group = group_of(corpus, degree, method, (size_t)chosen);
    return (score_range){folder->score_rows + folder->score_start[group],
                         folder->score_start[group + 1] - folder->score_start[group]};
}

bool
folder_selects(const study_folder *folder, selection chosen, size_t image)
{
    size_t low = 0, high = folder->image_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((size_t)folder->images[middle].image < image) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < folder->image_count && (size_t)folder->images[low].image == image &&
           folder->images[low].in[chosen];
}

/* A whole number of [0, limit), or NOT_KNOWN. */
static int32_t
whole(double value, int32_t limit)
{
    return value >= 0 && value < limit && value == floor(value) ? (int32_t)value : NOT_KNOWN;
}

static double
value_of(const study_folder *folder, size_t row, score_field field)
{
    return folder->scores->columns[field].values[row];
}

float
folder_score(const study_folder *folder, uint32_t row, score_field field)
{
    return (float)value_of(folder, row, field);
}

int
folder_label(const study_folder *folder, uint32_t row)
{
    return whole(value_of(folder, row, SCORE_LABEL), CLASSES);
}

/* The numbers in the order of score_field. */
static lb_status
read_scores(report_scores *scores, const char *path)
{
    static const lb_score_wanted columns[] = {
        {"corpus", LB_SCORE_TEXT, false},   {"degree", LB_SCORE_TEXT, false},
        {"method", LB_SCORE_TEXT, false},   {"selection", LB_SCORE_TEXT, false},
        {"tpr", LB_SCORE_NUMBER, false},    {"image", LB_SCORE_NUMBER, false},
        {"label", LB_SCORE_NUMBER, false},  {"tnr", LB_SCORE_NUMBER, true},
        {"condition", LB_SCORE_TEXT, true}, {"completeness_error", LB_SCORE_NUMBER, true}};
    const lb_score_request request = {.columns = columns,
                                      .count = sizeof columns / sizeof *columns};
    if (!scores->is_read) {
        scores->is_read = true;
        scores->status = lb_score_table_read(&scores->table, path, &request, NULL, &scores->error);
    }
    return scores->status;
}

/* For each name of the table: its number in the folder, or NOT_KNOWN. */
typedef struct numbers {
    int *corpus, *degree, *method, *selection,
        *condition; /* condition: 0 where it is the folder's */
} numbers;

static void
numbers_release(numbers *known)
{
    lb_free(known->corpus);
    lb_free(known->degree);
    lb_free(known->method);
    lb_free(known->selection);
    lb_free(known->condition);
}

static lb_status
number_names(numbers *out, const study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_score_names *names = folder->scores->names;
    LB_ALLOC(out->corpus, names[LB_KEY_CORPUS].count);
    LB_ALLOC(out->degree, names[LB_KEY_DEGREE].count);
    LB_ALLOC(out->method, names[LB_KEY_METHOD].count);
    LB_ALLOC(out->selection, names[LB_KEY_SELECTION].count);
    LB_ALLOC(out->condition, names[LB_KEY_CONDITION].count);
    for (size_t i = 0; i < names[LB_KEY_CORPUS].count; i++) {
        out->corpus[i] =
            name_index(folder->corpora, folder->corpus_count, names[LB_KEY_CORPUS].names[i]);
    }
    for (size_t i = 0; i < names[LB_KEY_DEGREE].count; i++) {
        out->degree[i] = name_index(degree_names, DEGREES, names[LB_KEY_DEGREE].names[i]);
    }
    for (size_t i = 0; i < names[LB_KEY_METHOD].count; i++) {
        out->method[i] = folder_method(folder, names[LB_KEY_METHOD].names[i]);
    }
    for (size_t i = 0; i < names[LB_KEY_SELECTION].count; i++) {
        out->selection[i] =
            name_index(selection_names, SELECTIONS, names[LB_KEY_SELECTION].names[i]);
    }
    for (size_t i = 0; i < names[LB_KEY_CONDITION].count; i++) {
        out->condition[i] = folder_is_of(folder, names[LB_KEY_CONDITION].names[i]) ? 0 : NOT_KNOWN;
    }
cleanup:
    return status;
}

/* The group of a row, or GROUPS where the report does not show such rows. */
static size_t
group_of_row(const study_folder *folder, const numbers *known, size_t row)
{
    uint32_t *const *keys = folder->scores->keys;
    int corpus = known->corpus[keys[LB_KEY_CORPUS][row]];
    int degree = known->degree[keys[LB_KEY_DEGREE][row]];
    int method = known->method[keys[LB_KEY_METHOD][row]];
    int chosen = known->selection[keys[LB_KEY_SELECTION][row]];
    bool shown = corpus >= 0 && degree >= 0 && method >= 0 && chosen >= 0 &&
                 known->condition[keys[LB_KEY_CONDITION][row]] == 0 &&
                 isfinite(value_of(folder, row, SCORE_TPR));
    return shown ? group_of((size_t)corpus, (size_t)degree, (size_t)method, (size_t)chosen)
                 : (size_t)GROUPS;
}

/* Brings each group's rows together, in their order. */
static lb_status
group_rows(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    numbers known = {0};
    uint32_t *start = NULL, *next = NULL;
    LB_ALLOC(start, GROUPS + 1);
    LB_ALLOC(next, GROUPS + 1);
    LB_TRY(number_names(&known, folder, err));
    for (size_t i = 0; i < folder->scores->count; i++) {
        size_t group = group_of_row(folder, &known, i);
        if (group < GROUPS) {
            start[group + 1]++;
        }
    }
    for (size_t g = 0; g < GROUPS; g++) {
        start[g + 1] += start[g];
    }
    folder->score_count = start[GROUPS];
    LB_ALLOC(folder->score_rows, folder->score_count);
    memcpy(next, start, (GROUPS + 1) * sizeof *next);
    for (size_t i = 0; i < folder->scores->count; i++) {
        size_t group = group_of_row(folder, &known, i);
        if (group < GROUPS) {
            folder->score_rows[next[group]++] = (uint32_t)i;
        }
    }
    folder->score_start = start;
    start = NULL;
cleanup:
    numbers_release(&known);
    lb_free(next);
    lb_free(start);
    return status;
}

/* The image of a row, or NOT_KNOWN. */
static int32_t
image_of(const study_folder *folder, size_t row)
{
    return whole(value_of(folder, row, SCORE_IMAGE), MAX_IMAGES);
}

/* Notes each image of the folder's rows in all[image]. */
static size_t
note_images(scored_image *all, const study_folder *folder)
{
    size_t count = 0;
    for (size_t group = 0; group < GROUPS; group++) {
        for (size_t i = folder->score_start[group]; i < folder->score_start[group + 1]; i++) {
            uint32_t row = folder->score_rows[i];
            int32_t index = image_of(folder, row);
            if (index != NOT_KNOWN) {
                scored_image *image = &all[index];
                count += !image->in[CORRECT] && !image->in[WRONG];
                image->image = index;
                image->label = (signed char)folder_label(folder, row);
                image->in[group / (GROUPS / SELECTIONS)] = true;
            }
        }
    }
    return count;
}

static lb_status
collect_images(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    scored_image *all = NULL;
    size_t max = 0;
    for (size_t i = 0; i < folder->score_count; i++) {
        size_t end = (size_t)image_of(folder, folder->score_rows[i]) + 1; /* NOT_KNOWN gives 0 */
        max = end > max ? end : max;
    }
    LB_ALLOC(all, max);
    LB_ALLOC(folder->images, note_images(all, folder));
    for (size_t i = 0; i < max; i++) {
        if (all[i].in[CORRECT] || all[i].in[WRONG]) {
            folder->images[folder->image_count++] = all[i];
        }
    }
cleanup:
    lb_free(all);
    return status;
}

lb_status
scores_load(study_folder *folder, report_scores *scores, lb_error *err)
{
    lb_status status = LB_OK;
    bool there = false;
    char *path = NULL;
    folder->scores = &scores->table;
    LB_TRY(folder_has(&there, folder, "tables/scores.csv",
                      "the box plots (run the study's scoring)", err));
    if (!there) {
        goto cleanup;
    }
    path = folder_path(folder, "tables/scores.csv", err);
    LB_TRY(path == NULL ? err->code : LB_OK);
    status = read_scores(scores, path);
    if (status != LB_OK) {
        *err = scores->error;
    }
cleanup:
    lb_free(path);
    status = folder_forgive(status, folder, err);
    if (status == LB_OK) {
        status = group_rows(folder, err); /* of a damaged table, the rows before the damage */
    }
    return status == LB_OK ? collect_images(folder, err) : status;
}
