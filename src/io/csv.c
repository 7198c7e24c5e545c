/* SPDX-License-Identifier: MIT */
#include "lesionbench/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/grow.h"

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
    char separator; /* between fields */
    bool lenient;   /* as lb_table_read() says */
} cursor;

typedef struct fields {
    char **text; /* into the file's bytes */
    size_t count, capacity;
} fields;

/* The lines where rows begin. */
typedef struct line_list {
    size_t *numbers, count, capacity;
} line_list;

/* 2 GiB of pointers. */
enum { MAX_FIELDS = 1 << 28 };

static lb_status
push(fields *list, char *text, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    if (list->count == MAX_FIELDS) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: has more than %d fields", path, MAX_FIELDS);
    }
    LB_GROW(list->text, list->count, list->capacity);
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

/* Whether the quote that a field begins with is one around it. Beside tabs it may be a letter. */
static bool
is_quoted(const cursor *reader)
{
    const char *at = reader->at;
    if (*at != '"' || reader->separator == ',') {
        return *at == '"';
    }
    for (at++; *at != '\0' && *at != '\n' && *at != '\r'; at++) {
        if (*at == '"' && *++at != '"') {
            return *at == reader->separator || *at == '\r' || *at == '\n' || *at == '\0';
        }
    }
    return false;
}

static bool
is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Without the spaces around it. */
static char *
trim(char *text)
{
    while (is_space(*text)) {
        text++;
    }
    size_t length = strlen(text);
    while (length > 0 && is_space(text[length - 1])) {
        text[--length] = '\0';
    }
    return text;
}

/* Goes on to the next line that has more than spaces. */
static void
skip_blank_lines(cursor *reader)
{
    for (bool blank = true; blank;) {
        char *end = reader->at + strspn(reader->at, reader->separator == '\t' ? " " : " \t");
        blank = *end == '\r' || *end == '\n';
        reader->line += blank;
        if (blank || *end == '\0') {
            reader->at = end + (*end == '\r' && end[1] == '\n') + blank;
        }
    }
}

/* Cuts one field off; *last tells whether it ended its row. */
static lb_status
next_field(char **out, bool *last, cursor *reader, lb_error *err)
{
    lb_status status = LB_OK;
    const char stops[] = {reader->separator, '\r', '\n', '\0'};
    char *start = reader->at, *end = NULL;
    if (is_quoted(reader)) {
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
        LB_TRY(push(list, reader->lenient ? trim(text) : text, reader->path, err));
    }
    *count = list->count - before;
cleanup:
    return status;
}

static lb_status
push_line(line_list *list, size_t line, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(list->numbers, list->count, list->capacity);
    list->numbers[list->count++] = line;
cleanup:
    return status;
}

/* R writes the rows' numbers in front, but no header above them. */
static bool
has_number(const fields *list, size_t columns, size_t count)
{
    if (count != columns + 1) {
        return false;
    }
    const char *number = list->text[list->count - count];
    return number[0] != '\0' && strspn(number, "0123456789") == strlen(number);
}

static void
drop_first(fields *list, size_t count)
{
    char **row = list->text + list->count - count;
    memmove(row, row + 1, (count - 1) * sizeof *row);
    list->count--;
}

/* Spreadsheets leave rows of nothing but separators at the end. */
static void
drop_empty_rows(fields *list, line_list *lines, size_t columns)
{
    while (lines->count > 0) {
        for (size_t i = 1; i <= columns; i++) {
            if (list->text[list->count - i][0] != '\0') {
                return;
            }
        }
        list->count -= columns;
        lines->count--;
    }
}

static lb_status
read_header(fields *list, size_t *columns, size_t *line, cursor *reader, lb_error *err)
{
    if (reader->lenient) {
        skip_blank_lines(reader);
    }
    if (*reader->at == '\0') {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is empty; a header row is wanted", reader->path);
    }
    *line = reader->line;
    lb_status status = next_row(columns, list, reader, err);
    reader->line++;
    return status;
}

static lb_status
read_rows(fields *list, line_list *lines, size_t columns, cursor *reader, lb_error *err)
{
    lb_status status = LB_OK;
    bool numbered = false;
    while (true) {
        if (reader->lenient) {
            skip_blank_lines(reader);
        }
        if (*reader->at == '\0') {
            break;
        }
        size_t count = 0, line = reader->line;
        LB_TRY(next_row(&count, list, reader, err));
        reader->line++;
        if (lines->count == 0) { /* not a separator too many at the end */
            numbered = reader->lenient && list->text[list->count - 1][0] != '\0';
        }
        numbered = numbered && has_number(list, columns, count);
        if (numbered) {
            drop_first(list, count--);
        }
        if (count != columns) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu has %zu fields, the header has %zu",
                           reader->path, line, count, columns));
        }
        LB_TRY(push_line(lines, line, err));
    }
    if (reader->lenient) {
        drop_empty_rows(list, lines, columns);
    }
