/* SPDX-License-Identifier: MIT */
#include "score_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/csv.h"
#include "lesionbench/grow.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { MAX_NAMES = 4096, KEYS = 6, METHOD_KEY = 4 };

static const char *const KEY_COLUMNS[KEYS] = {"condition", "selection", "corpus",
                                              "degree",    "method",    "seed"};

/* A row while files are read. */
typedef struct entry {
    uint32_t image, series;
    int32_t subject; /* -1 unknown */
    double value;
} entry;

/* What is built up. */
typedef struct loader {
    score_table *table;
    entry *rows;
    size_t count, capacity;
    uint32_t *slots; /* hash of a series's keys -> its index + 1; a power of two of them */
    size_t slot_count;
    uint32_t keys[KEYS]; /* of the last row */
    const char *method;  /* of all rows of the file under way; NULL: their own */
    const char *label;   /* of the rows to take; NULL: all */
    bool any;            /* a row has a number, whatever its label */
    const char *path;    /* of the file under way */
    uint32_t file;       /* its number */
    size_t line;         /* of the row under way */
} loader;

/* Where one file has its columns; SIZE_MAX for one that it lacks. */
typedef struct columns {
    size_t key[KEYS], image, subject, value, label;
} columns;

static score_names *
names_of(score_table *table, size_t key)
{
    score_names *const all[KEYS] = {&table->conditions, &table->selections, &table->corpora,
                                    &table->degrees,    &table->methods,    &table->seeds};
    return all[key];
}

/* *index is that of the name, looked for first where the last row had it. */
static lb_status
intern(uint32_t *index, score_names *list, const char *name, const char *what, lb_error *err)
{
    if (*index < list->count && strcmp(list->names[*index], name) == 0) {
        return LB_OK;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            *index = (uint32_t)i;
            return LB_OK;
        }
    }
    if (list->count == MAX_NAMES) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "more than %d different values of '%s'",
                       MAX_NAMES, what);
    }
    char **larger = lb_array_grow(list->names, list->count, &list->capacity, sizeof *larger, err);
    if (larger == NULL) {
        return err->code;
    }
    list->names = larger;
    char *copy = lb_strdup(name, err);
    if (copy == NULL) {
        return err->code;
    }
    *index = (uint32_t)list->count;
    list->names[list->count++] = copy;
    return LB_OK;
}

static void
keys_of(uint32_t out[KEYS], const score_series *series)
{
    const uint32_t keys[KEYS] = {series->condition, series->selection, series->corpus,
                                 series->degree,    series->method,    series->seed};
    memcpy(out, keys, sizeof keys);
}

static lb_status
grow_slots(loader *load, lb_error *err)
{
    const score_table *table = load->table;
    if (2 * (table->series_count + 1) <= load->slot_count) {
        return LB_OK;
    }
    size_t count = load->slot_count > 0 ? 2 * load->slot_count : 1024;
    uint32_t *slots = lb_alloc(count, sizeof *slots, err);
    if (slots == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < table->series_count; i++) {
        uint32_t keys[KEYS];
        keys_of(keys, &table->series[i]);
        size_t at = XXH3_64bits(keys, sizeof keys) & (count - 1);
        while (slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (uint32_t)i + 1;
    }
    lb_free(load->slots);
    load->slots = slots;
    load->slot_count = count;
    return LB_OK;
}

static lb_status
add_series(score_table *table, const uint32_t keys[KEYS], lb_error *err)
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
find_series(uint32_t *out, loader *load, lb_error *err)
{
    lb_status status = LB_OK;
    score_table *table = load->table;
    LB_TRY(grow_slots(load, err));
    size_t at = XXH3_64bits(load->keys, sizeof load->keys) & (load->slot_count - 1);
    for (; load->slots[at] != 0; at = (at + 1) & (load->slot_count - 1)) {
        uint32_t keys[KEYS];
        keys_of(keys, &table->series[load->slots[at] - 1]);
        if (memcmp(keys, load->keys, sizeof keys) == 0) {
            *out = load->slots[at] - 1;
            return LB_OK;
        }
    }
    LB_TRY(add_series(table, load->keys, err));
    load->slots[at] = (uint32_t)table->series_count;
    *out = load->slots[at] - 1;
cleanup:
    return status;
}

static lb_status
find_columns(columns *out, const lb_csv_stream *stream, const char *value, bool by_label,
             const char *path, lb_error *err)
{
    size_t count = 0;
    char *const *header = lb_csv_header(stream, &count);
    const char *const wanted[] = {"image", "subject", value, "label"};
    size_t *const places[] = {&out->image, &out->subject, &out->value, &out->label};
    for (size_t k = 0; k < KEYS + sizeof places / sizeof places[0]; k++) {
        const char *name = k < KEYS ? KEY_COLUMNS[k] : wanted[k - KEYS];
        size_t *place = k < KEYS ? &out->key[k] : places[k - KEYS];
        *place = SIZE_MAX;
        for (size_t i = 0; i < count && *place == SIZE_MAX; i++) {
            *place = strcmp(header[i], name) == 0 ? i : SIZE_MAX;
        }
        bool optional = strcmp(name, "condition") == 0 || strcmp(name, "subject") == 0 ||
                        (strcmp(name, "label") == 0 && !by_label);
        if (*place == SIZE_MAX && !optional) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: no column \"%s\"", path, name);
        }
    }
    return LB_OK;
}

