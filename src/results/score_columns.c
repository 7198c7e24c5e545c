/* SPDX-License-Identifier: MIT */
/* scores.csv: all its columns, as a table of scores has them. */
#include "score_columns.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "diagnostics_columns.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"

enum { MAX_COLUMNS = COLUMN_DIAGNOSTICS + 32 + LB_MAX_METRICS };

static size_t
diagnostics_count(void)
{
    size_t count = 0;
    while (diagnostics_column(count) != NULL) {
        count++;
    }
    return count;
}

/* The columns of numbers, in the order of score_column; the count. */
static size_t
list_columns(lb_score_wanted out[MAX_COLUMNS])
{
    static const lb_score_wanted first[COLUMN_DIAGNOSTICS] = {
        [COLUMN_IMAGE] = {"image", LB_SCORE_COUNT, false},
        [COLUMN_LABEL] = {"label", LB_SCORE_BYTE, false},
        [COLUMN_LESIONS] = {"lesion_count", LB_SCORE_BYTE, false},
        [COLUMN_TP] = {"tp", LB_SCORE_COUNT, false},
        [COLUMN_TN] = {"tn", LB_SCORE_COUNT, false},
        [COLUMN_FP] = {"fp", LB_SCORE_COUNT, false},
        [COLUMN_FN] = {"fn", LB_SCORE_COUNT, false},
        [COLUMN_SUBJECT] = {"subject", LB_SCORE_SUBJECT, true},
        [COLUMN_TPR] = {"tpr", LB_SCORE_NUMBER, true}};
    size_t count = COLUMN_DIAGNOSTICS;
    memcpy(out, first, sizeof first);
    for (size_t c = 0; diagnostics_column(c) != NULL; c++) {
        out[count++] = (lb_score_wanted){diagnostics_column(c), LB_SCORE_NUMBER, true};
    }
    for (size_t m = 0; m < lb_metric_count(); m++) {
        out[count++] = (lb_score_wanted){lb_metric_at(m)->name, LB_SCORE_NUMBER, true};
    }
    return count;
}

static double *
column(const lb_score_table *table, size_t index)
{
    return table->columns[index].values;
}

lb_localisation
score_counts(const lb_score_table *table, size_t row)
{
    return (lb_localisation){.tp = (uint32_t)column(table, COLUMN_TP)[row],
                             .tn = (uint32_t)column(table, COLUMN_TN)[row],
                             .fp = (uint32_t)column(table, COLUMN_FP)[row],
                             .fn = (uint32_t)column(table, COLUMN_FN)[row]};
}

static lb_status
set_texts(lb_score_table *table, const lb_score_row *row, lb_error *err)
{
    const char *const texts[LB_SCORE_KEYS] = {
        [LB_KEY_CONDITION] = row->condition, [LB_KEY_SELECTION] = row->selection,
        [LB_KEY_CORPUS] = row->corpus,       [LB_KEY_DEGREE] = row->degree,
        [LB_KEY_METHOD] = row->method,       [LB_KEY_SEED] = row->seed};
    lb_status status = LB_OK;
    for (size_t k = 0; k < LB_SCORE_KEYS && status == LB_OK; k++) {
        status = lb_score_table_set_text(table, table->count - 1, (lb_score_key)k, texts[k], err);
    }
    return status;
}

static lb_status
append_row(lb_score_table *table, const lb_score_row *row, lb_error *err)
{
    lb_status status = LB_OK;
    const size_t diagnostics = diagnostics_count();
    LB_TRY(lb_score_table_add_row(table, err));
    LB_TRY(set_texts(table, row, err));
    const double values[COLUMN_DIAGNOSTICS] = {[COLUMN_IMAGE] = row->image,
                                               [COLUMN_LABEL] = row->label,
                                               [COLUMN_LESIONS] = row->lesion_count,
                                               [COLUMN_TP] = row->score.tp,
                                               [COLUMN_TN] = row->score.tn,
                                               [COLUMN_FP] = row->score.fp,
                                               [COLUMN_FN] = row->score.fn,
                                               [COLUMN_SUBJECT] =
                                                   row->subject >= 0 ? row->subject : (double)NAN,
                                               [COLUMN_TPR] = lb_score_row_tpr(row)};
    for (size_t c = 0; c < COLUMN_DIAGNOSTICS; c++) {
        column(table, c)[table->count - 1] = values[c];
    }
    for (size_t c = 0; c < diagnostics; c++) {
        column(table, COLUMN_DIAGNOSTICS + c)[table->count - 1] =
            diagnostics_get(&row->diagnostic, c);
    }
    for (size_t m = 0; m < lb_metric_count(); m++) {
        column(table, COLUMN_DIAGNOSTICS + diagnostics + m)[table->count - 1] = row->metric[m];
    }
cleanup:
    return status;
}

void
number_write(FILE *stream, double value)
{
    if (!isnan(value)) {
        fprintf(stream, "%.9g", value);
    }
}

lb_status
score_columns_check(const lb_score_table *table, lb_error *err)
{
    lb_score_wanted columns[MAX_COLUMNS];
    const size_t count = list_columns(columns);
    bool fits = table->count == 0 || table->column_count == count;
    for (size_t c = 0; c < count && fits && table->count > 0; c++) {
        fits = strcmp(table->columns[c].name, columns[c].name) == 0;
    }
    return fits ? LB_OK
                : lb_fail(err, LB_ERROR_ARGUMENT,
                          "the table of scores lacks columns (fill it with "
                          "lb_scores_append() or lb_scores_read())");
}

