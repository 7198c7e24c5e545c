/* SPDX-License-Identifier: MIT */
/* The record of the subjects that a model was trained on: from and to models, and what adds to it.
 */
#ifndef LESIONBENCH_SEEN_H
#define LESIONBENCH_SEEN_H

#include "lesionbench/network.h"
#include "lesionbench/slices.h"
#include "lesionbench/subjects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of a model's file; "" where model is NULL, NULL where the file has none. *out is the caller's. */
lb_status seen_read(char **out, const char *model, lb_error *err);
/* NULL writes nothing. */
lb_status seen_write(lb_network *network, const char *seen, lb_error *err);
/* Adds the subjects of known sex that are not in the holdout; split: of each subject. */
lb_status seen_slices(char **seen, lb_slices *slices, const uint8_t *split, lb_error *err);
/* Adds a dataset's training and validation subjects to a network's record. */
lb_status seen_dataset(lb_network *network, const char *data, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
