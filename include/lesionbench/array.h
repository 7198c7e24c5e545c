/* SPDX-License-Identifier: MIT */
/* Element types and dense arrays, as they come from and go to files. */
#ifndef LESIONBENCH_ARRAY_H
#define LESIONBENCH_ARRAY_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum lb_type { LB_U8, LB_I8, LB_I32, LB_I64, LB_F32, LB_F64 } lb_type;

enum { LB_MAX_RANK = 8 };

/* Row-major. The owner frees data with lb_array_release(). */
typedef struct lb_array {
    lb_type type;
    size_t rank;
    size_t shape[LB_MAX_RANK];
    void *data;
} lb_array;

size_t lb_type_size(lb_type type);
/* The product of the shape; 1 for rank 0. */
size_t lb_array_count(const lb_array *array);
void lb_array_release(lb_array *array);

#ifdef __cplusplus
}
#endif

#endif
