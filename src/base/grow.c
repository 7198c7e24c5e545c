/* SPDX-License-Identifier: MIT */
#include "lesionbench/grow.h"

#include <string.h>

void *
lb_array_grow(void *items, size_t count, size_t *capacity, size_t size, lb_error *err)
{
    enum { FIRST = 32 };
    if (count < *capacity) {
        return items;
    }
    size_t wanted = *capacity > 0 ? *capacity + *capacity / 2 : FIRST;
    wanted = wanted > count ? wanted : count + 1;
    void *larger = lb_alloc(wanted, size, err);
    if (larger == NULL) {
        return NULL;
    }
    if (*capacity > 0) {
        memcpy(larger, items, *capacity * size);
    }
    lb_free(items);
    *capacity = wanted;
    return larger;
}
