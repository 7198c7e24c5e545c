/* SPDX-License-Identifier: MIT */
/* Asking values of a pickle. */
#include <string.h>

#include "pickle_internal.h"

const char *
lb_value_kind_name(lb_value_kind kind)
{
    static const char *const NAMES[] = {
        [LB_VALUE_NONE] = "None",        [LB_VALUE_BOOL] = "a truth value",
        [LB_VALUE_INT] = "a number",     [LB_VALUE_REAL] = "a number",
        [LB_VALUE_TEXT] = "a text",      [LB_VALUE_BYTES] = "bytes",
        [LB_VALUE_LIST] = "a list",      [LB_VALUE_TUPLE] = "a tuple",
        [LB_VALUE_SET] = "a set",        [LB_VALUE_DICT] = "a dict",
        [LB_VALUE_ARRAY] = "an array",   [LB_VALUE_TENSOR] = "a tensor",
        [LB_VALUE_OPAQUE] = "an object",
    };
    switch ((int)kind) {
    case PICKLE_GLOBAL:
        return "a function or class";
    case PICKLE_DTYPE:
        return "a NumPy type";
    case PICKLE_NDARRAY:
        return "an array";
    case PICKLE_STORAGE:
        return "a PyTorch storage";
    default:
        return (size_t)kind < sizeof NAMES / sizeof *NAMES ? NAMES[kind] : "nothing";
    }
}

size_t
lb_value_count(const lb_value *value)
{
    switch (value->kind) {
    case LB_VALUE_TEXT:
    case LB_VALUE_BYTES:
        return value->bytes->length;
    case LB_VALUE_LIST:
    case LB_VALUE_TUPLE:
    case LB_VALUE_SET:
        return value->items->count;
    case LB_VALUE_DICT:
        return value->items->count / 2;
    case LB_VALUE_ARRAY:
    case LB_VALUE_TENSOR:
        return lb_value_array(value)->count;
    case LB_VALUE_NONE:
    case LB_VALUE_BOOL:
    case LB_VALUE_INT:
    case LB_VALUE_REAL:
    case LB_VALUE_OPAQUE:
        break;
    }
    return 0;
}

const lb_value *
lb_value_at(const lb_value *value, size_t index)
{
    return &value->items->values[value->kind == LB_VALUE_DICT ? 2 * index + 1 : index];
}

const lb_value *
lb_value_key(const lb_value *value, size_t index)
{
    return &value->items->values[2 * index];
}

const lb_value *
lb_value_find(const lb_value *value, const char *key)
{
    size_t count = value->kind == LB_VALUE_DICT ? lb_value_count(value) : 0, length = strlen(key);
    while (count > 0) {
        const lb_value *found = lb_value_key(value, --count);
        if (found->kind == LB_VALUE_TEXT && found->bytes->length == length &&
            memcmp(found->bytes->bytes, key, length) == 0) {
            return lb_value_at(value, count);
        }
    }
    return NULL;
}

const char *
lb_value_text(const lb_value *value)
{
    return value->kind == LB_VALUE_TEXT ? value->bytes->bytes : NULL;
}

const char *
lb_value_opaque(bool *faulty, const lb_value *value)
{
    if (value->kind != LB_VALUE_OPAQUE) {
        return NULL;
    }
    if (faulty != NULL) {
        *faulty = value->opaque->faulty;
    }
    return value->opaque->text;
}

const void *
lb_value_bytes(const lb_value *value)
{
    return value->kind == LB_VALUE_BYTES ? value->bytes->bytes : NULL;
}

bool
lb_value_number(double *out, const lb_value *value)
{
    switch (value->kind) {
    case LB_VALUE_BOOL:
        *out = value->boolean;
        return true;
    case LB_VALUE_INT:
        *out = (double)value->integer;
        return true;
    case LB_VALUE_REAL:
        *out = value->real;
        return true;
    default:
        return false;
    }
}

const lb_value_shape *
lb_value_array(const lb_value *value)
{
    return value->kind == LB_VALUE_ARRAY    ? &value->array->shape
           : value->kind == LB_VALUE_TENSOR ? &value->tensor->shape
                                            : NULL;
}

const lb_pickle_tensor *
lb_value_tensor(const lb_value *value)
{
    return value->kind == LB_VALUE_TENSOR ? value->tensor : NULL;
}
