/* SPDX-License-Identifier: MIT */
/* Compiled for AVX-512 (F, BW, DQ, VL): 28 sums, 2 weights and a value fill the 32 registers. */
#include <immintrin.h>

#define LB_KERNELS lb_winograd_avx512
#define LB_LANES 16
#define LB_GROUP 14
#define LB_LANE_WORD uint16_t
#define LB_LANE_BITS                                                                \
    {                                                                               \
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768 \
    }
#define LB_POSITIVE(v) ((uint16_t)_mm512_cmp_ps_mask((__m512)(v), _mm512_setzero_ps(), _CMP_GT_OQ))

#include "winograd_kernels.h"
