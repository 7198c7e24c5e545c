/* SPDX-License-Identifier: MIT */
/* Conclusions: what they start from, each cell's summary, the ranking of methods. */
#include "lesionbench/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis_internal.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/method.h"
#include "lesionbench/score.h"

const char *const LB_IMAGE_CLASSES[] = {"all", "round", "irregular", NULL};

void
lb_analysis_defaults(lb_analysis_options *options)
{
    *options = (lb_analysis_options){
        .metric = "tpr", .draws = 2000, .flips = 9999, .level = 0.95, .seed = 0};
}

/* A value of a cell and whose it is. */
typedef struct owned {
    double value;
    uint32_t subject;
} owned;

static int
by_value(const void *a, const void *b)
{
    const owned *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* A cell's values in order with their subjects, numbered anew without those that have none. */
typedef struct cell {
    size_t count, subjects, images;
    owned *owned;
    double *values;
    uint32_t *subject, *number; /* number: (all subjects) */
    uint8_t *has;               /* (all images) */
} cell;

static void
cell_release(cell *c)
{
    lb_free(c->owned);
    lb_free(c->values);
    lb_free(c->subject);
    lb_free(c->number);
    lb_free(c->has);
    *c = (cell){0};
}

static lb_status
cell_make(cell *out, const series_table *table, size_t first, size_t end, lb_error *err)
{
    lb_status status = LB_OK;
    cell c = {0};
    size_t from = table->series[first].first;
    c.count = table->series[end - 1].first + table->series[end - 1].count - from;
    LB_ALLOC(c.owned, c.count);
    LB_ALLOC(c.values, c.count);
    LB_ALLOC(c.subject, c.count);
    LB_ALLOC(c.number, table->subjects);
    LB_ALLOC(c.has, table->images);
    for (size_t i = 0; i < c.count; i++) {
        uint32_t image = table->image[from + i];
        c.owned[i] = (owned){table->value[from + i], table->subject[image]};
        c.number[c.owned[i].subject] = 1;
        c.images += c.has[image] == 0;
        c.has[image] = 1;
    }
    for (size_t i = 0; i < table->subjects; i++) {
        c.number[i] = c.number[i] > 0 ? (uint32_t)c.subjects++ : 0;
    }
    qsort(c.owned, c.count, sizeof *c.owned, by_value);
    for (size_t i = 0; i < c.count; i++) {
        c.values[i] = c.owned[i].value;
        c.subject[i] = c.number[c.owned[i].subject];
    }
    *out = c;
    c = (cell){0};
cleanup:
    cell_release(&c);
    return status;
}

static const output_column SUMMARY[] = {
    {"condition", TIDY_TEXT}, {"selection", TIDY_TEXT},    {"corpus", TIDY_TEXT},
    {"degree", TIDY_TEXT},    {"method", TIDY_TEXT},       {"seeds", TIDY_COUNT},
    {"images", TIDY_COUNT},   {"subjects", TIDY_COUNT},    {"mean", TIDY_NUMBER},
    {"median", TIDY_NUMBER},  {"median_low", TIDY_NUMBER}, {"median_high", TIDY_NUMBER},
    {"q1", TIDY_NUMBER},      {"q3", TIDY_NUMBER}};
enum { SUMMARY_COLUMNS = sizeof SUMMARY / sizeof SUMMARY[0], SUMMARY_TEXTS = 5 };

static lb_status
add_summary(output_table *into, analysis *f, size_t first, size_t end, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    const score_series *one = &table->series[first];
    const lb_resamples *resamples = NULL;
    lb_interval interval = {(double)NAN, (double)NAN};
    cell c = {0};
    LB_TRY(cell_make(&c, table, first, end, err));
    const lb_sorted_values sorted = {c.count, c.values, c.subject, 0.5};
    if (paired_test_has_interval(&f->compare, c.subjects)) {
        LB_TRY(paired_test_resamples(&resamples, &f->compare, c.subjects, err));
        LB_TRY(lb_bootstrap_percentile(&interval, lb_weighted_quantile, &sorted, resamples,
                                       f->compare.options->level, err));
    }
    output_cell *row = output_table_add(into, err);
    LB_TRY(row == NULL ? err->code : LB_OK);
    const char *const texts[SUMMARY_TEXTS] = {
        table->conditions.names[one->condition], table->selections.names[one->selection],
        table->corpora.names[one->corpus], table->degrees.names[one->degree],
        table->methods.names[one->method]};
    double mean = 0;
    for (size_t i = 0; i < c.count; i++) {
        mean += c.values[i] / (double)c.count;
    }
    const double numbers[] = {(double)(end - first),
                              (double)c.images,
                              (double)c.subjects,
                              mean,
                              lb_quantile(c.values, c.count, 0.5),
                              interval.low,
                              interval.high,
                              lb_quantile(c.values, c.count, 0.25),
                              lb_quantile(c.values, c.count, 0.75)};
    for (size_t i = 0; i < SUMMARY_COLUMNS; i++) {
        if (i < SUMMARY_TEXTS) {
            row[i].text = texts[i];
        } else {
            row[i].number = numbers[i - SUMMARY_TEXTS];
        }
    }
cleanup:
    cell_release(&c);
    return status;
}

lb_status
write_summary(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    output_table table = {.name = "summary",
                          .caption =
                              "Median score of each method, with an interval by bootstrap over "
                              "subjects, over images and seeds.",
                          .columns = SUMMARY,
                          .column_count = SUMMARY_COLUMNS};
    for (size_t first = 0, end = 0; first < f->table->series_count; first = end) {
        LB_TRY(lb_check_cancelled(f->context, err));
        lb_progress(f->context, "summary", first, f->table->series_count);
        end = series_table_cell_end(f->table, first);
        LB_TRY(add_summary(&table, f, first, end, err));
    }
    LB_TRY(output_table_write(&table, f->directory, err));
cleanup:
    output_table_release(&table);
    return status;
}

static series_kind
kind_of(const series_table *table, const score_series *one)
{
    const char *corpus = table->corpora.names[one->corpus];
    const char *name = table->methods.names[one->method];
    const lb_method *method = lb_method_find(name);
    if (strcmp(corpus, "baseline") == 0 || (method != NULL && lb_method_is_control(method))) {
        return KIND_BASELINE;
    }
    return strcmp(corpus, "untrained") == 0 || strcmp(name, "untrained") == 0 ? KIND_UNTRAINED
                                                                              : KIND_MODEL;
}

static lb_status
write_tables(analysis *f, const lb_analysis_inputs *inputs, lb_error *err)
{
    lb_status (*const writers[])(analysis *, lb_error *) = {
        write_summary,  write_ranking,       write_controls, write_methods,  write_corpora,
        write_accuracy, write_corpus_effect, write_variance, write_agreement};
    lb_status status = LB_OK;
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        LB_TRY(lb_check_cancelled(f->context, err));
        LB_TRY(writers[i](f, err));
    }
    LB_TRY(write_map_agreement(inputs, f->directory, f->context, err));
cleanup:
    return status;
}

