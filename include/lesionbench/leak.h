/* SPDX-License-Identifier: MIT */
/* Whether a model was trained on people whom a dataset holds out. */
#ifndef LESIONBENCH_LEAK_H
#define LESIONBENCH_LEAK_H

#include "lesionbench/subjects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How many subjects of a dataset's holdout the model's training saw, by its record. *known is false
 * where the dataset does not say who its subjects are. */
lb_status lb_model_leak(lb_leak *out, bool *known, const char *model, const char *data,
                        lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
