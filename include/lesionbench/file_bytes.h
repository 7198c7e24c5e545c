/* SPDX-License-Identifier: MIT */
/* Opens regular files, and reads small ones whole. */
#ifndef LESIONBENCH_FILE_BYTES_H
#define LESIONBENCH_FILE_BYTES_H

#include "lesionbench/base.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Checks that path is a regular file with its content. *size: its length in bytes. LB_ERROR_IO for
 * a dangling link, a directory, a pipe, a device, and the small pointer file that git-annex or Git
 * LFS leave if the content is missing. The message says how to fetch the content. */
lb_status lb_file_check(size_t *size, const char *path, lb_error *err);
/* Opens a regular file for reading. *size: its length in bytes. LB_ERROR_IO for a directory, a pipe
 * (which would block), a device or a missing file. The caller closes *out (fclose). */
lb_status lb_file_open(FILE **out, size_t *size, const char *path, lb_error *err);
/* Reads a regular file of up to 4 GiB. *out: its bytes and a zero byte after them; the caller frees
 * it (lb_free). */
lb_status lb_file_read(char **out, size_t *size, const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
