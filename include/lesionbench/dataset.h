/* SPDX-License-Identifier: MIT */
/* The composed benchmark, dataset.h5: images, their true explanation, labels. */
#ifndef LESIONBENCH_DATASET_H
#define LESIONBENCH_DATASET_H

#include "lesionbench/base.h"
#include "lesionbench/lesions.h"
#include "lesionbench/slices.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_split { LB_TRAIN = 0, LB_VALIDATION = 1, LB_HOLDOUT = 2 } lb_split;
enum { LB_SPLITS = 3 };
const char *lb_split_name(lb_split split); /* "train", "validation", "holdout" */

typedef struct lb_compose_options {
    size_t images[LB_SPLITS];       /* default 2500 each */
    uint32_t first_seed[LB_SPLITS]; /* default 0, 30000, 50000 */
    size_t size;                    /* side of the square result, default 224 */
    double brain_intensity;         /* slices are rescaled to [0, this], default 0.7 */
    double lesion_intensity;        /* lesions are rescaled to [0, this], default 0.5 */
    double truth_threshold;         /* a pixel is true where it has at least this share of the
                                       lesion's own peak, default 0.5 */
    size_t minimum_lesions, maximum_lesions; /* default 3 and 5 */
    uint64_t seed;                           /* subjects to splits, slices to images */
} lb_compose_options;

void lb_compose_defaults(lb_compose_options *options);
/* Composes by the corrected protocol of the study (Oliveira et al., Frontiers in AI 2024, doi
 * 10.3389/frai.2024.1330919). Image i of a split:
 * - Its seed, first_seed + i, drives NumPy's stream as in the study: number of lesions, label,
 *   shuffled lesions, and, seeded again, the corners of their boxes. Both classes are shuffled.
 * - Its slice is entry i (cyclic) of a random order of the split's slices. The slice must have room
 *   for the image's lesions and for those that the other label would have had; otherwise the next
 *   slice is taken, 16 at most. So which slices are passed over tells nothing of the label. Where
 *   none has room: LB_ERROR_NUMERIC, naming the slice.
 * - Image and summed masks are resized together; truth is where the mask has at least
 *   truth_threshold of the peak of the lesion in whose box the pixel's centre lies, both after
 *   resizing. 0 takes all above 0. Truth holds the mask's values there and is 0 elsewhere.
 * Beside the parts that lb_dataset_open() reads, each split has `subject`, int32 (N), the index of
 * the slice's subject in order of first appearance, and the attributes first_seed and
 * slices_passed_over. The same file for any number of threads; memory does not grow with the number
 * of images. Splits may have 0 images; seeds of two splits must not overlap. */
lb_status lb_compose(const lb_compose_options *options, lb_slices *slices,
                     const lb_lesion_library *lesions, const char *path, const lb_context *context,
                     lb_error *err);
/* The subject-wise split that lb_compose() makes, for others that must keep to it. */
lb_status lb_compose_split(uint8_t *out, const lb_compose_options *options, const lb_slices *slices,
                           lb_error *err);

typedef struct lb_dataset lb_dataset; /* an opened dataset.h5 */

lb_status lb_dataset_open(lb_dataset **out, const char *path, lb_error *err);
void lb_dataset_close(lb_dataset *dataset); /* accepts NULL */
size_t lb_dataset_count(const lb_dataset *dataset, lb_split split);
size_t lb_dataset_height(const lb_dataset *dataset);
size_t lb_dataset_width(const lb_dataset *dataset);
/* Labels (0 round, 1 irregular) and lesion counts of a split. Borrowed. */
const uint8_t *lb_dataset_labels(const lb_dataset *dataset, lb_split split);
const uint8_t *lb_dataset_lesion_counts(const lb_dataset *dataset, lb_split split);
/* Index into slices.h5 of each image. Borrowed. */
const int32_t *lb_dataset_slices(const lb_dataset *dataset, lb_split split);
/* Images or truths (count, H, W), any of them NULL. Truth > 0 marks the true pixels. Not
 * thread-safe. */
lb_status lb_dataset_read(float *image, float *truth, lb_dataset *dataset, lb_split split,
                          size_t first, size_t count, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
