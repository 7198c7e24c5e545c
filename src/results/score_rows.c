/* SPDX-License-Identifier: MIT */
/* Rows that are being scored. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/grow.h"
#include "lesionbench/method.h"
#include "lesionbench/tables.h"

lb_score_row *
lb_score_rows_add(lb_score_rows *rows, lb_error *err)
{
    lb_score_row *grown =
        lb_array_grow(rows->rows, rows->count, &rows->capacity, sizeof *grown, err);
    if (grown == NULL) {
        return NULL;
    }
    rows->rows = grown;
    lb_score_row *row = &rows->rows[rows->count++];
    *row = (lb_score_row){.subject = -1, .diagnostic = lb_no_diagnostics};
    for (size_t m = 0; m < lb_metric_count(); m++) {
        row->metric[m] = NAN;
    }
    return row;
}

/* Baselines are what knows nothing of the network's training: filters, and the untrained network.
 */
static bool
is_baseline(const lb_score_row *row)
{
    const lb_method *method = lb_method_find(row->method);
    return strcmp(row->corpus, "baseline") == 0 || strcmp(row->corpus, "untrained") == 0 ||
           (method != NULL && lb_method_is_control(method));
}

void
lb_score_row_set_quirks(lb_score_row *row, lb_quirk_set quirks)
{
    row->tpr_uses_fp = lb_quirk_is_on(quirks, LB_QUIRK_BASELINE_TPR_USES_FP) && is_baseline(row);
}

void
lb_score_row_set_model(lb_score_row *row, const lb_model_name *name)
{
    snprintf(row->corpus, sizeof row->corpus, "%s", name->corpus);
    snprintf(row->degree, sizeof row->degree, "%s", name->degree);
    snprintf(row->seed, sizeof row->seed, "%s", name->seed);
    snprintf(row->condition, sizeof row->condition, "%s", name->condition);
}

lb_score_row *
lb_score_rows_add_image(lb_score_rows *rows, const lb_dataset *dataset, lb_split split,
                        size_t image, const lb_model_name *name, const char *method, lb_error *err)
{
    lb_score_row *row = lb_score_rows_add(rows, err);
    if (row != NULL) {
        row->image = (uint32_t)image;
        row->subject = lb_dataset_subjects(dataset, split)[image];
        row->label = (uint8_t)lb_dataset_labels(dataset, split)[image];
        row->lesion_count = lb_dataset_lesion_counts(dataset, split)[image];
        lb_score_row_set_model(row, name);
        snprintf(row->method, sizeof row->method, "%s", method);
        lb_score_row_set_quirks(row, lb_dataset_quirks(dataset));
    }
    return row;
}

double
lb_score_row_tpr(const lb_score_row *row)
{
    return row->tpr_uses_fp ? lb_precision(&row->score) : lb_tpr(&row->score);
}

void
lb_score_rows_release(lb_score_rows *rows)
{
    lb_free(rows->rows);
    *rows = (lb_score_rows){0};
}
