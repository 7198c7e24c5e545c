/* SPDX-License-Identifier: MIT */
/* What `evaluate` prints of models. */
#ifndef LB_CLI_EVALUATION_H
#define LB_CLI_EVALUATION_H

#include "lesionbench/predictions.h"

/* What is printed in one line. */
typedef struct evaluation {
    char model[128];
    lb_model_name name;
    char split[16];
    char part[32]; /* "2": of the images, by the stratum asked for */
    lb_classification score;
} evaluation;

/* The figures, in the order of all formats. */
enum { EVALUATION_METRICS = 8 };
/* Borrowed from the score. */
double *evaluation_value(lb_classification *score, size_t metric);
/* NULL for those without an interval. */
lb_range *evaluation_range(lb_classification *score, size_t metric);

void evaluation_print(evaluation *items, size_t count, size_t format);

#endif
