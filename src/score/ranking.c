/* SPDX-License-Identifier: MIT */
/* The order of a map's values, by a radix sort of their bits. Only values that are not below the
 * lowest true one have to be sorted: those below it are no true pixel's rivals. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu_kernel.h"
#include "scorer.h"

enum { DIGIT = 11, BUCKETS = 1 << DIGIT, DIGITS = 3 };

/* An unsigned number that is ordered as the floats are; -0 and 0 are equal. */
LB_KERNEL(uint32_t, fill_keys, (uint32_t *restrict out, const float *restrict map, size_t count),
          (out, map, count))
{
    uint32_t not_finite = 0;
    for (size_t i = 0; i < count; i++) {
        union {
            float value;
            uint32_t bits;
        } pun = {.value = map[i] + 0.0f};
        uint32_t bits = pun.bits, negative = -(bits >> 31);
        out[i] = bits ^ (negative | 0x80000000u);
        not_finite |= (bits & 0x7F800000u) == 0x7F800000u;
    }
    return not_finite;
}

lb_status
ranking_keys(lb_scorer *scorer, const float *map, lb_error *err)
{
    if (fill_keys(scorer->key, map, scorer->count) != 0) {
        return lb_fail(err, LB_ERROR_NUMERIC, "the map is not finite at pixel %zu",
                       lb_first_not_finite(map, scorer->count));
    }
    return LB_OK;
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The place of a value among those that differ, from 1, since 0 stands for no key. */
static uint32_t
find_rank(const double *order, size_t count, double value)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low + 1;
}

/* Over a power of two, which costs no bits; what is too small beside the greatest keeps its sign.
 */
static float
scale_down(double value, int exponent)
{
    float scaled = (float)ldexp(value, -exponent);
    return scaled != 0 || value == 0 ? scaled : copysignf(FLT_MIN, (float)copysign(1, value));
}

lb_status
ranking_keys_of_doubles(lb_scorer *scorer, const double *map, lb_error *err)
{
    double max = 0;
    size_t differ = 0;
    int exponent = 0;
    for (size_t i = 0; i < scorer->count; i++) {
        if (!isfinite(map[i])) {
            return lb_fail(err, LB_ERROR_NUMERIC, "the map is not finite at pixel %zu", i);
        }
        max = fmax(max, fabs(map[i]));
        scorer->order[i] = map[i];
    }
    qsort(scorer->order, scorer->count, sizeof *scorer->order, by_value);
    for (size_t i = 0; i < scorer->count; i++) {
        if (i == 0 || scorer->order[i] != scorer->order[differ - 1]) {
            scorer->order[differ++] = scorer->order[i];
        }
    }
    frexp(max, &exponent);
    for (size_t i = 0; i < scorer->count; i++) {
        scorer->key[i] = find_rank(scorer->order, differ, map[i]);
        scorer->scaled[i] = scale_down(map[i], exponent);
    }
    return LB_OK;
}

/* Sorts `keys` with the help of `spare`; returns where the result is. */
static uint32_t *
sort_keys(uint32_t *keys, uint32_t *spare, size_t count)
{
    uint32_t histogram[DIGITS][BUCKETS];
    memset(histogram, 0, sizeof histogram);
    for (size_t i = 0; i < count; i++) {
        uint32_t key = keys[i];
        histogram[0][key & (BUCKETS - 1)]++;
        histogram[1][key >> DIGIT & (BUCKETS - 1)]++;
        histogram[2][key >> 2 * DIGIT]++;
    }
    for (unsigned d = 0; d < DIGITS && count > 0; d++) {
        uint32_t *bucket = histogram[d], sum = 0;
        if (bucket[keys[0] >> d * DIGIT & (BUCKETS - 1)] == count) {
            continue; /* all have this digit */
        }
        for (size_t b = 0; b < BUCKETS; b++) {
            uint32_t size = bucket[b];
            bucket[b] = sum;
            sum += size;
        }
        for (size_t i = 0; i < count; i++) {
            spare[bucket[keys[i] >> d * DIGIT & (BUCKETS - 1)]++] = keys[i];
        }
        uint32_t *kept = keys;
        keys = spare;
        spare = kept;
    }
    return keys;
}

