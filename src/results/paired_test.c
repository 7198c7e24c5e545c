/* SPDX-License-Identifier: MIT */
#include "paired_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/distributions.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

lb_status
paired_test_init(paired_test *out, const series_table *table, const lb_analysis_options *options,
                 lb_error *err)
{
    lb_status status = LB_OK;
    paired_test c = {.table = table, .options = options};
    for (int side = 0; side < 2; side++) {
        LB_ALLOC(c.side_sum[side], table->images);
        LB_ALLOC(c.side_count[side], table->images);
        LB_ALLOC(c.level[side], table->images);
    }
    LB_ALLOC(c.difference, table->images);
    LB_ALLOC(c.pairs, table->images);
    LB_ALLOC(c.subject_value, 3 * table->subjects);
    *out = c;
    c = (paired_test){.table = NULL};
cleanup:
    paired_test_release(&c);
    return status;
}

void
paired_test_release(paired_test *c)
{
    for (size_t i = 0; i < c->resample_count; i++) {
        lb_resamples_release(&c->resamples[i]);
    }
    lb_free(c->resamples);
    for (int side = 0; side < 2; side++) {
        lb_free(c->side_sum[side]);
        lb_free(c->side_count[side]);
        lb_free(c->level[side]);
    }
    lb_free(c->difference);
    lb_free(c->pairs);
    lb_free(c->subject_value);
    *c = (paired_test){.table = NULL};
}

lb_status
paired_test_resamples(const lb_resamples **out, paired_test *c, size_t subjects, lb_error *err)
{
    lb_status status = LB_OK;
    lb_resamples *grown = NULL, made = {0};
    for (size_t i = 0; i < c->resample_count; i++) {
        if (c->resamples[i].clusters == subjects) {
            *out = &c->resamples[i];
            return LB_OK;
        }
    }
    LB_TRY(lb_resamples_create(&made, subjects, c->options->draws, c->options->seed, err));
    LB_ALLOC(grown, c->resample_count + 1);
    if (c->resample_count > 0) {
        memcpy(grown, c->resamples, c->resample_count * sizeof *grown);
    }
    lb_free(c->resamples);
    c->resamples = grown;
    grown[c->resample_count] = made;
    *out = &grown[c->resample_count++];
    made = (lb_resamples){0};
cleanup:
    lb_resamples_release(&made);
    return status;
}

bool
paired_test_has_interval(paired_test *c, size_t subjects)
{
    if (subjects >= LB_FEWEST_SUBJECTS) {
        return true;
    }
    if (c->few_subjects == 0 || subjects < c->few_subjects) {
        c->few_subjects = subjects;
    }
    return false;
}

void
paired_test_begin(paired_test *c)
{
    size_t images = c->table->images;
    memset(c->difference, 0, images * sizeof *c->difference);
    memset(c->pairs, 0, images * sizeof *c->pairs);
    memset(c->level[0], 0, images * sizeof *c->level[0]);
    memset(c->level[1], 0, images * sizeof *c->level[1]);
}

static void
fill_side(paired_test *c, int side, series_list list)
{
    const series_table *table = c->table;
    memset(c->side_sum[side], 0, table->images * sizeof *c->side_sum[side]);
    memset(c->side_count[side], 0, table->images * sizeof *c->side_count[side]);
    for (size_t i = 0; i < list.count; i++) {
        const score_series *one = &table->series[list.items[i]];
        for (size_t k = one->first; k < one->first + one->count; k++) {
            c->side_sum[side][table->image[k]] += table->value[k];
            c->side_count[side][table->image[k]]++;
        }
    }
}

void
paired_test_add(paired_test *c, series_list a, series_list b)
{
    fill_side(c, 0, a);
    fill_side(c, 1, b);
    for (size_t i = 0; i < c->table->images; i++) {
        if (c->side_count[0][i] > 0 && c->side_count[1][i] > 0) {
            double first = c->side_sum[0][i] / c->side_count[0][i];
            double second = c->side_sum[1][i] / c->side_count[1][i];
            c->difference[i] += first - second;
            c->level[0][i] += first;
            c->level[1][i] += second;
            c->pairs[i]++;
        }
    }
}

/* Turns sums over what was added into means by image, NaN where nothing was. */
static void
mean_by_image(double *values, const uint32_t *pairs, size_t images)
{
    for (size_t i = 0; i < images; i++) {
        values[i] = pairs[i] > 0 ? values[i] / pairs[i] : (double)NAN;
    }
}

/* Means by subject without those that have no image; how many are left. */
static lb_status
mean_by_subject(size_t *left, double *out, const double *by_image, const series_table *table,
                lb_error *err)
{
    lb_status status = LB_OK;
    size_t kept = 0;
    LB_TRY(lb_cluster_means(out, by_image, table->subject, table->images, table->subjects, err));
    for (size_t i = 0; i < table->subjects; i++) {
        if (!isnan(out[i])) {
            out[kept++] = out[i];
        }
    }
    *left = kept;
cleanup:
    return status;
}

static double
mean_of(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
    }
    return sum / (double)count;
}

