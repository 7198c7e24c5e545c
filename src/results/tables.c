/* SPDX-License-Identifier: MIT */
#include "lesionbench/tables.h"

#include <math.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"
#include "score_columns.h"

static bool
same_group(const lb_score_table *table, size_t a, size_t b)
{
    for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
        if (table->keys[k] != NULL && table->keys[k][a] != table->keys[k][b]) {
            return false;
        }
    }
    return true;
}

static double
find_accuracy(const lb_score_table *table, size_t row, const lb_model_accuracy *models,
              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const lb_model_name *name = &models[i].name;
        if (strcmp(name->corpus, lb_score_table_text(table, row, LB_KEY_CORPUS)) == 0 &&
            strcmp(name->degree, lb_score_table_text(table, row, LB_KEY_DEGREE)) == 0 &&
            strcmp(name->seed, lb_score_table_text(table, row, LB_KEY_SEED)) == 0 &&
            strcmp(name->condition, lb_score_table_text(table, row, LB_KEY_CONDITION)) == 0) {
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
write_group(FILE *stream, const lb_score_table *table, size_t first, size_t count, double accuracy,
            double *scratch)
{
    double *tpr = scratch, *tnr = scratch + count, chance = 0;
    size_t tprs = 0, tnrs = 0;
    for (size_t i = first; i < first + count; i++) {
        const lb_localisation score = score_counts(table, i);
        double truth = (double)score.tp + score.fn;
        tpr[tprs] = table->columns[COLUMN_TPR].values[i];
        tprs += isnan(tpr[tprs]) ? 0 : 1;
        tnr[tnrs] = lb_tnr(&score);
        tnrs += isnan(tnr[tnrs]) ? 0 : 1;
        chance += truth / (truth + score.tn + score.fp) / (double)count;
    }
    score_model_write(stream, table, first);
    fprintf(stream, "%zu,%.9g", count, accuracy);
    write_quartiles(stream, tpr, tprs);
    write_quartiles(stream, tnr, tnrs);
    fprintf(stream, ",%.9g,", chance);
    lb_csv_field(stream, lb_score_table_text(table, first, LB_KEY_CONDITION));
    fputc('\n', stream);
}

lb_status
lb_explanation_table_write(const lb_score_table *table, const lb_model_accuracy *models,
                           size_t model_count, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    double *scratch = NULL;
    LB_TRY(score_columns_check(table, err));
    LB_ALLOC(scratch, 2 * table->count);
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,"
          "tnr_median,tnr_q1,tnr_q3,chance,condition\n",
          stream);
    for (size_t first = 0, end = 0; first < table->count; first = end) {
        for (end = first + 1; end < table->count; end++) {
            if (!same_group(table, first, end)) {
                break;
            }
        }
        write_group(stream, table, first, end - first,
                    find_accuracy(table, first, models, model_count), scratch);
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(scratch);
    return status;
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
