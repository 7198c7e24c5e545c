/* SPDX-License-Identifier: MIT */
/* What is said of networks: whether better ones are better explained, what is left between corpora
 * at equal accuracy, how much the seed matters, whether methods agree. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis_internal.h"
#include "lesionbench/distributions.h"
#include "lesionbench/score.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

static const query MODELS = {KIND_MODEL, ANY, ANY, ANY, ANY};

/* Networks as points: accuracy and median score under one method. */
typedef struct points {
    size_t count, clusters;
    double *accuracy, *score;
    uint32_t *corpus, *cluster; /* cluster: networks of one corpus and degree */
    double *scratch;            /* (images) */
} points;

static void
points_release(points *p)
{
    lb_free(p->accuracy);
    lb_free(p->score);
    lb_free(p->corpus);
    lb_free(p->cluster);
    lb_free(p->scratch);
    *p = (points){0};
}

static lb_status
points_init(points *out, const series_table *table, lb_error *err)
{
    lb_status status = LB_OK;
    points p = {0};
    LB_ALLOC(p.accuracy, table->series_count);
    LB_ALLOC(p.score, table->series_count);
    LB_ALLOC(p.corpus, table->series_count);
    LB_ALLOC(p.cluster, table->series_count);
    LB_ALLOC(p.scratch, table->images);
    *out = p;
    p = (points){0};
cleanup:
    points_release(&p);
    return status;
}

/* The networks of two corpora, or of all (ANY), whose accuracy is known. */
static void
fill_points(points *p, analysis *f, const group *where, uint32_t method, uint32_t a, uint32_t b)
{
    const series_table *table = f->table;
    const score_series *before = NULL;
    series_list all = find_series(f, 0, where, (query){KIND_MODEL, ANY, ANY, method, ANY});
    p->count = p->clusters = 0;
    for (size_t i = 0; i < all.count; i++) {
        const score_series *one = &table->series[all.items[i]];
        bool wanted = a == ANY || one->corpus == a || one->corpus == b;
        if (!wanted || !isfinite(one->accuracy)) {
            continue;
        }
        if (before == NULL || before->corpus != one->corpus || before->degree != one->degree) {
            p->clusters++;
        }
        before = one;
        memcpy(p->scratch, table->value + one->first, one->count * sizeof *p->scratch);
        p->accuracy[p->count] = one->accuracy;
        p->score[p->count] = lb_quantile(p->scratch, one->count, 0.5);
        p->corpus[p->count] = one->corpus;
        p->cluster[p->count++] = (uint32_t)p->clusters - 1;
    }
}

/* A row of texts and then numbers, and its family for the correction. */
static lb_status
add_row(output_table *table, uint64_t *families, const char *const *texts, size_t text_count,
        const double *numbers, size_t number_count, const char *family, lb_error *err)
{
    output_cell *row = output_table_add(table, err);
    if (row == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < text_count; i++) {
        row[i].text = texts[i];
    }
    for (size_t i = 0; i < number_count; i++) {
        row[text_count + i].number = numbers[i];
    }
    if (families != NULL) {
        families[table->count - 1] = family_of(family);
    }
    return LB_OK;
}

static const output_column ACCURACY[] = {
    {"condition", TIDY_TEXT}, {"selection", TIDY_TEXT},  {"method", TIDY_TEXT},
    {"models", TIDY_COUNT},   {"spearman", TIDY_NUMBER}, {"spearman_p", TIDY_P},
    {"kendall", TIDY_NUMBER}, {"kendall_p", TIDY_P},     {"spearman_p_holm", TIDY_P}};

lb_status
write_accuracy(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    uint32_t *methods = NULL;
    uint64_t *families = NULL;
    points p = {0};
    group where;
    output_table out = {.name = "accuracy",
                        .caption = "Rank correlation over networks of median score and accuracy.",
                        .columns = ACCURACY,
                        .column_count = LENGTH(ACCURACY)};
    LB_ALLOC(methods, table->series_count);
    LB_ALLOC(families, table->series_count);
    LB_TRY(points_init(&p, table, err));
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        size_t count = list_names(methods, f, &where, MODELS, NAME_METHOD);
        for (size_t m = 0; m < count; m++) {
            lb_correlation rho, tau;
            char family[128];
            fill_points(&p, f, &where, methods[m], ANY, ANY);
            if (p.count < 3) {
                continue;
            }
            LB_TRY(lb_spearman(&rho, p.accuracy, p.score, p.count, err));
            LB_TRY(lb_kendall(&tau, p.accuracy, p.score, p.count, err));
            snprintf(family, sizeof family, "%s\n%s", where.condition, where.selection);
            LB_TRY(add_row(&out, families,
                           (const char *const[]){where.condition, where.selection,
                                                 table->methods.names[methods[m]]},
                           3, (const double[]){(double)p.count, rho.value, rho.p, tau.value, tau.p},
                           5, family, err));
        }
    }
    LB_TRY(holm_by_family(&out, families, 5, 8, err));
    LB_TRY(output_table_write(&out, f->directory, err));
