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

void evaluation_print(evaluation *items, size_t count, size_t format);

#endif
