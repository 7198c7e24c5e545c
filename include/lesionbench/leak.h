/* SPDX-License-Identifier: MIT */
/* Data leakage: whether a model was trained on subjects of a dataset's holdout. */
#ifndef LESIONBENCH_LEAK_H
#define LESIONBENCH_LEAK_H

#include "lesionbench/subjects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Counts the subjects of the dataset's holdout that the model was trained on, by the model's
 * record. *known is false if the dataset has no record of subjects. */
lb_status lb_model_leak(lb_leak *out, bool *known, const char *model, const char *data,
                        lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
