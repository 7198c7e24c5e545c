/* SPDX-License-Identifier: MIT */
#include "lesionbench/file_bytes.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lesionbench/paths.h"

enum { MAX_GIB = 4, LARGEST_POINTER = 32 << 10 };

/* What stands in a file whose content is elsewhere: "unlocked" files of git-annex, and Git LFS. */
static lb_status
check_pointer(FILE *stream, const char *path, lb_error *err)
{
    static const char ANNEX[] = "/annex/objects/", LFS[] = "version https://git-lfs";
    char start[sizeof LFS] = "";
    size_t got = fread(start, 1, sizeof LFS - 1, stream);
    if (got >= sizeof ANNEX - 1 && memcmp(start, ANNEX, sizeof ANNEX - 1) == 0) {
        return lb_fail(err, LB_ERROR_IO,
                       "%s: its content is not here: fetch it with 'datalad get %s' (it holds a "
                       "pointer of git-annex)",
                       path, path);
    }
    if (got == sizeof LFS - 1 && memcmp(start, LFS, got) == 0) {
        return lb_fail(err, LB_ERROR_IO,
                       "%s: its content is not here: fetch it with 'git lfs pull' (it holds a "
                       "pointer of Git LFS)",
                       path);
    }
    return fseek(stream, 0, SEEK_SET) == 0 ? LB_OK : lb_fail_errno(err, "%s", path);
}

lb_status
lb_file_open(FILE **out, size_t *size, const char *path, lb_error *err)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return lb_fail_path(err, path);
    }
    if (!S_ISREG(about.st_mode)) {
        return lb_fail(err, LB_ERROR_IO, "%s: is not a file", path);
    }
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        return lb_fail_path(err, path);
    }
    if (about.st_size <= LARGEST_POINTER && check_pointer(stream, path, err) != LB_OK) {
        fclose(stream);
        return err->code;
    }
    *out = stream;
    *size = (size_t)about.st_size;
    return LB_OK;
}

lb_status
lb_file_check(size_t *size, const char *path, lb_error *err)
{
    FILE *stream = NULL;
    lb_status status = lb_file_open(&stream, size, path, err);
    if (status == LB_OK) {
        fclose(stream);
    }
    return status;
}

lb_status
lb_file_read(char **out, size_t *size, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    FILE *stream = NULL;
    size_t length = 0;
    LB_TRY(lb_file_open(&stream, &length, path, err));
    if (length >> 30 >= MAX_GIB) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: is too large: %zu bytes, %d GiB at most",
                       path, length, MAX_GIB));
    }
    LB_ALLOC(bytes, length + 1);
    if (fread(bytes, 1, length, stream) != length) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot read all of it", path));
    }
    *out = bytes;
    *size = length;
    bytes = NULL;
cleanup:
    lb_free(bytes);
    if (stream != NULL) {
        fclose(stream);
    }
    return status;
}
