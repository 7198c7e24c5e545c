/* SPDX-License-Identifier: MIT */
/* Tables with one row for each finding, written as CSV, Markdown and LaTeX. */
#ifndef LB_STUDY_TIDY_H
#define LB_STUDY_TIDY_H

#include "lesionbench/base.h"

typedef enum tidy_kind {
    TIDY_TEXT,
    TIDY_COUNT,  /* whole number */
    TIDY_NUMBER, /* three decimals in print, nine digits in CSV */
    TIDY_SMALL,  /* three digits in print */
    TIDY_P       /* "<0.001" in print */
} tidy_kind;

typedef struct tidy_column {
    const char *name;
    tidy_kind kind;
} tidy_column;

/* NULL text is empty, and so is a number that is NaN. */
typedef union tidy_cell {
    const char *text;
    double number;
} tidy_cell;

typedef struct tidy_table {
    const char *name;    /* of the files */
    const char *caption; /* one sentence */
    const tidy_column *columns;
    size_t column_count, count, capacity;
    tidy_cell *cells; /* (count, column_count) */
} tidy_table;

/* A row whose cells are all empty; NULL with err set. Texts are borrowed; the row, until the next
 * call. */
tidy_cell *tidy_add(tidy_table *table, lb_error *err);
/* directory/NAME.csv, .md and .tex. */
lb_status tidy_write(const tidy_table *table, const char *directory, lb_error *err);
void tidy_release(tidy_table *table);

#endif
