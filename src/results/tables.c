/* SPDX-License-Identifier: MIT */
#include "lesionbench/tables.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "diagnostics_columns.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"
#include "lesionbench/grow.h"
#include "lesionbench/method.h"
#include "metric_columns.h"

lb_score_row *
lb_score_rows_add(lb_score_rows *rows, lb_error *err)
{
    lb_score_row *grown =
        lb_array_grow(rows->rows, rows->count, &rows->capacity, sizeof *grown, err);
    if (grown == NULL) {
        return NULL;
    }
    rows->rows = grown;
    lb_score_row *row = &rows->rows[rows->count++];
    *row = (lb_score_row){.subject = -1, .diagnostic = lb_no_diagnostics};
    for (size_t m = 0; m < lb_metric_count(); m++) {
        row->metric[m] = NAN;
    }
    return row;
}

/* Baselines are what knows nothing of the network's training: filters, and the untrained network.
 */
static bool
is_baseline(const lb_score_row *row)
{
    const lb_method *method = lb_method_find(row->method);
    return strcmp(row->corpus, "baseline") == 0 || strcmp(row->corpus, "untrained") == 0 ||
           (method != NULL && lb_method_is_control(method));
}

void
lb_score_row_set_quirks(lb_score_row *row, lb_quirk_set quirks)
{
    row->tpr_uses_fp = lb_quirk_is_on(quirks, LB_QUIRK_BASELINE_TPR_USES_FP) && is_baseline(row);
}

void
lb_score_row_set_model(lb_score_row *row, const lb_model_name *name)
{
    snprintf(row->corpus, sizeof row->corpus, "%s", name->corpus);
    snprintf(row->degree, sizeof row->degree, "%s", name->degree);
    snprintf(row->seed, sizeof row->seed, "%s", name->seed);
    snprintf(row->condition, sizeof row->condition, "%s", name->condition);
}

lb_score_row *
lb_score_rows_add_image(lb_score_rows *rows, const lb_dataset *dataset, lb_split split,
                        size_t image, const lb_model_name *name, const char *method, lb_error *err)
{
    lb_score_row *row = lb_score_rows_add(rows, err);
    if (row != NULL) {
        row->image = (uint32_t)image;
        row->subject = lb_dataset_subjects(dataset, split)[image];
        row->label = (uint8_t)lb_dataset_labels(dataset, split)[image];
        row->lesion_count = lb_dataset_lesion_counts(dataset, split)[image];
        lb_score_row_set_model(row, name);
        snprintf(row->method, sizeof row->method, "%s", method);
        lb_score_row_set_quirks(row, lb_dataset_quirks(dataset));
    }
    return row;
}

double
lb_score_row_tpr(const lb_score_row *row)
{
    return row->tpr_uses_fp ? lb_precision(&row->score) : lb_tpr(&row->score);
}

void
lb_score_rows_release(lb_score_rows *rows)
{
    lb_free(rows->rows);
    *rows = (lb_score_rows){0};
}

/* Writes text fields, each followed by a comma. */
static void
put_fields(FILE *stream, const char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lb_csv_field(stream, fields[i]);
        fputc(',', stream);
    }
}

static void
write_diagnostics(FILE *stream, const lb_diagnostics *diagnostic)
{
    for (size_t c = 0; diagnostics_column(c) != NULL; c++) {
        double value = diagnostics_get(diagnostic, c);
        fputc(',', stream);
        number_write(stream, value);
    }
}

lb_status
lb_scores_write(const lb_score_rows *rows, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    lb_metric_set columns = metric_columns(rows);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision,condition,subject",
          stream);
    for (size_t c = 0; diagnostics_column(c) != NULL; c++) {
        fprintf(stream, ",%s", diagnostics_column(c));
    }
    metric_header_write(stream, columns);
    fputc('\n', stream);
    for (size_t i = 0; i < rows->count; i++) {
        const lb_score_row *row = &rows->rows[i];
        const lb_localisation *score = &row->score;
        fprintf(stream, "%" PRIu32 ",%d,%d,", row->image, row->label, row->lesion_count);
        put_fields(
            stream,
            (const char *const[]){row->corpus, row->degree, row->seed, row->method, row->selection},
            5);
        fprintf(stream, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",", score->tp, score->tn,
                score->fp, score->fn);
        number_write(stream, lb_score_row_tpr(row));
        fputc(',', stream);
        number_write(stream, lb_tnr(score));
        fprintf(stream, ",%.9g,", lb_precision(score));
        lb_csv_field(stream, row->condition);
        if (row->subject >= 0) {
            fprintf(stream, ",%" PRId32, row->subject);
        } else {
            fputc(',', stream);
        }
        write_diagnostics(stream, &row->diagnostic);
        metric_cells_write(stream, row, columns);
        fputc('\n', stream);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}

static const char *const TEXT_COLUMNS[] = {"corpus", "degree", "seed", "method", "selection"};
static const char *const NUMBER_COLUMNS[] = {"image", "label", "lesion_count", "tp", "tn",
                                             "fp",    "fn"};
