/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/output.h"

/* Where a column of a table goes in its row's structure. */
typedef struct column {
    const char *name;
    bool text;
    size_t offset;
    bool optional; /* a text; "" where the table has no such column */
} column;

#define TEXT(type, member)                           \
    {                                                \
#member, true, offsetof(type, member), false \
    }
#define NUMBER(type, member)                          \
    {                                                 \
#member, false, offsetof(type, member), false \
    }
#define OPTIONAL(type, member)                      \
    {                                               \
#member, true, offsetof(type, member), true \
    }

static const column model_columns[] = {
    TEXT(model_row, corpus),
    TEXT(model_row, degree),
    TEXT(model_row, seed),
    TEXT(model_row, split),
    NUMBER(model_row, images),
    NUMBER(model_row, accuracy),
    NUMBER(model_row, auroc),
    NUMBER(model_row, auprc),
    NUMBER(model_row, sensitivity),
    NUMBER(model_row, specificity),
    NUMBER(model_row, mcc),
    NUMBER(model_row, balanced_accuracy),
    NUMBER(model_row, learning_rate),
    NUMBER(model_row, epochs),
    NUMBER(model_row, kept_epoch),
    OPTIONAL(model_row, condition),
};
static const column explanation_columns[] = {
    TEXT(explanation_row, corpus),        TEXT(explanation_row, degree),
    TEXT(explanation_row, seed),          TEXT(explanation_row, method),
    TEXT(explanation_row, selection),     NUMBER(explanation_row, images),
    NUMBER(explanation_row, accuracy),    NUMBER(explanation_row, tpr_median),
    NUMBER(explanation_row, tpr_q1),      NUMBER(explanation_row, tpr_q3),
    NUMBER(explanation_row, tnr_median),  NUMBER(explanation_row, chance),
    OPTIONAL(explanation_row, condition),
};

static lb_status
fill_rows(void *rows, size_t row_size, const column *columns, size_t count, const lb_csv *csv,
          const char *path, lb_error *err)
{
    for (size_t k = 0; k < count; k++) {
        size_t index = 0;
        lb_status status = lb_csv_column(&index, csv, columns[k].name, path, err);
        bool absent = status != LB_OK && columns[k].optional;
        if (status != LB_OK && !absent) {
            return status;
        }
        for (size_t r = 0; r < csv->rows; r++) {
            char *member = (char *)rows + r * row_size + columns[k].offset;
            if (columns[k].text) {
                const char *text = absent ? "" : lb_csv_cell(csv, r, index);
                memcpy(member, &text, sizeof text);
            } else {
                double number = lb_csv_number(csv, r, index);
                memcpy(member, &number, sizeof number);
            }
        }
    }
    return LB_OK;
}

char *
folder_path(const study_folder *folder, const char *name, lb_error *err)
{
    return lb_format(err, "%s/%s", folder->directory, name);
}

static lb_status
add_missing(study_folder *folder, char *line, lb_error *err)
{
    lb_status status = LB_OK;
    char **longer = NULL;
    for (size_t i = 0; i < folder->missing_count; i++) {
        if (strcmp(folder->missing[i], line) == 0) {
            goto cleanup;
        }
    }
    LB_ALLOC(longer, folder->missing_count + 1);
    for (size_t i = 0; i < folder->missing_count; i++) {
        longer[i] = folder->missing[i];
    }
    longer[folder->missing_count++] = line;
    lb_free(folder->missing);
    folder->missing = longer;
    return LB_OK;
cleanup:
    lb_free(line);
    return status;
}

lb_status
folder_miss(study_folder *folder, lb_error *err, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    char *copy = lb_strdup(line, err);
    return copy == NULL ? err->code : add_missing(folder, copy, err);
}

lb_status
folder_has(bool *out, study_folder *folder, const char *name, const char *shows, lb_error *err)
{
    char *path = folder_path(folder, name, err);
    if (path == NULL) {
        return err->code;
    }
    *out = lb_exists(path);
    lb_free(path);
    return *out ? LB_OK : folder_miss(folder, err, "%s: %s", name, shows);
}

/* Reads one table, or notes it as missing and leaves *rows NULL. */
static lb_status
load_table(lb_csv *csv, void **rows, size_t *count, size_t row_size, const column *columns,
           size_t column_count, study_folder *folder, const char *name, const char *shows,
           lb_error *err)
{
    lb_status status = LB_OK;
    bool there = false;
    char *path = NULL;
    LB_TRY(folder_has(&there, folder, name, shows, err));
    if (!there) {
        goto cleanup;
    }
    path = folder_path(folder, name, err);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_csv_read(csv, path, err));
    *rows = lb_alloc(csv->rows, row_size, err);
    if (*rows == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(fill_rows(*rows, row_size, columns, column_count, csv, path, err));
    *count = csv->rows;
cleanup:
    lb_free(path);
    return status;
}

