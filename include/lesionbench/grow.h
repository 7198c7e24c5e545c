/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#ifndef LESIONBENCH_GROW_H
#define LESIONBENCH_GROW_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns an array with capacity for element number `count`, from 0. If count < *capacity it is
 * `items` itself. Else it is a larger array of lb_alloc() with the same elements; new elements are
 * zero, `items` is freed, and *capacity is updated. size: bytes of an element. Start with NULL and
 * a capacity of 0. Out of memory: NULL with err set; `items` and *capacity are unchanged. */
void *lb_array_grow(void *items, size_t count, size_t *capacity, size_t size, lb_error *err);

/* The same for a typed array. Needs `status`, `err` and the label `cleanup`, as LB_TRY() does. */
#define LB_GROW(items, count, capacity)                                                      \
    do {                                                                                     \
        void *lb_grown = lb_array_grow((items), (count), &(capacity), sizeof *(items), err); \
        if (lb_grown == NULL) {                                                              \
            status = err->code;                                                              \
            goto cleanup;                                                                    \
        }                                                                                    \
        (items) = lb_grown;                                                                  \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
