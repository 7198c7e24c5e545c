/* SPDX-License-Identifier: MIT */
/* Paired tests: methods against controls and against each other, corpora against each other. */
#include <stdio.h>
#include <string.h>

#include "analysis_internal.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* The columns of a table of comparisons: labels, then the common ones. */
static lb_status
begin_table(comparison_table *out, output_column **columns, const char *name, const char *caption,
            const char *const *labels, size_t count, lb_error *err)
{
    output_column *all = lb_alloc(count + COMPARISON_COLUMNS, sizeof *all, err);
    if (all == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < count; i++) {
        all[i] = (output_column){labels[i], TIDY_TEXT};
    }
    memcpy(all + count, COMPARISON_TAIL, sizeof COMPARISON_TAIL);
    *out = (comparison_table){.table = {.name = name,
                                        .caption = caption,
                                        .columns = all,
                                        .column_count = count + COMPARISON_COLUMNS},
                              .labels = count};
    *columns = all;
    return LB_OK;
}

/* Tests of one condition and selection are corrected together, those over all degrees apart. */
static void
family_name(char *out, size_t size, const group *where, bool pooled, const char *more)
{
    snprintf(out, size, "%s\n%s\n%d\n%s", where->condition, where->selection, pooled, more);
}

/* The lists that the loops of a table run through. */
typedef struct names {
    uint32_t *corpora, *methods, *degrees, *controls;
    size_t corpus_count, method_count, degree_count, control_count;
} names;

static void
names_release(names *n)
{
    lb_free(n->corpora);
    lb_free(n->methods);
    lb_free(n->degrees);
    lb_free(n->controls);
    *n = (names){0};
}

static lb_status
names_init(names *out, const analysis *f, const group *where, lb_error *err)
{
    lb_status status = LB_OK;
    names n = {0};
    const query models = {KIND_MODEL, ANY, ANY, ANY, ANY};
    const query baselines = {KIND_BASELINE, ANY, ANY, ANY, ANY};
    size_t capacity = f->table->series_count;
    LB_ALLOC(n.corpora, capacity);
    LB_ALLOC(n.methods, capacity);
    LB_ALLOC(n.degrees, capacity);
    LB_ALLOC(n.controls, capacity + 1);
    n.corpus_count = list_names(n.corpora, f, where, models, NAME_CORPUS);
    n.method_count = list_names(n.methods, f, where, models, NAME_METHOD);
    n.degree_count = list_names(n.degrees, f, where, models, NAME_DEGREE);
    n.control_count = list_names(n.controls, f, where, baselines, NAME_METHOD);
    n.controls[n.control_count++] = ANY; /* the untrained network */
    *out = n;
    n = (names){0};
cleanup:
    names_release(&n);
    return status;
}

/* Degrees one by one and then, where there are several, together: ANY. */
static uint32_t
degree_at(const names *n, size_t index)
{
    return index < n->degree_count ? n->degrees[index] : ANY;
}

static size_t
degree_steps(const names *n)
{
    return n->degree_count + (n->degree_count > 1);
}

static const char *
degree_label(const analysis *f, uint32_t degree)
{
    return degree == ANY ? POOLED : f->table->degrees.names[degree];
}

/* What stands beside a model's series: the control of its own network, or that of all. */
static series_list
find_control(analysis *f, const group *where, const score_series *model, uint32_t control)
{
    if (control == ANY) {
        return find_series(f, 1, where, (query){KIND_UNTRAINED, ANY, ANY, model->method, ANY});
    }
    series_list own = find_series(
        f, 1, where, (query){KIND_BASELINE, model->corpus, model->degree, control, model->seed});
    return own.count > 0 ? own
                         : find_series(f, 1, where, (query){KIND_BASELINE, ANY, ANY, control, ANY});
}

static lb_status
compare_with_control(comparison_table *into, analysis *f, const group *where, uint32_t corpus,
                     uint32_t degree, uint32_t method, uint32_t control, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    comparison found;
    char family[256];
    const char *name = control == ANY ? "untrained" : table->methods.names[control];
    paired_test_begin(&f->compare);
    series_list models = find_series(f, 0, where, (query){KIND_MODEL, corpus, degree, method, ANY});
    for (size_t i = 0; i < models.count; i++) {
        series_list one = {&models.items[i], 1};
        paired_test_add(&f->compare, one,
                        find_control(f, where, &table->series[models.items[i]], control));
    }
    LB_TRY(paired_test_end(&found, &f->compare, err));
    family_name(family, sizeof family, where, degree == ANY, name);
    LB_TRY(comparison_add(
        into,
        (const char *const[]){where->condition, where->selection, table->corpora.names[corpus],
                              degree_label(f, degree), table->methods.names[method], name},
        family, &found, err));
cleanup:
    return status;
}

lb_status
write_controls(analysis *f, lb_error *err)
{
    static const char *const labels[] = {"condition", "selection", "corpus",
                                         "degree",    "method",    "control"};
    lb_status status = LB_OK;
    comparison_table table = {.labels = 0};
    output_column *columns = NULL;
    names n = {0};
    group where;
    LB_TRY(begin_table(&table, &columns, "controls",
                       "Each method (a) less each control (b) on the same images, over subjects.",
                       labels, LENGTH(labels), err));
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        LB_TRY(names_init(&n, f, &where, err));
        size_t steps = degree_steps(&n), all = n.control_count * n.corpus_count * steps;
        for (size_t i = 0; i < all * n.method_count; i++) {
            size_t cell = i / n.method_count;
            LB_TRY(lb_check_cancelled(f->context, err));
            lb_progress(f->context, "controls", i, all * n.method_count);
            LB_TRY(compare_with_control(&table, f, &where, n.corpora[cell / steps % n.corpus_count],
                                        degree_at(&n, cell % steps), n.methods[i % n.method_count],
                                        n.controls[cell / steps / n.corpus_count], err));
        }
        names_release(&n);
    }
    LB_TRY(comparison_write(&table, f->directory, err));
