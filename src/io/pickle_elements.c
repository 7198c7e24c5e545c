/* SPDX-License-Identifier: MIT */
/* Numbers of pickled arrays, tensors and lists as row-major arrays. */
#include "pickle_elements.h"

#include <math.h>
#include <string.h>

#include "pickle_internal.h"

static const struct {
    const char *name;
    size_t size;
    lb_type type; /* the narrowest that holds all values */
} ELEMENTS[] = {
    [LB_ELEMENT_BOOL] = {"bool", 1, LB_U8},      [LB_ELEMENT_I8] = {"int8", 1, LB_I8},
    [LB_ELEMENT_I16] = {"int16", 2, LB_I32},     [LB_ELEMENT_I32] = {"int32", 4, LB_I32},
    [LB_ELEMENT_I64] = {"int64", 8, LB_I64},     [LB_ELEMENT_U8] = {"uint8", 1, LB_U8},
    [LB_ELEMENT_U16] = {"uint16", 2, LB_I32},    [LB_ELEMENT_U32] = {"uint32", 4, LB_I64},
    [LB_ELEMENT_U64] = {"uint64", 8, LB_I64},    [LB_ELEMENT_F16] = {"float16", 2, LB_F32},
    [LB_ELEMENT_BF16] = {"bfloat16", 2, LB_F32}, [LB_ELEMENT_F32] = {"float32", 4, LB_F32},
    [LB_ELEMENT_F64] = {"float64", 8, LB_F64},
};

const char *
lb_element_name(lb_element element)
{
    return ELEMENTS[element].name;
}

size_t
lb_element_size(lb_element element)
{
    return ELEMENTS[element].size;
}

static uint64_t
load_bits(const uint8_t *at, size_t size, bool swapped)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++) {
        bits |= (uint64_t)at[swapped ? size - 1 - i : i] << (8 * i);
    }
    return bits;
}

/* IEEE 754 binary16: a sign, 5 bits of exponent, 10 of fraction. */
static double
half_value(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 0x1F);
    double fraction = bits & 0x3FF;
    double value = exponent == 0      ? ldexp(fraction, -24)
                   : exponent == 0x1F ? (fraction > 0 ? (double)NAN : (double)INFINITY)
                                      : ldexp(fraction + 0x400, exponent - 25);
    return (bits & 0x8000) != 0 ? -value : value;
}

