/* SPDX-License-Identifier: MIT */
/* Which lesionbench this is. The version is the one in CMakeLists.txt. */
#ifndef LESIONBENCH_VERSION_H
#define LESIONBENCH_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* "0.2.0" */
const char *lb_version(void);
/* What `git describe` said of the source when the program was built: "e71522365f4a", with "-dirty"
 * at its end where files had changed. "unknown" where the source was in no git repository. */
const char *lb_commit(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
