/* SPDX-License-Identifier: MIT */
/* Distributions that tests and intervals rest on, and the correction of many p-values. Pure
 * functions of finite numbers; tests/golden/test_statistics.c compares them with SciPy. */
#ifndef LESIONBENCH_DISTRIBUTIONS_H
#define LESIONBENCH_DISTRIBUTIONS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* P(Z > z) of a standard normal Z, and z with P(Z <= z) = p, 0 < p < 1. */
double lb_normal_tail(double z);
double lb_normal_quantile(double p);
/* The regularised incomplete beta function I_x(a, b); a, b > 0 (DLMF 8.17). */
double lb_incomplete_beta(double a, double b, double x);
/* P(T > t) of Student's t distribution with `freedom` > 0 degrees of freedom, and t with P(T <= t)
 * = p, 0 < p < 1. */
double lb_student_tail(double t, double freedom);
double lb_student_quantile(double p, double freedom);
/* Holm's step-down correction in place (Scandinavian Journal of Statistics 6 (1979) 65). It bounds
 * the probability of at least one false rejection among the count tests by the level, under any
 * dependence between tests. NaN stays NaN, and is not counted as a test. order: scratch (count). */
void lb_holm(double *p, size_t count, size_t *order);

#ifdef __cplusplus
}
#endif

#endif
