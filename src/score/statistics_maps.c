/* SPDX-License-Identifier: MIT */
/* How far two maps of one image agree. */
#include "lesionbench/statistics.h"

#include <math.h>
#include <stdlib.h>

typedef struct entry {
    float value;
    uint32_t index;
} entry;

static int
by_value(const void *a, const void *b)
{
    float x = ((const entry *)a)->value, y = ((const entry *)b)->value;
    return (x > y) - (x < y);
}

/* Mean ranks about their middle, over their norm. */
static void
fill_ranks(float *ranks, const entry *sorted, size_t pixels)
{
    double squares = 0, middle = ((double)pixels - 1) / 2;
    for (size_t i = 0, end = 0; i < pixels; i = end) {
        end = i + 1;
        while (end < pixels && sorted[end].value == sorted[i].value) {
            end++;
        }
        double rank = ((double)i + (double)end - 1) / 2 - middle;
        squares += rank * rank * (double)(end - i);
        for (size_t k = i; k < end; k++) {
            ranks[sorted[k].index] = (float)rank;
        }
    }
    double scale = squares > 0 ? 1 / sqrt(squares) : 0;
    for (size_t i = 0; i < pixels; i++) {
        ranks[i] = (float)(ranks[i] * scale);
    }
}

lb_status
lb_ranked_map_create(lb_ranked_map *out, const float *map, size_t pixels, size_t p, lb_error *err)
{
    lb_status status = LB_OK;
    entry *sorted = NULL;
    lb_ranked_map result = {.pixels = pixels};
    if (p >= pixels || pixels > UINT32_MAX) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "the top %zu of %zu pixels cannot be taken", p,
                       pixels);
    }
    size_t wrong = lb_first_not_finite(map, pixels);
    if (wrong < pixels) {
        return lb_fail(err, LB_ERROR_NUMERIC, "the map is not finite at pixel %zu", wrong);
    }
    LB_ALLOC(sorted, pixels);
    LB_ALLOC(result.ranks, pixels);
    LB_ALLOC(result.is_top, pixels);
    for (size_t i = 0; i < pixels; i++) {
        sorted[i] = (entry){map[i], (uint32_t)i};
    }
    qsort(sorted, pixels, sizeof *sorted, by_value);
    fill_ranks(result.ranks, sorted, pixels);
    for (size_t i = pixels; i-- > 0 && sorted[i].value > sorted[pixels - 1 - p].value;) {
        result.is_top[sorted[i].index] = 1;
        result.selected++;
    }
    *out = result;
    result = (lb_ranked_map){0};
cleanup:
    lb_ranked_map_release(&result);
    lb_free(sorted);
    return status;
}

void
lb_ranked_map_release(lb_ranked_map *map)
{
    lb_free(map->is_top);
    lb_free(map->ranks);
    *map = (lb_ranked_map){0};
}

double
lb_map_correlation(const lb_ranked_map *a, const lb_ranked_map *b)
{
    double sum = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < a->pixels; i++) {
        sum += (double)a->ranks[i] * (double)b->ranks[i];
        aa += (double)a->ranks[i] * (double)a->ranks[i];
        bb += (double)b->ranks[i] * (double)b->ranks[i];
    }
    return aa > 0 && bb > 0 ? sum / sqrt(aa * bb) : (double)NAN;
}

double
lb_map_overlap(const lb_ranked_map *a, const lb_ranked_map *b)
{
    size_t both = 0, all = a->selected + b->selected;
    for (size_t i = 0; i < a->pixels; i++) {
        both += a->is_top[i] & b->is_top[i];
    }
    return all > 0 ? 2 * (double)both / (double)all : (double)NAN;
}