lb_status
lb_analyse(lb_analysis_notes *notes, const lb_analysis_inputs *inputs, const char *directory,
           const lb_analysis_options *options, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const double label = options->images == LB_CLASS_IRREGULAR ? 1 : 0;
    const bool by_class = options->images != LB_CLASS_ANY;
    const lb_score_table *scores = inputs->table;
    lb_score_table read = {0};
    series_table table = {0};
    bool any = true;
    analysis f = {.table = &table, .directory = directory, .context = context};
    if (scores == NULL) {
        LB_TRY(lb_analysis_read_scores(&read, inputs, options->metric, by_class, context, err));
        scores = &read;
    }
    LB_TRY(series_table_make(&table, scores, inputs->score_count > 0 ? inputs->scores[0] : "",
                             options->metric, by_class ? &label : NULL, err));
    if (inputs->accuracies != NULL) {
        LB_TRY(series_table_read_accuracy(&any, &table, inputs->accuracies, err));
    }
    LB_ALLOC(f.kinds, table.series_count);
    LB_ALLOC(f.found[0], table.series_count);
    LB_ALLOC(f.found[1], table.series_count);
    for (size_t i = 0; i < table.series_count; i++) {
        f.kinds[i] = kind_of(&table, &table.series[i]);
    }
    if (inputs->must_pair) {
        LB_TRY(check_pairs(&f, inputs, any, err));
    }
    LB_TRY(paired_test_init(&f.compare, &table, options, err));
    LB_TRY(lb_make_directories(directory, err));
    LB_TRY(write_tables(&f, inputs, err));
    if (notes != NULL) {
        notes->no_subjects = !table.has_subjects;
        notes->few_subjects = f.compare.few_subjects;
        for (size_t i = 0; notes->missing != NULL && i < inputs->score_count; i++) {
            notes->missing[i] = table.missing[i];
        }
    }
cleanup:
    paired_test_release(&f.compare);
    lb_free(f.found[1]);
    lb_free(f.found[0]);
    lb_free(f.kinds);
    series_table_release(&table);
    lb_score_table_release(&read);
    return status;
}
