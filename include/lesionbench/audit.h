/* SPDX-License-Identifier: MIT */
/* The audit of a dataset.h5: can its labels be told, or its truth be found, without what they are
 * meant to be told and found by? Definitions, limits and sources: docs/audit.md. */
#ifndef LESIONBENCH_AUDIT_H
#define LESIONBENCH_AUDIT_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_verdict {
    LB_VERDICT_SKIPPED, /* too little data to say */
    LB_VERDICT_PASS,
    LB_VERDICT_WARNING, /* worth knowing, but the file does not claim otherwise */
    LB_VERDICT_FAIL
} lb_verdict;
const char *lb_verdict_name(lb_verdict verdict); /* "skipped", "pass", "warning", "fail" */

/* The outcome of one check. Numbers that it does not have are NaN. */
typedef struct lb_check {
    char part;            /* 'a' to 'g', as in docs/audit.md */
    char name[40];        /* "histogram" */
    char statistic[24];   /* what value is: "balanced accuracy" */
    bool uses_truth;      /* looks at the truth, which a classifier does not see */
    double value;         /* the estimate */
    double low, high;     /* its 95 % interval; in part g the quartiles over images */
    double chance, limit; /* what value is by chance; beyond the limit the check may fail */
    double p;             /* that the limit is not passed, corrected by Holm within the part */
    lb_verdict verdict;
    char note[192];
    char remedy[96]; /* of a failed check or a warning, what passes it; see lb_audit_advise() */
} lb_check;

/* A remedy that begins with this goes on with options that `compose` is to be given besides. */
#define LB_REMEDY_COMPOSE "compose "

typedef struct lb_audit {
    char protocol[16];        /* the file's own word for it; "" unknown */
    lb_quirk_set quirks;      /* known defects of the study that the file has, ... */
    double distractors;       /* ... and its distractors for each lesion */
    size_t images[LB_SPLITS]; /* audited; 0 where a split was left out */
    size_t subjects;
    lb_check *checks;
    size_t count, capacity;
} lb_audit;

typedef struct lb_audit_options {
    bool splits[LB_SPLITS]; /* audited, default all */
    size_t images;          /* of each split the first so many; 0, the default: all */
    double truth_threshold; /* truth counts where it has at least this share of the peak of its
                               4-connected piece; default 0: as it is in the file */
    size_t control_split;   /* lb_split that part g looks at, default holdout */
    size_t control_images;  /* its first so many; 0: no part g. Default 200 */
} lb_audit_options;

void lb_audit_defaults(lb_audit_options *options);

/* Parts a to f of the file at path:
 * a) logistic regressions on global features and a nearest-mean classifier on the image at 16 x 16,
 *    cross-validated by subject;
 * b) straight edges around the lesions, as compositing leaves them;
 * c) features' distributions by class; d) subjects and slices in two splits, and brains in two
 * splits or under two subjects by their pixels; e) balance of labels;
 * f) values that cannot be.
 * All splits are pooled for a to c. Images are streamed: memory grows by about 3.5 kB with each.
 * The same for any number of threads. Holm's correction is within each part. Appends to *audit,
 * which starts zeroed. */
lb_status lb_audit_data(lb_audit *audit, const char *path, const lb_audit_options *options,
                        const lb_context *context, lb_error *err);

/* An empty row of that part (verdict pass, numbers NaN), or NULL with err set. Valid until the next
 * one is added. */
lb_check *lb_audit_add(lb_audit *audit, char part, const char *name, const char *statistic,
                       lb_error *err);
/* Gives every failed check and every warning its remedy, by what the file says of itself. */
void lb_audit_advise(lb_audit *audit);
size_t lb_audit_tally(const lb_audit *audit, lb_verdict verdict);
void lb_audit_release(lb_audit *audit);

/* Drops from truth (height, width) what is below the share `threshold` of the peak of its
 * 4-connected piece; 0 drops nothing. mask, labels and peaks: scratch of (height, width) each. */
lb_status lb_truth_cut(float *truth, size_t height, size_t width, double threshold, uint8_t *mask,
                       int32_t *labels, float *peaks, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
