/* SPDX-License-Identifier: MIT */
/* Files in the address space: their pages come when they are read, and are no copy. */
#ifndef LB_IO_FILE_MAP_H
#define LB_IO_FILE_MAP_H

#include "lesionbench/base.h"

typedef struct lb_file_map {
    const uint8_t *bytes; /* NULL where the file is empty */
    size_t size;
} lb_file_map;

/* Plain files only: a folder, a pipe, a device or a missing file is LB_ERROR_IO. Others must not
 * shorten the file before lb_file_map_close(). */
lb_status lb_file_map_open(lb_file_map *out, const char *path, lb_error *err);
void lb_file_map_close(lb_file_map *map); /* accepts what is zero */
/* Gives back the memory of the pages that hold these bytes of a map. They stay readable: the system
 * gets them from the file anew. */
void lb_file_map_forget(const void *bytes, size_t size);

#endif
