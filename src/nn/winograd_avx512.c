/* SPDX-License-Identifier: MIT */
/* Compiled for AVX-512 (F, BW, DQ, VL): 28 sums, 2 weights and a value fill the 32 registers. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LB_KERNELS lb_winograd_avx512
#define LB_LANES 16
#define LB_GROUP 14

#include "vector.h"

/* v where the bits of the vector `at`, of an array with one for each float, are set; else 0. */
ALWAYS vec
kept(const uint32_t *bits, size_t at, vec v)
{
    uint16_t word;
    memcpy(&word, (const char *)bits + at * sizeof word, sizeof word);
    return (vec)_mm512_maskz_mov_ps(word, (__m512)v);
}

ALWAYS void
mark_positive(uint32_t *bits, size_t at, vec v)
{
    uint16_t word = _mm512_cmp_ps_mask((__m512)v, _mm512_setzero_ps(), _CMP_GT_OQ);
    memcpy((char *)bits + at * sizeof word, &word, sizeof word);
}

/* v where the choice is this corner; else 0. */
ALWAYS vec
chosen(const uint8_t *argmax, int corner, vec v)
{
    __m128i wanted = _mm_set1_epi8((char)corner), bytes = _mm_loadu_si128((const void *)argmax);
    return (vec)_mm512_maskz_mov_ps(_mm_cmpeq_epi8_mask(bytes, wanted), (__m512)v);
}

/* The lowest byte of each lane. */
ALWAYS void
store_bytes(uint8_t *to, int32_t __attribute__((vector_size(4 * LB_LANES))) v)
{
    _mm_storeu_si128((void *)to, _mm512_cvtepi32_epi8((__m512i)v));
}

#include "winograd_kernels.h"
