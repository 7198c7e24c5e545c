/* SPDX-License-Identifier: MIT */
/* Part g of the audit, which needs explanations and scores; the audit of models; the report as
 * JSON. */
#ifndef LESIONBENCH_AUDIT_REPORT_H
#define LESIONBENCH_AUDIT_REPORT_H

#include <stdio.h>

#include "lesionbench/audit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Part g: the scores of the controls (edge filters, random map) as explanations of the first
 * options->control_images images of options->control_split that have a true pixel. Value: median
 * TPR with quartiles. Limit: 0.40. Above it a file of the protocol `fair` fails; any other file
 * gets a warning. Appends to *audit, after lb_audit_data() on the same file. */
lb_status lb_audit_controls(lb_audit *audit, const char *path, const lb_audit_options *options,
                            const lb_context *context, lb_error *err);

/* Appends a row to part d: the number of subjects of the dataset's holdout that the model was
 * trained on. Fails if the slices are from the dataset's slices.h5. Warns if only the names agree.
 * Skipped if the model or the dataset has no record of subjects. name: of the row; a long name is
 * cut at its start. */
lb_status lb_audit_model(lb_audit *audit, const char *data, const char *model, const char *name,
                         lb_error *err);
/* The same for every pre-trained model in a study folder. Rows have the names of the corpora. */
lb_status lb_audit_study(lb_audit *audit, const char *folder, lb_error *err);

/* The audit as JSON: {"file", "protocol", "images", "subjects", "verdict", "checks": [...]}. A
 * number that a check does not have is null. The caller frees *out (lb_free). */
lb_status lb_audit_json(char **out, const lb_audit *audit, const char *path, lb_error *err);
/* Writes the same JSON to the file `output`. */
lb_status lb_audit_write(const lb_audit *audit, const char *path, const char *output,
                         lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
