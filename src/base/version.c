/* SPDX-License-Identifier: MIT */
#include "lesionbench/version.h"

#include <stddef.h>

/* Defined in the file that cmake/commit.cmake writes. Programs link that file, tests do not: a
 * commit would link them all again. */
extern const char lb_commit_text[] __attribute__((weak));

const char *
lb_version(void)
{
    return LB_VERSION;
}

const char *
lb_commit(void)
{
    return lb_commit_text != NULL ? lb_commit_text : "unknown";
}
