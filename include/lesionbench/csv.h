/* SPDX-License-Identifier: MIT */
/* CSV files (RFC 4180): a header row, then rows of as many fields. */
#ifndef LESIONBENCH_CSV_H
#define LESIONBENCH_CSV_H

#include "lesionbench/base.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes one field, with quotes if it needs them. */
void lb_csv_field(FILE *stream, const char *text);

typedef struct lb_csv {
    size_t columns;
    size_t rows;   /* without the header */
    char **header; /* columns */
    char **cells;  /* rows x columns, row-major */
    size_t header_line;
    size_t *lines; /* (rows): the line of the file where each row begins, from 1 */
    char *bytes;   /* the file, which header and cells point into */
} lb_csv;

lb_status lb_csv_read(lb_csv *out, const char *path, lb_error *err);
/* Reads tables made by hand, with tabs or commas, as pandas and R read them. Tabs: names that end
 * with .tsv (BIDS), or headers with tabs and no comma. Ignored: blank lines, spaces around cells, a
 * UTF-8 byte order mark, empty rows at the end, quotes around a cell, and row numbers in a column
 * without a header, as R writes them. LB_ERROR_FORMAT with path and line for anything else that
 * does not fit. */
lb_status lb_table_read(lb_csv *out, const char *path, lb_error *err);
/* Reads the header alone; rows is 0. */
lb_status lb_table_read_header(lb_csv *out, const char *path, lb_error *err);
void lb_csv_release(lb_csv *csv);
/* *out: the index of the column of that name. LB_ERROR_FORMAT, naming column and path, if there is
 * none. */
lb_status lb_csv_column(size_t *out, const lb_csv *csv, const char *name, const char *path,
                        lb_error *err);
/* Borrowed. */
const char *lb_csv_cell(const lb_csv *csv, size_t row, size_t column);
/* The cell as a number. NaN if it is empty, "NA" or "nan", as pandas and R write missing values.
 * LB_ERROR_FORMAT with path, line and column for any other text. */
lb_status lb_csv_number(double *out, const lb_csv *csv, size_t row, size_t column, const char *path,
                        lb_error *err);
/* Parses a cell as lb_csv_number() does. */
lb_status lb_csv_parse(double *out, const char *cell, const char *column, size_t line,
                       const char *path, lb_error *err);
/* The cell as a number, for display. NaN if it is not a number. */
double lb_csv_value(const char *cell);

/* Reads a table row by row, for tables that are too large for memory. */
typedef struct lb_csv_stream lb_csv_stream;
lb_status lb_csv_open(lb_csv_stream **out, const char *path, lb_error *err);
/* The header's fields, borrowed until the stream is closed. */
char *const *lb_csv_header(const lb_csv_stream *stream, size_t *columns);
/* *cells: the fields of the next row, one for each field of the header; borrowed until the next
 * call. NULL at the end. LB_ERROR_FORMAT if a row has more than 1 MiB. */
lb_status lb_csv_next(char *const **cells, lb_csv_stream *stream, lb_error *err);
/* The line of the file, from 1, at which the row of the last lb_csv_next() begins. */
size_t lb_csv_line(const lb_csv_stream *stream);
void lb_csv_close(lb_csv_stream *stream); /* accepts NULL */

#ifdef __cplusplus
}
#endif

#endif
