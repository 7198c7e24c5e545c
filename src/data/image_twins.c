/* SPDX-License-Identifier: MIT */
/* Pictures that are in a list twice: by a link, by another spelling, or as a copy. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/image_list.h"
#include "lesionbench/paths.h"

/* What a picture is known by. Bytes are read where sizes are equal alone, and all of them where
 * their ends are equal too: a folder may hold millions of pictures. */
typedef struct identity {
    size_t image; /* in the list */
    off_t size;
    uint64_t ends, whole;
} identity;

enum { END = 4096 };

static int
in_order(const identity *a, const identity *b)
{
    return (a->image > b->image) - (a->image < b->image);
}

static int
compare(const void *first, const void *second)
{
    const identity *a = first, *b = second;
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    if (a->ends != b->ends) {
        return a->ends < b->ends ? -1 : 1;
    }
    if (a->whole != b->whole) {
        return a->whole < b->whole ? -1 : 1;
    }
    return in_order(a, b);
}

static lb_status
identify(identity *out, const image_list *list, size_t image, lb_error *err)
{
    struct stat about;
    if (stat(list->paths[image], &about) != 0) {
        return lb_fail_path(err, list->paths[image]);
    }
    *out = (identity){.image = image, .size = about.st_size};
    return LB_OK;
}

static lb_status
read_ends(identity *one, const char *path, lb_error *err)
{
    char bytes[2 * END];
    FILE *stream = NULL;
    size_t size = 0;
    lb_status status = lb_file_open(&stream, &size, path, err);
    if (status != LB_OK) {
        return status;
    }
    size_t got = fread(bytes, 1, END, stream);
    if (size > sizeof bytes && fseek(stream, -(long)END, SEEK_END) != 0) {
        status = lb_fail_errno(err, "%s", path);
    }
    got += fread(bytes + got, 1, END, stream);
    fclose(stream);
    one->ends = XXH3_64bits(bytes, got);
    return status;
}

static lb_status
read_whole(identity *one, const char *path, lb_error *err)
{
    char *bytes = NULL;
    size_t size = 0;
    lb_status status = lb_file_read(&bytes, &size, path, err);
    if (status == LB_OK) {
        one->whole = XXH3_64bits(bytes, size);
    }
    lb_free(bytes);
    return status;
}

static bool
are_alike(const identity *a, const identity *b)
{
    return a->size == b->size && a->ends == b->ends;
}

/* Reads what distinguishes the files of each run of equal ones, and sorts anew. */
static lb_status
refine(identity *files, const image_list *list,
       lb_status (*read)(identity *, const char *, lb_error *), lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t first = 0, end = 0; first < list->count; first = end) {
        for (end = first + 1; end < list->count && are_alike(files + first, files + end);) {
            end++;
        }
        for (size_t i = first; end - first > 1 && i < end; i++) {
            LB_TRY(read(files + i, list->paths[files[i].image], err));
        }
    }
    qsort(files, list->count, sizeof *files, compare);
cleanup:
    return status;
}

/* Takes out the images whose path is NULL. */
static void
compact(image_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->paths[i] != NULL) {
            list->paths[kept] = list->paths[i];
            list->labels[kept++] = list->labels[i];
        }
    }
    list->count = kept;
}

lb_status
image_list_unite(image_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    identity *files = NULL;
    LB_ALLOC(files, list->count);
    for (size_t i = 0; i < list->count; i++) {
        LB_TRY(identify(files + i, list, i, err));
    }
    if (list->count < 2) {
        goto cleanup;
    }
    qsort(files, list->count, sizeof *files, compare);
    LB_TRY(refine(files, list, read_ends, err));
    LB_TRY(refine(files, list, read_whole, err));
    for (size_t i = 1, first = 0; i < list->count; i++) {
        size_t a = files[first].image, b = files[i].image;
        if (!are_alike(files + first, files + i) || files[first].whole != files[i].whole) {
            first = i;
            continue;
        }
        if (list->labels[a] != list->labels[b]) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                           "%s and %s are one picture in two classes (leave one of them out)",
                           list->paths[a], list->paths[b]));
        }
        lb_free(list->paths[b]);
        list->paths[b] = NULL;
    }
cleanup:
    if (status == LB_OK) {
        compact(list);
    }
    lb_free(files);
    return status;
}