static lb_status
conclude(comparison *out, paired_test *c, const double *differences, size_t subjects, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_resamples *resamples = NULL;
    double *ones = NULL;
    lb_interval interval = {(double)NAN, (double)NAN};
    lb_signed_rank rank;
    lb_flips flips;
    LB_ALLOC(ones, subjects);
    for (size_t i = 0; i < subjects; i++) {
        ones[i] = 1;
    }
    const lb_cluster_sums sums = {subjects, differences, ones};
    if (paired_test_has_interval(c, subjects)) {
        LB_TRY(paired_test_resamples(&resamples, c, subjects, err));
        LB_TRY(lb_bootstrap_bca(&interval, lb_weighted_mean, &sums, resamples, c->options->level,
                                err));
    }
    LB_TRY(lb_wilcoxon(&rank, differences, subjects, err));
    LB_TRY(lb_sign_flip(&flips, differences, subjects, c->options->flips, c->options->seed, err));
    LB_TRY(lb_hodges_lehmann(&out->shift, differences, subjects, err));
    out->difference = mean_of(differences, subjects);
    out->low = interval.low;
    out->high = interval.high;
    out->biserial = rank.rank_biserial;
    out->dz = lb_cohen_dz(differences, subjects);
    out->p = rank.p;
    out->p_flip = flips.p;
cleanup:
    lb_free(ones);
    return status;
}

lb_status
paired_test_end(comparison *out, paired_test *c, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = c->table;
    comparison result = {.images = 0};
    for (size_t i = 0; i < table->images; i++) {
        result.images += c->pairs[i] > 0;
    }
    if (result.images > 0) {
        double *values[3] = {c->difference, c->level[0], c->level[1]};
        for (size_t v = 0; v < 3; v++) {
            double *means = c->subject_value + v * table->subjects;
            mean_by_image(values[v], c->pairs, table->images);
            LB_TRY(mean_by_subject(&result.subjects, means, values[v], table, err));
        }
        result.mean[0] = mean_of(c->subject_value + table->subjects, result.subjects);
        result.mean[1] = mean_of(c->subject_value + 2 * table->subjects, result.subjects);
        LB_TRY(conclude(&result, c, c->subject_value, result.subjects, err));
    }
    *out = result;
cleanup:
    return status;
}

const output_column COMPARISON_TAIL[COMPARISON_COLUMNS] = {{"images", TIDY_COUNT},
                                                           {"subjects", TIDY_COUNT},
                                                           {"mean_a", TIDY_NUMBER},
                                                           {"mean_b", TIDY_NUMBER},
                                                           {"difference", TIDY_NUMBER},
                                                           {"low", TIDY_NUMBER},
                                                           {"high", TIDY_NUMBER},
                                                           {"hodges_lehmann", TIDY_NUMBER},
                                                           {"rank_biserial", TIDY_NUMBER},
                                                           {"cohen_dz", TIDY_NUMBER},
                                                           {"p", TIDY_P},
                                                           {"p_permutation", TIDY_P},
                                                           {"p_holm", TIDY_P}};

uint64_t
family_of(const char *text)
{
    return XXH3_64bits(text, strlen(text));
}

lb_status
comparison_add(comparison_table *into, const char *const *labels, const char *family,
               const comparison *what, lb_error *err)
{
    if (what->images == 0) {
        return LB_OK;
    }
    output_cell *row = output_table_add(&into->table, err);
    if (row == NULL) {
        return err->code;
    }
    if (into->capacity < into->table.capacity) {
        uint64_t *larger = lb_alloc(into->table.capacity, sizeof *larger, err);
        if (larger == NULL) {
            return err->code;
        }
        if (into->families != NULL) {
            memcpy(larger, into->families, (into->table.count - 1) * sizeof *larger);
        }
        lb_free(into->families);
        into->families = larger;
        into->capacity = into->table.capacity;
    }
    into->families[into->table.count - 1] = family_of(family);
    for (size_t i = 0; i < into->labels; i++) {
        row[i].text = labels[i];
    }
    const double numbers[COMPARISON_COLUMNS - 1] = {(double)what->images,
                                                    (double)what->subjects,
                                                    what->mean[0],
                                                    what->mean[1],
                                                    what->difference,
                                                    what->low,
                                                    what->high,
                                                    what->shift,
                                                    what->biserial,
                                                    what->dz,
                                                    what->p,
                                                    what->p_flip};
    for (size_t i = 0; i < COMPARISON_COLUMNS - 1; i++) {
        row[into->labels + i].number = numbers[i];
    }
    return LB_OK;
}

/* A test and the family it is corrected in. */
typedef struct member {
    uint64_t family;
    size_t row;
} member;

static int
by_family(const void *a, const void *b)
{
    const member *x = a, *y = b;
    if (x->family != y->family) {
        return x->family < y->family ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

lb_status
holm_by_family(output_table *table, const uint64_t *families, size_t from, size_t to, lb_error *err)
{
    lb_status status = LB_OK;
    member *members = NULL;
    double *p = NULL;
    size_t *order = NULL;
    LB_ALLOC(members, table->count);
    LB_ALLOC(p, table->count);
    LB_ALLOC(order, table->count);
    for (size_t i = 0; i < table->count; i++) {
        members[i] = (member){families[i], i};
    }
    qsort(members, table->count, sizeof *members, by_family);
    for (size_t first = 0, end = 0; first < table->count; first = end) {
        for (end = first; end < table->count && members[end].family == members[first].family;
             end++) {
            p[end] = table->cells[members[end].row * table->column_count + from].number;
        }
        lb_holm(p + first, end - first, order);
        for (size_t i = first; i < end; i++) {
            table->cells[members[i].row * table->column_count + to].number = p[i];
        }
    }
cleanup:
    lb_free(order);
    lb_free(p);
    lb_free(members);
    return status;
}

void
comparison_table_release(comparison_table *table)
{
    lb_free(table->families);
    table->families = NULL;
    output_table_release(&table->table);
}

lb_status
comparison_write(comparison_table *table, const char *directory, lb_error *err)
{
    size_t last = table->table.column_count - 1;
    lb_status status = holm_by_family(&table->table, table->families, last - 2, last, err);
    if (status == LB_OK) {
        status = output_table_write(&table->table, directory, err);
    }
    comparison_table_release(table);
    return status;
}
