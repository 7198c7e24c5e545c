/* SPDX-License-Identifier: MIT */
/* Who is in the splits of a dataset, and whose slices a model has been trained on: so that no
 * subject of a holdout is trained on unseen. A subject is known by a fingerprint of its name, a
 * slices.h5 by one of its subjects, positions and first and last image. */
#ifndef LESIONBENCH_SUBJECTS_H
#define LESIONBENCH_SUBJECTS_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"
#include "lesionbench/slices.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 16 hexadecimal digits. */
typedef struct lb_fingerprint {
    char text[17];
} lb_fingerprint;

/* FNV-1a, 64 bits, of the name. */
void lb_subject_fingerprint(lb_fingerprint *out, const char *name);
lb_status lb_slices_fingerprint(lb_fingerprint *out, lb_slices *slices, lb_error *err);

/* The subjects of the slices that a dataset.h5 was made of. */
typedef struct lb_subject_splits {
    lb_fingerprint slices;
    size_t count;
    lb_fingerprint *subjects;
    uint8_t *splits; /* bit 1 << lb_split: slices of the subject are for that split */
} lb_subject_splits;

/* LB_ERROR_FORMAT where the file does not say. *out is released with lb_subject_splits_release().
 */
lb_status lb_subject_splits_read(lb_subject_splits *out, const char *path, lb_error *err);
void lb_subject_splits_release(lb_subject_splits *splits);
/* Whether a dataset.h5 says which subjects are in its splits; others and older ones do not. */
lb_status lb_subject_splits_has(bool *out, const char *path, lb_error *err);

/* Puts each subject of the slices where the dataset at `path` has it: LB_HOLDOUT where any of its
 * slices are for the holdout, else LB_VALIDATION or LB_TRAIN. Subjects that the dataset does not
 * know are split by the shares (at least 1) of training and validation, by lb_split_subjects().
 * LB_ERROR_ARGUMENT where the dataset knows none of them, or where all are in its holdout. out: one
 * for each subject.
 */
lb_status lb_split_as_dataset(uint8_t *out, lb_slices *slices, const double share[LB_SPLITS],
                              uint64_t seed, const char *path, lb_error *err);

/* A model's record of the subjects it has seen, which its file keeps as the metadata `subjects`:
 * "SLICES:SUBJECT,SUBJECT;SLICES:...", fingerprints all; "?" in the place of what is not known.
 * NULL is a model without a record, "" one that has seen none. */
#define LB_SEEN_KEY "subjects"

/* The record after training on the subjects that are taken. *out is the caller's (lb_free). */
lb_status lb_seen_add(char **out, const char *seen, const lb_fingerprint *slices,
                      const lb_fingerprint *subjects, const bool *taken, size_t count,
                      lb_error *err);
/* ... and on subjects that are not known. */
lb_status lb_seen_add_unknown(char **out, const char *seen, lb_error *err);

/* How many of a dataset's holdout subjects a model has seen. */
typedef struct lb_leak {
    size_t holdout; /* subjects of the holdout */
    size_t seen;    /* of them, seen in slices of the same file */
    size_t alike;   /* ... in other slices, under the same name: perhaps other people */
    bool unknown;   /* the record is missing or has gaps */
} lb_leak;
void lb_seen_leak(lb_leak *out, const char *seen, const lb_subject_splits *dataset);

#ifdef __cplusplus
}
#endif

#endif
