/* SPDX-License-Identifier: MIT */
#include "lesionbench/paths.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_TARGET = 4096, SHOWN = 300 };

/* The first link on the way that leads nowhere: *length is the length of its name at the start of
 * path, 0 where there is none. */
static lb_status
find_broken_link(size_t *length, char target[LONGEST_TARGET], const char *path, lb_error *err)
{
    struct stat about;
    *length = 0;
    target[0] = '\0';
    char *name = lb_strdup(path, err);
    if (name == NULL) {
        return err->code;
    }
    size_t end = 0;
    for (bool more = name[0] != '\0'; more && *length == 0; end++) {
        end += strspn(name + end, "/");
        end += strcspn(name + end, "/");
        more = name[end] != '\0';
        name[end] = '\0';
        if (lstat(name, &about) != 0) {
            break; /* nothing behind it can be looked at */
        }
        if (S_ISLNK(about.st_mode) && stat(name, &about) != 0) {
            ssize_t got = readlink(name, target, LONGEST_TARGET - 1);
            target[got > 0 ? got : 0] = '\0';
            *length = end;
        }
        name[end] = more ? '/' : '\0';
    }
    lb_free(name);
    return LB_OK;
}

static bool
is_annexed(const char *target)
{
    return strstr(target, "annex/objects/") != NULL;
}

/* The reason that stat() gave for not reaching path. */
static lb_status
fail_with(int reason, const char *path, lb_error *err)
{
    size_t length = 0;
    char target[LONGEST_TARGET];
    lb_status status = find_broken_link(&length, target, path, err);
    if (status != LB_OK) {
        return status;
    }
    if (length > 0 && is_annexed(target)) {
        return lb_fail(err, LB_ERROR_IO,
                       "%s: its content is not here: fetch it with 'datalad get %.*s' (it is a "
                       "git-annex link to '%.*s')",
                       path, (int)length, path, SHOWN, target);
    }
    errno = reason;
    if (length > 0) {
        return lb_fail_errno(err, "%s: %s%.*s%s a link to '%.*s', which cannot be reached", path,
                             path[length] != '\0' ? "'" : "",
                             path[length] != '\0' ? (int)length : 0, path,
                             path[length] != '\0' ? "' is" : "is", SHOWN, target);
    }
    return lb_fail_errno(err, "%s", path);
}

lb_status
lb_fail_path(lb_error *err, const char *path)
{
    return fail_with(errno, path, err);
}

/* *there is false where nothing has this name. */
static lb_status
look(bool *there, struct stat *about, const char *path, lb_error *err)
{
    size_t length = 0;
    char target[LONGEST_TARGET];
    *there = stat(path, about) == 0;
    if (*there) {
        return LB_OK;
    }
    int reason = errno;
    lb_status status = find_broken_link(&length, target, path, err);
    /* No file can have a name that is too long. */
    if (status == LB_OK && (length > 0 || (reason != ENOENT && reason != ENAMETOOLONG))) {
        status = fail_with(reason, path, err);
    }
    return status;
}

lb_status
lb_path_exists(bool *out, const char *path, lb_error *err)
{
    struct stat about;
    bool there = false;
    lb_status status = look(&there, &about, path, err);
    if (status == LB_OK) {
        *out = there;
    }
    return status;
}

lb_status
lb_path_is_folder(bool *out, const char *path, lb_error *err)
{
    struct stat about;
    bool there = false;
    size_t length = 0;
    char target[LONGEST_TARGET];
    if (look(&there, &about, path, err) != LB_OK) {
        lb_error ignored;
        if (find_broken_link(&length, target, path, &ignored) != LB_OK || path[length] != '\0' ||
            !is_annexed(target)) {
            return err->code;
        }
    }
    *out = there && S_ISDIR(about.st_mode);
    return LB_OK;
}

bool
lb_path_is_same(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

bool
lb_path_is_taken(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}
