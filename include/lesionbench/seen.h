/* SPDX-License-Identifier: MIT */
/* The record of the subjects that a model was trained on: read from models, written to models,
 * extended. */
#ifndef LESIONBENCH_SEEN_H
#define LESIONBENCH_SEEN_H

#include "lesionbench/network.h"
#include "lesionbench/slices.h"
#include "lesionbench/subjects.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the record of a model's file. *out: "" if model is NULL; NULL if the file has no record.
 * The caller frees *out (lb_free). */
lb_status seen_read(char **out, const char *model, lb_error *err);
/* Writes the record to a network's metadata. NULL writes nothing. */
lb_status seen_write(lb_network *network, const char *seen, lb_error *err);
/* Adds the subjects of known sex outside the holdout. split: of each subject. */
lb_status seen_slices(char **seen, lb_slices *slices, const uint8_t *split, lb_error *err);
/* Adds a dataset's training and validation subjects to a network's record. */
lb_status seen_dataset(lb_network *network, const char *data, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
