/* SPDX-License-Identifier: MIT */
/* Plain files, and whole small ones in memory. */
#ifndef LESIONBENCH_FILE_BYTES_H
#define LESIONBENCH_FILE_BYTES_H

#include "lesionbench/base.h"
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whether path is a plain file that holds what it should: *size is its length. A link to nothing, a
 * folder, a pipe, a device, and the small text that git-annex or Git LFS leave in the place of a
 * file whose content is not here are LB_ERROR_IO; the message says how to fetch the content. */
lb_status lb_file_check(size_t *size, const char *path, lb_error *err);
/* Opens a plain file for reading; *size is its length. A folder, a pipe (which would block), a
 * device or a missing file is LB_ERROR_IO. */
lb_status lb_file_open(FILE **out, size_t *size, const char *path, lb_error *err);
/* *out holds the file and a zero byte after it; the caller frees it with lb_free(). Plain files
 * of up to 4 GiB only. */
lb_status lb_file_read(char **out, size_t *size, const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
