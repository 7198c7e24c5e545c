/* SPDX-License-Identifier: MIT */
/* The composed benchmark, dataset.h5: images, their true explanation, labels. */
#ifndef LESIONBENCH_DATASET_H
#define LESIONBENCH_DATASET_H

#include "lesionbench/base.h"
#include "lesionbench/quirks.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_split { LB_TRAIN = 0, LB_VALIDATION = 1, LB_HOLDOUT = 2 } lb_split;
enum { LB_SPLITS = 3 };
const char *lb_split_name(lb_split split); /* "train", "validation", "holdout" */

typedef struct lb_dataset lb_dataset; /* an opened dataset.h5 */

lb_status lb_dataset_open(lb_dataset **out, const char *path, lb_error *err);
void lb_dataset_close(lb_dataset *dataset); /* accepts NULL */
size_t lb_dataset_count(const lb_dataset *dataset, lb_split split);
size_t lb_dataset_height(const lb_dataset *dataset);
size_t lb_dataset_width(const lb_dataset *dataset);
/* The study's defects that the data was made with. */
lb_quirk_set lb_dataset_quirks(const lb_dataset *dataset);
/* Labels (0 round, 1 irregular) and lesion counts of a split. Borrowed. */
const int32_t *lb_dataset_labels(const lb_dataset *dataset, lb_split split);
const uint8_t *lb_dataset_lesion_counts(const lb_dataset *dataset, lb_split split);
/* Index into slices.h5 of each image. Borrowed. */
const int32_t *lb_dataset_slices(const lb_dataset *dataset, lb_split split);
/* The subject of each image, numbered as in dataset.h5; the slices where the file has none.
 * Borrowed. */
const int32_t *lb_dataset_subjects(const lb_dataset *dataset, lb_split split);
/* Images or truths (count, H, W), any of them NULL. Truth > 0 marks the true pixels. Not
 * thread-safe. */
lb_status lb_dataset_read(float *image, float *truth, lb_dataset *dataset, lb_split split,
                          size_t first, size_t count, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
