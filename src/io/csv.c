/* SPDX-License-Identifier: MIT */
#include "lesionbench/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/file_bytes.h"

void
lb_csv_field(FILE *stream, const char *text)
{
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, stream);
        return;
    }
    fputc('"', stream);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') {
            fputc('"', stream);
        }
        fputc(*c, stream);
    }
    fputc('"', stream);
}

/* Where the reading stands. Fields are unquoted in place, which only makes them shorter. */
typedef struct cursor {
    char *at;
    size_t line; /* from 1 */
    const char *path;
    char separator; /* between fields; quotes mean something beside commas alone */
} cursor;

typedef struct fields {
    char **text; /* into the file's bytes */
    size_t count, room;
} fields;

/* 2 GiB of pointers. */
enum { MAX_FIELDS = 1 << 28 };

static lb_status
push(fields *list, char *text, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    if (list->count == MAX_FIELDS) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: has more than %d fields", path, MAX_FIELDS);
    }
    if (list->count == list->room) {
        char **larger = NULL;
        size_t room = list->room > 0 ? 2 * list->room : 64;
        LB_ALLOC(larger, room);
        if (list->count > 0) {
            memcpy(larger, list->text, list->count * sizeof *larger);
        }
        lb_free(list->text);
        list->text = larger;
        list->room = room;
    }
    list->text[list->count++] = text;
cleanup:
    return status;
}

/* Copies the rest of a quoted field to its start; the cursor ends behind the closing quote. */
static lb_status
unquote(cursor *reader, char **end, lb_error *err)
{
    size_t first_line = reader->line;
    char *to = reader->at;
    for (char *from = reader->at; *from != '\0'; from++) {
        if (*from == '"' && *++from != '"') {
            *end = to;
            reader->at = from;
            return LB_OK;
        }
        reader->line += *from == '\n';
        *to++ = *from;
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu: a quoted field does not end", reader->path,
                   first_line);
}

/* Cuts one field off; *last tells whether it ended its row. */
static lb_status
next_field(char **out, bool *last, cursor *reader, lb_error *err)
{
    lb_status status = LB_OK;
    const char stops[] = {reader->separator, '\r', '\n', '\0'};
    char *start = reader->at, *end = NULL;
    if (*start == '"' && reader->separator == ',') {
        reader->at = ++start;
        LB_TRY(unquote(reader, &end, err));
    } else {
        reader->at += strcspn(start, stops);
        end = reader->at;
    }
    char stop = *reader->at;
    if (stop == '\r' && reader->at[1] == '\n') {
        reader->at++;
    } else if (stop != reader->separator && stop != '\r' && stop != '\n' && stop != '\0') {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu: text after a closing quote",
                       reader->path, reader->line));
    }
    reader->at += stop != '\0';
    *end = '\0';
    *last = stop != reader->separator;
    *out = start;
cleanup:
    return status;
}

/* Reads one row; *count is the number of its fields. */
static lb_status
next_row(size_t *count, fields *list, cursor *reader, lb_error *err)
{
    lb_status status = LB_OK;
    size_t before = list->count;
    for (bool last = false; !last;) {
        char *text = NULL;
        LB_TRY(next_field(&text, &last, reader, err));
        LB_TRY(push(list, text, reader->path, err));
    }
    *count = list->count - before;
cleanup:
    return status;
}

static lb_status
read_rows(fields *list, size_t *columns, cursor *reader, lb_error *err)
{
    lb_status status = LB_OK;
    if (*reader->at == '\0') {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is empty; a header row is wanted", reader->path));
    }
    LB_TRY(next_row(columns, list, reader, err));
    reader->line++;
    while (*reader->at != '\0') {
        size_t count = 0, line = reader->line;
        LB_TRY(next_row(&count, list, reader, err));
        reader->line++;
        if (reader->separator == '\t' && count == 1 && list->text[list->count - 1][0] == '\0') {
            list->count--; /* an empty line */
        } else if (count != *columns) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu has %zu fields, the header has %zu",
                           reader->path, line, count, *columns));
        }
    }
cleanup:
    return status;
}

static lb_status
read_table(lb_csv *out, const char *path, char separator, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    size_t size = 0;
    fields list = {0};
    lb_csv csv = {0};
    LB_TRY(lb_file_read(&bytes, &size, path, err));
    if (memchr(bytes, '\0', size) != NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not text", path));
    }
    bool marked = strncmp(bytes, "\xef\xbb\xbf", 3) == 0; /* Excel's mark of UTF-8 */
    cursor reader = {bytes + (marked ? 3 : 0), 1, path, separator};
    LB_TRY(read_rows(&list, &csv.columns, &reader, err));
    csv.rows = list.count / csv.columns - 1;
    csv.header = list.text;
    csv.cells = list.text + csv.columns;
    csv.bytes = bytes;
    *out = csv;
    list.text = NULL;
    bytes = NULL;
cleanup:
    lb_free(list.text);
    lb_free(bytes);
    return status;
}

lb_status
lb_csv_read(lb_csv *out, const char *path, lb_error *err)
{
    return read_table(out, path, ',', err);
}

lb_status
lb_tsv_read(lb_csv *out, const char *path, lb_error *err)
{
    return read_table(out, path, '\t', err);
}

void
lb_csv_release(lb_csv *csv)
{
    lb_free(csv->header); /* cells lie behind it */
    lb_free(csv->bytes);
    *csv = (lb_csv){0};
}

lb_status
lb_csv_column(size_t *out, const lb_csv *csv, const char *name, const char *path, lb_error *err)
{
    for (size_t i = 0; i < csv->columns; i++) {
        if (strcmp(csv->header[i], name) == 0) {
            *out = i;
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s: no column \"%s\"", path, name);
}

const char *
lb_csv_cell(const lb_csv *csv, size_t row, size_t column)
{
    return csv->cells[row * csv->columns + column];
}

double
lb_csv_number(const lb_csv *csv, size_t row, size_t column)
{
    const char *text = lb_csv_cell(csv, row, column);
    char *end = NULL;
    double value = strtod(text, &end);
    return end != text && *end == '\0' ? value : (double)NAN;
}