cleanup:
    output_table_release(&out);
    points_release(&p);
    lb_free(families);
    lb_free(methods);
    return status;
}

static const output_column EFFECT[] = {{"condition", TIDY_TEXT},
                                       {"selection", TIDY_TEXT},
                                       {"method", TIDY_TEXT},
                                       {"corpus_a", TIDY_TEXT},
                                       {"corpus_b", TIDY_TEXT},
                                       {"models", TIDY_COUNT},
                                       {"clusters", TIDY_COUNT},
                                       {"accuracy_a", TIDY_NUMBER},
                                       {"accuracy_b", TIDY_NUMBER},
                                       {"effect", TIDY_NUMBER},
                                       {"effect_low", TIDY_NUMBER},
                                       {"effect_high", TIDY_NUMBER},
                                       {"effect_p", TIDY_P},
                                       {"adjusted", TIDY_NUMBER},
                                       {"adjusted_low", TIDY_NUMBER},
                                       {"adjusted_high", TIDY_NUMBER},
                                       {"adjusted_freedom", TIDY_SMALL},
                                       {"adjusted_p", TIDY_P},
                                       {"accuracy_slope", TIDY_NUMBER},
                                       {"accuracy_slope_p", TIDY_P},
                                       {"partial_spearman", TIDY_NUMBER},
                                       {"partial_spearman_p", TIDY_P},
                                       {"adjusted_p_holm", TIDY_P}};

/* The score of networks on the corpus, a against b, alone or beside the accuracy. */
static void
regress(lb_coefficient *out, const points *p, double *x, uint32_t a, bool adjust)
{
    lb_error unfit;
    size_t predictors = adjust ? 3 : 2;
    for (size_t i = 0; i < p->count; i++) {
        double *row = x + i * predictors;
        row[0] = 1;
        row[1] = p->corpus[i] == a;
        if (adjust) {
            row[2] = p->accuracy[i];
        }
    }
    const lb_coefficient unknown = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    out[0] = out[1] = out[2] = unknown;
    if (lb_regression_cr2(out, p->score, x, predictors, p->cluster, p->clusters, p->count,
                          &unfit) != LB_OK) {
        out[0] = out[1] = out[2] = unknown;
    }
}

/* Half the width of a coefficient's interval. */
static double
half_width(const lb_coefficient *c, double level)
{
    return isfinite(c->error) && c->freedom > 0
               ? lb_student_quantile((1 + level) / 2, c->freedom) * c->error
               : (double)NAN;
}

static lb_status
add_effect(output_table *out, uint64_t *families, analysis *f, const group *where, const points *p,
           uint32_t method, const uint32_t corpora[2], lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    double *x = NULL, *is_a = NULL, mean[2] = {0, 0}, size[2] = {0, 0};
    lb_coefficient plain[3], adjusted[3];
    lb_correlation partial;
    char family[128];
    LB_ALLOC(x, 3 * p->count);
    LB_ALLOC(is_a, p->count);
    for (size_t i = 0; i < p->count; i++) {
        size_t side = p->corpus[i] != corpora[0];
        is_a[i] = side == 0;
        mean[side] += p->accuracy[i];
        size[side]++;
    }
    if (size[0] == 0 || size[1] == 0 || p->count < 4) {
        goto cleanup;
    }
    regress(plain, p, x, corpora[0], false);
    regress(adjusted, p, x, corpora[0], true);
    LB_TRY(lb_partial_spearman(&partial, is_a, p->score, (const double *const[]){p->accuracy}, 1,
                               p->count, err));
    double level = f->compare.options->level;
    double half = half_width(&plain[1], level), adjusted_half = half_width(&adjusted[1], level);
    const double numbers[] = {(double)p->count,
                              (double)p->clusters,
                              mean[0] / size[0],
                              mean[1] / size[1],
                              plain[1].value,
                              plain[1].value - half,
                              plain[1].value + half,
                              plain[1].p,
                              adjusted[1].value,
                              adjusted[1].value - adjusted_half,
                              adjusted[1].value + adjusted_half,
                              adjusted[1].freedom,
                              adjusted[1].p,
                              adjusted[2].value,
                              adjusted[2].p,
                              partial.value,
                              partial.p};
    snprintf(family, sizeof family, "%s\n%s", where->condition, where->selection);
    LB_TRY(add_row(
        out, families,
        (const char *const[]){where->condition, where->selection, table->methods.names[method],
                              table->corpora.names[corpora[0]], table->corpora.names[corpora[1]]},
        5, numbers, LENGTH(numbers), family, err));
cleanup:
    lb_free(is_a);
    lb_free(x);
    return status;
}

