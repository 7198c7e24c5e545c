/* SPDX-License-Identifier: MIT */
/* 95 % confidence intervals of classification metrics. Sources: lesionbench/score.h. NaN if
 * undefined. */
#ifndef LB_SCORE_CLASSIFY_RANGES_H
#define LB_SCORE_CLASSIFY_RANGES_H

#include "lesionbench/score.h"

lb_range range_of_share(double part, double whole);
lb_range range_of_area(double area, double variance);
/* Of an average precision with so many positive images. */
lb_range range_of_precision(double precision, double positives);
/* Of the mean of a and b, which are independent. */
lb_range range_of_mean(double a, lb_range of_a, double b, lb_range of_b);
lb_range range_of_mcc(double mcc, double tp, double tn, double fp, double fn);

#endif