enum { TEXTS = 5, NUMBERS = 7 };

static lb_status
read_row(lb_score_row *row, const lb_csv *csv, size_t index, const size_t texts[TEXTS],
         const size_t numbers[NUMBERS], const char *path, lb_error *err)
{
    char *places[TEXTS] = {row->corpus, row->degree, row->seed, row->method, row->selection};
    const size_t sizes[TEXTS] = {sizeof row->corpus, sizeof row->degree, sizeof row->seed,
                                 sizeof row->method, sizeof row->selection};
    for (size_t i = 0; i < TEXTS; i++) {
        snprintf(places[i], sizes[i], "%s", lb_csv_cell(csv, index, texts[i]));
    }
    uint32_t value[NUMBERS];
    for (size_t i = 0; i < NUMBERS; i++) {
        double number = 0, most = i == 1 || i == 2 ? UINT8_MAX : UINT32_MAX;
        if (lb_csv_number(&number, csv, index, numbers[i], path, err) != LB_OK) {
            return err->code;
        }
        if (!(number >= 0 && number <= most) || number != floor(number)) {
            return lb_fail(
                err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": '%.60s' is not a count", path,
                csv->lines[index], NUMBER_COLUMNS[i], lb_csv_cell(csv, index, numbers[i]));
        }
        value[i] = (uint32_t)number;
    }
    row->image = value[0];
    row->label = (uint8_t)value[1];
    row->lesion_count = (uint8_t)value[2];
    row->score = (lb_localisation){.tp = value[3], .tn = value[4], .fp = value[5], .fn = value[6]};
    return LB_OK;
}

/* Columns may be absent. */
static lb_status
read_diagnostics(lb_score_row *rows, const lb_csv *csv, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_error absent;
    for (size_t c = 0, column = 0; diagnostics_column(c) != NULL; c++) {
        if (lb_csv_column(&column, csv, diagnostics_column(c), path, &absent) != LB_OK) {
            continue;
        }
        for (size_t i = 0; i < csv->rows; i++) {
            double number = NAN;
            LB_TRY(lb_csv_number(&number, csv, i, column, path, err));
            diagnostics_set(&rows[i].diagnostic, c, number);
        }
    }
cleanup:
    return status;
}

/* -1 where the table does not say. */
static lb_status
read_subject(int32_t *out, const lb_csv *csv, size_t row, size_t column, const char *path,
             lb_error *err)
{
    double number = NAN;
    lb_status status = lb_csv_number(&number, csv, row, column, path, err);
    if (status == LB_OK && !isnan(number) &&
        (!(number >= 0 && number <= INT32_MAX) || number != floor(number))) {
        status = lb_fail(err, LB_ERROR_FORMAT,
                         "%s: line %zu, column \"subject\": '%.60s' is not the number of a subject",
                         path, csv->lines[row], lb_csv_cell(csv, row, column));
    }
    *out = status == LB_OK && !isnan(number) ? (int32_t)number : -1;
    return status;
}

lb_status
lb_scores_read(lb_score_rows *rows, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv csv = {0};
    size_t texts[TEXTS], numbers[NUMBERS], condition = 0, subject = 0;
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t i = 0; i < TEXTS; i++) {
        LB_TRY(lb_csv_column(&texts[i], &csv, TEXT_COLUMNS[i], path, err));
    }
    for (size_t i = 0; i < NUMBERS; i++) {
        LB_TRY(lb_csv_column(&numbers[i], &csv, NUMBER_COLUMNS[i], path, err));
    }
    lb_error absent;
    bool has_condition = lb_csv_column(&condition, &csv, "condition", path, &absent) == LB_OK;
    bool has_subject = lb_csv_column(&subject, &csv, "subject", path, &absent) == LB_OK;
    for (size_t i = 0; i < csv.rows; i++) {
        lb_score_row *row = lb_score_rows_add(rows, err);
        if (row == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(read_row(row, &csv, i, texts, numbers, path, err));
        snprintf(row->condition, sizeof row->condition, "%s",
                 has_condition ? lb_csv_cell(&csv, i, condition) : "");
        if (has_subject) {
            LB_TRY(read_subject(&row->subject, &csv, i, subject, path, err));
        }
    }
    if (csv.rows > 0) {
        LB_TRY(read_diagnostics(&rows->rows[rows->count - csv.rows], &csv, path, err));
        LB_TRY(metric_columns_read(&rows->rows[rows->count - csv.rows], &csv, path, err));
    }
cleanup:
    lb_csv_release(&csv);
    return status;
}

static bool
same_group(const lb_score_row *a, const lb_score_row *b)
{
    return strcmp(a->corpus, b->corpus) == 0 && strcmp(a->degree, b->degree) == 0 &&
           strcmp(a->seed, b->seed) == 0 && strcmp(a->method, b->method) == 0 &&
           strcmp(a->selection, b->selection) == 0 && strcmp(a->condition, b->condition) == 0;
}

