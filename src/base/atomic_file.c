/* SPDX-License-Identifier: MIT */
#include "lesionbench/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform.h"

struct lb_atomic_file {
    FILE *stream;
    char *path;
    char *partial; /* NULL until opened and once published */
    int lock;      /* descriptor that holds the lock on partial; -1: none */
};

char *
lb_partial_path(const char *path, lb_error *err)
{
    return lb_format(err, "%s.partial", path);
}

/* Whether the name still leads to the opened file. */
static bool
is_named(int file, const char *name)
{
    struct stat opened, named;
    return fstat(file, &opened) == 0 && stat(name, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

lb_status
lb_partial_open(int *out, const char *partial, const char *path, lb_error *err)
{
    enum { TRIES = 100 };
    struct stat there;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        return lb_fail(err, LB_ERROR_IO, "%s: cannot write: it is there already and is %s", path,
                       S_ISDIR(there.st_mode) ? "a folder" : "not a plain file");
    }
    for (int i = 0; i < TRIES; i++) {
        int file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (file < 0) {
            return lb_fail_errno(err, "%s: cannot write", path);
        }
        if (!lb_platform_lock_file(file)) {
            close(file);
            break;
        }
        if (is_named(file, partial)) {
            if (ftruncate(file, 0) != 0) {
                lb_fail_errno(err, "%s: cannot write", path);
                close(file);
                return err->code;
            }
            *out = file;
            return LB_OK;
        }
        close(file); /* another writer finished, and so renamed it, before the lock was ours */
    }
    return lb_fail(err, LB_ERROR_IO, "%s: another process is writing it", path);
}

lb_status
lb_atomic_file_open(lb_atomic_file **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *partial = NULL;
    int file = -1;
    LB_ALLOC(output, 1);
    output->lock = -1;
    output->path = lb_strdup(path, err);
    partial = lb_partial_path(path, err);
    if (output->path == NULL || partial == NULL) {
        LB_TRY(LB_ERROR_MEMORY);
    }
    LB_TRY(lb_partial_open(&output->lock, partial, path, err));
    output->partial = partial; /* from here on ours to remove */
    partial = NULL;
    file = fcntl(output->lock, F_DUPFD_CLOEXEC, 0);
    output->stream = file >= 0 ? fdopen(file, "wb") : NULL;
    if (output->stream == NULL) {
        lb_fail_errno(err, "%s: cannot write", path);
        if (file >= 0) {
            close(file);
        }
        LB_TRY(err->code);
    }
    *out = output;
    output = NULL;
cleanup:
    lb_free(partial);
    lb_atomic_file_close(output);
    return status;
}

FILE *
lb_atomic_file_stream(lb_atomic_file *output)
{
    return output->stream;
}

lb_status
lb_atomic_file_commit(lb_atomic_file *output, lb_error *err)
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
lb_atomic_file_close(lb_atomic_file *output)
{
    if (output == NULL) {
        return;
    }
    if (output->stream != NULL) {
        fclose(output->stream);
    }
    if (output->partial != NULL) {
        unlink(output->partial); /* before the lock goes: afterwards it may be another's */
    }
    if (output->lock >= 0) {
        close(output->lock);
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
    struct stat replaced;
    bool keeps = stat(path, &replaced) == 0 && S_ISREG(replaced.st_mode);
    int synced = keeps ? fchmod(file, replaced.st_mode & 0777) : 0;
    synced = fsync(file) != 0 ? -1 : synced;
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
