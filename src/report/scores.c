/* SPDX-License-Identifier: MIT */
#include "scores.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/grow.h"

enum { GROUPS = SELECTIONS * MAX_METHODS * MAX_CORPORA * DEGREES, MOST_IMAGES = 1 << 24 };

static size_t
group_of(size_t corpus, size_t degree, size_t method, size_t chosen)
{
    return ((chosen * MAX_METHODS + method) * MAX_CORPORA + corpus) * DEGREES + degree;
}

static size_t
group_of_row(const score_row *row)
{
    return group_of((size_t)row->corpus, (size_t)row->degree, (size_t)row->method,
                    (size_t)row->selection);
}

score_range
folder_scores(const study_folder *folder, size_t corpus, size_t degree, size_t method,
              selection chosen)
{
    if (folder->score_start == NULL) {
        return (score_range){NULL, 0};
    }
    size_t group = group_of(corpus, degree, method, (size_t)chosen);
    return (score_range){folder->scores + folder->score_start[group],
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

enum { CORPUS, DEGREE, METHOD, SELECTION, TPR, IMAGE, LABEL, NEEDED };
enum { TNR = NEEDED, CONDITION, COMPLETENESS, FIELDS };

static const char *const NAMES[FIELDS] = {
    "corpus", "degree", "method", "selection", "tpr",
    "image",  "label",  "tnr",    "condition", "completeness_error"};

static lb_status
find_columns(size_t at[FIELDS], const lb_csv_stream *stream, const char *path, lb_error *err)
{
    size_t columns = 0;
    char *const *header = lb_csv_header(stream, &columns);
    for (size_t k = 0; k < FIELDS; k++) {
        int found = name_index((const char *const *)header, columns, NAMES[k]);
        if (found == NOT_KNOWN && k < NEEDED) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: no column \"%s\"", path, NAMES[k]);
        }
        at[k] = found == NOT_KNOWN ? columns : (size_t)found;
    }
    return LB_OK;
}

/* *taken is false where the report does not show such rows. */
static lb_status
take_row(bool *taken, score_row *out, const study_folder *folder, const lb_csv_stream *stream,
         char *const *cells, const size_t at[FIELDS], const char *path, lb_error *err)
{
    static const int NUMBERS[] = {TPR, IMAGE, LABEL, TNR, COMPLETENESS};
    lb_status status = LB_OK;
    double number[FIELDS] = {0};
    size_t columns = 0;
    lb_csv_header(stream, &columns);
    const char *condition = at[CONDITION] < columns ? cells[at[CONDITION]] : "";
    int corpus = name_index(folder->corpora, folder->corpus_count, cells[at[CORPUS]]);
    int degree = name_index(degree_names, DEGREES, cells[at[DEGREE]]);
    int method = folder_method(folder, cells[at[METHOD]]);
    int chosen = name_index(selection_names, SELECTIONS, cells[at[SELECTION]]);
    for (size_t n = 0; n < sizeof NUMBERS / sizeof *NUMBERS; n++) {
        int k = NUMBERS[n];
        const char *text = at[k] < columns ? cells[at[k]] : "";
        LB_TRY(lb_csv_parse(&number[k], text, NAMES[k], lb_csv_line(stream), path, err));
    }
    *taken = folder_is_of(folder, condition) && corpus >= 0 && degree >= 0 && method >= 0 &&
             chosen >= 0 && isfinite(number[TPR]);
    if (!*taken) {
        return LB_OK;
    }
    *out = (score_row){
        .image = whole(number[IMAGE], MOST_IMAGES),
        .tpr = (float)number[TPR],
        .completeness = (float)number[COMPLETENESS],
        .tnr = (float)number[TNR],
        .corpus = (signed char)corpus,
        .degree = (signed char)degree,
        .method = (signed char)method,
        .selection = (signed char)chosen,
        .label = (signed char)whole(number[LABEL], CLASSES),
    };
cleanup:
    return status;
}

static lb_status
add_row(study_folder *folder, size_t *capacity, const score_row *row, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(folder->scores, folder->score_count, *capacity);
    folder->scores[folder->score_count++] = *row;
cleanup:
    return status;
}

static lb_status
read_scores(study_folder *folder, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv_stream *stream = NULL;
    size_t at[FIELDS] = {0}, capacity = 0;
    LB_TRY(lb_csv_open(&stream, path, err));
    LB_TRY(find_columns(at, stream, path, err));
    for (;;) {
        char *const *cells = NULL;
        score_row row;
        bool taken = false;
        LB_TRY(lb_csv_next(&cells, stream, err));
        if (cells == NULL) {
            break;
        }
        LB_TRY(take_row(&taken, &row, folder, stream, cells, at, path, err));
        if (taken) {
            LB_TRY(add_row(folder, &capacity, &row, err));
        }
    }
cleanup:
    lb_csv_close(stream);
    return status;
}

/* Brings each group's rows together, in their order. */
static lb_status
group_rows(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    score_row *sorted = NULL;
    uint32_t *start = NULL, *next = NULL;
    LB_ALLOC(start, GROUPS + 1);
    LB_ALLOC(next, GROUPS + 1);
    LB_ALLOC(sorted, folder->score_count);
    for (size_t i = 0; i < folder->score_count; i++) {
        start[group_of_row(&folder->scores[i]) + 1]++;
    }
    for (size_t g = 0; g < GROUPS; g++) {
        start[g + 1] += start[g];
    }
    memcpy(next, start, (GROUPS + 1) * sizeof *next);
    for (size_t i = 0; i < folder->score_count; i++) {
        sorted[next[group_of_row(&folder->scores[i])]++] = folder->scores[i];
    }
    lb_free(folder->scores);
    folder->scores = sorted;
    folder->score_start = start;
    sorted = NULL;
    start = NULL;
cleanup:
    lb_free(sorted);
    lb_free(next);
    lb_free(start);
    return status;
}

static lb_status
collect_images(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    scored_image *all = NULL, *images = NULL;
    size_t most = 0, count = 0;
    for (size_t i = 0; i < folder->score_count; i++) {
        size_t end = (size_t)folder->scores[i].image + 1; /* NOT_KNOWN gives 0 */
        most = end > most ? end : most;
    }
    LB_ALLOC(all, most);
    for (size_t i = 0; i < folder->score_count; i++) {
        const score_row *row = &folder->scores[i];
        if (row->image != NOT_KNOWN) {
            scored_image *image = &all[row->image];
            count += !image->in[CORRECT] && !image->in[WRONG];
            image->image = row->image;
            image->label = row->label;
            image->in[row->selection] = true;
        }
    }
    LB_ALLOC(images, count);
    for (size_t i = 0; i < most; i++) {
        if (all[i].in[CORRECT] || all[i].in[WRONG]) {
            images[folder->image_count++] = all[i];
        }
    }
    folder->images = images;
cleanup:
    lb_free(all);
    return status;
}

lb_status
scores_load(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    bool there = false;
    char *path = NULL;
    LB_TRY(folder_has(&there, folder, "tables/scores.csv",
                      "the box plots (run the study's scoring)", err));
    if (!there) {
        goto cleanup;
    }
    path = folder_path(folder, "tables/scores.csv", err);
    LB_TRY(path == NULL ? err->code : read_scores(folder, path, err));
cleanup:
    lb_free(path);
    status = folder_forgive(status, folder, err);
    if (status == LB_OK) {
        status = group_rows(folder, err); /* of a damaged table, the rows before the damage */
    }
    return status == LB_OK ? collect_images(folder, err) : status;
}
