/* SPDX-License-Identifier: MIT */
/* What the study published, as tables. */
#ifndef LB_CLI_PUBLISHED_H
#define LB_CLI_PUBLISHED_H

#include "cli.h"
#include "lesionbench/tables.h"

/* `--format` of what is printed. */
enum { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };
extern const char *const FORMATS[]; /* "table", "csv", "json"; NULL-terminated */

/* Prints the box-plot figures of the files' true positive rates, and of their true negative rates
 * where they have counts: for each model and method, or with pool for each corpus, degree and
 * method. Appends rows to scores for files of counts. */
lb_status print_published_scores(lb_score_rows *scores, char **paths, size_t count, size_t format,
                                 bool pool, lb_error *err);

#endif
