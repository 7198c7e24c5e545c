/* SPDX-License-Identifier: MIT */
/* Tables with one row for each finding, written as CSV, Markdown and LaTeX. */
#ifndef LB_RESULTS_TABLE_WRITER_H
#define LB_RESULTS_TABLE_WRITER_H

#include "lesionbench/base.h"

typedef enum output_kind {
    TIDY_TEXT,
    TIDY_COUNT,  /* whole number */
    TIDY_NUMBER, /* three decimals in print, nine digits in CSV */
    TIDY_SMALL,  /* three digits in print */
    TIDY_P       /* "<0.001" in print */
} output_kind;

typedef struct output_column {
    const char *name;
    output_kind kind;
} output_column;

/* NULL text is empty, and so is a number that is NaN. */
typedef union output_cell {
    const char *text;
    double number;
} output_cell;

typedef struct output_table {
    const char *name;    /* of the files */
    const char *caption; /* one sentence */
    const output_column *columns;
    size_t column_count, count, capacity;
    output_cell *cells; /* (count, column_count) */
} output_table;

/* A row whose cells are all empty; NULL with err set. Texts are borrowed; the row, until the next
 * call. */
output_cell *output_table_add(output_table *table, lb_error *err);
/* directory/NAME.csv, .md and .tex. */
lb_status output_table_write(const output_table *table, const char *directory, lb_error *err);
void output_table_release(output_table *table);

#endif
