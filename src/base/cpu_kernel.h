/* SPDX-License-Identifier: MIT */
/* A function that is compiled once for each instruction set:
 *
 *   LB_KERNEL(void, add, (float *restrict sum, const float *restrict values, size_t n),
 *             (sum, values, n))
 *   {
 *       ...
 *   }
 *
 * defines the static function add(), which calls the variant of lb_cpu_get(). Results are the same
 * bits on every set where products and sums are not fused (-ffp-contract=off, which is the rule).
 */
#ifndef LB_BASE_CPU_KERNEL_H
#define LB_BASE_CPU_KERNEL_H

#include "cpu.h"

/* Types cannot stand in parentheses. NOLINTBEGIN(bugprone-macro-parentheses) */
#if defined(__x86_64__)

#define LB_KERNEL(type, name, parameters, arguments)                                            \
    static inline __attribute__((always_inline)) type name##_body parameters;                   \
    static type name##_baseline parameters                                                      \
    {                                                                                           \
        return name##_body arguments;                                                           \
    }                                                                                           \
    __attribute__((target("avx2,fma"))) static type name##_avx2 parameters                      \
    {                                                                                           \
        return name##_body arguments;                                                           \
    }                                                                                           \
    __attribute__((                                                                             \
        target("avx512f,avx512bw,avx512dq,avx512vl,fma"))) static type name##_avx512 parameters \
    {                                                                                           \
        return name##_body arguments;                                                           \
    }                                                                                           \
    static type(*const name##_table[LB_CPUS])                                                   \
        parameters = {name##_baseline, name##_avx2, name##_avx512};                             \
    static type name parameters                                                                 \
    {                                                                                           \
        return name##_table[lb_cpu_get()] arguments;                                            \
    }                                                                                           \
    static inline type name##_body parameters

#else

#define LB_KERNEL(type, name, parameters, arguments) static type name parameters

#endif
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
