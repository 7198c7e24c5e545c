/* SPDX-License-Identifier: MIT */
/* Series of scores: the rows of one model, method and selection. */
#include <math.h>
#include <string.h>

#include "lesionbench/grow.h"
#include "score_series_internal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MAX_NAMES = 4096, KEYS = LB_SCORE_KEYS };

/* What is built up. */
typedef struct builder {
    series_table *table;
    const lb_score_table *scores;
    series_rows all;
    uint32_t *slots; /* hash of a series's keys -> its index + 1; a power of two of them */
    size_t slot_count;
    uint32_t *names[KEYS]; /* index of a name in `scores` -> in `table` + 1; 0: not met */
} builder;

series_names *
series_names_of(series_table *table, size_t key)
{
    series_names *const all[KEYS] = {&table->conditions, &table->selections, &table->corpora,
                                     &table->degrees,    &table->methods,    &table->seeds};
    return all[key];
}

/* *index is that of the row's name, which is added where it is new. */
static lb_status
find_name(uint32_t *index, builder *b, size_t row, size_t key, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_score_table *scores = b->scores;
    series_names *list = series_names_of(b->table, key);
    uint32_t *place = &b->names[key][scores->keys[key] != NULL ? scores->keys[key][row] : 0];
    if (*place == 0) {
        if (list->count == MAX_NAMES) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED, "more than %d different values of '%s'",
                           MAX_NAMES, lb_score_key_name((lb_score_key)key));
        }
        LB_GROW(list->names, list->count, list->capacity);
        list->names[list->count++] = lb_score_table_text(scores, row, (lb_score_key)key);
        *place = (uint32_t)list->count;
    }
    *index = *place - 1;
cleanup:
    return status;
}