static double
single_value(uint32_t bits)
{
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double
double_value(uint64_t bits)
{
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static lb_value
whole(int64_t number)
{
    return (lb_value){.kind = LB_VALUE_INT, .integer = number};
}

static lb_value
real(double number)
{
    return (lb_value){.kind = LB_VALUE_REAL, .real = number};
}

bool
lb_pickle_load_value(lb_value *out, lb_element element, const uint8_t *at, bool swapped)
{
    uint64_t bits = load_bits(at, lb_element_size(element), swapped);
    switch (element) {
    case LB_ELEMENT_BOOL:
        *out = (lb_value){.kind = LB_VALUE_BOOL, .boolean = bits != 0};
        return true;
    case LB_ELEMENT_I8:
        *out = whole((int8_t)bits);
        return true;
    case LB_ELEMENT_I16:
        *out = whole((int16_t)bits);
        return true;
    case LB_ELEMENT_I32:
        *out = whole((int32_t)bits);
        return true;
    case LB_ELEMENT_I64:
    case LB_ELEMENT_U8:
    case LB_ELEMENT_U16:
    case LB_ELEMENT_U32:
        *out = whole((int64_t)bits);
        return true;
    case LB_ELEMENT_U64:
        *out = whole((int64_t)bits);
        return bits <= INT64_MAX;
    case LB_ELEMENT_F16:
        *out = real(half_value((uint32_t)bits));
        return true;
    case LB_ELEMENT_BF16:
        *out = real(single_value((uint32_t)bits << 16));
        return true;
    case LB_ELEMENT_F32:
        *out = real(single_value((uint32_t)bits));
        return true;
    case LB_ELEMENT_F64:
        *out = real(double_value(bits));
        return true;
    }
    return false;
}

/* data[index] of type `type`, from BOOL, INT or REAL. */
static void
store(void *data, lb_type type, size_t index, const lb_value *value)
{
    double number = 0;
    int64_t integer = value->kind == LB_VALUE_BOOL ? value->boolean : value->integer;
    lb_value_number(&number, value);
    switch (type) {
    case LB_U8:
        ((uint8_t *)data)[index] = (uint8_t)integer;
        break;
    case LB_I8:
        ((int8_t *)data)[index] = (int8_t)integer;
        break;
    case LB_I32:
        ((int32_t *)data)[index] = (int32_t)integer;
        break;
    case LB_I64:
        ((int64_t *)data)[index] = integer;
        break;
    case LB_F32:
        ((float *)data)[index] = (float)number;
        break;
    case LB_F64:
        ((double *)data)[index] = number;
        break;
    }
}

/* An array or tensor as bytes and strides. */
typedef struct view {
    const lb_value_shape *shape;
    const uint8_t *bytes; /* of the first element */
    bool swapped;
    size_t strides[LB_MAX_RANK]; /* in elements */
} view;

static lb_status
open_view(view *out, const lb_value *value, lb_error *err)
{
    const lb_value_shape *shape = lb_value_array(value);
    *out = (view){.shape = shape};
    if (value->kind == LB_VALUE_TENSOR) {
        const lb_pickle_tensor *tensor = value->tensor;
        if (tensor->storage->bytes == NULL) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED,
                           "is a tensor whose numbers are in another file");
        }
        out->bytes = (const uint8_t *)tensor->storage->bytes +
                     (shape->count > 0 ? tensor->offset : 0) * lb_element_size(shape->element);
        for (size_t i = 0; i < shape->rank; i++) {
            out->strides[i] = (size_t)tensor->strides[i];
        }
        return LB_OK;
    }
    size_t step = 1;
    for (size_t i = 0; i < shape->rank; i++) {
        size_t axis = value->array->fortran ? i : shape->rank - 1 - i;
        out->strides[axis] = step;
        step *= shape->shape[axis];
    }
    out->bytes = value->array->data;
    out->swapped = value->array->swapped;
    return LB_OK;
}

/* `length` elements along the last axis; false where one does not fit. */
static bool
copy_row(void *data, lb_type type, size_t at, const view *v, size_t first, size_t length,
         size_t stride)
{
    size_t size = lb_element_size(v->shape->element);
    bool same = v->shape->element != LB_ELEMENT_U64 && v->shape->element != LB_ELEMENT_BOOL &&
                ELEMENTS[v->shape->element].type == type && lb_type_size(type) == size;
    if (same && stride == 1 && !v->swapped) {
        memcpy((unsigned char *)data + at * size, v->bytes + first * size, length * size);
        return true;
    }
    for (size_t i = 0; i < length; i++) {
        lb_value value;
        bool fits = lb_pickle_load_value(&value, v->shape->element,
                                         v->bytes + (first + i * stride) * size, v->swapped);
        if (!fits && type != LB_F32 && type != LB_F64) {
            return false;
        }
        if (!fits) {
            value = real((double)(uint64_t)value.integer);
        }
        store(data, type, at + i, &value);
    }
    return true;
}

/* Row by row in the order of the axes. */
static bool
copy_all(void *data, lb_type type, const view *v)
{
    size_t index[LB_MAX_RANK] = {0}, rank = v->shape->rank, first = 0;
    size_t length = rank > 0 ? v->shape->shape[rank - 1] : 1;
    size_t stride = rank > 0 ? v->strides[rank - 1] : 1;
    for (size_t at = 0; at < v->shape->count; at += length) {
        if (!copy_row(data, type, at, v, first, length, stride)) {
            return false;
        }
        for (size_t axis = rank > 0 ? rank - 1 : 0; axis-- > 0;) {
            first += v->strides[axis];
            if (++index[axis] < v->shape->shape[axis]) {
                break;
            }
            first -= index[axis] * v->strides[axis];
            index[axis] = 0;
        }
    }
    return true;
}

