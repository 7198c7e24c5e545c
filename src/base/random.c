/* SPDX-License-Identifier: MIT */
#include "lesionbench/random.h"

#include <math.h>

/* The constants of Philox4x32 and the round count are those of Salmon et al. 2011, section 3.3. */
enum { PHILOX_ROUNDS = 10 };

static void
philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void
lb_random_init(lb_random *random, uint64_t seed, lb_purpose purpose, uint64_t item)
{
    random->key[0] = (uint32_t)seed;
    random->key[1] = (uint32_t)(seed >> 32) ^ ((uint32_t)purpose << 24);
    random->counter[0] = 0;
    random->counter[1] = (uint32_t)purpose;
    random->counter[2] = (uint32_t)item;
    random->counter[3] = (uint32_t)(item >> 32);
    random->used = 4;
}

uint32_t
lb_random_u32(lb_random *random)
{
    if (random->used == 4) {
        philox(random->block, random->counter, random->key);
        random->counter[0]++; /* 2^34 bytes before it wraps: more than any item draws */
        random->used = 0;
    }
    return random->block[random->used++];
}

double
lb_random_uniform(lb_random *random)
{
    uint64_t high = lb_random_u32(random) >> 5;
    uint64_t low = lb_random_u32(random) >> 6;
    return (double)(high << 26 | low) * 0x1p-53;
}

double
lb_random_normal(lb_random *random)
{
    double radius = sqrt(-2.0 * log(1.0 - lb_random_uniform(random)));
    return radius * cos(6.283185307179586477 * lb_random_uniform(random));
}

uint32_t
lb_random_below(lb_random *random, uint32_t n)
{
    /* Lemire, Fast random integer generation in an interval, ACM TOMACS 2019. */
    uint64_t product = (uint64_t)lb_random_u32(random) * n;
    if ((uint32_t)product < n) {
        uint32_t threshold = (0u - n) % n;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)lb_random_u32(random) * n;
        }
    }
    return (uint32_t)(product >> 32);
}

void
lb_random_shuffle(lb_random *random, size_t *items, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = lb_random_below(random, (uint32_t)i);
        size_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}
