/* SPDX-License-Identifier: MIT */
/* Vectors of LB_LANES floats, which the including file defines before, as it chooses the
 * instructions that they are compiled to. */
#ifndef LB_NN_VECTOR_H
#define LB_NN_VECTOR_H

#include <string.h>

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

ALWAYS vec
to_all_lanes(float value)
{
    return value - zero();
}

#endif
