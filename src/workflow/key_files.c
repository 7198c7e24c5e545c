/* SPDX-License-Identifier: MIT */
#include "key_files.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "graph.h"
#include "lesionbench/image_list.h"
#include "lesionbench/paths.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

lb_status
key_add_file(uint64_t *key, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    enum { CHUNK = 1 << 16 };
    XXH3_state_t *state = XXH3_createState();
    FILE *stream = fopen(path, "rb");
    uint8_t *chunk = NULL;
    if (stream == NULL) {
        LB_TRY(lb_fail_path(err, path));
    }
    if (state == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "out of memory"));
    }
    LB_ALLOC(chunk, CHUNK);
    XXH3_64bits_reset_withSeed(state, *key);
    for (size_t n = 0; (n = fread(chunk, 1, CHUNK, stream)) > 0;) {
        XXH3_64bits_update(state, chunk, n);
    }
    if (ferror(stream)) {
        LB_TRY(lb_fail_errno(err, "%s: cannot read", path));
    }
    *key = XXH3_64bits_digest(state);
cleanup:
    if (stream != NULL) {
        fclose(stream);
    }
    lb_free(chunk);
    XXH3_freeState(state);
    return status;
}

lb_status
key_add_pictures(uint64_t *key, const char *folder, const char *labels, lb_error *err)
{
    lb_status status = LB_OK;
    image_list images = {0};
    LB_TRY(image_list_read(&images, folder, labels, err));
    for (size_t i = 0; i < images.count; i++) {
        struct stat about;
        char text[96];
        if (stat(images.paths[i], &about) != 0) {
            LB_TRY(lb_fail_path(err, images.paths[i]));
        }
        snprintf(text, sizeof text, " %u %jd %jd.%09ld", images.labels[i], (intmax_t)about.st_size,
                 (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
        *key = key_add_text(key_add_text(*key, images.paths[i]), text);
    }
cleanup:
    image_list_release(&images);
    return status;
}

enum { DEEPEST = 32 };

static lb_status add_tree(uint64_t *key, const char *path, unsigned depth, lb_error *err);

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
            status = below != NULL ? add_tree(key, below, depth + 1, err) : err->code;
        }
        lb_free(below);
        free(entries[i]);
    }
    free((void *)entries);
    return status;
}

static lb_status
add_tree(uint64_t *key, const char *path, unsigned depth, lb_error *err)
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

lb_status
key_add_tree(uint64_t *key, const char *path, lb_error *err)
{
    return add_tree(key, path, 0, err);
}
