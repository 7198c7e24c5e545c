/* SPDX-License-Identifier: MIT */
/* safetensors: 8 bytes of header length, a JSON header, then raw little-endian tensors.
 * Source: https://github.com/huggingface/safetensors (format description). */
#ifndef LESIONBENCH_SAFETENSORS_H
#define LESIONBENCH_SAFETENSORS_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_tensors lb_tensors; /* an opened file, mapped */

/* Borrowed until lb_tensors_close(). */
typedef struct lb_tensor {
    const char *name;
    size_t rank;
    size_t shape[LB_MAX_RANK];
    const float *data; /* NULL unless the file's type is F32 and the file aligns it */
    const char *type;  /* as the file names it: "F32" */
    const void *bytes; /* little-endian, at any address; lb_tensors_write() wants data */
} lb_tensor;

lb_status lb_tensors_open(lb_tensors **out, const char *path, lb_error *err);
void lb_tensors_close(lb_tensors *tensors); /* accepts NULL */
size_t lb_tensors_count(const lb_tensors *tensors);
/* A tensor by index, in the order of the file's offsets. Borrowed until lb_tensors_close(). */
const lb_tensor *lb_tensors_at(const lb_tensors *tensors, size_t index);
/* NULL if there is none of that name. */
const lb_tensor *lb_tensors_find(const lb_tensors *tensors, const char *name);
/* The index-th key of the header's __metadata__ and its value; NULL past the end. Borrowed. */
const char *lb_tensors_metadata_at(const char **value, const lb_tensors *tensors, size_t index);
/* A value of the header's __metadata__; NULL if absent. Borrowed until lb_tensors_close(). */
const char *lb_tensors_metadata(const lb_tensors *tensors, const char *key);

/* Writes float32 tensors in the given order, with `pairs` keys and values of metadata. The same
 * input gives the same bytes. */
lb_status lb_tensors_write(const char *path, const lb_tensor *tensors, size_t count,
                           const char *const *keys, const char *const *values, size_t pairs,
                           lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
