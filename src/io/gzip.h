/* SPDX-License-Identifier: MIT */
/* Files that may be gzipped or plain, for readers that trust neither. */
#ifndef LB_IO_GZIP_H
#define LB_IO_GZIP_H

#include <zlib.h>

#include "lesionbench/base.h"

/* gzip shrinks by less than this, so that a header that claims more is damaged. */
enum { LB_GZIP_MAX_RATIO = 1100 };

/* The most bytes that a file of that size can hold. Call it after the first read. */
size_t lb_gzip_room(gzFile stream, size_t file_size);
lb_status lb_gzip_open(gzFile *out, size_t *file_size, const char *path, lb_error *err);
/* Reads to the end, and tells whether the file is whole: gzip's checksum stands behind its data,
 * and before it no more than some padding. */
bool lb_gzip_ends_well(gzFile stream);

#endif