/* A whole number of at most `most`. */
static lb_status
parse_whole(double *out, const loader *load, const char *cell, const char *column, double most,
            lb_error *err)
{
    lb_status status = lb_csv_parse(out, cell, column, load->line, load->path, err);
    if (status == LB_OK && (!(*out >= 0 && *out <= most) || *out != floor(*out))) {
        status = lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": '%.60s' is not %s",
                         load->path, load->line, column, cell,
                         strcmp(column, "image") == 0 ? "the index of an image"
                                                      : "the number of a subject");
    }
    return status;
}

/* Whether the row is of the images to take. */
static lb_status
has_label(bool *out, const loader *load, const char *cell, lb_error *err)
{
    double label = NAN;
    lb_status status = lb_csv_parse(&label, cell, "label", load->line, load->path, err);
    *out = status == LB_OK && label == lb_csv_value(load->label);
    return status;
}

/* The row's numbers; *taken is false where its value is undefined or its label another. */
static lb_status
read_numbers(bool *taken, entry *row, loader *load, char *const *fields, const columns *where,
             const char *column, lb_error *err)
{
    lb_status status = LB_OK;
    double image = 0, subject = 0;
    bool wanted = true;
    *taken = false;
    LB_TRY(lb_csv_parse(&row->value, fields[where->value], column, load->line, load->path, err));
    if (isinf(row->value)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": the score is infinite",
                       load->path, load->line, column));
    }
    if (load->label != NULL) {
        LB_TRY(has_label(&wanted, load, fields[where->label], err));
    }
    LB_TRY(parse_whole(&image, load, fields[where->image], "image", UINT32_MAX, err));
    row->image = (uint32_t)image;
    if (where->subject != SIZE_MAX && fields[where->subject][0] != '\0') {
        LB_TRY(parse_whole(&subject, load, fields[where->subject], "subject", INT32_MAX, err));
        row->subject = (int32_t)subject;
    }
    load->any = load->any || !isnan(row->value);
    load->table->missing[load->file] += wanted && isnan(row->value);
    *taken = wanted && !isnan(row->value);
cleanup:
    return status;
}

/* Remembers that the file has rows of the series. */
static lb_status
add_link(score_table *table, uint32_t file, uint32_t series, lb_error *err)
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

static lb_status
add_row(loader *load, char *const *fields, const columns *where, const char *column, lb_error *err)
{
    lb_status status = LB_OK;
    bool taken = false;
    entry row = {.subject = -1};
    LB_TRY(read_numbers(&taken, &row, load, fields, where, column, err));
    if (!taken) {
        return LB_OK;
    }
    for (size_t k = 0; k < KEYS; k++) {
        const char *name = where->key[k] != SIZE_MAX ? fields[where->key[k]] : "";
        name = k == METHOD_KEY && load->method != NULL ? load->method : name;
        LB_TRY(intern(&load->keys[k], names_of(load->table, k), name, KEY_COLUMNS[k], err));
    }
    LB_TRY(find_series(&row.series, load, err));
    LB_TRY(add_link(load->table, load->file, row.series, err));
    LB_GROW(load->rows, load->count, load->capacity);
    load->rows[load->count++] = row;
    load->table->series[row.series].count++;
cleanup:
    return status;
}

