/* SPDX-License-Identifier: MIT */
/* CSV files (RFC 4180): a header row, then rows of as many fields. */
#ifndef LESIONBENCH_CSV_H
#define LESIONBENCH_CSV_H

#include "lesionbench/base.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes one field, quoted where it must be. */
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
/* Tables that people made, with tabs (BIDS; names that end with .tsv, or headers with tabs and no
 * comma) or commas: as pandas and R read them. Blank lines, spaces around cells, a mark of UTF-8
 * and empty rows at the end do not count; quotes around a cell do not belong to it; numbers of rows
 * in a column without a header, as R writes them, are left out. Anything else that does not fit is
 * LB_ERROR_FORMAT with path and line. */
lb_status lb_table_read(lb_csv *out, const char *path, lb_error *err);
/* The header alone; rows is 0. */
lb_status lb_table_read_header(lb_csv *out, const char *path, lb_error *err);
void lb_csv_release(lb_csv *csv);
/* The column of that name, or LB_ERROR_FORMAT that names it and the path. */
lb_status lb_csv_column(size_t *out, const lb_csv *csv, const char *name, const char *path,
                        lb_error *err);
/* Borrowed. */
const char *lb_csv_cell(const lb_csv *csv, size_t row, size_t column);
/* The cell as a number; NaN where it is empty, "NA" or "nan", as pandas and R write what is
 * undefined. Any other text is LB_ERROR_FORMAT with path, line and column. */
lb_status lb_csv_number(double *out, const lb_csv *csv, size_t row, size_t column, const char *path,
                        lb_error *err);
/* The same of a cell from anywhere. */
lb_status lb_csv_parse(double *out, const char *cell, const char *column, size_t line,
                       const char *path, lb_error *err);
/* For showing a cell: the number that it is, NaN where it is anything else. */
double lb_csv_value(const char *cell);

/* The same files row by row, for tables that are too large to hold. */
typedef struct lb_csv_stream lb_csv_stream;
lb_status lb_csv_open(lb_csv_stream **out, const char *path, lb_error *err);
/* The header's fields, borrowed until the stream is closed. */
char *const *lb_csv_header(const lb_csv_stream *stream, size_t *columns);
/* *cells: the next row's fields, as many as the header's, borrowed until the next call; NULL at the
 * end. A row of more than 1 MiB is LB_ERROR_FORMAT. */
lb_status lb_csv_next(char *const **cells, lb_csv_stream *stream, lb_error *err);
/* The line where the row of the last lb_csv_next() begins, from 1. */
size_t lb_csv_line(const lb_csv_stream *stream);
void lb_csv_close(lb_csv_stream *stream); /* accepts NULL */

#ifdef __cplusplus
}
#endif

#endif