cleanup:
    return status;
}

static char *
skip_mark(char *bytes)
{
    return bytes + (strncmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0); /* Excel's mark of UTF-8 */
}

static bool
is_utf16(const char *bytes, size_t size)
{
    return size >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0);
}

/* What separates the fields of a table that people made. */
static char
find_separator(const char *path, const char *header)
{
    size_t length = strlen(path), line = strcspn(header, "\r\n");
    bool tsv = length >= 4 && strcasecmp(path + length - 4, ".tsv") == 0;
    bool tabs = memchr(header, '\t', line) != NULL && memchr(header, ',', line) == NULL;
    return tsv || tabs ? '\t' : ',';
}

static lb_status
read_table(lb_csv *out, const char *path, bool lenient, bool header_only, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    size_t size = 0;
    fields list = {0};
    line_list lines = {0};
    lb_csv csv = {0};
    LB_TRY(lb_file_read(&bytes, &size, path, err));
    if (memchr(bytes, '\0', size) != NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not text%s", path,
                       is_utf16(bytes, size) ? " in UTF-8, but in UTF-16 (save it as UTF-8)" : ""));
    }
    cursor reader = {skip_mark(bytes), 1, path, ',', lenient};
    reader.separator = lenient ? find_separator(path, reader.at) : ',';
    LB_TRY(read_header(&list, &csv.columns, &csv.header_line, &reader, err));
    if (!header_only) {
        LB_TRY(read_rows(&list, &lines, csv.columns, &reader, err));
    }
    csv.rows = list.count / csv.columns - 1;
    csv.header = list.text;
    csv.cells = list.text + csv.columns;
    csv.lines = lines.numbers;
    csv.bytes = bytes;
    *out = csv;
    list.text = NULL;
    lines.numbers = NULL;
    bytes = NULL;
cleanup:
    lb_free(lines.numbers);
    lb_free(list.text);
    lb_free(bytes);
    return status;
}

lb_status
lb_csv_read(lb_csv *out, const char *path, lb_error *err)
{
    return read_table(out, path, false, false, err);
}

lb_status
lb_table_read(lb_csv *out, const char *path, lb_error *err)
{
    return read_table(out, path, true, false, err);
}

lb_status
lb_table_read_header(lb_csv *out, const char *path, lb_error *err)
{
    return read_table(out, path, true, true, err);
}

void
lb_csv_release(lb_csv *csv)
{
    lb_free(csv->header); /* cells lie behind it */
    lb_free(csv->lines);
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

/* False where the cell is neither a number nor one of the ways to leave a cell undefined. strtod()
 * would also take hexadecimal numbers. */
static bool
read_number(double *out, const char *cell)
{
    char *end = NULL;
    *out = (double)NAN;
    if (cell[0] == '\0' || strcmp(cell, "NA") == 0) {
        return true;
    }
    double value = strtod(cell, &end);
    if (end == cell || *end != '\0' || strpbrk(cell, "xX") != NULL) {
        return false;
    }
    *out = value;
    return true;
}

double
lb_csv_value(const char *cell)
{
    double value = (double)NAN;
    return read_number(&value, cell) ? value : (double)NAN;
}

lb_status
lb_csv_parse(double *out, const char *cell, const char *column, size_t line, const char *path,
             lb_error *err)
{
    if (read_number(out, cell)) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu, column \"%s\": '%.60s' is not a number%s",
                   path, line, column, cell,
                   strchr(cell, ',') != NULL ? " (write a decimal point)" : "");
}

lb_status
lb_csv_number(double *out, const lb_csv *csv, size_t row, size_t column, const char *path,
              lb_error *err)
{
    return lb_csv_parse(out, lb_csv_cell(csv, row, column), csv->header[column], csv->lines[row],
                        path, err);
}

struct lb_csv_stream {
    FILE *file;
    char *path;
    char *header; /* the first row's bytes */
    char *record; /* the row's under way; with others behind it where lines end in \r alone */
    size_t capacity, line; /* line: of the last row */
    fields names, row;
    cursor reader;
};