static double
find_accuracy(const lb_score_row *row, const lb_model_accuracy *models, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const lb_model_name *name = &models[i].name;
        if (strcmp(name->corpus, row->corpus) == 0 && strcmp(name->degree, row->degree) == 0 &&
            strcmp(name->seed, row->seed) == 0 && strcmp(name->condition, row->condition) == 0) {
            return models[i].accuracy;
        }
    }
    return NAN;
}

/* ",median,lower quartile,upper quartile", empty where there are no values. */
static void
write_quartiles(FILE *stream, double *values, size_t count)
{
    const double quantiles[3] = {0.5, 0.25, 0.75};
    for (size_t q = 0; q < 3; q++) {
        fputc(',', stream);
        number_write(stream, count > 0 ? lb_quantile(values, count, quantiles[q]) : NAN);
    }
}

/* Rates that are undefined (no truth, or nothing else) are left out. scratch: 2 x count doubles. */
static void
write_group(FILE *stream, const lb_score_row *rows, size_t count, double accuracy, double *scratch)
{
    double *tpr = scratch, *tnr = scratch + count, chance = 0;
    size_t tprs = 0, tnrs = 0;
    for (size_t i = 0; i < count; i++) {
        const lb_localisation *score = &rows[i].score;
        double truth = (double)score->tp + score->fn;
        tpr[tprs] = lb_score_row_tpr(&rows[i]);
        tprs += isnan(tpr[tprs]) ? 0 : 1;
        tnr[tnrs] = lb_tnr(score);
        tnrs += isnan(tnr[tnrs]) ? 0 : 1;
        chance += truth / (truth + score->tn + score->fp) / (double)count;
    }
    put_fields(stream,
               (const char *const[]){rows->corpus, rows->degree, rows->seed, rows->method,
                                     rows->selection},
               5);
    fprintf(stream, "%zu,%.9g", count, accuracy);
    write_quartiles(stream, tpr, tprs);
    write_quartiles(stream, tnr, tnrs);
    fprintf(stream, ",%.9g,", chance);
    lb_csv_field(stream, rows->condition);
    fputc('\n', stream);
}

lb_status
lb_explanation_table_write(const lb_score_rows *rows, const lb_model_accuracy *models,
                           size_t model_count, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    double *scratch = NULL;
    LB_ALLOC(scratch, 2 * rows->count);
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,"
          "tnr_median,tnr_q1,tnr_q3,chance,condition\n",
          stream);
    for (size_t first = 0, end = 0; first < rows->count; first = end) {
        for (end = first + 1; end < rows->count; end++) {
            if (!same_group(&rows->rows[first], &rows->rows[end])) {
                break;
            }
        }
        write_group(stream, &rows->rows[first], end - first,
                    find_accuracy(&rows->rows[first], models, model_count), scratch);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(scratch);
    return status;
}

/* Metrics that stand before the columns of training; those that came later stand behind them. */
enum { FIRST_METRICS = 7 };

static void
write_metric_names(FILE *stream)
{
    const lb_prediction_metric *metric = NULL;
    fputs("corpus,degree,seed,split,images", stream);
    for (size_t m = 0; (metric = lb_prediction_metric_at(m)) != NULL; m++) {
        if (m == FIRST_METRICS) {
            fputs(",learning_rate,epochs,kept_epoch,condition,target_accuracy", stream);
        }
        fprintf(stream, ",%s", metric->name);
    }
    for (size_t m = 0; (metric = lb_prediction_metric_at(m)) != NULL; m++) {
        if (metric->interval != 0) {
            fprintf(stream, ",%s_low,%s_high", metric->name, metric->name);
        }
    }
    fputc('\n', stream);
}

/* To the end of the row. */
static void
write_metrics(FILE *stream, lb_classification *score, const lb_model_name *name)
{
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        if (m == FIRST_METRICS) {
            fprintf(stream, ",%s,%s,%s,%s,%s", name->learning_rate, name->epochs, name->kept_epoch,
                    name->condition, name->target_accuracy);
        }
        fputc(',', stream);
        number_write(stream, *lb_prediction_value(score, m));
    }
    for (size_t m = 0; lb_prediction_metric_at(m) != NULL; m++) {
        const lb_range *range = lb_prediction_range(score, m);
        if (range != NULL) {
            fputc(',', stream);
            number_write(stream, range->low);
            fputc(',', stream);
            number_write(stream, range->high);
        }
    }
    fputc('\n', stream);
}

lb_status
lb_classification_table_write(const char *const *predictions, size_t count, const char *path,
                              lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    lb_predictions one = {0};
    lb_classification score;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    write_metric_names(stream);
    for (size_t i = 0; i < count; i++) {
        LB_TRY(lb_predictions_load(&one, predictions[i], err));
        LB_TRY(lb_predictions_score(&score, &one, predictions[i], err));
        const lb_model_name *name = &one.name;
        put_fields(stream, (const char *const[]){name->corpus, name->degree, name->seed, one.split},
                   4);
        fprintf(stream, "%zu", score.images);
        write_metrics(stream, &score, name);
        lb_predictions_release(&one);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_predictions_release(&one);
    lb_atomic_file_close(output);
    return status;
}
