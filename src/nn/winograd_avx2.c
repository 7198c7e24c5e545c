/* SPDX-License-Identifier: MIT */
/* Compiled for AVX2 and FMA: 10 sums, 2 weights and a value in the 16 registers. */
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define LB_KERNELS lb_winograd_avx2
#define LB_LANES 8
#define LB_GROUP 5

#include "vector.h"

/* v where the bits of the vector `at`, of an array with one for each float, are set; else 0. */
ALWAYS vec
kept(const uint32_t *bits, size_t at, vec v)
{
    const __m256i each = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    __m256i word = _mm256_set1_epi32(((const uint8_t *)bits)[at]); /* bytes may alias */
    __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(word, each), each);
    return (vec)_mm256_and_ps((__m256)v, _mm256_castsi256_ps(set));
}

ALWAYS void
mark_positive(uint32_t *bits, size_t at, vec v)
{
    __m256 above = _mm256_cmp_ps((__m256)v, _mm256_setzero_ps(), _CMP_GT_OQ);
    ((uint8_t *)bits)[at] = (uint8_t)_mm256_movemask_ps(above);
}

/* v where the choice is this corner; else 0. */
ALWAYS vec
chosen(const uint8_t *argmax, int corner, vec v)
{
    __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)argmax));
    __m256i equal = _mm256_cmpeq_epi32(bytes, _mm256_set1_epi32(corner));
    return (vec)_mm256_and_ps((__m256)v, _mm256_castsi256_ps(equal));
}

/* The lowest byte of each lane, which must be below 128. */
ALWAYS void
store_bytes(uint8_t *to, int32_t __attribute__((vector_size(4 * LB_LANES))) v)
{
    __m256i wide = (__m256i)v;
    __m128i words =
        _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    _mm_storel_epi64((void *)to, _mm_packs_epi16(words, words));
}

#include "winograd_kernels.h"
