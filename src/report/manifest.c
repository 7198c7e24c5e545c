/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include <math.h>

#include <cjson/cJSON.h>

#include "lesionbench/file_bytes.h"

static double
number_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

/* NULL in *out where there is no such text. */
static lb_status
text_of(char **out, const cJSON *object, const char *name, lb_error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsString(item)) {
        return LB_OK;
    }
    *out = lb_strdup(item->valuestring, err);
    return *out == NULL ? err->code : LB_OK;
}

static lb_status
read_stages(manifest *out, const cJSON *root, lb_error *err)
{
    lb_status status = LB_OK;
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "stages"), *item = NULL;
    LB_ALLOC(out->stages, (size_t)cJSON_GetArraySize(list));
    cJSON_ArrayForEach(item, list)
    {
        stage *s = &out->stages[out->count];
        LB_TRY(text_of(&s->name, item, "name", err));
        if (s->name != NULL) {
            s->seconds = number_of(item, "seconds");
            s->skipped = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "skipped"));
            out->count++;
        }
    }
cleanup:
    return status;
}

lb_status
run_record_read(manifest *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    manifest result = {0};
    char *text = NULL;
    size_t size = 0;
    cJSON *root = NULL;
    LB_TRY(lb_file_read(&text, &size, path, err));
    root = cJSON_ParseWithLength(text, size);
    if (!cJSON_IsObject(root)) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is not a JSON object (run the study again, or remove the file)", path));
    }
    LB_TRY(text_of(&result.version, root, "version", err));
    result.seconds = number_of(root, "seconds");
    result.peak_memory = number_of(root, "peak_memory_bytes");
    LB_TRY(read_stages(&result, root, err));
    *out = result;
    result = (manifest){0};
cleanup:
    run_record_release(&result);
    cJSON_Delete(root);
    lb_free(text);
    return status;
}

void
run_record_release(manifest *m)
{
    for (size_t i = 0; i < m->count; i++) {
        lb_free(m->stages[i].name);
    }
    lb_free(m->stages);
    lb_free(m->version);
    *m = (manifest){0};
}