lb_status
lb_scores_append(lb_score_table *table, const lb_score_rows *rows, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_wanted columns[MAX_COLUMNS];
    size_t count = list_columns(columns), place = 0;
    while (table->column_count < count) {
        LB_TRY(lb_score_table_add_column(&place, table, columns[table->column_count].name, err));
    }
    for (size_t i = 0; i < rows->count; i++) {
        LB_TRY(append_row(table, &rows->rows[i], err));
    }
cleanup:
    return status;
}

/* Rates from the counts, which are exact; counts of diagnostics that say nothing are undefined. */
static void
complete_rows(lb_score_table *table, size_t first)
{
    double *tpr = column(table, COLUMN_TPR);
    for (size_t i = first; i < table->count; i++) {
        lb_localisation counts = score_counts(table, i);
        lb_diagnostics diagnostic = lb_no_diagnostics;
        double usual = lb_tpr(&counts);
        tpr[i] = fabs(tpr[i] - usual) > 1e-7 ? lb_precision(&counts) : usual; /* as the quirk
                                                                               * has it */
        for (size_t c = 0; diagnostics_column(c) != NULL; c++) {
            double *value = &column(table, COLUMN_DIAGNOSTICS + c)[i];
            diagnostics_set(&diagnostic, c, *value);
            *value = diagnostics_get(&diagnostic, c);
        }
    }
}

lb_status
lb_scores_read(lb_score_table *table, const char *path, lb_error *err)
{
    enum { TEXTS = 6 };
    lb_status status = LB_OK;
    lb_score_wanted columns[TEXTS + MAX_COLUMNS] = {
        {"corpus", LB_SCORE_TEXT, false},    {"degree", LB_SCORE_TEXT, false},
        {"seed", LB_SCORE_TEXT, false},      {"method", LB_SCORE_TEXT, false},
        {"selection", LB_SCORE_TEXT, false}, {"condition", LB_SCORE_TEXT, true}};
    const lb_score_request request = {.columns = columns,
                                      .count = TEXTS + list_columns(columns + TEXTS)};
    size_t first = table->count;
    LB_TRY(lb_score_table_read(table, path, &request, NULL, err));
    complete_rows(table, first);
cleanup:
    return status;
}

/* The cheap metrics, and of the others those of which a row has a value. */
static lb_metric_set
metrics_of(const lb_score_table *table)
{
    lb_metric_set found = lb_metrics_cheap();
    if (table->count == 0) {
        return found;
    }
    for (size_t m = 0; m < lb_metric_count(); m++) {
        const double *values = column(table, COLUMN_DIAGNOSTICS + diagnostics_count() + m);
        for (size_t i = 0; i < table->count && (found & LB_METRIC_BIT(m)) == 0; i++) {
            found |= isnan(values[i]) ? 0 : LB_METRIC_BIT(m);
        }
    }
    return found;
}

static void
write_header(FILE *stream, lb_metric_set metrics)
{
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision,condition,subject",
          stream);
    for (size_t c = 0; diagnostics_column(c) != NULL; c++) {
        fprintf(stream, ",%s", diagnostics_column(c));
    }
    for (size_t m = 0; m < lb_metric_count(); m++) {
        if ((metrics & LB_METRIC_BIT(m)) != 0) {
            fprintf(stream, ",%s", lb_metric_at(m)->name);
        }
    }
    fputc('\n', stream);
}

static void
write_row(FILE *stream, const lb_score_table *table, size_t row, lb_metric_set metrics)
{
    const lb_localisation counts = score_counts(table, row);
    const double subject = column(table, COLUMN_SUBJECT)[row];
    const size_t diagnostics = diagnostics_count();
    fprintf(stream, "%" PRIu32 ",%d,%d,", (uint32_t)column(table, COLUMN_IMAGE)[row],
            (int)column(table, COLUMN_LABEL)[row], (int)column(table, COLUMN_LESIONS)[row]);
    score_model_write(stream, table, row);
    fprintf(stream, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",", counts.tp, counts.tn,
            counts.fp, counts.fn);
    number_write(stream, column(table, COLUMN_TPR)[row]);
    fputc(',', stream);
    number_write(stream, lb_tnr(&counts));
    fprintf(stream, ",%.9g,", lb_precision(&counts));
    lb_csv_field(stream, lb_score_table_text(table, row, LB_KEY_CONDITION));
    fputc(',', stream);
    if (!isnan(subject)) {
        fprintf(stream, "%" PRId32, (int32_t)subject);
    }
    for (size_t c = 0; c < diagnostics + lb_metric_count(); c++) {
        if (c < diagnostics || (metrics & LB_METRIC_BIT(c - diagnostics)) != 0) {
            fputc(',', stream);
            number_write(stream, column(table, COLUMN_DIAGNOSTICS + c)[row]);
        }
    }
    fputc('\n', stream);
}

void
score_model_write(FILE *stream, const lb_score_table *table, size_t row)
{
    static const lb_score_key keys[] = {LB_KEY_CORPUS, LB_KEY_DEGREE, LB_KEY_SEED, LB_KEY_METHOD,
                                        LB_KEY_SELECTION};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        lb_csv_field(stream, lb_score_table_text(table, row, keys[k]));
        fputc(',', stream);
    }
}

lb_status
lb_scores_write(const lb_score_table *table, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(score_columns_check(table, err));
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    const lb_metric_set metrics = metrics_of(table);
    write_header(stream, metrics);
    for (size_t i = 0; i < table->count; i++) {
        write_row(stream, table, i, metrics);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}

lb_status
lb_score_rows_write(const lb_score_rows *rows, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_table table = {0};
    LB_TRY(lb_scores_append(&table, rows, err));
    LB_TRY(lb_scores_write(&table, path, err));
cleanup:
    lb_score_table_release(&table);
    return status;
}
