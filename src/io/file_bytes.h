/* SPDX-License-Identifier: MIT */
/* Whole small files in memory. */
#ifndef LB_FILE_BYTES_H
#define LB_FILE_BYTES_H

#include "lesionbench/base.h"

/* *out holds the file and a zero byte after it; the caller frees it with lb_free(). */
lb_status lb_file_read(char **out, size_t *size, const char *path, lb_error *err);

#endif
