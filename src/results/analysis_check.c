/* SPDX-License-Identifier: MIT */
/* Whether there is anything to compare, and if not, why: which columns of the scores differ. */
#include <stdio.h>
#include <string.h>

#include "analysis_internal.h"

/* The columns that two series must share for a paired test, beside the method or the corpus. */
enum { CONDITION, SELECTION, CORPUS, DEGREE, SEED, COLUMNS };

static const char *const COLUMN_NAMES[COLUMNS] = {"condition", "selection", "corpus", "degree",
                                                  "seed"};

static const char *
value_of(const series_table *table, const score_series *one, size_t column)
{
    const char *const values[COLUMNS] = {
        table->conditions.names[one->condition], table->selections.names[one->selection],
        table->corpora.names[one->corpus], table->degrees.names[one->degree],
        table->seeds.names[one->seed]};
    return values[column];
}

static bool
share_an_image(const series_table *table, const score_series *a, const score_series *b)
{
    size_t i = a->first, k = b->first;
    while (i < a->first + a->count && k < b->first + b->count) {
        if (table->image[i] == table->image[k]) {
            return true;
        }
        if (table->image[i] < table->image[k]) {
            i++;
        } else {
            k++;
        }
    }
    return false;
}

/* Whether some table compares the two series, on images that both have. */
static bool
are_paired(const analysis *f, size_t a, size_t b)
{
    const score_series *x = &f->table->series[a], *y = &f->table->series[b];
    series_kind kinds[2] = {f->kinds[a], f->kinds[b]};
    bool models = kinds[0] == KIND_MODEL && kinds[1] == KIND_MODEL;
    bool controls = (kinds[0] == KIND_MODEL) != (kinds[1] == KIND_MODEL);
    bool untrained = kinds[0] == KIND_UNTRAINED || kinds[1] == KIND_UNTRAINED;
    bool methods = models && x->method != y->method && score_same_model(x, y);
    bool corpora =
        models && x->corpus != y->corpus && x->degree == y->degree && x->method == y->method;
    controls = controls && (!untrained || x->method == y->method);
    return score_same_images(x, y) && (methods || corpora || controls) &&
           share_an_image(f->table, x, y);
}

static size_t
differences(const score_series *a, const score_series *b)
{
    return (size_t)(a->condition != b->condition) + (a->selection != b->selection) +
           (a->corpus != b->corpus) + (a->degree != b->degree) + (a->seed != b->seed);
}

/* "corpus 'mri', degree '2'": the columns in which `one` differs from `other`. */
static void
list_columns(char *out, size_t size, const series_table *table, const score_series *one,
             const score_series *other)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t c = 0; c < COLUMNS && used < size; c++) {
        const char *value = value_of(table, one, c);
        if (strcmp(value, value_of(table, other, c)) != 0) {
            int length = snprintf(out + used, size - used, "%s%s '%.24s'", used > 0 ? ", " : "",
                                  COLUMN_NAMES[c], value);
            used += length > 0 ? (size_t)length : 0;
        }
    }
}

/* The two series are not compared: says why. */
static lb_status
fail_pair(const analysis *f, size_t a, size_t b, const char *of_a, const char *of_b, lb_error *err)
{
    const series_table *table = f->table;
    const score_series *x = &table->series[a], *y = &table->series[b];
    char own[200], others[200];
    if (f->kinds[a] != KIND_MODEL && f->kinds[b] != KIND_MODEL) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "nothing can be compared: '%s' and '%s' are controls (add scores of a "
                       "method on a trained network)",
                       table->methods.names[x->method], table->methods.names[y->method]);
    }
    list_columns(own, sizeof own, table, x, y);
    list_columns(others, sizeof others, table, y, x);
    if (own[0] == '\0') {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "nothing can be compared: no image is scored in both, image %u is in %s "
                       "and image %u in %s",
                       (unsigned)table->image_number[table->image[x->first]], of_a,
                       (unsigned)table->image_number[table->image[y->first]], of_b);
    }
    return lb_fail(err, LB_ERROR_ARGUMENT,
                   "nothing can be compared: %s has %s, %s has %s ('lesionbench score --model' "
                   "fills the columns of maps made elsewhere)",
                   of_a, own, of_b, others);
}

/* Of two lists of series, what is nearest to a pair. */
typedef struct nearest {
    size_t a, b, apart; /* apart: columns that differ; SIZE_MAX: nothing was looked at */
} nearest;

