/* SPDX-License-Identifier: MIT */
/* What readers of a study folder ask of it: its files, what is missing, and names. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/paths.h"
#include "scores.h"

char *
folder_path(const study_folder *folder, const char *name, lb_error *err)
{
    return lb_format(err, "%s/%s", folder->directory, name);
}

static lb_status
add_missing(study_folder *folder, char *line, lb_error *err)
{
    lb_status status = LB_OK;
    char **longer = NULL;
    for (size_t i = 0; i < folder->missing_count; i++) {
        if (strcmp(folder->missing[i], line) == 0) {
            goto cleanup;
        }
    }
    LB_ALLOC(longer, folder->missing_count + 1);
    for (size_t i = 0; i < folder->missing_count; i++) {
        longer[i] = folder->missing[i];
    }
    longer[folder->missing_count++] = line;
    lb_free(folder->missing);
    folder->missing = longer;
    return LB_OK;
cleanup:
    lb_free(line);
    return status;
}

lb_status
folder_miss(study_folder *folder, lb_error *err, const char *format, ...)
{
    lb_error line; /* for what it does with long paths */
    va_list arguments;
    va_start(arguments, format);
    lb_fail_list(&line, LB_ERROR_FORMAT, format, arguments);
    va_end(arguments);
    char *copy = lb_strdup(line.message, err);
    return copy == NULL ? err->code : add_missing(folder, copy, err);
}

lb_status
folder_forgive(lb_status status, study_folder *folder, lb_error *err)
{
    bool damaged = status == LB_ERROR_FORMAT || status == LB_ERROR_IO || status == LB_ERROR_NUMERIC;
    if (!damaged) {
        return status;
    }
    char message[sizeof err->message];
    size_t length = strlen(folder->directory);
    snprintf(message, sizeof message, "%s", err->message);
    bool within = strncmp(message, folder->directory, length) == 0 && message[length] == '/';
    return folder_miss(folder, err, "%s", message + (within ? length + 1 : 0));
}

lb_status
folder_has(bool *out, study_folder *folder, const char *name, const char *shows, lb_error *err)
{
    char *path = folder_path(folder, name, err);
    if (path == NULL) {
        return err->code;
    }
    bool there = false;
    lb_status status = lb_path_exists(&there, path, err);
    lb_free(path);
    *out = there;
    if (status != LB_OK) {
        return folder_forgive(status, folder, err);
    }
    return there ? LB_OK : folder_miss(folder, err, "%s: %s", name, shows);
}

int
folder_method(const study_folder *folder, const char *name)
{
    for (size_t i = 0; i < folder->method_count; i++) {
        if (strcmp(folder->methods[i].name, name) == 0) {
            return (int)i;
        }
    }
    return NOT_KNOWN;
}

int
name_index(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    return NOT_KNOWN;
}

bool
folder_is_of(const study_folder *folder, const char *condition)
{
    return strcmp(*condition != '\0' ? condition : condition_names[BEST],
                  condition_names[folder->condition]) == 0;
}
