/* SPDX-License-Identifier: MIT */
/* What a folder of scans is, as part of a stage's key. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lesionbench/paths.h"
#include "stage_keys.h"

enum { DEEPEST = 32 };

static int
is_seen(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static lb_status
add_entries(uint64_t *key, const char *path, unsigned depth, lb_error *err)
{
    lb_status status = LB_OK;
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_seen, alphasort);
    if (count < 0) {
        return lb_fail_path(err, path);
    }
    for (int i = 0; i < count; i++) {
        char *below = status == LB_OK ? lb_format(err, "%s/%s", path, entries[i]->d_name) : NULL;
        if (status == LB_OK) {
            status = below != NULL ? key_add_tree(key, below, depth + 1, err) : err->code;
        }
        lb_free(below);
        free(entries[i]);
    }
    free((void *)entries);
    return status;
}

lb_status
key_add_tree(uint64_t *key, const char *path, unsigned depth, lb_error *err)
{
    struct stat about;
    char text[96] = "";
    bool there = stat(path, &about) == 0;
    if (!there && depth == 0) {
        return lb_fail_path(err, path);
    }
    if (depth > DEEPEST) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: more than %d folders deep", path, (int)DEEPEST);
    }
    *key = key_add_text(*key, path);
    if (there && S_ISDIR(about.st_mode)) {
        return add_entries(key, path, depth, err);
    }
    if (there) { /* a link to nothing below is the import's to judge */
        snprintf(text, sizeof text, " %jd %jd.%09ld", (intmax_t)about.st_size,
                 (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    }
    *key = key_add_text(*key, text);
    return LB_OK;
}
