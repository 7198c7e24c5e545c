/* SPDX-License-Identifier: MIT */
/* What POSIX.1-2008 does not say, and each system does in its own way. platform.c and
 * platform_memory.c are the files to change for another system than Linux. */
#ifndef LB_BASE_PLATFORM_H
#define LB_BASE_PLATFORM_H

#include "lesionbench/base.h"

/* Asks for large pages. A refusal does no harm. */
void lb_platform_use_huge_pages(void *start, size_t bytes);
/* Gives back the pages of a mapped file that these bytes touch; they are read again when used. A
 * refusal does no harm. */
void lb_platform_forget_pages(const void *bytes, size_t size);
/* Zeroed memory. what: "cannot hold 5 bytes of <what>". */
lb_status lb_platform_map_memory(void **out, size_t bytes, const char *what, lb_error *err);
/* Zeroed memory in a temporary file without a name, which vanishes with the process. All of the
 * file is allocated: a full disk is an error here and not a signal at a later write. */
lb_status lb_platform_map_temporary(void **out, size_t bytes, const char *what, lb_error *err);
void lb_platform_unmap(void *start, size_t bytes); /* accepts NULL */

/* A lock for writing on an open file. It goes with the descriptor, also when the process is killed.
 * False where another writer holds it. Unlike a lock of the process it keeps threads apart, and it
 * does not meet the locks that HDF5 takes. A file system that cannot lock gives true. */
bool lb_platform_lock_file(int file);
/* The same for an open folder; a file system that cannot lock gives false. */
bool lb_platform_lock_folder(int folder);

enum { LB_STANDARD_OUTPUT = 1, LB_STANDARD_ERROR = 2 };
bool lb_platform_is_terminal(int stream);
/* Of standard error; 0: not known. */
size_t lb_platform_terminal_columns(void);

/* The first interrupt or request to end calls stop(); a second one kills. A file that grows above
 * the limit of the process becomes an error like a full disk. */
void lb_platform_catch_signals(void (*stop)(int signal_number));

#endif
