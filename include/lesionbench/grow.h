/* SPDX-License-Identifier: MIT */
/* Arrays that grow by one element at a time. */
#ifndef LESIONBENCH_GROW_H
#define LESIONBENCH_GROW_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The array with room for element number `count`, counted from 0: `items` itself while count <
 * *capacity, else a larger one of lb_alloc() with what `items` held, elements of `size` bytes each;
 * the rest is zero, and `items` is freed. *capacity becomes its room. Start with NULL and a
 * capacity of 0. NULL with err set where memory is out; `items` and *capacity are then as they
 * were. */
void *lb_array_grow(void *items, size_t count, size_t *capacity, size_t size, lb_error *err);

/* The same of a typed array, where `status`, `err` and the label `cleanup` are as LB_TRY() needs
 * them. */
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
