/* SPDX-License-Identifier: MIT */
/* Vectors of LB_LANES floats, which the including file defines before, as it chooses the
 * instructions that they are compiled to. */
#ifndef LB_NN_VECTOR_H
#define LB_NN_VECTOR_H

#include <string.h>
#if defined(__FMA__)
#include <immintrin.h>
#endif

#define ALWAYS static inline __attribute__((always_inline))
/* For loops whose bounds are constants wherever they are inlined, so that arrays become registers.
 */
#define UNROLL _Pragma("GCC unroll 36")

typedef float vec __attribute__((vector_size(4 * LB_LANES)));

ALWAYS vec
load(const float *from)
{
    vec v;
    memcpy(&v, from, sizeof v);
    return v;
}

ALWAYS void
store(float *to, vec v)
{
    memcpy(to, &v, sizeof v);
}

ALWAYS vec
zero(void)
{
    return (vec){0};
}

/* a b + c with one rounding if the machine has fused multiply-add, whatever the compiler chooses:
 * the same bits in every build. */
ALWAYS vec
fused(vec a, vec b, vec c)
{
#if defined(__AVX512F__) && LB_LANES == 16
    return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && LB_LANES == 8
    return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

ALWAYS vec
to_all_lanes(float value)
{
    return value - zero();
}

#endif
