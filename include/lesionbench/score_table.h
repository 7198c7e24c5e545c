/* SPDX-License-Identifier: MIT */
/* The scores of maps in memory, by columns: what scores.csv holds. Texts are kept once. */
#ifndef LESIONBENCH_SCORE_TABLE_H
#define LESIONBENCH_SCORE_TABLE_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The columns of text, which say whose map a row is of. */
typedef enum lb_score_key {
    LB_KEY_CONDITION,
    LB_KEY_SELECTION,
    LB_KEY_CORPUS,
    LB_KEY_DEGREE,
    LB_KEY_METHOD,
    LB_KEY_SEED,
    LB_SCORE_KEYS
} lb_score_key;

/* The name of the column. Borrowed, static. */
const char *lb_score_key_name(lb_score_key key);

/* The different texts of a column, in order of appearance. */
typedef struct lb_score_names {
    size_t count, capacity;
    char **names;
    uint32_t *slots; /* hash of a name -> its index + 1 */
    size_t slot_count;
} lb_score_names;

/* A column of numbers. NaN: undefined. */
typedef struct lb_score_column {
    char *name;
    double *values; /* (count) */
} lb_score_column;

/* A row takes 4 bytes for each column of text that was read or set, and 8 for each of numbers. */
typedef struct lb_score_table {
    size_t count, capacity; /* rows */
    lb_score_names names[LB_SCORE_KEYS];
    uint32_t *keys[LB_SCORE_KEYS]; /* (count): index of names; NULL: "" in all rows */
    lb_score_column *columns;
    size_t column_count, column_capacity;
    size_t *file_end; /* (files): the rows of each file that was read end before it */
    size_t file_count, file_capacity;
} lb_score_table;

/* The index of the first column of numbers of this name, or SIZE_MAX. */
size_t lb_score_table_find(const lb_score_table *table, const char *name);
/* The text of a row. Borrowed. */
const char *lb_score_table_text(const lb_score_table *table, size_t row, lb_score_key key);
/* Adds a column of numbers, which are undefined. */
lb_status lb_score_table_add_column(size_t *out, lb_score_table *table, const char *name,
                                    lb_error *err);
/* Adds a row: texts are "", numbers are undefined. */
lb_status lb_score_table_add_row(lb_score_table *table, lb_error *err);
lb_status lb_score_table_set_text(lb_score_table *table, size_t row, lb_score_key key,
                                  const char *text, lb_error *err);
void lb_score_table_release(lb_score_table *table);

/* What the cells of a column must be. Empty cells, "NA" and "nan" are undefined numbers. */
typedef enum lb_score_kind {
    LB_SCORE_TEXT,    /* one of the columns of text */
    LB_SCORE_NUMBER,  /* any number, or undefined */
    LB_SCORE_FINITE,  /* the same, but not infinite */
    LB_SCORE_COUNT,   /* a whole number of 32 bits */
    LB_SCORE_BYTE,    /* a whole number of 8 bits */
    LB_SCORE_IMAGE,   /* the index of an image */
    LB_SCORE_SUBJECT, /* the number of a subject, or empty */
    LB_SCORE_SHOWN,   /* what is no number is undefined */
    LB_SCORE_SKIPPED  /* not read */
} lb_score_kind;

typedef struct lb_score_wanted {
    const char *name;
    lb_score_kind kind;
    bool optional; /* "" or undefined where the file has no such column */
} lb_score_wanted;

/* What to read of a file. */
typedef struct lb_score_request {
    const lb_score_wanted *columns; /* looked for and checked in this order */
    size_t count;
    const char *method; /* of all rows, in place of their own; NULL: their own */
    size_t others;      /* so many of the columns that `columns` does not name, as SHOWN */
    const bool *images; /* (image_count) rows of these images alone; NULL: all. `columns` then */
    size_t image_count; /* holds "image" as SHOWN. */
} lb_score_request;

/* Appends the rows of scores.csv. All files of a table are read by the same columns. A column or a
 * cell that does not fit is LB_ERROR_FORMAT with path, line and column; the rows before it are
 * kept. */
lb_status lb_score_table_read(lb_score_table *table, const char *path,
                              const lb_score_request *request, const lb_context *context,
                              lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
