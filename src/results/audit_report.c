/* SPDX-License-Identifier: MIT */
/* The audit as JSON. */
#include "lesionbench/audit_report.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "lesionbench/atomic_file.h"

static bool
add_number(cJSON *object, const char *name, double value)
{
    return isfinite(value) ? cJSON_AddNumberToObject(object, name, value) != NULL
                           : cJSON_AddNullToObject(object, name) != NULL;
}

static bool
add_check(cJSON *list, const lb_check *check)
{
    char part[2] = {check->part, '\0'};
    cJSON *object = cJSON_CreateObject();
    bool good =
        object != NULL && cJSON_AddStringToObject(object, "part", part) != NULL &&
        cJSON_AddStringToObject(object, "name", check->name) != NULL &&
        cJSON_AddStringToObject(object, "statistic", check->statistic) != NULL &&
        cJSON_AddBoolToObject(object, "uses_truth", check->uses_truth) != NULL &&
        add_number(object, "value", check->value) && add_number(object, "low", check->low) &&
        add_number(object, "high", check->high) && add_number(object, "chance", check->chance) &&
        add_number(object, "limit", check->limit) && add_number(object, "p", check->p) &&
        cJSON_AddStringToObject(object, "verdict", lb_verdict_name(check->verdict)) != NULL &&
        cJSON_AddStringToObject(object, "note", check->note) != NULL &&
        cJSON_AddStringToObject(object, "remedy", check->remedy) != NULL;
    if (!good || cJSON_AddItemToArray(list, object) == 0) {
        cJSON_Delete(object);
        return false;
    }
    return true;
}

static bool
fill(cJSON *root, const lb_audit *audit, const char *path)
{
    bool failed = lb_audit_tally(audit, LB_VERDICT_FAIL) > 0;
    bool good = cJSON_AddStringToObject(root, "file", path) != NULL &&
                cJSON_AddStringToObject(root, "protocol", audit->protocol) != NULL &&
                cJSON_AddStringToObject(root, "verdict", failed ? "fail" : "pass") != NULL &&
                add_number(root, "subjects", (double)audit->subjects);
    for (int v = LB_VERDICT_SKIPPED; v <= LB_VERDICT_FAIL; v++) {
        good = good && add_number(root, lb_verdict_name((lb_verdict)v),
                                  (double)lb_audit_tally(audit, (lb_verdict)v));
    }
    cJSON *images = good ? cJSON_AddObjectToObject(root, "images") : NULL;
    for (int s = 0; images != NULL && s < LB_SPLITS; s++) {
        good = good && add_number(images, lb_split_name((lb_split)s), (double)audit->images[s]);
    }
    cJSON *list = images != NULL && good ? cJSON_AddArrayToObject(root, "checks") : NULL;
    for (size_t i = 0; list != NULL && i < audit->count; i++) {
        good = good && add_check(list, audit->checks + i);
    }
    return good && list != NULL;
}

lb_status
lb_audit_json(char **out, const lb_audit *audit, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    cJSON *root = cJSON_CreateObject();
    if (root != NULL && fill(root, audit, path)) {
        text = cJSON_Print(root);
    }
    if (text == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "out of memory"));
    }
    *out = lb_strdup(text, err);
    status = *out == NULL ? err->code : LB_OK;
cleanup:
    cJSON_free(text);
    cJSON_Delete(root);
    return status;
}

lb_status
lb_audit_write(const lb_audit *audit, const char *path, const char *output, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    lb_atomic_file *file = NULL;
    LB_TRY(lb_audit_json(&text, audit, path, err));
    LB_TRY(lb_atomic_file_open(&file, output, err));
    fprintf(lb_atomic_file_stream(file), "%s\n", text);
    LB_TRY(lb_atomic_file_commit(file, err));
cleanup:
    lb_atomic_file_close(file);
    lb_free(text);
    return status;
}
