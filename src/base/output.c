/* SPDX-License-Identifier: MIT */
#include "lesionbench/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct lb_output {
    FILE *stream;
    char *path;
    char *partial; /* NULL once published */
};

char *
lb_partial_path(const char *path, lb_error *err)
{
    return lb_format(err, "%s.partial", path);
}

lb_status
lb_output_open(lb_output **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_output *output = NULL;
    LB_ALLOC(output, 1);
    output->path = lb_strdup(path, err);
    output->partial = lb_partial_path(path, err);
    if (output->path == NULL || output->partial == NULL) {
        LB_TRY(LB_ERROR_MEMORY);
    }
    output->stream = fopen(output->partial, "wb");
    if (output->stream == NULL) {
        LB_TRY(lb_fail_errno(err, "%s: cannot write", path));
    }
    *out = output;
    output = NULL;
cleanup:
    lb_output_close(output);
    return status;
}

FILE *
lb_output_stream(lb_output *output)
{
    return output->stream;
}

lb_status
lb_output_commit(lb_output *output, lb_error *err)
{
    errno = 0;
    bool failed = ferror(output->stream) != 0;
    failed = fflush(output->stream) != 0 || failed;
    int reason = errno;
    failed = fclose(output->stream) != 0 || failed;
    output->stream = NULL;
    if (failed) {
        errno = reason != 0 ? reason : (errno != 0 ? errno : EIO);
        return lb_fail_errno(err, "%s: cannot write", output->path);
    }
    lb_status status = lb_publish(output->partial, output->path, err);
    if (status == LB_OK) {
        lb_free(output->partial);
        output->partial = NULL;
    }
    return status;
}

void
lb_output_close(lb_output *output)
{
    if (output == NULL) {
        return;
    }
    if (output->stream != NULL) {
        fclose(output->stream);
    }
    if (output->partial != NULL) {
        unlink(output->partial);
    }
    lb_free(output->partial);
    lb_free(output->path);
    lb_free(output);
}

lb_status
lb_publish(const char *partial, const char *path, lb_error *err)
{
    int file = open(partial, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return lb_fail_errno(err, "%s: cannot write", path);
    }
    int synced = fsync(file);
    if (close(file) != 0 || synced != 0 || rename(partial, path) != 0) {
        return lb_fail_errno(err, "%s: cannot write", path);
    }
    return LB_OK;
}

lb_status
lb_make_directories(const char *path, lb_error *err)
{
    char *copy = lb_strdup(path, err);
    if (copy == NULL) {
        return err->code;
    }
    lb_status status = LB_OK;
    for (char *c = copy + 1; status == LB_OK; c++) {
        char kept = *c;
        if (kept != '/' && kept != '\0') {
            continue;
        }
        *c = '\0';
        struct stat about;
        if (mkdir(copy, 0777) != 0 && errno != EEXIST) {
            status = lb_fail_errno(err, "%s: cannot make the folder", path);
        } else if (stat(copy, &about) != 0 || !S_ISDIR(about.st_mode)) {
            status = lb_fail(err, LB_ERROR_IO, "%s: is not a folder", copy);
        }
        *c = kept;
        if (kept == '\0') {
            break;
        }
    }
    lb_free(copy);
    return status;
}

bool
lb_exists(const char *path)
{
    return access(path, F_OK) == 0;
}
