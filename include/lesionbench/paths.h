/* SPDX-License-Identifier: MIT */
/* What a path names. Each question has three answers: yes, no, and an error where that cannot be
 * known. A link to nothing, a folder that may not be searched and a loop of links are errors, never
 * "no": what they hide may be a table or a mask that changes every result. */
#ifndef LESIONBENCH_PATHS_H
#define LESIONBENCH_PATHS_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *out: whether the path names anything. LB_ERROR_IO as lb_fail_path() says it. */
lb_status lb_path_exists(bool *out, const char *path, lb_error *err);
/* *out: whether the path names a folder, or a link to one. A git-annex link without its content is
 * not a folder: git-annex keeps files alone. */
lb_status lb_path_is_folder(bool *out, const char *path, lb_error *err);
/* Whether the name itself is taken, be it by a link to nothing: for names to be written, and for
 * texts that may be a path or something else. */
bool lb_path_is_taken(const char *path);
/* Whether both paths lead to one file (device and inode, after links). False where one of them
 * leads nowhere. */
bool lb_path_is_same(const char *a, const char *b);
/* LB_ERROR_IO for a path that the system refused, with the reason of errno. Where the path is, or
 * leads through, a link to nothing, the message names the link's target; for a link of git-annex
 * (DataLad) it names the command that fetches the content. */
lb_status lb_fail_path(lb_error *err, const char *path);

#ifdef __cplusplus
}
#endif

#endif
