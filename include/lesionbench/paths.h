/* SPDX-License-Identifier: MIT */
/* Questions about paths. Each has three answers: yes, no, and an error if the answer cannot be
 * known. A dangling link, a folder without search permission and a loop of links are errors, never
 * "no": behind them may be a table or a mask that changes every result. */
#ifndef LESIONBENCH_PATHS_H
#define LESIONBENCH_PATHS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *out: true if the path exists. LB_ERROR_IO as from lb_fail_path(). */
lb_status lb_path_exists(bool *out, const char *path, lb_error *err);
/* *out: true if the path is a folder or a link to one. A git-annex link without its content is not
 * a folder: git-annex stores files only. */
lb_status lb_path_is_folder(bool *out, const char *path, lb_error *err);
/* True if the name is in use, even by a dangling link. For names of files to be written, and for
 * strings that may or may not be a path. */
bool lb_path_is_taken(const char *path);
/* True if both paths lead to one file (same device and inode, after links). False if either leads
 * nowhere. */
bool lb_path_is_same(const char *a, const char *b);
/* LB_ERROR_IO for a path that the system refused, with the reason of errno. If the path is, or
 * leads through, a dangling link, the message names the link's target. For a link of git-annex
 * (DataLad) it names the command that fetches the content. */
lb_status lb_fail_path(lb_error *err, const char *path);

#ifdef __cplusplus
}
#endif

#endif