static bool
is_of(const study_folder *folder, const char *name)
{
    return strcmp(*name != '\0' ? name : condition_names[BEST],
                  condition_names[folder->condition]) == 0;
}

/* Leaves the folder's condition's rows. */
static void
keep_own_rows(study_folder *folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < folder->model_count; i++) {
        if (is_of(folder, folder->models[i].condition)) {
            folder->models[kept++] = folder->models[i];
        }
    }
    folder->model_count = kept;
    kept = 0;
    for (size_t i = 0; i < folder->explanation_count; i++) {
        if (is_of(folder, folder->explanations[i].condition)) {
            folder->explanations[kept++] = folder->explanations[i];
        }
    }
    folder->explanation_count = kept;
}

static int
find_name(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return NOT_KNOWN;
}

static lb_status
add_corpus(study_folder *folder, const char *corpus, lb_error *err)
{
    if (strcmp(corpus, "baseline") == 0 || strcmp(corpus, "untrained") == 0 ||
        find_name(folder->corpora, folder->corpus_count, corpus) != NOT_KNOWN) {
        return LB_OK;
    }
    if (folder->corpus_count == MAX_CORPORA) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: more than %d corpora; the report shows at most so many",
                       folder->directory, (int)MAX_CORPORA);
    }
    folder->corpora[folder->corpus_count++] = corpus;
    return LB_OK;
}

static lb_status
collect_corpora(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t i = 0; i < folder->model_count && status == LB_OK; i++) {
        status = add_corpus(folder, folder->models[i].corpus, err);
    }
    for (size_t i = 0; i < folder->explanation_count && status == LB_OK; i++) {
        status = add_corpus(folder, folder->explanations[i].corpus, err);
    }
    return status;
}

/* A whole number of [0, limit), or NOT_KNOWN. */
static int32_t
whole(double value, int32_t limit)
{
    return value >= 0 && value < limit && value == floor(value) ? (int32_t)value : NOT_KNOWN;
}

/* Keeps what the box plots need, so that the table's text need not stay in memory. */
static lb_status
read_scores(study_folder *folder, const char *path, lb_error *err)
{
    enum { CORPUS, DEGREE, METHOD, SELECTION, TPR, IMAGE, LABEL, FIELDS };
    static const char *const names[FIELDS] = {"corpus", "degree", "method", "selection",
                                              "tpr",    "image",  "label"};
    lb_status status = LB_OK;
    lb_csv csv = {0};
    size_t at[FIELDS] = {0}, count = 0, at_condition = 0;
    lb_error absent;
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t k = 0; k < FIELDS; k++) {
        LB_TRY(lb_csv_column(&at[k], &csv, names[k], path, err));
    }
    bool says = lb_csv_column(&at_condition, &csv, "condition", path, &absent) == LB_OK;
    LB_ALLOC(folder->scores, csv.rows);
    for (size_t r = 0; r < csv.rows; r++) {
        int corpus =
            find_name(folder->corpora, folder->corpus_count, lb_csv_cell(&csv, r, at[CORPUS]));
        int degree = find_name(degree_names, DEGREES, lb_csv_cell(&csv, r, at[DEGREE]));
        int method = method_index(lb_csv_cell(&csv, r, at[METHOD]));
        int chosen = find_name(selection_names, SELECTIONS, lb_csv_cell(&csv, r, at[SELECTION]));
        double tpr = lb_csv_number(&csv, r, at[TPR]);
        bool own = is_of(folder, says ? lb_csv_cell(&csv, r, at_condition) : "");
        if (own && corpus >= 0 && degree >= 0 && method >= 0 && chosen >= 0 && isfinite(tpr)) {
            folder->scores[count++] = (score_row){
                .corpus = (signed char)corpus,
                .degree = (signed char)degree,
                .method = (signed char)method,
                .selection = (signed char)chosen,
                .label = (signed char)whole(lb_csv_number(&csv, r, at[LABEL]), CLASSES),
                .image = whole(lb_csv_number(&csv, r, at[IMAGE]), INT32_MAX),
                .tpr = (float)tpr,
            };
        }
    }
    folder->score_count = count;
cleanup:
    lb_csv_release(&csv);
    return status;
}

static int
by_image(const void *a, const void *b)
{
    const scored_image *x = a, *y = b;
    return (x->image > y->image) - (x->image < y->image);
}

