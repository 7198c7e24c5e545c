/* SPDX-License-Identifier: MIT */
/* Reading scores.csv. */
#include <math.h>
#include <string.h>

#include "lesionbench/csv.h"
#include "lesionbench/grow.h"
#include "score_table_internal.h"

/* Where a column of the file goes. */
typedef struct source {
    size_t field; /* of the file's row; SIZE_MAX: the file lacks it */
    size_t place; /* the column of the table, or the lb_score_key */
    lb_score_kind kind;
} source;

typedef struct reader {
    lb_score_table *table;
    const lb_score_request *request;
    const char *path;
    lb_csv_stream *stream;
    source *sources;
    size_t count, capacity;
    uint32_t last[LB_SCORE_KEYS]; /* of the row before, which is looked for first */
} reader;

static size_t
field_of(const reader *r, const char *name)
{
    size_t count = 0;
    char *const *header = lb_csv_header(r->stream, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(header[i], name) == 0) {
            return i;
        }
    }
    return SIZE_MAX;
}

static size_t
key_of(const char *name)
{
    size_t key = 0;
    while (key < LB_SCORE_KEYS && strcmp(lb_score_key_name((lb_score_key)key), name) != 0) {
        key++;
    }
    return key;
}

/* The table's column number `number`, which the first file makes. */
static lb_status
take_column(size_t *number, reader *r, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    size_t place = 0;
    if (*number == r->table->column_count) {
        LB_TRY(lb_score_table_add_column(&place, r->table, name, err));
    }
    ++*number;
cleanup:
    return status;
}

static lb_status
add_source(reader *r, const char *name, lb_score_kind kind, size_t field, size_t *number,
           lb_error *err)
{
    lb_status status = LB_OK;
    source made = {.field = field, .place = *number, .kind = kind};
    if (kind == LB_SCORE_TEXT) {
        made.place = key_of(name);
        if (made.place == LB_SCORE_KEYS) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "scores have no column of text '%s'", name));
        }
        LB_TRY(score_table_need_key(r->table, (lb_score_key)made.place, err));
    } else {
        LB_TRY(take_column(number, r, name, err));
    }
    LB_GROW(r->sources, r->count, r->capacity);
    r->sources[r->count++] = made;
cleanup:
    return status;
}

static bool
is_named(const lb_score_request *request, const char *name)
{
    for (size_t k = 0; k < request->count; k++) {
        if (strcmp(request->columns[k].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static lb_status
find_columns(reader *r, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_score_request *request = r->request;
    size_t number = 0, fields = 0, others = 0;
    char *const *header = lb_csv_header(r->stream, &fields);
    for (size_t k = 0; k < request->count; k++) {
        const lb_score_wanted *wanted = &request->columns[k];
        size_t field = field_of(r, wanted->name);
        if (field == SIZE_MAX && !wanted->optional) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: no column \"%s\"", r->path, wanted->name));
        }
        if (wanted->kind != LB_SCORE_SKIPPED) {
            LB_TRY(add_source(r, wanted->name, wanted->kind, field, &number, err));
        }
    }
    for (size_t i = 0; i < fields && others < request->others; i++) {
        if (!is_named(request, header[i])) {
            LB_TRY(add_source(r, header[i], LB_SCORE_SHOWN, i, &number, err));
            others++;
        }
    }
cleanup:
    return status;
}

/* Fails where the number is not what its column holds. */
static lb_status
check_number(const reader *r, const source *from, double value, const char *cell, lb_error *err)
{
    static const char *const NAMES[] = {[LB_SCORE_COUNT] = "a count",
                                        [LB_SCORE_BYTE] = "a count",
                                        [LB_SCORE_IMAGE] = "the index of an image",
                                        [LB_SCORE_SUBJECT] = "the number of a subject"};
    const double max = from->kind == LB_SCORE_BYTE      ? UINT8_MAX
                       : from->kind == LB_SCORE_SUBJECT ? INT32_MAX
                                                        : UINT32_MAX;
    const char *column = r->table->columns[from->place].name;
    if (from->kind == LB_SCORE_FINITE && isinf(value)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": the score is infinite",
                       r->path, lb_csv_line(r->stream), column);
    }
    bool is_whole = from->kind >= LB_SCORE_COUNT && from->kind <= LB_SCORE_SUBJECT;
    bool is_empty = from->kind == LB_SCORE_SUBJECT && cell[0] == '\0';
    if (is_whole && !is_empty && (!(value >= 0 && value <= max) || value != floor(value))) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": '%.60s' is not %s",
                       r->path, lb_csv_line(r->stream), column, cell, NAMES[from->kind]);
    }
    return LB_OK;
}

static lb_status
read_number(reader *r, const source *from, const char *cell, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_column *column = &r->table->columns[from->place];
    double *value = &column->values[r->table->count];
    if (from->kind == LB_SCORE_SHOWN || from->field == SIZE_MAX) {
        *value = lb_csv_value(cell);
        return LB_OK;
    }
    LB_TRY(lb_csv_parse(value, cell, column->name, lb_csv_line(r->stream), r->path, err));
    LB_TRY(check_number(r, from, *value, cell, err));
cleanup:
    return status;
}

static lb_status
read_text(reader *r, const source *from, const char *cell, lb_error *err)
{
    uint32_t *last = &r->last[from->place];
    const char *text =
        from->place == LB_KEY_METHOD && r->request->method != NULL ? r->request->method : cell;
    lb_status status = score_names_add(last, &r->table->names[from->place], text, err);
    r->table->keys[from->place][r->table->count] = *last;
    return status;
}

/* Whether the row is of an image that is asked for. */
static bool
is_wanted(const reader *r, char *const *fields, size_t image)
{
    if (r->request->images == NULL) {
        return true;
    }
    double value = image != SIZE_MAX ? lb_csv_value(fields[image]) : (double)NAN;
    return value >= 0 && value < (double)r->request->image_count &&
           r->request->images[(size_t)value];
}

static lb_status
read_rows(reader *r, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    char *const *fields = NULL;
    size_t image = field_of(r, "image");
    for (size_t row = 0;; row++) {
        LB_TRY(lb_csv_next(&fields, r->stream, err));
        if (fields == NULL) {
            break;
        }
        if (row % 65536 == 0) {
            LB_TRY(lb_check_cancelled(context, err));
        }
        if (!is_wanted(r, fields, image)) {
            continue;
        }
        LB_TRY(score_table_reserve(r->table, err));
        for (size_t s = 0; s < r->count; s++) {
            const source *from = &r->sources[s];
            const char *cell = from->field != SIZE_MAX ? fields[from->field] : "";
            LB_TRY(from->kind == LB_SCORE_TEXT ? read_text(r, from, cell, err)
                                               : read_number(r, from, cell, err));
        }
        r->table->count++;
    }
cleanup:
    return status;
}

lb_status
lb_score_table_read(lb_score_table *table, const char *path, const lb_score_request *request,
                    const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    reader r = {.table = table, .request = request, .path = path};
    LB_TRY(lb_csv_open(&r.stream, path, err));
    LB_TRY(find_columns(&r, err));
    LB_TRY(read_rows(&r, context, err));
    LB_GROW(table->file_end, table->file_count, table->file_capacity);
    table->file_end[table->file_count++] = table->count;
cleanup:
    lb_csv_close(r.stream);
    lb_free(r.sources);
    return status;
}
