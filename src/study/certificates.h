/* SPDX-License-Identifier: MIT */
/* The certificates of maps as columns of scores.csv and as datasets of explanations.h5. */
#ifndef LB_STUDY_CERTIFICATES_H
#define LB_STUDY_CERTIFICATES_H

#include "lesionbench/explain.h"
#include "lesionbench/h5.h"

/* NULL past the last column. */
const char *certificate_column(size_t column);
/* NaN where the certificate says nothing. */
double certificate_get(const lb_certificate *certificate, size_t column);
/* NaN: says nothing. */
void certificate_set(lb_certificate *certificate, size_t column, double value);

/* Writes the certificates of a group's maps: a dataset (count) for each column of which at least
 * one certificate says something, and a summary of each as attributes of the group. */
lb_status certificates_save(lb_h5 *file, const char *group, const lb_certificate *certificates,
                            size_t count, lb_error *err);
/* Fills certificates (count) with what the group holds. */
lb_status certificates_load(lb_certificate *certificates, size_t count, lb_h5 *file,
                            const char *group, lb_error *err);

#endif
