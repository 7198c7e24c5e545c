/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/paths.h"
#include "scores.h"

/* Where a column of a table goes in its row's structure. */
typedef struct column {
    const char *name;
    bool text;
    size_t offset;
    bool optional; /* "" or NaN where the table has no such column */
} column;

#define TEXT(type, member) {#member, true, offsetof(type, member), false}
#define NUMBER(type, member) {#member, false, offsetof(type, member), false}
#define OPTIONAL(type, member) {#member, true, offsetof(type, member), true}

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
                double number = NAN;
                if (!absent && lb_csv_number(&number, csv, r, index, path, err) != LB_OK) {
                    return err->code;
                }
                memcpy(member, &number, sizeof number);
            }
        }
    }
    return LB_OK;
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
    return folder_forgive(status, folder, err);
}

/* Leaves the folder's condition's rows. */
static void
keep_own_rows(study_folder *folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < folder->model_count; i++) {
        if (folder_is_of(folder, folder->models[i].condition)) {
            folder->models[kept++] = folder->models[i];
        }
    }
    folder->model_count = kept;
    kept = 0;
    for (size_t i = 0; i < folder->explanation_count; i++) {
        if (folder_is_of(folder, folder->explanations[i].condition)) {
            folder->explanations[kept++] = folder->explanations[i];
        }
    }
    folder->explanation_count = kept;
}

static lb_status
add_corpus(study_folder *folder, const char *corpus, lb_error *err)
{
    if (strcmp(corpus, "baseline") == 0 || strcmp(corpus, "untrained") == 0 ||
        name_index(folder->corpora, folder->corpus_count, corpus) != NOT_KNOWN) {
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

static bool
is_baseline(const explanation_row *row)
{
    return strcmp(row->corpus, "baseline") == 0;
}

/* Those that networks are explained with, then those that need none. Of more than there is room for
 * the last are left out. */
static void
collect_methods(study_folder *folder)
{
    for (size_t i = 0; i < STUDY_METHODS; i++) {
        method_entry_init(&folder->methods[folder->method_count++], study_method(i));
    }
    folder->attribution_count = folder->method_count;
    for (int baseline = 0; baseline < 2; baseline++) {
        for (size_t i = 0; i < folder->explanation_count; i++) {
            const explanation_row *row = &folder->explanations[i];
            if (is_baseline(row) == (baseline == 1) && folder->method_count < MAX_METHODS &&
                folder_method(folder, row->method) == NOT_KNOWN) {
                method_entry *entry = &folder->methods[folder->method_count++];
                method_entry_init(entry, row->method);
                entry->baseline = baseline == 1;
                folder->attribution_count += baseline == 0;
            }
        }
    }
}

lb_status
folder_load(study_folder *out, report_scores *scores, const char *directory, study_condition under,
            lb_error *err)
{
    lb_status status = LB_OK;
    study_folder folder = {
        .directory = directory, .condition = under, .suffix = under == BEST ? "" : "_matched"};
    void *models = NULL, *explanations = NULL;
    bool there = false;
    LB_TRY(lb_path_exists(&there, directory, err));
    if (!there) {
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
    collect_methods(&folder);
    LB_TRY(scores_load(&folder, scores, err));
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
    lb_free(folder->score_start);
    lb_free(folder->score_rows);
    lb_free(folder->explanations);
    lb_free(folder->models);
    lb_csv_release(&folder->explanation_table);
    lb_csv_release(&folder->model_table);
    *folder = (study_folder){0};
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

int
strongest_control(const study_folder *folder, selection chosen)
{
    int strongest = NOT_KNOWN;
    double most = -INFINITY;
    for (size_t i = folder->attribution_count; i < folder->method_count; i++) {
        cell c = folder_cell(folder, "baseline", "none", folder->methods[i].name, chosen);
        if (c.seeds > 0 && c.median > most) {
            strongest = (int)i;
            most = c.median;
        }
    }
    return strongest;
}

bool
folder_explains_with(const study_folder *folder, const char *method)
{
    for (size_t i = 0; i < folder->explanation_count; i++) {
        const explanation_row *row = &folder->explanations[i];
        if (!is_baseline(row) && strcmp(row->method, method) == 0) {
            return true;
        }
    }
    return false;
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