lb_status
write_corpus_effect(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    uint32_t *methods = NULL, *corpora = NULL;
    uint64_t *families = NULL;
    size_t capacity = 0;
    points p = {0};
    group where;
    output_table out = {.name = "corpus_effect",
                        .caption =
                            "Corpus a less corpus b over networks, plain and at equal accuracy.",
                        .columns = EFFECT,
                        .column_count = LENGTH(EFFECT)};
    LB_ALLOC(methods, table->series_count);
    LB_ALLOC(corpora, table->series_count);
    LB_TRY(lb_multiply(&capacity, table->series_count, table->corpora.count, err));
    LB_ALLOC(families, capacity);
    LB_TRY(points_init(&p, table, err));
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        size_t count = list_names(methods, f, &where, MODELS, NAME_METHOD);
        size_t corpus_count = list_names(corpora, f, &where, MODELS, NAME_CORPUS);
        for (size_t i = 0; i < count * corpus_count * corpus_count; i++) {
            const uint32_t both[2] = {corpora[i / corpus_count % corpus_count],
                                      corpora[i % corpus_count]};
            if (both[0] < both[1]) {
                uint32_t method = methods[i / corpus_count / corpus_count];
                fill_points(&p, f, &where, method, both[0], both[1]);
                LB_TRY(add_effect(&out, families, f, &where, &p, method, both, err));
            }
        }
    }
    LB_TRY(holm_by_family(&out, families, 17, 22, err));
    LB_TRY(output_table_write(&out, f->directory, err));
cleanup:
    output_table_release(&out);
    points_release(&p);
    lb_free(families);
    lb_free(corpora);
    lb_free(methods);
    return status;
}

static const output_column VARIANCE[] = {
    {"condition", TIDY_TEXT},   {"selection", TIDY_TEXT}, {"corpus", TIDY_TEXT},
    {"degree", TIDY_TEXT},      {"method", TIDY_TEXT},    {"seeds", TIDY_COUNT},
    {"images", TIDY_COUNT},     {"subjects", TIDY_COUNT}, {"image", TIDY_SMALL},
    {"subject", TIDY_SMALL},    {"seed", TIDY_SMALL},     {"rest", TIDY_SMALL},
    {"seed_share", TIDY_NUMBER}};

/* Images that all seeds of the cell have, as a table (seeds, images). */
static lb_status
add_variance(output_table *out, analysis *f, size_t first, size_t end, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    const score_series *one = &table->series[first];
    size_t seeds = end - first, images = 0;
    double *values = NULL;
    uint32_t *seen = NULL, *subject = NULL;
    lb_variance found;
    LB_ALLOC(seen, table->images);
    for (size_t s = first; s < end; s++) {
        for (size_t k = 0; k < table->series[s].count; k++) {
            seen[table->image[table->series[s].first + k]]++;
        }
    }
    LB_ALLOC(subject, table->images);
    for (size_t i = 0; i < table->images; i++) {
        bool complete = seen[i] == seeds;
        if (complete) {
            subject[images] = table->subject[i];
        }
        seen[i] = complete ? (uint32_t)++images : 0;
    }
    LB_ALLOC(values, seeds * images);
    for (size_t s = 0; s < seeds; s++) {
        const score_series *own = &table->series[first + s];
        for (size_t k = own->first; k < own->first + own->count; k++) {
            if (seen[table->image[k]] > 0) {
                values[s * images + seen[table->image[k]] - 1] = table->value[k];
            }
        }
    }
    LB_TRY(lb_variance_components(&found, values, seeds, images, subject, table->subjects, err));
    if (!isnan(found.rest)) {
        double all = found.image + found.seed + found.rest;
        const double numbers[] = {(double)seeds,
                                  (double)images,
                                  (double)found.subjects,
                                  found.image,
                                  found.subject,
                                  found.seed,
                                  found.rest,
                                  all > 0 ? found.seed / all : (double)NAN};
        LB_TRY(add_row(out, NULL,
                       (const char *const[]){table->conditions.names[one->condition],
                                             table->selections.names[one->selection],
                                             table->corpora.names[one->corpus],
                                             table->degrees.names[one->degree],
                                             table->methods.names[one->method]},
                       5, numbers, LENGTH(numbers), NULL, err));
    }
cleanup:
    lb_free(values);
    lb_free(subject);
    lb_free(seen);
    return status;
}