/* Sorts scorer->sorted[0 ... count - 1]. */
static void
sort_in_place(lb_scorer *scorer, size_t count)
{
    uint32_t *result = sort_keys(scorer->sorted, scorer->spare, count);
    if (result != scorer->sorted) {
        scorer->spare = scorer->sorted;
        scorer->sorted = result;
    }
}

/* Keys that are not below `lowest`. */
static size_t
keep_from(uint32_t *out, const uint32_t *keys, size_t count, uint32_t lowest)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        out[kept] = keys[i];
        kept += keys[i] >= lowest;
    }
    return kept;
}

/* Of the sorted keys, those that are not above `key`. */
static size_t
count_up_to(const uint32_t *sorted, size_t count, uint32_t key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Which of the pixels equal to the threshold are the first `wanted` ones. */
static void
find_ties(ranking *out, const lb_scorer *scorer, size_t wanted)
{
    for (size_t i = 0; i < scorer->count && wanted > 0; i++) {
        if (scorer->key[i] == out->threshold) {
            out->last_tie = i;
            out->true_ties += scorer->is_true[i];
            wanted--;
        }
    }
}

/* The greatest key below `lowest`, which none of those kept is, and how many have it. */
static void
find_next_below(ranking *out, const lb_scorer *scorer, uint32_t lowest)
{
    out->threshold = 0;
    for (size_t i = 0; i < scorer->count; i++) {
        uint32_t key = scorer->key[i];
        if (key < lowest && key > out->threshold) {
            out->threshold = key;
            out->equal = 0;
        }
        out->equal += key == out->threshold;
    }
}

void
ranking_fill(ranking *out, lb_scorer *scorer)
{
    size_t p = scorer->p;
    for (size_t k = 0; k < p; k++) {
        scorer->sorted[k] = scorer->key[scorer->pixel[k]];
    }
    sort_in_place(scorer, p);
    memcpy(scorer->true_sorted, scorer->sorted, p * sizeof *scorer->sorted);
    size_t kept = keep_from(scorer->sorted, scorer->key, scorer->count, scorer->true_sorted[0]);
    sort_in_place(scorer, kept);
    *out = (ranking){.kept = kept, .last_tie = scorer->count};
    if (kept == p) { /* the truth is all on top, and nothing else equals its lowest */
        find_next_below(out, scorer, scorer->true_sorted[0]);
        out->above = out->true_above = p;
        return;
    }
    out->threshold = scorer->sorted[kept - 1 - p];
    out->equal = count_up_to(scorer->sorted, kept, out->threshold) -
                 count_up_to(scorer->sorted, kept, out->threshold - 1);
    out->above = kept - count_up_to(scorer->sorted, kept, out->threshold);
    out->true_above = p - count_up_to(scorer->true_sorted, p, out->threshold);
    if (out->above < p) {
        find_ties(out, scorer, p - out->above);
    }
}

void
ranking_areas(double *auroc, double *auprc, const lb_scorer *scorer, const ranking *order)
{
    size_t p = scorer->p, n = scorer->count, below = 0;
    const uint32_t *all = scorer->sorted, *mine = scorer->true_sorted;
    double wins = 0, precision = 0;
    for (size_t first = 0, end; first < p; first = end) {
        for (end = first + 1; end < p && mine[end] == mine[first]; end++) {
        }
        while (all[below] < mine[first]) {
            below++;
        }
        size_t after = below; /* one past the keys that equal this one */
        while (after < order->kept && all[after] == mine[first]) {
            after++;
        }
        double tied = (double)(end - first);
        double losers = (double)(n - order->kept) + (double)below - (double)first;
        wins += tied * (losers + 0.5 * ((double)(after - below) - tied));
        precision += tied * (double)(p - first) / (double)(order->kept - below);
        below = after;
    }
    *auroc = wins / ((double)p * (double)(n - p));
    *auprc = precision / (double)p;
}
