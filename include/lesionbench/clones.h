/* SPDX-License-Identifier: MIT */
/* Compiles a function for several instruction sets; the machine's best is picked at load time. Not
 * under sanitizers, whose runtime is not up yet when the loader picks. */
#ifndef LESIONBENCH_CLONES_H
#define LESIONBENCH_CLONES_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define LB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LB_CLONES
#endif

#endif