lb_status
write_variance(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    output_table out = {.name = "variance",
                        .caption =
                            "Variance of scores between images, their part between subjects, "
                            "between seeds, and the rest.",
                        .columns = VARIANCE,
                        .column_count = LENGTH(VARIANCE)};
    for (size_t first = 0, end = 0; first < f->table->series_count; first = end) {
        end = series_table_cell_end(f->table, first);
        if (f->kinds[first] == KIND_MODEL && end - first > 1) {
            LB_TRY(add_variance(&out, f, first, end, err));
        }
    }
    LB_TRY(output_table_write(&out, f->directory, err));
cleanup:
    output_table_release(&out);
    return status;
}

static const output_column AGREEMENT[] = {
    {"condition", TIDY_TEXT},  {"selection", TIDY_TEXT}, {"corpus", TIDY_TEXT},
    {"method_a", TIDY_TEXT},   {"method_b", TIDY_TEXT},  {"models", TIDY_COUNT},
    {"spearman", TIDY_NUMBER}, {"lowest", TIDY_NUMBER},  {"highest", TIDY_NUMBER}};

/* Spearman over the images that two series share. pairs: (2 x images). */
static lb_status
correlate_series(lb_correlation *out, double *pairs, const series_table *table,
                 const score_series *a, const score_series *b, lb_error *err)
{
    size_t count = 0, j = b->first;
    for (size_t i = a->first; i < a->first + a->count; i++) {
        while (j < b->first + b->count && table->image[j] < table->image[i]) {
            j++;
        }
        if (j < b->first + b->count && table->image[j] == table->image[i]) {
            pairs[count] = table->value[i];
            pairs[table->images + count++] = table->value[j];
        }
    }
    return lb_spearman(out, pairs, pairs + table->images, count, err);
}

static lb_status
add_agreement(output_table *out, double *pairs, double *found, analysis *f, const group *where,
              uint32_t corpus, const uint32_t methods[2], lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    size_t count = 0;
    series_list models =
        find_series(f, 0, where, (query){KIND_MODEL, corpus, ANY, methods[0], ANY});
    for (size_t i = 0; i < models.count; i++) {
        const score_series *one = &table->series[models.items[i]];
        lb_correlation rho;
        series_list other = find_series(
            f, 1, where, (query){KIND_MODEL, one->corpus, one->degree, methods[1], one->seed});
        if (other.count == 1) {
            LB_TRY(correlate_series(&rho, pairs, table, one, &table->series[other.items[0]], err));
            if (!isnan(rho.value)) {
                found[count++] = rho.value;
            }
        }
    }
    if (count > 0) {
        const double numbers[] = {(double)count, lb_quantile(found, count, 0.5), found[0],
                                  found[count - 1]};
        LB_TRY(add_row(out, NULL,
                       (const char *const[]){
                           where->condition, where->selection, table->corpora.names[corpus],
                           table->methods.names[methods[0]], table->methods.names[methods[1]]},
                       5, numbers, LENGTH(numbers), NULL, err));
    }
cleanup:
    return status;
}

lb_status
write_agreement(analysis *f, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    uint32_t *methods = NULL, *corpora = NULL;
    double *pairs = NULL, *found = NULL;
    group where;
    output_table out = {.name = "agreement",
                        .caption = "Rank correlation over images of two methods' scores: median, "
                                   "lowest and highest of the networks.",
                        .columns = AGREEMENT,
                        .column_count = LENGTH(AGREEMENT)};
    LB_ALLOC(methods, table->series_count);
    LB_ALLOC(corpora, table->series_count);
    LB_ALLOC(pairs, 2 * table->images);
    LB_ALLOC(found, table->series_count);
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        size_t count = list_names(methods, f, &where, MODELS, NAME_METHOD);
        size_t corpus_count = list_names(corpora, f, &where, MODELS, NAME_CORPUS);
        for (size_t i = 0; i < corpus_count * count * count; i++) {
            const uint32_t both[2] = {methods[i / count % count], methods[i % count]};
            LB_TRY(lb_check_cancelled(f->context, err));
            if (both[0] < both[1]) {
                LB_TRY(add_agreement(&out, pairs, found, f, &where, corpora[i / count / count],
                                     both, err));
            }
        }
    }
    LB_TRY(output_table_write(&out, f->directory, err));
cleanup:
    output_table_release(&out);
    lb_free(found);
    lb_free(pairs);
    lb_free(corpora);
    lb_free(methods);
    return status;
}
