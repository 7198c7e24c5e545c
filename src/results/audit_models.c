/* SPDX-License-Identifier: MIT */
/* The audit's question to models: whose slices were they trained on? */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/audit_report.h"
#include "lesionbench/leak.h"
#include "lesionbench/paths.h"

static void
judge(lb_check *check, const lb_leak *leak, bool known)
{
    check->limit = check->chance = 0;
    check->value = (double)(leak->seen + leak->alike);
    snprintf(check->note, sizeof check->note, "of %zu", leak->holdout);
    if (!known || (leak->unknown && leak->seen + leak->alike == 0)) {
        check->value = NAN;
        check->verdict = LB_VERDICT_SKIPPED;
        snprintf(check->note, sizeof check->note, "%s",
                 known ? "the model does not record whose slices it was trained on"
                       : "the dataset does not say who its subjects are");
    } else if (leak->seen > 0) {
        check->verdict = LB_VERDICT_FAIL;
    } else if (leak->alike > 0) {
        check->verdict = LB_VERDICT_WARNING;
        snprintf(check->note, sizeof check->note, "of %zu, by name: other people's slices?",
                 leak->holdout);
    }
}

lb_status
lb_audit_model(lb_audit *audit, const char *data, const char *model, const char *name,
               lb_error *err)
{
    lb_status status = LB_OK;
    lb_leak leak;
    bool known = false;
    char title[40];
    LB_TRY(lb_model_leak(&leak, &known, model, data, err));
    size_t length = strlen(name), shown = sizeof title - sizeof "holdout seen by ";
    snprintf(title, sizeof title, "holdout seen by %s",
             name + (length > shown ? length - shown : 0));
    lb_check *check = lb_audit_add(audit, 'd', title, "number", err);
    LB_TRY(check == NULL ? err->code : LB_OK);
    judge(check, &leak, known);
    lb_audit_advise(audit);
cleanup:
    return status;
}

lb_status
lb_audit_study(lb_audit *audit, const char *folder, lb_error *err)
{
    lb_status status = LB_OK;
    struct dirent **entries = NULL;
    bool there = false;
    char *data = lb_format(err, "%s/dataset.h5", folder), *model = NULL;
    char *models = data != NULL ? lb_format(err, "%s/models", folder) : NULL;
    int count = models != NULL ? scandir(models, &entries, NULL, alphasort) : 0;
    LB_TRY(models == NULL ? err->code : LB_OK);
    if (count < 0 && errno != ENOENT) {
        LB_TRY(
            lb_fail(err, LB_ERROR_IO, "%s: cannot read the folder: %s", models, strerror(errno)));
    }
    for (int i = 0; i < count; i++) {
        model = lb_format(err, "%s/%s/pretrained.safetensors", models, entries[i]->d_name);
        LB_TRY(model == NULL ? err->code : LB_OK);
        LB_TRY(lb_path_exists(&there, model, err));
        if (there && entries[i]->d_name[0] != '.') {
            LB_TRY(lb_audit_model(audit, data, model, entries[i]->d_name, err));
        }
        lb_free(model);
        model = NULL;
    }
cleanup:
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    lb_free(model);
    lb_free(models);
    lb_free(data);
    return status;
}
