/* SPDX-License-Identifier: MIT */
/* NumPy's legacy stream. Definitions: Matsumoto and Nishimura, Mersenne Twister, ACM TOMACS 1998
 * (MT19937, init_genrand); numpy.random.RandomState for how integers and shuffles are drawn. */
#include "lesionbench/random.h"

#include "cpu_kernel.h"

enum { N = 624, M = 397 };

void
lb_numpy_seed(lb_numpy_random *random, uint32_t seed)
{
    random->state[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        uint32_t previous = random->state[i - 1];
        random->state[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
    }
    random->position = N;
}

static uint32_t
twist(uint32_t high, uint32_t low)
{
    uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
    return (y >> 1) ^ ((0 - (y & 1)) & 0x9908b0dfu);
}

/* In two stretches and a last word, so that no index needs a remainder and lanes go side by side:
 * in the second, what is read was written N - M words before. */
LB_KERNEL(void, refill, (lb_numpy_random * random), (random))
{
    uint32_t *s = random->state;
#pragma omp simd
    for (size_t i = 0; i < N - M; i++) {
        s[i] = s[i + M] ^ twist(s[i], s[i + 1]);
    }
#pragma omp simd safelen(N - M)
    for (size_t i = N - M; i < N - 1; i++) {
        s[i] = s[i + M - N] ^ twist(s[i], s[i + 1]);
    }
    s[N - 1] = s[M - 1] ^ twist(s[N - 1], s[0]);
    random->position = 0;
}

static uint32_t
temper(uint32_t y)
{
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

static uint32_t
next_u32(lb_numpy_random *random)
{
    if (random->position == N) {
        refill(random);
    }
    return temper(random->state[random->position++]);
}

/* 53 bits from two words. Both parts fit into int32_t, whose conversion is one instruction. */
static double
to_double(uint32_t first, uint32_t second)
{
    return ((int32_t)(first >> 5) * 67108864.0 + (int32_t)(second >> 6)) * 0x1p-53;
}

double
lb_numpy_rand(lb_numpy_random *random)
{
    uint32_t first = next_u32(random);
    return to_double(first, next_u32(random));
}

/* The next words, up to the end of the state; their number. */
LB_KERNEL(size_t, draw, (uint32_t *restrict words, size_t count, lb_numpy_random *random),
          (words, count, random))
{
    if (random->position == N) {
        refill(random);
    }
    const uint32_t *s = random->state + random->position;
    size_t left = N - random->position, n = count < left ? count : left;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        words[i] = temper(s[i]);
    }
    random->position += (unsigned)n;
    return n;
}

LB_KERNEL(void, to_doubles, (double *restrict out, const uint32_t *restrict words, size_t count),
          (out, words, count))
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        out[i] = to_double(words[2 * i], words[2 * i + 1]);
    }
}

void
lb_numpy_fill(lb_numpy_random *random, double *out, size_t count)
{
    enum { BLOCK = 512 };
    uint32_t words[2 * BLOCK];
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t n = count - first < BLOCK ? count - first : BLOCK;
        for (size_t drawn = 0; drawn < 2 * n;) {
            drawn += draw(words + drawn, 2 * n - drawn, random);
        }
        to_doubles(out + first, words, n);
    }
}

/* Uniform in 0 .. max by rejection under the smallest mask of ones that covers max. */
static uint64_t
masked(lb_numpy_random *random, uint64_t max)
{
    uint64_t mask = max;
    for (unsigned shift = 1; shift < 64; shift *= 2) {
        mask |= mask >> shift;
    }
    if (max == 0) {
        return 0;
    }
    for (;;) {
        uint64_t value = next_u32(random);
        if (max > UINT32_MAX) {
            value = value << 32 | next_u32(random);
        }
        value &= mask;
        if (value <= max) {
            return value;
        }
    }
}

int64_t
lb_numpy_randint(lb_numpy_random *random, int64_t low, int64_t high)
{
    uint64_t range = (uint64_t)high - (uint64_t)low - 1;
    return (int64_t)((uint64_t)low + masked(random, range));
}

void
lb_numpy_shuffle_list(lb_numpy_random *random, size_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)masked(random, i - 1);
        size_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}
