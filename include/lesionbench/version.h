/* SPDX-License-Identifier: MIT */
/* The version of the library, as in CMakeLists.txt. */
#ifndef LESIONBENCH_VERSION_H
#define LESIONBENCH_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* "0.2.0" */
const char *lb_version(void);
/* The commit of the source, from `git describe` at build time: "e71522365f4a", with the suffix
 * "-dirty" if files had changed. "unknown" if the source was not in a git repository. */
const char *lb_commit(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
