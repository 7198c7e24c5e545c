/* SPDX-License-Identifier: MIT */
/* Which instruction set the kernels use. One answer for the whole process: this project's kernels,
 * the layout between layers and oneDNN follow it. The environment can lower it, never raise it:
 *
 *   LESIONBENCH_CPU      baseline, avx2 or avx512; empty or unset: no limit
 *   ONEDNN_MAX_CPU_ISA   oneDNN's own limit (also DNNL_MAX_CPU_ISA), for example AVX2
 *
 * The lower of the two limits counts, for this project's kernels and for oneDNN. */
#ifndef LB_BASE_CPU_H
#define LB_BASE_CPU_H

#include "lesionbench/base.h"

typedef enum lb_cpu {
    LB_CPU_BASELINE, /* what every processor of the architecture has: SSE2 on x86-64 */
    LB_CPU_AVX2,     /* AVX2 and FMA */
    LB_CPU_AVX512,   /* AVX-512 F, BW, DQ and VL */
    LB_CPUS
} lb_cpu;

/* The set in use. The first call reads the processor and the environment; any thread may make it.
 */
lb_cpu lb_cpu_get(void);
/* What the processor has, whatever the environment says. */
lb_cpu lb_cpu_machine(void);
/* "baseline", "avx2", "avx512" */
const char *lb_cpu_name(lb_cpu cpu);
/* Whether LESIONBENCH_CPU asks for less than ONEDNN_MAX_CPU_ISA allows: oneDNN does not read the
 * former, and must be told lb_cpu_get(). */
bool lb_cpu_limits_onednn(void);

/* The set that these two values of the environment and this processor give, where NULL is unset.
 * LB_ERROR_ARGUMENT where `own` is not the name of a set. */
lb_status lb_cpu_choose(lb_cpu *out, lb_cpu machine, const char *own, const char *onednn,
                        lb_error *err);

#endif
