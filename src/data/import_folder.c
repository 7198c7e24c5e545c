/* SPDX-License-Identifier: MIT */
/* Folders and names of files. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import_internal.h"

#include "lesionbench/grow.h"
#include "lesionbench/paths.h"

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

lb_status
import_add_name(import_names *names, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(names->names, names->count, names->capacity);
    char *copy = lb_strdup(name, err);
    if (copy == NULL) {
        LB_TRY(err->code);
    }
    names->names[names->count++] = copy;
cleanup:
    return status;
}

void
import_release_names(import_names *names)
{
    for (size_t i = 0; i < names->count; i++) {
        lb_free(names->names[i]);
    }
    lb_free(names->names);
    *names = (import_names){0};
}

lb_status
import_list_folder(import_names *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    import_names found = {0};
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return lb_fail_path(err, path);
    }
    for (struct dirent *entry; errno = 0, (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.') {
            LB_TRY(import_add_name(&found, entry->d_name, err));
        }
    }
    if (errno != 0) {
        LB_TRY(lb_fail_path(err, path));
    }
    if (found.count > 0) {
        qsort(found.names, found.count, sizeof *found.names, compare_names);
    }
    *out = found;
    found = (import_names){0};
cleanup:
    import_release_names(&found);
    closedir(folder);
    return status;
}

bool
import_starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

bool
import_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

const char *
import_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *
import_stem(const char *path, lb_error *err)
{
    static const char *const ENDS[] = {".nii.gz", ".nii", ".hdr.gz", ".hdr",   ".img.gz",
                                       ".img",    ".npy", ".pkl",    ".pickle"};
    const char *base = import_base_name(path);
    size_t length = strlen(base);
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        if (import_ends_with(base, ENDS[i]) && length > strlen(ENDS[i])) {
            return lb_format(err, "%.*s", (int)(length - strlen(ENDS[i])), base);
        }
    }
    return lb_strdup(base, err);
}