enum { MAX_RECORD = 1 << 20 };

static lb_status
make_room(lb_csv_stream *stream, size_t length, lb_error *err)
{
    lb_status status = LB_OK;
    if (length + 1 < stream->capacity) {
        return LB_OK;
    }
    if (length > MAX_RECORD) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu: a row of more than %d bytes",
                       stream->path, stream->reader.line, MAX_RECORD);
    }
    LB_GROW(stream->record, length + 1, stream->capacity);
cleanup:
    return status;
}

/* Reads lines into stream->record until no quoted field is open; *read is false at the end of the
 * file. A doubled quote within a field closes it and opens it again. */
static lb_status
read_record(bool *read, lb_csv_stream *stream, lb_error *err)
{
    lb_status status = LB_OK;
    size_t length = 0;
    bool quoted = false, starts = true;
    for (int c = 0; c != '\n' || quoted;) {
        LB_TRY(make_room(stream, length, err));
        c = getc_unlocked(stream->file);
        if (c == EOF) {
            break;
        }
        if (c == '\0') {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not text", stream->path));
        }
        bool quote = c == '"' && (quoted || starts);
        quoted = quoted != quote;
        starts = quote || (!quoted && (c == ',' || c == '\n' || c == '\r'));
        stream->record[length++] = (char)c;
    }
    if (ferror(stream->file)) {
        LB_TRY(lb_fail_errno(err, "%s: cannot read", stream->path));
    }
    stream->record[length] = '\0';
    stream->reader.at = stream->record;
    *read = length > 0;
cleanup:
    return status;
}

void
lb_csv_close(lb_csv_stream *stream)
{
    if (stream != NULL) {
        if (stream->file != NULL) {
            fclose(stream->file);
        }
        lb_free(stream->names.text);
        lb_free(stream->row.text);
        lb_free(stream->header);
        lb_free(stream->record);
        lb_free(stream->path);
        lb_free(stream);
    }
}

lb_status
lb_csv_open(lb_csv_stream **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_csv_stream *stream = NULL;
    size_t size = 0, columns = 0;
    bool read = false;
    LB_ALLOC(stream, 1);
    stream->path = lb_strdup(path, err);
    if (stream->path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_file_open(&stream->file, &size, path, err));
    stream->reader = (cursor){NULL, 1, stream->path, ',', false};
    LB_TRY(read_record(&read, stream, err));
    stream->reader.at = skip_mark(stream->record);
    if (!read || *stream->reader.at == '\0') {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is empty; a header row is wanted", path));
    }
    LB_TRY(next_row(&columns, &stream->names, &stream->reader, err));
    /* What is behind the header in the same record is kept with it. */
    stream->header = stream->record;
    stream->record = NULL;
    stream->capacity = 0;
    stream->reader.line++;
    *out = stream;
    stream = NULL;
cleanup:
    lb_csv_close(stream);
    return status;
}

char *const *
lb_csv_header(const lb_csv_stream *stream, size_t *columns)
{
    *columns = stream->names.count;
    return stream->names.text;
}

/* Reads the next record. Empty lines may stand at the end of the file alone; with one column an
 * empty line is an empty cell. */
static lb_status
read_next_record(bool *read, lb_csv_stream *stream, lb_error *err)
{
    size_t first = stream->reader.line;
    lb_status status = read_record(read, stream, err);
    while (status == LB_OK && *read && stream->names.count > 1 &&
           stream->record[strspn(stream->record, "\r\n")] == '\0') {
        stream->reader.line++;
        status = read_record(read, stream, err);
    }
    if (status == LB_OK && *read && first < stream->reader.line) {
        status = lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu is empty", stream->path, first);
    }
    return status;
}

lb_status
lb_csv_next(char *const **cells, lb_csv_stream *stream, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    bool read = true;
    *cells = NULL;
    stream->row.count = 0;
    if (*stream->reader.at == '\0') {
        LB_TRY(read_next_record(&read, stream, err));
    }
    if (!read) {
        return LB_OK;
    }
    stream->line = stream->reader.line;
    LB_TRY(next_row(&count, &stream->row, &stream->reader, err));
    stream->reader.line++;
    if (count != stream->names.count) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: line %zu has %zu fields, the header has %zu",
                       stream->path, stream->line, count, stream->names.count));
    }
    *cells = stream->row.text;
cleanup:
    return status;
}

size_t
lb_csv_line(const lb_csv_stream *stream)
{
    return stream->line;
}
