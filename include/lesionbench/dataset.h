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
/* The known defects of the reference study that the data was made with. */
lb_quirk_set lb_dataset_quirks(const lb_dataset *dataset);
/* Labels (0 round, 1 irregular) and numbers of lesions of a split. Borrowed until
 * lb_dataset_close(). */
const int32_t *lb_dataset_labels(const lb_dataset *dataset, lb_split split);
const uint8_t *lb_dataset_lesion_counts(const lb_dataset *dataset, lb_split split);
/* Index into slices.h5 of each image. Borrowed until lb_dataset_close(). */
const int32_t *lb_dataset_slices(const lb_dataset *dataset, lb_split split);
/* The subject of each image, numbered as in dataset.h5. If the file has no subjects: the slice of
 * each image. Borrowed until lb_dataset_close(). */
const int32_t *lb_dataset_subjects(const lb_dataset *dataset, lb_split split);
/* Reads `count` images and ground truths, each (count, H, W). Either may be NULL. A pixel is true
 * if truth > 0. One thread at a time may use a dataset. */
lb_status lb_dataset_read(float *image, float *truth, lb_dataset *dataset, lb_split split,
                          size_t first, size_t count, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
