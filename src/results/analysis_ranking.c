/* SPDX-License-Identifier: MIT */
/* The ranking of methods. */
#include <math.h>
#include <string.h>

#include "analysis_internal.h"

static const output_column RANKING[] = {
    {"condition", TIDY_TEXT}, {"selection", TIDY_TEXT}, {"corpus", TIDY_TEXT},
    {"method", TIDY_TEXT},    {"methods", TIDY_COUNT},  {"models", TIDY_COUNT},
    {"images", TIDY_COUNT},   {"subjects", TIDY_COUNT}, {"mean_rank", TIDY_NUMBER},
    {"low", TIDY_NUMBER},     {"high", TIDY_NUMBER},    {"best_share", TIDY_NUMBER}};
enum { RANKING_COLUMNS = sizeof RANKING / sizeof RANKING[0], RANKING_TEXTS = 4 };

/* Columns of scores.csv of which less is better. */
static double
direction_of(const char *metric)
{
    static const char *const less[] = {"emd", "emd_map", "fp", "fn"};
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        if (strcmp(metric, less[i]) == 0) {
            return -1;
        }
    }
    return 1;
}

/* Ranks of the methods on each image, summed over models. */
typedef struct ranking {
    size_t methods, models;
    double direction; /* -1 where less is better */
    uint32_t *method; /* names */
    double *scores;   /* (methods, images); of the model under way, NaN where there is none */
    double *ranks;    /* (methods, images); sums over models */
    double *best;     /* (methods): how often a method is best; ties share */
    uint32_t *counts; /* (images): models */
    double *of_image; /* (2 x methods) */
} ranking;

static void
ranking_release(ranking *r)
{
    lb_free(r->method);
    lb_free(r->scores);
    lb_free(r->ranks);
    lb_free(r->best);
    lb_free(r->counts);
    lb_free(r->of_image);
    *r = (ranking){.methods = 0};
}

/* Adds one model: on images that all methods have. Rank 1 is the best. */
static lb_status
rank_model(ranking *r, const analysis *f, const group *where, const score_series *model,
           lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    size_t images = table->images;
    for (size_t i = 0; i < r->methods * images; i++) {
        r->scores[i] = (double)NAN;
    }
    for (size_t i = where->first; i < where->end; i++) {
        const score_series *one = &table->series[i];
        size_t method = 0;
        while (method < r->methods && r->method[method] != one->method) {
            method++;
        }
        if (f->kinds[i] == KIND_MODEL && score_same_model(one, model) && method < r->methods) {
            for (size_t k = one->first; k < one->first + one->count; k++) {
                r->scores[method * images + table->image[k]] = r->direction * table->value[k];
            }
        }
    }
    for (size_t image = 0; image < images; image++) {
        double *scores = r->of_image, *ranks = r->of_image + r->methods, max = -INFINITY, ties = 0;
        bool complete = true;
        for (size_t m = 0; m < r->methods; m++) {
            double value = r->scores[m * images + image];
            complete = complete && !isnan(value);
            scores[m] = -value;
            max = value > max ? value : max;
        }
        if (!complete) {
            continue;
        }
        LB_TRY(lb_ranks(ranks, scores, r->methods, err));
        for (size_t m = 0; m < r->methods; m++) {
            ties += scores[m] == -max;
        }
        for (size_t m = 0; m < r->methods; m++) {
            r->ranks[m * images + image] += ranks[m];
            r->best[m] += scores[m] == -max ? 1 / ties : 0;
        }
        r->counts[image]++;
    }
    r->models++;
cleanup:
    return status;
}

