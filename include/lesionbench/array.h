/* SPDX-License-Identifier: MIT */
/* Element types and dense arrays, as they come from and go to files. */
#ifndef LESIONBENCH_ARRAY_H
#define LESIONBENCH_ARRAY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef enum lb_type { LB_U8, LB_I8, LB_I32, LB_I64, LB_F32, LB_F64 } lb_type;

/* Images of more pixels along a side are taken for damage. */
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
/* The same for a shape that is not trusted: LB_ERROR_MEMORY where the product overflows, be it of
 * the sides other than 0 alone, so that any product of sides is a size. */
lb_status lb_array_measure(size_t *out, const lb_array *array, lb_error *err);
void lb_array_release(lb_array *array);
/* count elements as doubles. Whole numbers beyond 2^53 are rounded. */
void lb_to_doubles(double *out, const void *from, lb_type type, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
