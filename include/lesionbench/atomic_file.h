/* SPDX-License-Identifier: MIT */
/* Atomic output files. A file grows under the name PATH.partial, is synced, and is then renamed. So
 * a file under its final name is always complete. */
#ifndef LESIONBENCH_ATOMIC_FILE_H
#define LESIONBENCH_ATOMIC_FILE_H

#include <stdio.h>

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_atomic_file lb_atomic_file;

/* Opens PATH.partial for writing. LB_ERROR_IO if another process is writing it. Free *out with
 * lb_atomic_file_close(), which removes PATH.partial unless it was committed. */
lb_status lb_atomic_file_open(lb_atomic_file **out, const char *path, lb_error *err);
/* The stream to write to; borrowed, never fclose it. */
FILE *lb_atomic_file_stream(lb_atomic_file *output);
/* Flushes, checks for short writes, syncs and renames to the final name. */
lb_status lb_atomic_file_commit(lb_atomic_file *output, lb_error *err);
/* Drops what was not committed. Accepts NULL. */
void lb_atomic_file_close(lb_atomic_file *output);

/* The name PATH.partial, for libraries that open files by name. The caller frees it (lb_free). NULL
 * with err set. */
char *lb_partial_path(const char *path, lb_error *err);
/* Creates partial, the temporary name of path, as an empty file, and locks it. *out: the descriptor
 * that holds the lock; the caller closes it after lb_publish() or after removing the file.
 * LB_ERROR_IO if another process is writing the file; nothing is changed then. */
lb_status lb_partial_open(int *out, const char *partial, const char *path, lb_error *err);
/* Syncs partial and renames it to path. An existing file at path is replaced; its permissions are
 * kept. */
lb_status lb_publish(const char *partial, const char *path, lb_error *err);

/* mkdir -p. No error if the directory exists. */
lb_status lb_make_directories(const char *path, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
