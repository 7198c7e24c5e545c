/* SPDX-License-Identifier: MIT */
/* Checks a dataset for shortcuts: labels or ground truth that are predictable from cues other than
 * lesion shape. Definitions, limits and sources: docs/audit.md. */
#ifndef LESIONBENCH_AUDIT_H
#define LESIONBENCH_AUDIT_H

#include "lesionbench/base.h"
#include "lesionbench/dataset.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_verdict {
    LB_VERDICT_SKIPPED, /* too little data */
    LB_VERDICT_PASS,
    LB_VERDICT_WARNING, /* the file makes no claim that this breaks */
    LB_VERDICT_FAIL
} lb_verdict;
const char *lb_verdict_name(lb_verdict verdict); /* "skipped", "pass", "warning", "fail" */

/* The result of one check. A number that the check does not have is NaN. */
typedef struct lb_check {
    char part;            /* 'a' to 'g', as in docs/audit.md */
    char name[40];        /* "histogram" */
    char statistic[24];   /* what value is: "balanced accuracy" */
    bool uses_truth;      /* uses the ground truth, which a classifier does not see */
    double value;         /* the estimate */
    double low, high;     /* its 95 % interval; in part g the quartiles over images */
    double chance, limit; /* value by chance; beyond the limit the check may fail */
    double p;             /* of the null hypothesis that the limit is kept; corrected by Holm */
    lb_verdict verdict;
    char note[192];
    char remedy[96]; /* of a failed check or a warning; see lb_audit_advise() */
} lb_check;

/* A remedy with this prefix names additional options for the command `compose`. */
#define LB_REMEDY_COMPOSE "compose "

typedef struct lb_audit {
    char protocol[16];        /* as the file records it; "" unknown */
    lb_quirk_set quirks;      /* known defects of the reference study that the file has */
    double distractors;       /* distractors for each lesion */
    size_t images[LB_SPLITS]; /* audited; 0 where a split was left out */
    size_t subjects;
    lb_check *checks;
    size_t count, capacity;
} lb_audit;

typedef struct lb_audit_options {
    bool splits[LB_SPLITS]; /* audited, default all */
    size_t images;          /* max images of each split, the first ones; 0, the default: all */
    double truth_threshold; /* a pixel is true if it has at least this share of the peak of its
                               4-connected component; default 0: as in the file */
    size_t control_split;   /* lb_split of part g, default holdout */
    size_t control_images;  /* of part g, the first ones, default 200; 0: no part g */
} lb_audit_options;

void lb_audit_defaults(lb_audit_options *options);

/* Runs parts a to f on the file at path:
 *   a) logistic regressions on global features, and a nearest-mean classifier on the image at
 *      16 x 16, cross-validated by subject;
 *   b) straight edges around the lesions, as compositing leaves them;
 *   c) distributions of features by class;
 *   d) subjects and slices that are in two splits, and brains (by their pixels) that are in two
 *      splits or under two subjects;
 *   e) balance of labels;
 *   f) values that are impossible.
 * Parts a to c pool all splits. p is corrected by Holm's method within each part. Images are
 * streamed: memory grows by about 3.5 kB an image. The result does not depend on the number of
 * threads. Appends to *audit, which starts zeroed. */
lb_status lb_audit_data(lb_audit *audit, const char *path, const lb_audit_options *options,
                        const lb_context *context, lb_error *err);

/* Appends a row of that part: verdict pass, numbers NaN. Returns it, or NULL with err set. The row
 * is valid until the next call. */
lb_check *lb_audit_add(lb_audit *audit, char part, const char *name, const char *statistic,
                       lb_error *err);
/* Sets the remedy of every failed check and warning. The remedy follows from the protocol and the
 * options that the file records. */
void lb_audit_advise(lb_audit *audit);
size_t lb_audit_tally(const lb_audit *audit, lb_verdict verdict);
void lb_audit_release(lb_audit *audit);

/* Sets to 0 each pixel of truth (height, width) below `threshold` times the peak of its 4-connected
 * component. Threshold 0 changes nothing. mask, labels, peaks: scratch, (height, width) each. */
lb_status lb_truth_cut(float *truth, size_t height, size_t width, double threshold, uint8_t *mask,
                       int32_t *labels, float *peaks, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
