/* SPDX-License-Identifier: MIT */
/* Element types and dense row-major arrays, as files hold them. */
#ifndef LESIONBENCH_ARRAY_H
#define LESIONBENCH_ARRAY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_type { LB_U8, LB_I8, LB_I32, LB_I64, LB_F32, LB_F64 } lb_type;

/* Max axes of an array. Max pixels along a side: a larger image is refused as damaged. */
enum { LB_MAX_RANK = 8, LB_MAX_SIDE = 4096 };

/* Row-major. The owner frees data with lb_array_release(). */
typedef struct lb_array {
    lb_type type;
    size_t rank;
    size_t shape[LB_MAX_RANK];
    void *data;
    bool is_bool; /* LB_U8 that are NumPy's bool */
} lb_array;

size_t lb_type_size(lb_type type);
/* The product of the shape; 1 for rank 0. */
size_t lb_array_count(const lb_array *array);
/* The number of elements of a shape that is not trusted. LB_ERROR_MEMORY if the product overflows.
 * The product of the sides above 0 must not overflow either, so that any product of sides fits. */
lb_status lb_array_measure(size_t *out, const lb_array *array, lb_error *err);
void lb_array_release(lb_array *array);
/* Converts count elements to double. Integers beyond 2^53 are rounded. */
void lb_to_doubles(double *out, const void *from, lb_type type, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
