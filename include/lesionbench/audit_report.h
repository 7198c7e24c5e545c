/* SPDX-License-Identifier: MIT */
/* The audit's last part, which needs explanations and scores, and its report. */
#ifndef LESIONBENCH_AUDIT_REPORT_H
#define LESIONBENCH_AUDIT_REPORT_H

#include <stdio.h>

#include "lesionbench/audit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Part g: what the controls score as explanations of the first options->control_images images of
 * options->control_split that have a truth: median TPR with quartiles. A file of the protocol
 * `fair` promises that none is above 0.40, and fails where one is; for others it is a warning.
 * Appends to *audit, after lb_audit_data() on the same file. */
lb_status lb_audit_controls(lb_audit *audit, const char *path, const lb_audit_options *options,
                            const lb_context *context, lb_error *err);

/* A row in part d: how many subjects of the dataset's holdout the model's training saw. It fails
 * where the slices are of the dataset's file, warns where names alone agree, and is skipped where
 * the model or the dataset does not say. The row has the name, or its end where it is long. */
lb_status lb_audit_model(lb_audit *audit, const char *data, const char *model, const char *name,
                         lb_error *err);
/* The same of every pre-trained model in a study's folder, by the names of the corpora. */
lb_status lb_audit_study(lb_audit *audit, const char *folder, lb_error *err);

/* The whole as JSON: {"file", "protocol", "images", "subjects", "verdict", "checks": [...]};
 * numbers that a check does not have are null. *out is the caller's (lb_free). */
lb_status lb_audit_json(char **out, const lb_audit *audit, const char *path, lb_error *err);
/* The same into a file. */
lb_status lb_audit_write(const lb_audit *audit, const char *path, const char *output,
                         lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
