/* SPDX-License-Identifier: MIT */
#ifndef LB_DATA_AUDIT_LOGISTIC_H
#define LB_DATA_AUDIT_LOGISTIC_H

#include "lesionbench/base.h"

/* Logistic regression with an L2 penalty on all weights except the intercept, with balanced
 * classes, by Newton's method. Minimises sum_i v_i log(1 + exp(-s_i z_i)) + penalty / 2 |w|^2, with
 * z = w_0 + w x, s = -1 or 1 for class 0 or 1, v_i = n / (2 n_class). x (n, p) should be
 * standardised. out (p + 1): the intercept first. Both classes must be present. */
lb_status audit_logistic(double *out, const double *x, const uint8_t *classes, size_t n, size_t p,
                         double penalty, lb_error *err);

#endif
