/* SPDX-License-Identifier: MIT */
#include "twins.h"

#include <string.h>

enum { WINDOW = 9, POOL = 4, CHANNELS = 3 };

static const uint32_t NONE = UINT32_MAX;

/* What a position sees: so many numbers. */
typedef struct key {
    uint32_t of[WINDOW];
} key;

typedef enum key_kind { PIXELS, WINDOWS, POOLS } key_kind;

typedef struct source {
    const float *image;    /* PIXELS */
    const uint32_t *below; /* WINDOWS, POOLS */
    size_t height, width;  /* of what is read */
} source;

static inline key
pixel_key(const source *s, size_t at)
{
    key k = {{0}};
    for (size_t c = 0; c < CHANNELS; c++) {
        float value = s->image[c * s->height * s->width + at] + 0.0f; /* -0 equals 0 */
        memcpy(&k.of[c], &value, sizeof value);
    }
    return k;
}

static inline key
window_key(const source *s, size_t at)
{
    key k;
    size_t y = at / s->width, x = at % s->width;
    if (y > 0 && x > 0 && y + 1 < s->height && x + 1 < s->width) {
        for (size_t row = 0; row < 3; row++) {
            memcpy(&k.of[3 * row], s->below + (y + row - 1) * s->width + x - 1, 3 * sizeof *k.of);
        }
        return k;
    }
    for (size_t i = 0; i < WINDOW; i++) {
        size_t row = y + i / 3, column = x + i % 3; /* of the window, from 1 on */
        bool inside = row > 0 && row <= s->height && column > 0 && column <= s->width;
        k.of[i] = inside ? s->below[(row - 1) * s->width + column - 1] : NONE;
    }
    return k;
}

static inline key
pool_key(const source *s, size_t at)
{
    size_t columns = s->width / 2;
    const uint32_t *above = s->below + 2 * (at / columns) * s->width + 2 * (at % columns);
    return (key){{above[0], above[1], above[s->width], above[s->width + 1]}};
}

static inline __attribute__((always_inline)) key
key_at(key_kind kind, const source *s, size_t at)
{
    return kind == PIXELS    ? pixel_key(s, at)
           : kind == WINDOWS ? window_key(s, at)
                             : pool_key(s, at);
}

static inline size_t
hash(const key *k, size_t numbers)
{
    uint64_t h = 0;
    for (size_t i = 0; i < numbers; i++) {
        h = (h ^ k->of[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 32;
    }
    return (size_t)h;
}

static size_t
table_size(size_t positions)
{
    size_t size = 1;
    while (size < 2 * positions) {
        size *= 2;
    }
    return size;
}

size_t
lb_twins_table(size_t positions)
{
    return table_size(positions) + positions;
}

/* Not 0 at the first twin of all that have one. */
static void
mark_several(uint32_t *several, const uint32_t *below, size_t count)
{
    memset(several, 0, count * sizeof *several);
    for (size_t i = 0; i < count; i++) {
        several[below[i]] |= below[i] != i;
    }
}

/* The position below that a window, or a pool, cannot share with another one unless it has a twin.
 */
static inline __attribute__((always_inline)) size_t
middle(key_kind kind, const source *s, size_t at)
{
    size_t columns = s->width / 2;
    return kind == WINDOWS ? at : 2 * (at / columns) * s->width + 2 * (at % columns);
}

static inline __attribute__((always_inline)) void
find_twins(uint32_t *twins, key_kind kind, size_t numbers, const source *s, size_t positions,
           uint32_t *table)
{
    size_t size = table_size(positions);
    uint32_t *several = table + size;
    memset(table, 0xff, size * sizeof *table); /* NONE */
    key before = {{0}};
    size_t last = positions; /* that `before` is of */
    if (kind != PIXELS) {
        mark_several(several, s->below, s->height * s->width);
    }
    for (size_t at = 0; at < positions; at++) {
        if (kind != PIXELS && several[s->below[middle(kind, s, at)]] == 0) {
            twins[at] = (uint32_t)at;
            continue;
        }
        key mine = key_at(kind, s, at);
        if (last < at && memcmp(&mine, &before, numbers * sizeof *mine.of) == 0) {
            twins[at] = twins[last]; /* most often, in a flat area */
            last = at;
            continue;
        }
        before = mine;
        last = at;
        size_t slot = hash(&mine, numbers) & (size - 1);
        for (; table[slot] != NONE; slot = (slot + 1) & (size - 1)) {
            key other = key_at(kind, s, table[slot]);
            if (memcmp(&mine, &other, numbers * sizeof *mine.of) == 0) {
                break;
            }
        }
        if (table[slot] == NONE) {
            table[slot] = (uint32_t)at;
        }
        twins[at] = table[slot];
    }
}

void
lb_twins_of_pixels(uint32_t *twins, const float *image, size_t height, size_t width,
                   uint32_t *table)
{
    const source s = {.image = image, .height = height, .width = width};
    find_twins(twins, PIXELS, CHANNELS, &s, height * width, table);
}

void
lb_twins_of_windows(uint32_t *twins, const uint32_t *below, size_t height, size_t width,
                    uint32_t *table)
{
    const source s = {.below = below, .height = height, .width = width};
    find_twins(twins, WINDOWS, WINDOW, &s, height * width, table);
}

void
lb_twins_of_pools(uint32_t *twins, const uint32_t *below, size_t height, size_t width,
                  uint32_t *table)
{
    const source s = {.below = below, .height = height, .width = width};
    find_twins(twins, POOLS, POOL, &s, (height / 2) * (width / 2), table);
}
