/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/version.h"

enum { KEY_SIZE = 17 };

/* Bytes of a file; negative where it is not there. */
static double
file_size(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 ? (double)about.st_size : -1;
}

static void
key_text(char out[KEY_SIZE], uint64_t key)
{
    snprintf(out, KEY_SIZE, "%016" PRIx64, key);
}

static bool
key_is(const cJSON *entry, uint64_t key)
{
    char expected[KEY_SIZE];
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "key"));
    key_text(expected, key);
    return text != NULL && strcmp(text, expected) == 0;
}

static bool
name_is(const cJSON *entry, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "name"));
    return text != NULL && strcmp(text, name) == 0;
}

static const cJSON *
find(const cJSON *entries, const char *name)
{
    const cJSON *entry = NULL;
    cJSON_ArrayForEach(entry, entries)
    {
        if (name_is(entry, name)) {
            return entry;
        }
    }
    return NULL;
}

/* A reason has one line, whatever a manifest holds. */
static void
print_reason(stage *one, const char *before, const char *old, const char *between, const char *now)
{
    snprintf(one->reason, sizeof one->reason, "%s%.90s%s%.90s", before, old, between, now);
    for (char *c = one->reason; *c != '\0'; c++) {
        *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
    }
}

/* Whether an output is missing, or not as large as it was when it was made. */
static bool
outputs_differ(stage *one, const stage_list *list, const cJSON *entry)
{
    const cJSON *sizes = cJSON_GetObjectItem(entry, "bytes");
    for (size_t i = 0; i < MAX_OUTPUTS && one->outputs[i] != NULL; i++) {
        const char *relative = one->outputs[i] + strlen(list->directory) + 1;
        const cJSON *size = cJSON_GetArrayItem(sizes, (int)i);
        double now = file_size(one->outputs[i]);
        if (now < 0 || !cJSON_IsNumber(size) || now != size->valuedouble) {
            print_reason(one, relative, "", now < 0 ? " is missing" : " has another size", "");
            return true;
        }
    }
    return false;
}

static bool
revision_differs(stage *one, const cJSON *entry)
{
    char old[32], now[32];
    const cJSON *revision = cJSON_GetObjectItem(entry, "revision");
    double number = cJSON_IsNumber(revision) ? revision->valuedouble : 0;
    if (number == (double)one->kind->revision) {
        return false;
    }
    snprintf(old, sizeof old, "%.15g", number);
    snprintf(now, sizeof now, "%u", one->kind->revision);
    print_reason(one, "revision ", old, " -> ", now);
    return true;
}

/* The first line of the settings that is not the one recorded. */
static bool
settings_differ(stage *one, const cJSON *entry)
{
    char now[200];
    const cJSON *lines = cJSON_GetObjectItem(entry, "settings");
    const cJSON *line = lines != NULL ? lines->child : NULL;
    for (const char *c = one->settings; *c != '\0' || line != NULL;) {
        const char *old = cJSON_IsString(line) ? line->valuestring : "";
        size_t length = strcspn(c, "\n");
        if (strlen(old) != length || memcmp(old, c, length) != 0) {
            const char *value = strstr(old, ": ");
            snprintf(now, sizeof now, "%.*s", (int)length, c);
            bool same = value != NULL && strncmp(old, now, (size_t)(value + 2 - old)) == 0;
            print_reason(one, "", old[0] != '\0' ? old : "a new setting", " -> ",
                         same ? now + (value + 2 - old) : now);
            return true;
        }
        c += length + (c[length] == '\n');
        line = line != NULL ? line->next : NULL;
    }
    return false;
}

/* A file from outside comes first, since it says more. */
static bool
inputs_differ(stage *one, const stage_list *list, const cJSON *entry)
{
    const cJSON *recorded = cJSON_GetObjectItem(entry, "inputs");
    for (int files = 1; files >= 0; files--) {
        for (size_t i = 0; i < one->input_count; i++) {
            const stage_input *input = &one->inputs[i];
            const char *name = stage_input_name(list, input);
            const cJSON *old = find(recorded, name);
            if ((input->stage == NO_STAGE) == (files != 0) &&
                (old == NULL || !key_is(old, stage_input_key(list, input)))) {
                one->inputs_changed = files == 0;
                print_reason(one, "the input ", "", name,
                             old == NULL ? " is new"
                             : files     ? " has changed"
                                         : " changes");
                return true;
            }
        }
    }
    return false;
}

