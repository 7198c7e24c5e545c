/* SPDX-License-Identifier: MIT */
#include "file_map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/platform.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/paths.h"

lb_status
lb_file_map_open(lb_file_map *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    struct stat about;
    size_t size = 0;
    lb_file_map map = {0};
    int file = -1;
    LB_TRY(lb_file_check(&size, path, err));
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe shall not block */
    if (file < 0 || fstat(file, &about) != 0) {
        LB_TRY(lb_fail_path(err, path));
    }
    if (!S_ISREG(about.st_mode)) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: is not a file", path));
    }
    if (about.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes == MAP_FAILED) {
            LB_TRY(lb_fail_errno(err, "%s: cannot map", path));
        }
        map = (lb_file_map){bytes, (size_t)about.st_size};
    }
    *out = map;
cleanup:
    if (file >= 0) {
        close(file);
    }
    return status;
}

void
lb_file_map_close(lb_file_map *map)
{
    if (map->bytes != NULL) {
        munmap((void *)(uintptr_t)map->bytes, map->size);
    }
    *map = (lb_file_map){0};
}

void
lb_file_map_forget(const void *bytes, size_t size)
{
    lb_platform_forget_pages(bytes, size);
}
