/* SPDX-License-Identifier: MIT */
/* The certificates of maps as columns of scores.csv and as datasets of explanations.h5. */
#ifndef LB_STUDY_CERTIFICATES_H
#define LB_STUDY_CERTIFICATES_H

#include "lesionbench/explain.h"
#include "lesionbench/h5.h"

/* NULL past the last column. */
const char *diagnostics_column(size_t column);
/* NaN where the certificate says nothing. */
double diagnostics_get(const lb_diagnostics *diagnostic, size_t column);
/* NaN: says nothing. */
void diagnostics_set(lb_diagnostics *diagnostic, size_t column, double value);

/* Writes the certificates of a group's maps: a dataset (count) for each column of which at least
 * one certificate says something, and a summary of each as attributes of the group. */
lb_status diagnostics_save(lb_h5 *file, const char *group, const lb_diagnostics *diagnostics,
                           size_t count, lb_error *err);
/* Fills certificates (count) with what the group holds. */
lb_status diagnostics_load(lb_diagnostics *diagnostics, size_t count, lb_h5 *file,
                           const char *group, lb_error *err);

#endif