static lb_status
add_rank(output_table *into, analysis *f, const group *where, const ranking *r, uint32_t corpus,
         size_t method, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    const double *ranks = r->ranks + method * table->images;
    double *sum = NULL, *count = NULL, total = 0, cells = 0;
    const lb_resamples *resamples = NULL;
    lb_interval interval = {(double)NAN, (double)NAN};
    size_t images = 0, subjects = 0;
    LB_ALLOC(sum, table->subjects);
    LB_ALLOC(count, table->subjects);
    for (size_t i = 0; i < table->images; i++) {
        if (r->counts[i] > 0) {
            sum[table->subject[i]] += ranks[i] / r->counts[i];
            count[table->subject[i]]++;
            cells += r->counts[i];
            images++;
        }
    }
    /* Means by subject, closed up. */
    for (size_t i = 0; i < table->subjects; i++) {
        if (count[i] > 0) {
            sum[subjects] = sum[i] / count[i];
            total += sum[subjects];
            count[subjects++] = 1;
        }
    }
    if (images == 0) {
        goto cleanup;
    }
    const lb_cluster_sums sums = {subjects, sum, count};
    if (paired_test_has_interval(&f->compare, subjects)) {
        LB_TRY(paired_test_resamples(&resamples, &f->compare, subjects, err));
        LB_TRY(lb_bootstrap_bca(&interval, lb_weighted_mean, &sums, resamples,
                                f->compare.options->level, err));
    }
    output_cell *row = output_table_add(into, err);
    LB_TRY(row == NULL ? err->code : LB_OK);
    const char *const texts[RANKING_TEXTS] = {where->condition, where->selection,
                                              table->corpora.names[corpus],
                                              table->methods.names[r->method[method]]};
    const double numbers[] = {(double)r->methods, (double)r->models,        (double)images,
                              (double)subjects,   total / (double)subjects, interval.low,
                              interval.high,      r->best[method] / cells};
    for (size_t i = 0; i < RANKING_COLUMNS; i++) {
        if (i < RANKING_TEXTS) {
            row[i].text = texts[i];
        } else {
            row[i].number = numbers[i - RANKING_TEXTS];
        }
    }
cleanup:
    lb_free(count);
    lb_free(sum);
    return status;
}

/* One corpus: its models are the series of its first method's, and those that lack it are no part
 * of the ranking. */
static lb_status
rank_corpus(output_table *into, analysis *f, const group *where, uint32_t corpus, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    ranking r = {.direction = direction_of(f->compare.options->metric)};
    query wanted = {KIND_MODEL, corpus, ANY, ANY, ANY};
    size_t cells = 0;
    LB_ALLOC(r.method, table->series_count);
    r.methods = list_names(r.method, f, where, wanted, NAME_METHOD);
    if (r.methods < 2) {
        goto cleanup;
    }
    LB_TRY(lb_multiply(&cells, r.methods, table->images, err));
    LB_ALLOC(r.scores, cells);
    LB_ALLOC(r.ranks, cells);
    LB_ALLOC(r.best, r.methods);
    LB_ALLOC(r.counts, table->images);
    LB_ALLOC(r.of_image, 2 * r.methods);
    wanted.method = r.method[0];
    series_list models = find_series(f, 0, where, wanted);
    for (size_t i = 0; i < models.count; i++) {
        LB_TRY(rank_model(&r, f, where, &table->series[models.items[i]], err));
    }
    for (size_t m = 0; m < r.methods; m++) {
        LB_TRY(add_rank(into, f, where, &r, corpus, m, err));
    }
cleanup:
    ranking_release(&r);
    return status;
}

lb_status
write_ranking(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t *corpora = NULL;
    group where;
    output_table table = {.name = "ranking",
                          .caption =
                              "Mean rank of each method among the methods, 1 the best, on the "
                              "same images and networks, over subjects.",
                          .columns = RANKING,
                          .column_count = RANKING_COLUMNS};
    LB_ALLOC(corpora, f->table->series_count);
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        size_t count =
            list_names(corpora, f, &where, (query){KIND_MODEL, ANY, ANY, ANY, ANY}, NAME_CORPUS);
        for (size_t i = 0; i < count; i++) {
            LB_TRY(lb_check_cancelled(f->context, err));
            LB_TRY(rank_corpus(&table, f, &where, corpora[i], err));
        }
    }
    LB_TRY(output_table_write(&table, f->directory, err));
cleanup:
    lb_free(corpora);
    output_table_release(&table);
    return status;
}
