/* SPDX-License-Identifier: MIT */
/* Which series of scores belong together. */
#include <stdlib.h>

#include "analysis_internal.h"

const char POOLED[] = "pooled";

bool
next_group(group *out, const analysis *f, size_t first)
{
    const series_table *table = f->table;
    if (first >= table->series_count) {
        return false;
    }
    const score_series *one = &table->series[first];
    size_t end = first + 1;
    while (end < table->series_count && score_same_images(one, &table->series[end])) {
        end++;
    }
    *out = (group){.first = first,
                   .end = end,
                   .condition = table->conditions.names[one->condition],
                   .selection = table->selections.names[one->selection]};
    return true;
}

static bool
fits(const analysis *f, size_t index, query wanted)
{
    const score_series *one = &f->table->series[index];
    return f->kinds[index] == wanted.kind &&
           (wanted.corpus == ANY || wanted.corpus == one->corpus) &&
           (wanted.degree == ANY || wanted.degree == one->degree) &&
           (wanted.method == ANY || wanted.method == one->method) &&
           (wanted.seed == ANY || wanted.seed == one->seed);
}

series_list
find_series(analysis *f, int side, const group *where, query wanted)
{
    size_t count = 0;
    for (size_t i = where->first; i < where->end; i++) {
        if (fits(f, i, wanted)) {
            f->found[side][count++] = (uint32_t)i;
        }
    }
    return (series_list){f->found[side], count};
}

static int
ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

size_t
list_names(uint32_t *out, const analysis *f, const group *where, query wanted, name_kind which)
{
    size_t count = 0, kept = 0;
    for (size_t i = where->first; i < where->end; i++) {
        const score_series *one = &f->table->series[i];
        if (fits(f, i, wanted)) {
            out[count++] = which == NAME_CORPUS   ? one->corpus
                           : which == NAME_DEGREE ? one->degree
                                                  : one->method;
        }
    }
    qsort(out, count, sizeof *out, ascending);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || out[kept - 1] != out[i]) {
            out[kept++] = out[i];
        }
    }
    return kept;
}
