/* SPDX-License-Identifier: MIT */
/* Output files that are never half-written under their final name: they grow under the name
 * PATH.partial, are synced, then renamed. */
#ifndef LESIONBENCH_OUTPUT_H
#define LESIONBENCH_OUTPUT_H

#include <stdio.h>

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_atomic_file lb_atomic_file;

/* Opens PATH.partial for writing; LB_ERROR_IO where another process is writing it. Free with
 * lb_atomic_file_close(), which removes it unless committed. */
lb_status lb_atomic_file_open(lb_atomic_file **out, const char *path, lb_error *err);
/* The stream to write to; borrowed, never fclose it. */
FILE *lb_atomic_file_stream(lb_atomic_file *output);
/* Flushes, checks for short writes, syncs and renames to the final name. */
lb_status lb_atomic_file_commit(lb_atomic_file *output, lb_error *err);
/* Drops what was not committed. Accepts NULL. */
void lb_atomic_file_close(lb_atomic_file *output);

/* For libraries that open files by name: the temporary name (caller frees), the first step and the
 * last. */
char *lb_partial_path(const char *path, lb_error *err);
/* Makes partial, the temporary name of path, an empty file that no other process writes to as long
 * as *out is open: a descriptor that the caller closes after publishing or removing the file.
 * LB_ERROR_IO, and nothing touched, where another process is writing it. */
lb_status lb_partial_open(int *out, const char *partial, const char *path, lb_error *err);
/* Syncs partial and renames it to path. A file that it replaces hands on its permissions. */
lb_status lb_publish(const char *partial, const char *path, lb_error *err);

/* mkdir -p; fine where it exists already. */
lb_status lb_make_directories(const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