static void
compare(stage *one, const stage_list *list, const cJSON *entry, const char *version)
{
    const cJSON *seconds = cJSON_GetObjectItem(entry, "seconds");
    one->state = STAGE_CHANGED;
    if (key_is(entry, one->key)) {
        if (!outputs_differ(one, list, entry)) {
            one->state = STAGE_DONE;
            one->done = true;
            one->seconds = cJSON_IsNumber(seconds) ? seconds->valuedouble : 0;
        }
    } else if (cJSON_GetObjectItem(entry, "revision") == NULL) {
        print_reason(one, "made by lesionbench ", version, ", which recorded no revisions", "");
    } else if (!revision_differs(one, entry) && !settings_differ(one, entry) &&
               !inputs_differ(one, list, entry)) {
        print_reason(one, "made by lesionbench ", version, " from other inputs", "");
    }
}

lb_status
manifest_read(manifest_facts *out, stage_list *list, lb_error *err)
{
    char *path = lb_format(err, "%s/manifest.json", list->directory);
    if (path == NULL) {
        return err->code;
    }
    lb_error ignored;
    char *text = NULL;
    size_t length = 0;
    bool there = lb_file_read(&text, &length, path, &ignored) == LB_OK;
    cJSON *root = there ? cJSON_ParseWithLength(text, length) : NULL;
    const cJSON *memory = cJSON_GetObjectItem(root, "peak_memory_bytes");
    const char *version = cJSON_GetStringValue(cJSON_GetObjectItem(root, "version"));
    bool sane = cJSON_IsNumber(memory) && memory->valuedouble > 0 && memory->valuedouble < 0x1p63;
    out->peak = sane ? (size_t)memory->valuedouble : 0;
    out->unreadable = file_size(path) >= 0 && !cJSON_IsObject(root);
    for (size_t i = 0; i < list->count; i++) {
        const cJSON *entry = find(cJSON_GetObjectItem(root, "stages"), list->stages[i].name);
        if (entry != NULL) {
            compare(&list->stages[i], list, entry, version != NULL ? version : "?");
        }
    }
    cJSON_Delete(root);
    lb_free(there ? text : NULL);
    lb_free(path);
    return LB_OK;
}

/* The settings as an array of lines. */
static void
describe_settings(cJSON *entry, const stage *one)
{
    cJSON *lines = cJSON_AddArrayToObject(entry, "settings");
    char line[4500];
    for (const char *c = one->settings; *c != '\0';) {
        size_t length = strcspn(c, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, c);
        cJSON_AddItemToArray(lines, cJSON_CreateString(line));
        c += length + (c[length] == '\n');
    }
}

static void
describe_inputs(cJSON *entry, const stage_list *list, const stage *one)
{
    cJSON *inputs = cJSON_AddArrayToObject(entry, "inputs");
    for (size_t i = 0; i < one->input_count; i++) {
        char key[KEY_SIZE];
        key_text(key, stage_input_key(list, &one->inputs[i]));
        cJSON *input = cJSON_CreateObject();
        cJSON_AddStringToObject(input, "name", stage_input_name(list, &one->inputs[i]));
        cJSON_AddStringToObject(input, "key", key);
        cJSON_AddItemToArray(inputs, input);
    }
}

/* NULL where memory is out, as with cJSON's own functions. */
static cJSON *
describe(const stage_list *list, const stage *one)
{
    char key[KEY_SIZE];
    key_text(key, one->key);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "name", one->name);
    cJSON_AddStringToObject(entry, "kind", one->kind->name);
    cJSON_AddNumberToObject(entry, "revision", one->kind->revision);
    cJSON_AddStringToObject(entry, "key", key);
    cJSON_AddNumberToObject(entry, "seconds", one->seconds);
    cJSON_AddBoolToObject(entry, "skipped", one->state == STAGE_DONE);
    describe_settings(entry, one);
    describe_inputs(entry, list, one);
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
manifest_write(const stage_list *list, size_t peak, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *path = NULL, *text = NULL;
    double seconds = 0;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "version", lb_version());
    cJSON_AddStringToObject(root, "commit", lb_commit());
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