static lb_status
read_file(loader *load, const char *path, const char *column, const lb_context *context,
          lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv_stream *stream = NULL;
    columns where;
    char *const *fields = NULL;
    load->path = path;
    LB_TRY(lb_csv_open(&stream, path, err));
    LB_TRY(find_columns(&where, stream, column, load->label != NULL, path, err));
    for (size_t row = 0;; row++) {
        LB_TRY(lb_csv_next(&fields, stream, err));
        if (fields == NULL) {
            break;
        }
        if (row % 65536 == 0) {
            LB_TRY(lb_check_cancelled(context, err));
        }
        load->line = lb_csv_line(stream);
        LB_TRY(add_row(load, fields, &where, column, err));
    }
cleanup:
    lb_csv_close(stream);
    return status;
}

static int
by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorts, and drops what is there again. */
static size_t
make_unique(int64_t *values, size_t count)
{
    size_t kept = 0;
    qsort(values, count, sizeof *values, by_number);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || values[kept - 1] != values[i]) {
            values[kept++] = values[i];
        }
    }
    return kept;
}

static size_t
index_of(const int64_t *sorted, size_t count, int64_t value)
{
    const int64_t *found = bsearch(&value, sorted, count, sizeof *sorted, by_number);
    return (size_t)(found - sorted);
}

/* Numbers images from 0, in their order. */
static lb_status
number_images(loader *load, lb_error *err)
{
    lb_status status = LB_OK;
    int64_t *images = NULL;
    LB_ALLOC(images, load->count);
    size_t seen = 0;
    for (size_t i = 0; i < load->count; i++) {
        images[seen++] = load->rows[i].image;
    }
    load->table->images = make_unique(images, seen);
    LB_ALLOC(load->table->image_number, load->table->images);
    for (size_t i = 0; i < load->table->images; i++) {
        load->table->image_number[i] = (uint32_t)images[i];
    }
    for (size_t i = 0; i < load->count; i++) {
        load->rows[i].image = (uint32_t)index_of(images, load->table->images, load->rows[i].image);
    }
cleanup:
    lb_free(images);
    return status;
}

/* Numbers subjects from 0. An image without one is a subject of its own. */
static lb_status
number_subjects(loader *load, lb_error *err)
{
    lb_status status = LB_OK;
    score_table *table = load->table;
    int64_t *known = NULL, *sorted = NULL;
    LB_ALLOC(known, table->images);
    LB_ALLOC(sorted, table->images);
    LB_ALLOC(table->subject, table->images);
    for (size_t i = 0; i < table->images; i++) {
        known[i] = -1 - (int64_t)i;
    }
    for (size_t i = 0; i < load->count; i++) {
        const entry *row = &load->rows[i];
        if (row->subject < 0) {
            continue;
        }
        if (known[row->image] >= 0 && known[row->image] != row->subject) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "an image is of subject %lld and of subject %d: scores of different "
                           "datasets or splits cannot be compared",
                           (long long)known[row->image], (int)row->subject));
        }
        known[row->image] = row->subject;
        table->has_subjects = true;
    }
    memcpy(sorted, known, table->images * sizeof *sorted);
    table->subjects = make_unique(sorted, table->images);
    for (size_t i = 0; i < table->images; i++) {
        table->subject[i] = (uint32_t)index_of(sorted, table->subjects, known[i]);
    }
cleanup:
    lb_free(sorted);
    lb_free(known);
    return status;
}

/* For sorting series and remembering where they were. */
typedef struct ordered {
    uint32_t keys[KEYS];
    uint32_t index;
} ordered;

static int
by_keys(const void *a, const void *b)
{
    const ordered *x = a, *y = b;
    for (size_t k = 0; k < KEYS; k++) {
        if (x->keys[k] != y->keys[k]) {
            return x->keys[k] < y->keys[k] ? -1 : 1;
        }
    }
    return 0;
}