static lb_status
collect_images(study_folder *folder, lb_error *err)
{
    lb_status status = LB_OK;
    scored_image *images = NULL;
    size_t count = 0, kept = 0;
    LB_ALLOC(images, folder->score_count);
    for (size_t i = 0; i < folder->score_count; i++) {
        const score_row *row = &folder->scores[i];
        if (row->image != NOT_KNOWN) {
            images[count] = (scored_image){.image = row->image, .label = row->label};
            images[count++].in[row->selection] = true;
        }
    }
    qsort(images, count, sizeof *images, by_image);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || images[kept - 1].image != images[i].image) {
            images[kept++] = images[i];
            continue;
        }
        for (size_t k = 0; k < SELECTIONS; k++) {
            images[kept - 1].in[k] = images[kept - 1].in[k] || images[i].in[k];
        }
    }
    folder->images = images;
    folder->image_count = kept;
cleanup:
    return status;
}

static lb_status
load_scores(study_folder *folder, lb_error *err)
{
    bool there = false;
    lb_status status = folder_has(&there, folder, "tables/scores.csv",
                                  "the box plots (run the study's scoring)", err);
    if (status != LB_OK || !there) {
        return status;
    }
    char *path = folder_path(folder, "tables/scores.csv", err);
    status = path == NULL ? err->code : read_scores(folder, path, err);
    lb_free(path);
    return status;
}

lb_status
folder_load(study_folder *out, const char *directory, study_condition under, lb_error *err)
{
    lb_status status = LB_OK;
    study_folder folder = {
        .directory = directory, .condition = under, .suffix = under == BEST ? "" : "_matched"};
    void *models = NULL, *explanations = NULL;
    if (!lb_exists(directory)) {
        LB_TRY(lb_fail(err, LB_ERROR_IO,
                       "%s: no such folder (run 'lesionbench study FILE.yaml -o %s' first)",
                       directory, directory));
    }
    LB_TRY(load_table(&folder.model_table, &models, &folder.model_count, sizeof(model_row),
                      model_columns, sizeof model_columns / sizeof *model_columns, &folder,
                      "tables/classification.csv", "how well the networks classify", err));
    LB_TRY(load_table(&folder.explanation_table, &explanations, &folder.explanation_count,
                      sizeof(explanation_row), explanation_columns,
                      sizeof explanation_columns / sizeof *explanation_columns, &folder,
                      "tables/explanation.csv", "how well the methods explain", err));
    folder.models = models;
    folder.explanations = explanations;
    models = explanations = NULL;
    keep_own_rows(&folder);
    LB_TRY(collect_corpora(&folder, err));
    LB_TRY(load_scores(&folder, err));
    LB_TRY(collect_images(&folder, err));
    *out = folder;
    folder = (study_folder){0};
cleanup:
    folder_release(&folder);
    lb_free(models);
    lb_free(explanations);
    return status;
}

void
folder_release(study_folder *folder)
{
    for (size_t i = 0; i < folder->missing_count; i++) {
        lb_free(folder->missing[i]);
    }
    lb_free(folder->missing);
    lb_free(folder->images);
    lb_free(folder->scores);
    lb_free(folder->explanations);
    lb_free(folder->models);
    lb_csv_release(&folder->explanation_table);
    lb_csv_release(&folder->model_table);
    *folder = (study_folder){0};
}

bool
folder_selects(const study_folder *folder, selection chosen, size_t image)
{
    for (size_t i = 0; i < folder->image_count; i++) {
        if ((size_t)folder->images[i].image == image) {
            return folder->images[i].in[chosen];
        }
    }
    return false;
}

cell
folder_cell(const study_folder *folder, const char *corpus, const char *degree, const char *method,
            selection chosen)
{
    cell sum = {0};
    for (size_t i = 0; i < folder->explanation_count; i++) {
        const explanation_row *row = &folder->explanations[i];
        if (strcmp(row->corpus, corpus) == 0 && strcmp(row->degree, degree) == 0 &&
            strcmp(row->method, method) == 0 &&
            strcmp(row->selection, selection_names[chosen]) == 0 && isfinite(row->tpr_median)) {
            sum.seeds++;
            sum.images += row->images;
            sum.accuracy += row->accuracy;
            sum.median += row->tpr_median;
            sum.q1 += row->tpr_q1;
            sum.q3 += row->tpr_q3;
            sum.chance += row->chance;
        }
    }
    double n = sum.seeds > 0 ? (double)sum.seeds : NAN;
    return (cell){sum.seeds,  sum.images / n, sum.accuracy / n, sum.median / n,
                  sum.q1 / n, sum.q3 / n,     sum.chance / n};
}

double
folder_accuracy(const study_folder *folder, const char *corpus, const char *degree)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < folder->model_count; i++) {
        const model_row *row = &folder->models[i];
        if (strcmp(row->corpus, corpus) == 0 && strcmp(row->degree, degree) == 0 &&
            strcmp(row->split, "holdout") == 0) {
            sum += row->accuracy;
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}
