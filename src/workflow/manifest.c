/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/version.h"
#include "stages.h"

/* Bytes of a file; negative where it is not there. */
static double
file_size(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (double)about.st_size : -1;
}

/* Whether all outputs are there, as large as they were when they were made. */
static bool
outputs_exist(const stage *one, const cJSON *sizes)
{
    for (size_t i = 0; i < MAX_OUTPUTS && one->outputs[i] != NULL; i++) {
        const cJSON *size = cJSON_GetArrayItem(sizes, (int)i);
        double now = file_size(one->outputs[i]);
        if (now < 0 || !cJSON_IsNumber(size) || now != size->valuedouble) {
            return false;
        }
    }
    return true;
}

static void
key_text(char out[17], uint64_t key)
{
    snprintf(out, 17, "%016" PRIx64, key);
}

static void
mark(stage *one, const cJSON *entries)
{
    const cJSON *entry = NULL;
    char expected[17];
    key_text(expected, one->key);
    cJSON_ArrayForEach(entry, entries)
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "name"));
        const char *key = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "key"));
        if (name != NULL && key != NULL && strcmp(name, one->name) == 0 &&
            strcmp(key, expected) == 0 && outputs_exist(one, cJSON_GetObjectItem(entry, "bytes"))) {
            const cJSON *seconds = cJSON_GetObjectItem(entry, "seconds");
            one->done = one->skipped = true;
            one->seconds = cJSON_IsNumber(seconds) ? seconds->valuedouble : 0;
            return;
        }
    }
}

lb_status
stages_read_manifest(stage_list *list, size_t *peak, lb_error *err)
{
    char *path = lb_format(err, "%s/manifest.json", list->directory);
    if (path == NULL) {
        return err->code;
    }
    lb_error ignored;
    char *text = NULL;
    size_t length = 0;
    if (lb_file_read(&text, &length, path, &ignored) != LB_OK) {
        text = NULL;
    }
    cJSON *root = text != NULL ? cJSON_Parse(text) : NULL;
    const cJSON *memory = cJSON_GetObjectItem(root, "peak_memory_bytes");
    bool sane = cJSON_IsNumber(memory) && memory->valuedouble > 0 && memory->valuedouble < 0x1p63;
    *peak = sane ? (size_t)memory->valuedouble : 0;
    for (size_t i = 0; i < list->count; i++) {
        mark(&list->stages[i], cJSON_GetObjectItem(root, "stages"));
    }
    cJSON_Delete(root);
    lb_free(text);
    lb_free(path);
    return LB_OK;
}

/* NULL where memory is out, as with cJSON's own functions. */
static cJSON *
describe(const stage_list *list, const stage *one)
{
    char key[17];
    key_text(key, one->key);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "name", one->name);
    cJSON_AddStringToObject(entry, "key", key);
    cJSON_AddNumberToObject(entry, "seconds", one->seconds);
    cJSON_AddBoolToObject(entry, "skipped", one->skipped);
    cJSON *outputs = cJSON_AddArrayToObject(entry, "outputs");
    cJSON *sizes = cJSON_AddArrayToObject(entry, "bytes");
    for (size_t i = 0; i < MAX_OUTPUTS && one->outputs[i] != NULL; i++) {
        const char *relative = one->outputs[i] + strlen(list->directory) + 1;
        cJSON_AddItemToArray(outputs, cJSON_CreateString(relative));
        cJSON_AddItemToArray(sizes, cJSON_CreateNumber(file_size(one->outputs[i])));
    }
    return entry;
}

lb_status
stages_write_manifest(const stage_list *list, size_t peak, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *path = NULL, *text = NULL;
    double seconds = 0;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "version", lb_version());
    for (size_t i = 0; i < list->count; i++) {
        seconds += list->stages[i].done ? list->stages[i].seconds : 0;
    }
    cJSON_AddNumberToObject(root, "seconds", seconds);
    cJSON_AddNumberToObject(root, "peak_memory_bytes", (double)peak);
    cJSON *entries = cJSON_AddArrayToObject(root, "stages");
    for (size_t i = 0; i < list->count; i++) {
        if (list->stages[i].done) {
            cJSON_AddItemToArray(entries, describe(list, &list->stages[i]));
        }
    }
    text = cJSON_Print(root);
    if (text == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "out of memory: manifest"));
    }
    path = lb_format(err, "%s/manifest.json", list->directory);
    if (path == NULL) {
        LB_TRY(err->code);
    }
    LB_TRY(lb_atomic_file_open(&output, path, err));
    fprintf(lb_atomic_file_stream(output), "%s\n", text);
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(path);
    cJSON_free(text);
    cJSON_Delete(root);
    return status;
}
