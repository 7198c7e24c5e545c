/* SPDX-License-Identifier: MIT */
/* What the files of the table of scores share. */
#ifndef LB_RESULTS_SCORE_TABLE_INTERNAL_H
#define LB_RESULTS_SCORE_TABLE_INTERNAL_H

#include "lesionbench/score_table.h"

/* *index is that of the name, which is added where it is new. It is looked for first where *index
 * is before the call. */
lb_status score_names_add(uint32_t *index, lb_score_names *list, const char *name, lb_error *err);
void score_names_release(lb_score_names *list);

/* Makes room for one more row; its cells hold anything. */
lb_status score_table_reserve(lb_score_table *table, lb_error *err);
/* Makes the column of text, if it is not there: "" in all rows. */
lb_status score_table_need_key(lb_score_table *table, lb_score_key key, lb_error *err);

#endif
