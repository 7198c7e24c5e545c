/* SPDX-License-Identifier: MIT */
/* Records of subjects, against data leakage: the subjects in the splits of a dataset, and the
 * subjects that a model was trained on. A subject is identified by a fingerprint of its name. A
 * slices.h5 is identified by a fingerprint of its subjects, its positions, and its first and last
 * image. */
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

/* LB_ERROR_FORMAT if the file has no record. Release *out with lb_subject_splits_release(). */
lb_status lb_subject_splits_read(lb_subject_splits *out, const char *path, lb_error *err);
void lb_subject_splits_release(lb_subject_splits *splits);
/* *out: true if a dataset.h5 has a record of the subjects in its splits. Older files and those of
 * other programs have none. */
lb_status lb_subject_splits_has(bool *out, const char *path, lb_error *err);

/* Assigns each subject of the slices to its split in the dataset at `path`: LB_HOLDOUT if any of
 * its slices are for the holdout, else LB_VALIDATION or LB_TRAIN. Subjects that the dataset does
 * not have are split by the shares (at least 1) of training and validation, with
 * lb_split_subjects(). LB_ERROR_ARGUMENT if the dataset has none of the subjects, or has all of
 * them in its holdout. out: one entry for each subject. */
lb_status lb_split_as_dataset(uint8_t *out, lb_slices *slices, const double share[LB_SPLITS],
                              uint64_t seed, const char *path, lb_error *err);

/* A model's record of its subjects, which its file keeps as the metadata `subjects`:
 * "SLICES:SUBJECT,SUBJECT;SLICES:...", all fingerprints; "?" for unknown ones. NULL: no record. "":
 * the model was trained on no subject. */
#define LB_SEEN_KEY "subjects"

/* *out: the record after training on the subjects with included[i]. The caller frees it
 * (lb_free). */
lb_status lb_seen_add(char **out, const char *seen, const lb_fingerprint *slices,
                      const lb_fingerprint *subjects, const bool *included, size_t count,
                      lb_error *err);
/* *out: the record after training on unknown subjects. */
lb_status lb_seen_add_unknown(char **out, const char *seen, lb_error *err);

/* The number of subjects of a dataset's holdout that a model was trained on. */
typedef struct lb_leak {
    size_t holdout; /* subjects of the holdout */
    size_t seen;    /* of these, seen in slices of the same file */
    size_t alike;   /* seen in other slices under the same name: perhaps other people */
    bool unknown;   /* the record is missing or incomplete */
} lb_leak;
void lb_seen_leak(lb_leak *out, const char *seen, const lb_subject_splits *dataset);

#ifdef __cplusplus
}
#endif

#endif
