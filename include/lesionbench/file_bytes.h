/* SPDX-License-Identifier: MIT */
/* Whole small files in memory. */
#ifndef LESIONBENCH_FILE_BYTES_H
#define LESIONBENCH_FILE_BYTES_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *out holds the file and a zero byte after it; the caller frees it with lb_free(). Plain files
 * only: a folder, a pipe or a missing file is LB_ERROR_IO. */
lb_status lb_file_read(char **out, size_t *size, const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
