/* SPDX-License-Identifier: MIT */
/* NumPy's legacy stream. Definitions: Matsumoto and Nishimura, Mersenne Twister, ACM TOMACS 1998
 * (MT19937, init_genrand); numpy.random.RandomState for how integers and shuffles are drawn. */
#include "lesionbench/random.h"

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

static void
refill(lb_numpy_random *random)
{
    uint32_t *s = random->state;
    for (unsigned i = 0; i < N; i++) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % N] & 0x7fffffffu);
        s[i] = s[(i + M) % N] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908b0dfu : 0);
    }
    random->position = 0;
}

static uint32_t
next_u32(lb_numpy_random *random)
{
    if (random->position == N) {
        refill(random);
    }
    uint32_t y = random->state[random->position++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

double
lb_numpy_rand(lb_numpy_random *random)
{
    uint32_t a = next_u32(random) >> 5;
    uint32_t b = next_u32(random) >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
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