static void
consider(nearest *best, const analysis *f, size_t a, size_t b)
{
    size_t apart = differences(&f->table->series[a], &f->table->series[b]);
    apart += f->kinds[a] != KIND_MODEL || f->kinds[b] != KIND_MODEL ? COLUMNS : 0;
    if (apart < best->apart) {
        *best = (nearest){a, b, apart};
    }
}

static bool
has_models(const analysis *f, size_t file)
{
    for (size_t i = 0; i < f->table->link_count; i++) {
        const score_link *link = &f->table->links[i];
        if (link->file == file && f->kinds[link->series] == KIND_MODEL) {
            return true;
        }
    }
    return false;
}

/* Whether some other file has the file's methods, or scores that its own are compared with. */
static bool
is_connected(nearest *best, const analysis *f, size_t file)
{
    const series_table *table = f->table;
    bool models = has_models(f, file);
    for (size_t i = 0; i < table->link_count; i++) {
        for (size_t k = 0; k < table->link_count && table->links[i].file == file; k++) {
            size_t a = table->links[i].series, b = table->links[k].series;
            if (table->links[k].file == file) {
                continue;
            }
            bool through_control = models && has_models(f, table->links[k].file) &&
                                   (f->kinds[a] != KIND_MODEL || f->kinds[b] != KIND_MODEL);
            if (f->kinds[a] == KIND_MODEL && f->kinds[b] == KIND_MODEL &&
                table->series[a].method == table->series[b].method) {
                return true; /* further networks or images of the same method */
            }
            if (!through_control && are_paired(f, a, b)) {
                return true;
            }
            consider(best, f, a, b);
        }
    }
    return best->apart == SIZE_MAX; /* the file or the others have no rows */
}

static size_t
file_of(const series_table *table, size_t series, size_t other_than)
{
    for (size_t i = 0; i < table->link_count; i++) {
        if (table->links[i].series == series && table->links[i].file != other_than) {
            return table->links[i].file;
        }
    }
    return other_than;
}

static lb_status
check_files(const analysis *f, const lb_analysis_inputs *inputs, lb_error *err)
{
    for (size_t file = 0; file < inputs->score_count; file++) {
        nearest best = {0, 0, SIZE_MAX};
        if (!is_connected(&best, f, file)) {
            return fail_pair(f, best.a, best.b, inputs->scores[file],
                             inputs->scores[file_of(f->table, best.b, file)], err);
        }
    }
    return LB_OK;
}

/* Scores of several methods or corpora are there to be compared. */
static lb_status
check_series(const analysis *f, lb_error *err)
{
    const series_table *table = f->table;
    nearest best = {0, 0, SIZE_MAX};
    for (size_t a = 0; a < table->series_count; a++) {
        for (size_t b = a + 1; b < table->series_count; b++) {
            const score_series *x = &table->series[a], *y = &table->series[b];
            if (are_paired(f, a, b)) {
                return LB_OK;
            }
            if (x->method != y->method || x->corpus != y->corpus) {
                consider(&best, f, a, b);
            }
        }
    }
    if (best.apart == SIZE_MAX) {
        return LB_OK;
    }
    char names[2][120];
    const score_series *found[2] = {&table->series[best.a], &table->series[best.b]};
    for (size_t i = 0; i < 2; i++) {
        snprintf(names[i], sizeof names[i], "the method '%.64s'",
                 table->methods.names[found[i]->method]);
    }
    return fail_pair(f, best.a, best.b, names[0], names[1], err);
}

lb_status
check_pairs(const analysis *f, const lb_analysis_inputs *inputs, bool any_accuracy, lb_error *err)
{
    lb_status status = LB_OK;
    if (f->table->series_count == 0) { /* of a class without images */
        return LB_OK;
    }
    LB_TRY(check_files(f, inputs, err));
    LB_TRY(check_series(f, err));
    if (!any_accuracy) {
        const score_series *one = &f->table->series[0];
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: no accuracy on the holdout split is of a model of the scores, such as "
                       "corpus '%s', degree '%s', seed '%s', condition '%s'",
                       inputs->accuracies, value_of(f->table, one, CORPUS),
                       value_of(f->table, one, DEGREE), value_of(f->table, one, SEED),
                       value_of(f->table, one, CONDITION)));
    }
cleanup:
    return status;
}
