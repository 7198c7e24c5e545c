/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

size_t
lb_peak_memory(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0 || usage.ru_maxrss < 0) {
        return 0;
    }
    return (size_t)usage.ru_maxrss * 1024; /* Linux counts in KiB */
}

void
lb_platform_use_huge_pages(void *start, size_t bytes)
{
    (void)madvise(start, bytes, MADV_HUGEPAGE);
}

void
lb_platform_forget_pages(const void *bytes, size_t size)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = (uintptr_t)bytes / page * page;
    if (size > 0) {
        (void)madvise((void *)start, (uintptr_t)bytes + size - start, MADV_DONTNEED);
    }
}

static lb_status
map(void **out, size_t bytes, int flags, int file, const char *what, lb_error *err)
{
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, file, 0);
    if (mapped == MAP_FAILED) {
        return lb_fail_errno(err, "cannot hold %zu bytes of %s", bytes, what);
    }
    *out = mapped;
    return LB_OK;
}

lb_status
lb_platform_map_memory(void **out, size_t bytes, const char *what, lb_error *err)
{
    return map(out, bytes, MAP_PRIVATE | MAP_ANONYMOUS, -1, what, err);
}

static lb_status
open_temporary(int *out, size_t bytes, const char *what, lb_error *err)
{
    const char *folder = getenv("TMPDIR");
    folder = folder != NULL && folder[0] != '\0' ? folder : "/tmp";
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/lesionbench-XXXXXX", folder);
    bool fits = length > 0 && (size_t)length < sizeof path;
    int file = fits ? mkstemp(path) : -1;
    int reason = !fits ? ENAMETOOLONG : file < 0 ? errno : 0;
    if (file >= 0) {
        unlink(path);
        reason = posix_fallocate(file, 0, (off_t)bytes);
    }
    if (reason != 0) {
        if (file >= 0) {
            close(file);
        }
        return lb_fail(err, LB_ERROR_IO,
                       "cannot make a temporary file of %zu MB for %s in %s: %s (set TMPDIR)",
                       (bytes + 0xFFFFF) >> 20, what, folder, strerror(reason));
    }
    *out = file;
    return LB_OK;
}

lb_status
lb_platform_map_temporary(void **out, size_t bytes, const char *what, lb_error *err)
{
    int file = -1;
    lb_status status = open_temporary(&file, bytes, what, err);
    if (status == LB_OK) {
        status = map(out, bytes, MAP_SHARED, file, what, err);
        close(file); /* the mapping keeps it */
    }
    return status;
}

void
lb_platform_unmap(void *start, size_t bytes)
{
    if (start != NULL) {
        munmap(start, bytes);
    }
}

bool
lb_platform_lock_file(int file)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &whole) == 0 || (errno != EAGAIN && errno != EACCES);
}

bool
lb_platform_lock_folder(int folder)
{
    return flock(folder, LOCK_EX | LOCK_NB) == 0;
}

bool
lb_platform_is_terminal(int stream)
{
    return isatty(stream) == 1;
}

size_t
lb_platform_terminal_columns(void)
{
    struct winsize window;
    return ioctl(LB_STANDARD_ERROR, TIOCGWINSZ, &window) == 0 ? window.ws_col : 0;
}

void
lb_platform_catch_signals(void (*stop)(int signal_number))
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGXFSZ, &ignore, NULL);
}