/* place[old index] = new index. */
static lb_status
sort_series(uint32_t *place, score_table *table, lb_error *err)
{
    lb_status status = LB_OK;
    ordered *order = NULL;
    score_series *sorted = NULL;
    size_t first = 0;
    LB_ALLOC(order, table->series_count);
    LB_ALLOC(sorted, table->series_count);
    for (size_t i = 0; i < table->series_count; i++) {
        keys_of(order[i].keys, &table->series[i]);
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
    const entry *x = a, *y = b;
    if (x->series != y->series) {
        return x->series < y->series ? -1 : 1;
    }
    return (x->image > y->image) - (x->image < y->image);
}

static lb_status
fill_arrays(loader *load, lb_error *err)
{
    lb_status status = LB_OK;
    score_table *table = load->table;
    uint32_t *place = NULL;
    bool sorted = true;
    LB_ALLOC(place, table->series_count);
    LB_ALLOC(table->image, load->count);
    LB_ALLOC(table->value, load->count);
    LB_TRY(sort_series(place, table, err));
    for (size_t i = 0; i < table->link_count; i++) {
        table->links[i].series = place[table->links[i].series];
    }
    for (size_t i = 0; i < load->count; i++) {
        load->rows[i].series = place[load->rows[i].series];
        sorted = sorted && (i == 0 || by_image(&load->rows[i - 1], &load->rows[i]) < 0);
    }
    if (!sorted) {
        qsort(load->rows, load->count, sizeof *load->rows, by_image);
    }
    for (size_t i = 0; i < load->count; i++) {
        if (i > 0 && by_image(&load->rows[i - 1], &load->rows[i]) == 0) {
            const score_series *twice = &table->series[load->rows[i].series];
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "an image is scored twice for one model (corpus '%s', degree '%s', seed "
                           "'%s', method '%s'): files of different methods need names of their own",
                           table->corpora.names[twice->corpus], table->degrees.names[twice->degree],
                           table->seeds.names[twice->seed], table->methods.names[twice->method]));
        }
        table->image[i] = load->rows[i].image;
        table->value[i] = load->rows[i].value;
    }
    table->rows = load->count;
cleanup:
    lb_free(place);
    return status;
}

lb_status
score_table_read(score_table *out, const char *const *paths, const char *const *methods,
                 size_t count, const char *column, const char *label, const lb_context *context,
                 lb_error *err)
{
    lb_status status = LB_OK;
    score_table table = {0};
    loader load = {.table = &table, .label = label};
    LB_ALLOC(table.missing, count);
    for (size_t i = 0; i < count; i++) {
        load.method = methods != NULL ? methods[i] : NULL;
        load.file = (uint32_t)i;
        LB_TRY(read_file(&load, paths[i], column, context, err));
    }
    if (!load.any) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: no row has a number in the column \"%s\"",
                       count > 0 ? paths[0] : "", column));
    }
    LB_TRY(number_images(&load, err));
    LB_TRY(number_subjects(&load, err));
    LB_TRY(fill_arrays(&load, err));
    *out = table;
    table = (score_table){0};
cleanup:
    lb_free(load.slots);
    lb_free(load.rows);
    score_table_release(&table);
    return status;
}

void
score_table_release(score_table *table)
{
    for (size_t k = 0; k < KEYS; k++) {
        score_names *list = names_of(table, k);
        for (size_t i = 0; i < list->count; i++) {
            lb_free(list->names[i]);
        }
        lb_free(list->names);
    }
    lb_free(table->series);
    lb_free(table->links);
    lb_free(table->missing);
    lb_free(table->image_number);
    lb_free(table->image);
    lb_free(table->value);
    lb_free(table->subject);
    *table = (score_table){0};
}

/* Whether a row of classification.csv is of the series's model. */
static bool
is_of_model(const score_table *table, const score_series *one, const lb_csv *csv, size_t row,
            const size_t at[KEYS])
{
    const char *const names[] = {table->conditions.names[one->condition],
                                 table->corpora.names[one->corpus],
                                 table->degrees.names[one->degree], table->seeds.names[one->seed]};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        if (at[k] != SIZE_MAX && strcmp(names[k], lb_csv_cell(csv, row, at[k])) != 0) {
            return false;
        }
    }
    return true;
}

lb_status
score_table_read_accuracy(bool *any, score_table *table, const char *path, lb_error *err)
{
    static const char *const names[] = {"condition", "corpus", "degree",
                                        "seed",      "split",  "accuracy"};
    enum { CONDITION, SPLIT = 4, ACCURACY, COUNT };
    lb_status status = LB_OK;
    lb_csv csv = {0};
    size_t at[COUNT];
    *any = false;
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t i = 0; i < COUNT; i++) {
        at[i] = SIZE_MAX;
        if (lb_csv_column(&at[i], &csv, names[i], path, err) != LB_OK && i != CONDITION) {
            LB_TRY(err->code);
        }
    }
    for (size_t row = 0; row < csv.rows; row++) {
        double accuracy = NAN;
        LB_TRY(lb_csv_number(&accuracy, &csv, row, at[ACCURACY], path, err));
        for (size_t i = 0; i < table->series_count; i++) {
            if (strcmp(lb_csv_cell(&csv, row, at[SPLIT]), "holdout") == 0 &&
                is_of_model(table, &table->series[i], &csv, row, at)) {
                table->series[i].accuracy = accuracy;
                *any = true;
            }
        }
    }
cleanup:
    lb_csv_release(&csv);
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
score_table_cell_end(const score_table *table, size_t first)
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
