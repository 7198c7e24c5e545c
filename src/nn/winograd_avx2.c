/* SPDX-License-Identifier: MIT */
/* Compiled for AVX2 and FMA: 10 sums, 2 weights and a value in the 16 registers. */
#include <immintrin.h>

#define LB_KERNELS lb_winograd_avx2
#define LB_LANES 8
#define LB_GROUP 5
#define LB_LANE_WORD uint8_t
#define LB_LANE_BITS                \
    {                               \
        1, 2, 4, 8, 16, 32, 64, 128 \
    }
#define LB_POSITIVE(v) \
    ((uint8_t)_mm256_movemask_ps(_mm256_cmp_ps((__m256)(v), _mm256_setzero_ps(), _CMP_GT_OQ)))

#include "winograd_kernels.h"
