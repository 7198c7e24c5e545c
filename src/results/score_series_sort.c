/* SPDX-License-Identifier: MIT */
/* The order of series and of their scores. */
#include <stdlib.h>
#include <string.h>

#include "score_series_internal.h"

void
series_keys_of(uint32_t out[LB_SCORE_KEYS], const score_series *series)
{
    const uint32_t keys[LB_SCORE_KEYS] = {series->condition, series->selection, series->corpus,
                                          series->degree,    series->method,    series->seed};
    memcpy(out, keys, sizeof keys);
}

/* For sorting series and remembering where they were. */
typedef struct ordered {
    uint32_t keys[LB_SCORE_KEYS];
    uint32_t index;
} ordered;

static int
by_keys(const void *a, const void *b)
{
    const ordered *x = a, *y = b;
    for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
        if (x->keys[k] != y->keys[k]) {
            return x->keys[k] < y->keys[k] ? -1 : 1;
        }
    }
    return 0;
}

/* place[old index] = new index. */
static lb_status
sort_series(uint32_t *place, series_table *table, lb_error *err)
{
    lb_status status = LB_OK;
    ordered *order = NULL;
    score_series *sorted = NULL;
    size_t first = 0;
    LB_ALLOC(order, table->series_count);
    LB_ALLOC(sorted, table->series_count);
    for (size_t i = 0; i < table->series_count; i++) {
        series_keys_of(order[i].keys, &table->series[i]);
        order[i].index = (uint32_t)i;
    }
    qsort(order, table->series_count, sizeof *order, by_keys);
    for (size_t i = 0; i < table->series_count; i++) {
        place[order[i].index] = (uint32_t)i;
        sorted[i] = table->series[order[i].index];
        sorted[i].first = first;
        first += sorted[i].count;
    }
    lb_free(table->series);
    table->series = sorted;
    table->series_capacity = table->series_count;
    sorted = NULL;
cleanup:
    lb_free(sorted);
    lb_free(order);
    return status;
}

static int
by_image(const void *a, const void *b)
{
    const series_row *x = a, *y = b;
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    return (x->image > y->image) - (x->image < y->image);
}

lb_status
series_sort(series_table *table, const series_rows *all, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t *place = NULL;
    bool sorted = true;
    LB_ALLOC(place, table->series_count);
    LB_ALLOC(table->image, all->count);
    LB_ALLOC(table->value, all->count);
    LB_TRY(sort_series(place, table, err));
    for (size_t i = 0; i < table->link_count; i++) {
        table->links[i].series = place[table->links[i].series];
    }
    for (size_t i = 0; i < all->count; i++) {
        all->rows[i].series = place[all->rows[i].series];
        sorted = sorted && (i == 0 || by_image(&all->rows[i - 1], &all->rows[i]) < 0);
    }
    if (!sorted) {
        qsort(all->rows, all->count, sizeof *all->rows, by_image);
    }
    for (size_t i = 0; i < all->count; i++) {
        if (i > 0 && by_image(&all->rows[i - 1], &all->rows[i]) == 0) {
            const score_series *twice = &table->series[all->rows[i].series];
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "an image is scored twice for one model (corpus '%s', degree '%s', seed "
                           "'%s', method '%s'): files of different methods need names of their own",
                           table->corpora.names[twice->corpus], table->degrees.names[twice->degree],
                           table->seeds.names[twice->seed], table->methods.names[twice->method]));
        }
        table->image[i] = all->rows[i].image;
        table->value[i] = all->rows[i].value;
    }
    table->rows = all->count;
cleanup:
    lb_free(place);
    return status;
}

bool
score_same_images(const score_series *a, const score_series *b)
{
    return a->condition == b->condition && a->selection == b->selection;
}

bool
score_same_model(const score_series *a, const score_series *b)
{
    return score_same_images(a, b) && a->corpus == b->corpus && a->degree == b->degree &&
           a->seed == b->seed;
}

size_t
series_table_cell_end(const series_table *table, size_t first)
{
    const score_series *one = &table->series[first];
    size_t end = first + 1;
    while (end < table->series_count && score_same_images(one, &table->series[end]) &&
           one->corpus == table->series[end].corpus && one->degree == table->series[end].degree &&
           one->method == table->series[end].method) {
        end++;
    }
    return end;
}