static lb_status
grow_slots(builder *b, lb_error *err)
{
    const series_table *table = b->table;
    if (2 * (table->series_count + 1) <= b->slot_count) {
        return LB_OK;
    }
    size_t count = b->slot_count > 0 ? 2 * b->slot_count : 1024;
    uint32_t *slots = lb_alloc(count, sizeof *slots, err);
    if (slots == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < table->series_count; i++) {
        uint32_t keys[KEYS];
        series_keys_of(keys, &table->series[i]);
        size_t at = XXH3_64bits(keys, sizeof keys) & (count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (uint32_t)i + 1;
    }
    lb_free(b->slots);
    b->slots = slots;
    b->slot_count = count;
    return LB_OK;
}

static lb_status
add_series(series_table *table, const uint32_t keys[KEYS], lb_error *err)
{
    score_series *larger = lb_array_grow(table->series, table->series_count,
                                         &table->series_capacity, sizeof *larger, err);
    if (larger == NULL) {
        return err->code;
    }
    table->series = larger;
    table->series[table->series_count++] = (score_series){.condition = keys[0],
                                                          .selection = keys[1],
                                                          .corpus = keys[2],
                                                          .degree = keys[3],
                                                          .method = keys[4],
                                                          .seed = keys[5],
                                                          .last_file = UINT32_MAX,
                                                          .accuracy = (double)NAN};
    return LB_OK;
}

static lb_status
find_series(uint32_t *out, builder *b, const uint32_t wanted[KEYS], lb_error *err)
{
    lb_status status = LB_OK;
    series_table *table = b->table;
    LB_TRY(grow_slots(b, err));
    size_t at = XXH3_64bits(wanted, KEYS * sizeof *wanted) & (b->slot_count - 1);
    for (; b->slots[at] != 0; at = (at + 1) & (b->slot_count - 1)) {
        uint32_t keys[KEYS];
        series_keys_of(keys, &table->series[b->slots[at] - 1]);
        if (memcmp(keys, wanted, sizeof keys) == 0) {
            *out = b->slots[at] - 1;
            return LB_OK;
        }
    }
    LB_TRY(add_series(table, wanted, err));
    b->slots[at] = (uint32_t)table->series_count;
    *out = b->slots[at] - 1;
cleanup:
    return status;
}

/* Remembers that the file has rows of the series. */
static lb_status
add_link(series_table *table, uint32_t file, uint32_t series, lb_error *err)
{
    lb_status status = LB_OK;
    if (table->series[series].last_file == file) {
        return LB_OK;
    }
    table->series[series].last_file = file;
    LB_GROW(table->links, table->link_count, table->link_capacity);
    table->links[table->link_count++] = (score_link){file, series};
cleanup:
    return status;
}

/* Where the scores have their columns. */
typedef struct columns {
    const double *image, *subject, *label, *value;
} columns;

static lb_status
add_row(builder *b, size_t row, uint32_t file, const columns *from, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t keys[KEYS];
    bool has_subject = from->subject != NULL && !isnan(from->subject[row]);
    series_row made = {.image = (uint32_t)from->image[row],
                       .subject = has_subject ? (int32_t)from->subject[row] : -1,
                       .value = from->value[row]};
    for (size_t k = 0; k < KEYS; k++) {
        LB_TRY(find_name(&keys[k], b, row, k, err));
    }
    LB_TRY(find_series(&made.series, b, keys, err));
    LB_TRY(add_link(b->table, file, made.series, err));
    b->table->series[made.series].count++;
    b->all.rows[b->all.count++] = made;
cleanup:
    return status;
}

static lb_status
add_rows(bool *any, builder *b, const columns *from, const double *label, lb_error *err)
{
    lb_status status = LB_OK;
    size_t file = 0;
    for (size_t row = 0; row < b->scores->count; row++) {
        while (row == b->scores->file_end[file]) {
            file++;
        }
        bool wanted = label == NULL || from->label[row] == *label;
        *any = *any || !isnan(from->value[row]);
        b->table->missing[file] += wanted && isnan(from->value[row]);
        if (wanted && !isnan(from->value[row])) {
            LB_TRY(add_row(b, row, (uint32_t)file, from, err));
        }
    }
cleanup:
    return status;
}

static const double *
column_of(const lb_score_table *scores, const char *name)
{
    size_t column = lb_score_table_find(scores, name);
    return column != SIZE_MAX ? scores->columns[column].values : NULL;
}

lb_status
series_table_make(series_table *out, const lb_score_table *scores, const char *path,
                  const char *column, const double *label, lb_error *err)
{
    lb_status status = LB_OK;
    series_table table = {0};
    builder b = {.table = &table, .scores = scores};
    const columns from = {.image = column_of(scores, "image"),
                          .subject = column_of(scores, "subject"),
                          .label = column_of(scores, "label"),
                          .value = column_of(scores, column)};
    bool any = false;
    LB_ALLOC(table.missing, scores->file_count);
    LB_ALLOC(b.all.rows, scores->count);
    for (size_t k = 0; k < KEYS; k++) {
        LB_ALLOC(b.names[k], scores->names[k].count + 1);
    }
    LB_TRY(add_rows(&any, &b, &from, label, err));
    if (!any) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: no row has a number in the column \"%s\"", path,
                       column));
    }
    LB_TRY(series_number_images(&table, &b.all, err));
    LB_TRY(series_number_subjects(&table, &b.all, err));
    LB_TRY(series_sort(&table, &b.all, err));
    *out = table;
    table = (series_table){0};
cleanup:
    for (size_t k = 0; k < KEYS; k++) {
        lb_free(b.names[k]);
    }
    lb_free(b.slots);
    lb_free(b.all.rows);
    series_table_release(&table);
    return status;
}

void
series_table_release(series_table *table)
{
    for (size_t k = 0; k < KEYS; k++) {
        lb_free(series_names_of(table, k)->names);
    }
    lb_free(table->series);
    lb_free(table->links);
    lb_free(table->missing);
    lb_free(table->image_number);
    lb_free(table->image);
    lb_free(table->value);
    lb_free(table->subject);
    *table = (series_table){0};
}