static lb_status
array_of_view(lb_array *out, const lb_value *value, const lb_type *wanted, lb_error *err)
{
    view v;
    lb_status status = open_view(&v, value, err);
    if (status != LB_OK) {
        return status;
    }
    lb_array array = {.type = wanted != NULL ? *wanted : ELEMENTS[v.shape->element].type,
                      .rank = v.shape->rank};
    memcpy(array.shape, v.shape->shape, sizeof array.shape);
    array.data = lb_alloc(v.shape->count, lb_type_size(array.type), err);
    if (array.data == NULL) {
        return err->code;
    }
    if (!copy_all(array.data, array.type, &v)) {
        lb_array_release(&array);
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "holds a whole number that does not fit in 64 bits with a sign");
    }
    *out = array;
    return LB_OK;
}

/* The type of a list's members; false where one is no number. */
static bool
common_type(lb_type *out, const lb_value *list, const lb_value **culprit)
{
    size_t count = lb_value_count(list), bools = 0, reals = 0;
    for (size_t i = 0; i < count; i++) {
        double ignored;
        *culprit = lb_value_at(list, i);
        if (!lb_value_number(&ignored, *culprit)) {
            return false;
        }
        bools += (*culprit)->kind == LB_VALUE_BOOL;
        reals += (*culprit)->kind == LB_VALUE_REAL;
    }
    *out = reals > 0 || count == 0 ? LB_F64 : bools == count ? LB_U8 : LB_I64;
    return true;
}

static lb_status
array_of_list(lb_array *out, const lb_value *list, const lb_type *wanted, lb_error *err)
{
    lb_type type = LB_F64;
    const lb_value *culprit = NULL;
    if (!common_type(&type, list, &culprit)) {
        return lb_fail(err, LB_ERROR_FORMAT, "is %s that holds %s, where numbers are wanted",
                       lb_value_kind_name(list->kind), lb_value_kind_name(culprit->kind));
    }
    lb_array array = {
        .type = wanted != NULL ? *wanted : type, .rank = 1, .shape = {lb_value_count(list)}};
    array.data = lb_alloc(array.shape[0], lb_type_size(array.type), err);
    if (array.data == NULL) {
        return err->code;
    }
    for (size_t i = 0; i < array.shape[0]; i++) {
        store(array.data, array.type, i, lb_value_at(list, i));
    }
    *out = array;
    return LB_OK;
}

static lb_status
array_of(lb_array *out, const lb_value *value, const lb_type *wanted, lb_error *err)
{
    switch (value->kind) {
    case LB_VALUE_ARRAY:
    case LB_VALUE_TENSOR:
        return array_of_view(out, value, wanted, err);
    case LB_VALUE_LIST:
    case LB_VALUE_TUPLE:
    case LB_VALUE_SET:
        return array_of_list(out, value, wanted, err);
    case LB_VALUE_BOOL:
    case LB_VALUE_INT:
    case LB_VALUE_REAL:
        break;
    default:
        return lb_fail(err, LB_ERROR_FORMAT, "is %s, where numbers are wanted",
                       lb_value_kind_name(value->kind));
    }
    lb_array array = {.type = wanted != NULL                 ? *wanted
                              : value->kind == LB_VALUE_BOOL ? LB_U8
                              : value->kind == LB_VALUE_INT  ? LB_I64
                                                             : LB_F64};
    array.data = lb_alloc(1, lb_type_size(array.type), err);
    if (array.data == NULL) {
        return err->code;
    }
    store(array.data, array.type, 0, value);
    *out = array;
    return LB_OK;
}

lb_status
lb_value_to_array(lb_array *out, const lb_value *value, lb_error *err)
{
    return array_of(out, value, NULL, err);
}

lb_status
lb_value_to_reals(lb_array *out, const lb_value *value, lb_type type, lb_error *err)
{
    if (type != LB_F32 && type != LB_F64) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "reals are of single or double precision");
    }
    return array_of(out, value, &type, err);
}
