/* SPDX-License-Identifier: MIT */
/* The diagnostics of maps as columns of scores.csv and as datasets of explanations.h5. */
#ifndef LB_RESULTS_DIAGNOSTICS_COLUMNS_H
#define LB_RESULTS_DIAGNOSTICS_COLUMNS_H

#include "lesionbench/explain.h"
#include "lesionbench/h5.h"

/* NULL past the last column. */
const char *diagnostics_column(size_t column);
/* NaN if the diagnostics have no value. */
double diagnostics_get(const lb_diagnostics *diagnostic, size_t column);
/* NaN: no value. */
void diagnostics_set(lb_diagnostics *diagnostic, size_t column, double value);

/* Writes the diagnostics of a group's maps: a dataset (count) for each column with at least one
 * value, and a summary of each as attributes of the group. */
lb_status diagnostics_save(lb_h5 *file, const char *group, const lb_diagnostics *diagnostics,
                           size_t count, lb_error *err);
/* Reads the group's diagnostics (count). */
lb_status diagnostics_load(lb_diagnostics *diagnostics, size_t count, lb_h5 *file,
                           const char *group, lb_error *err);

#endif
