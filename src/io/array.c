/* SPDX-License-Identifier: MIT */
#include "lesionbench/array.h"

size_t
lb_type_size(lb_type type)
{
    switch (type) {
    case LB_U8:
    case LB_I8:
        return 1;
    case LB_I32:
    case LB_F32:
        return 4;
    case LB_I64:
    case LB_F64:
        return 8;
    }
    return 0;
}

size_t
lb_array_count(const lb_array *array)
{
    size_t count = 1;
    for (size_t i = 0; i < array->rank; i++) {
        count *= array->shape[i];
    }
    return count;
}

lb_status
lb_array_measure(size_t *out, const lb_array *array, lb_error *err)
{
    size_t count = 1;
    for (size_t i = 0; i < array->rank; i++) {
        size_t side = array->shape[i] > 0 ? array->shape[i] : 1;
        if (lb_multiply(&count, count, side, err) != LB_OK) {
            return err->code;
        }
    }
    *out = lb_array_count(array);
    return LB_OK;
}

void
lb_array_release(lb_array *array)
{
    lb_free(array->data);
    array->data = NULL;
}

#define CONVERT(ctype)                       \
    do {                                     \
        const ctype *values = from;          \
        for (size_t i = 0; i < count; i++) { \
            out[i] = (double)values[i];      \
        }                                    \
    } while (0)

void
lb_to_doubles(double *out, const void *from, lb_type type, size_t count)
{
    switch (type) {
    case LB_U8:
        CONVERT(uint8_t);
        break;
    case LB_I8:
        CONVERT(int8_t);
        break;
    case LB_I32:
        CONVERT(int32_t);
        break;
    case LB_I64:
        CONVERT(int64_t);
        break;
    case LB_F32:
        CONVERT(float);
        break;
    case LB_F64:
        CONVERT(double);
        break;
    }
}