cleanup:
    names_release(&n);
    comparison_table_release(&table);
    lb_free(columns);
    return status;
}

static lb_status
compare_methods(comparison_table *into, analysis *f, const group *where, uint32_t corpus,
                uint32_t degree, uint32_t a, uint32_t b, lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    comparison found;
    char family[256];
    paired_test_begin(&f->compare);
    series_list models = find_series(f, 0, where, (query){KIND_MODEL, corpus, degree, a, ANY});
    for (size_t i = 0; i < models.count; i++) {
        const score_series *one = &table->series[models.items[i]];
        series_list other =
            find_series(f, 1, where, (query){KIND_MODEL, one->corpus, one->degree, b, one->seed});
        paired_test_add(&f->compare, (series_list){&models.items[i], 1}, other);
    }
    LB_TRY(paired_test_end(&found, &f->compare, err));
    family_name(family, sizeof family, where, degree == ANY, "");
    LB_TRY(
        comparison_add(into,
                       (const char *const[]){where->condition, where->selection,
                                             table->corpora.names[corpus], degree_label(f, degree),
                                             table->methods.names[a], table->methods.names[b]},
                       family, &found, err));
cleanup:
    return status;
}

lb_status
write_methods(analysis *f, lb_error *err)
{
    static const char *const labels[] = {"condition", "selection", "corpus",
                                         "degree",    "method_a",  "method_b"};
    lb_status status = LB_OK;
    comparison_table table = {.labels = 0};
    output_column *columns = NULL;
    names n = {0};
    group where;
    LB_TRY(begin_table(&table, &columns, "methods",
                       "Methods against each other on the same images and networks, over subjects.",
                       labels, LENGTH(labels), err));
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        LB_TRY(names_init(&n, f, &where, err));
        size_t pairs = n.method_count * n.method_count, steps = degree_steps(&n);
        for (size_t i = 0; i < n.corpus_count * steps * pairs; i++) {
            size_t a = i % pairs / n.method_count, b = i % n.method_count;
            LB_TRY(lb_check_cancelled(f->context, err));
            lb_progress(f->context, "methods", i, n.corpus_count * steps * pairs);
            if (a < b) {
                LB_TRY(compare_methods(&table, f, &where, n.corpora[i / pairs / steps],
                                       degree_at(&n, i / pairs % steps), n.methods[a], n.methods[b],
                                       err));
            }
        }
        names_release(&n);
    }
    LB_TRY(comparison_write(&table, f->directory, err));
cleanup:
    names_release(&n);
    comparison_table_release(&table);
    lb_free(columns);
    return status;
}

/* Degree by degree, so that both sides are means over the same degrees. */
static lb_status
compare_corpora(comparison_table *into, analysis *f, const group *where, const names *n,
                uint32_t degree, uint32_t method, const uint32_t corpora[2], lb_error *err)
{
    lb_status status = LB_OK;
    const series_table *table = f->table;
    comparison found;
    char family[256];
    paired_test_begin(&f->compare);
    for (size_t d = 0; d < n->degree_count; d++) {
        if (degree == ANY || degree == n->degrees[d]) {
            series_list a = find_series(
                f, 0, where, (query){KIND_MODEL, corpora[0], n->degrees[d], method, ANY});
            series_list b = find_series(
                f, 1, where, (query){KIND_MODEL, corpora[1], n->degrees[d], method, ANY});
            paired_test_add(&f->compare, a, b);
        }
    }
    LB_TRY(paired_test_end(&found, &f->compare, err));
    family_name(family, sizeof family, where, degree == ANY, "");
    LB_TRY(comparison_add(
        into,
        (const char *const[]){where->condition, where->selection, degree_label(f, degree),
                              table->methods.names[method], table->corpora.names[corpora[0]],
                              table->corpora.names[corpora[1]]},
        family, &found, err));
cleanup:
    return status;
}

lb_status
write_corpora(analysis *f, lb_error *err)
{
    static const char *const labels[] = {"condition", "selection", "degree",
                                         "method",    "corpus_a",  "corpus_b"};
    lb_status status = LB_OK;
    comparison_table table = {.labels = 0};
    output_column *columns = NULL;
    names n = {0};
    group where;
    LB_TRY(begin_table(&table, &columns, "corpora",
                       "Corpora against each other on the same images, means over seeds, over "
                       "subjects.",
                       labels, LENGTH(labels), err));
    for (size_t first = 0; next_group(&where, f, first); first = where.end) {
        LB_TRY(names_init(&n, f, &where, err));
        size_t pairs = n.corpus_count * n.corpus_count, steps = degree_steps(&n);
        for (size_t i = 0; i < pairs * steps * n.method_count; i++) {
            size_t pair = i / n.method_count / steps;
            const uint32_t both[2] = {n.corpora[pair / n.corpus_count],
                                      n.corpora[pair % n.corpus_count]};
            LB_TRY(lb_check_cancelled(f->context, err));
            if (both[0] < both[1]) {
                LB_TRY(compare_corpora(&table, f, &where, &n,
                                       degree_at(&n, i / n.method_count % steps),
                                       n.methods[i % n.method_count], both, err));
            }
        }
        names_release(&n);
    }
    LB_TRY(comparison_write(&table, f->directory, err));
cleanup:
    names_release(&n);
    comparison_table_release(&table);
    lb_free(columns);
    return status;
}
