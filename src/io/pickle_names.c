/* SPDX-License-Identifier: MIT */
/* The names that a pickle may ask for. */
#include <stdio.h>
#include <string.h>

#include "pickle_internal.h"

enum { NO_STORAGE = -1 };

static const struct {
    const char *module, *name;
    lb_pickle_callee callee;
    int storage; /* the lb_element of a storage class */
} GLOBALS[] = {
    {"numpy.core.multiarray", "_reconstruct", PICKLE_RECONSTRUCT, NO_STORAGE},
    {"numpy._core.multiarray", "_reconstruct", PICKLE_RECONSTRUCT, NO_STORAGE},
    {"numpy.core.multiarray", "scalar", PICKLE_SCALAR, NO_STORAGE},
    {"numpy._core.multiarray", "scalar", PICKLE_SCALAR, NO_STORAGE},
    {"numpy.core.numeric", "_frombuffer", PICKLE_FROMBUFFER, NO_STORAGE},
    {"numpy._core.numeric", "_frombuffer", PICKLE_FROMBUFFER, NO_STORAGE},
    {"numpy", "dtype", PICKLE_MAKE_DTYPE, NO_STORAGE},
    {"numpy", "ndarray", PICKLE_NO_CALL, NO_STORAGE},
    {"_codecs", "encode", PICKLE_ENCODE, NO_STORAGE},
    {"builtins", "bytes", PICKLE_MAKE_BYTES, NO_STORAGE},
    {"__builtin__", "bytes", PICKLE_MAKE_BYTES, NO_STORAGE},
    {"builtins", "set", PICKLE_MAKE_SET, NO_STORAGE},
    {"__builtin__", "set", PICKLE_MAKE_SET, NO_STORAGE},
    {"builtins", "frozenset", PICKLE_MAKE_SET, NO_STORAGE},
    {"__builtin__", "frozenset", PICKLE_MAKE_SET, NO_STORAGE},
    {"collections", "OrderedDict", PICKLE_ORDERED_DICT, NO_STORAGE},
    {"torch._utils", "_rebuild_tensor_v2", PICKLE_TORCH_TENSOR, NO_STORAGE},
    {"torch._utils", "_rebuild_parameter", PICKLE_TORCH_PARAMETER, NO_STORAGE},
    {"torch._utils", "_rebuild_parameter_with_state", PICKLE_TORCH_PARAMETER, NO_STORAGE},
    {"torch._tensor", "_rebuild_from_type_v2", PICKLE_TORCH_TYPED, NO_STORAGE},
    {"collections", "defaultdict", PICKLE_DEFAULT_DICT, NO_STORAGE},
    {"torch.storage", "UntypedStorage", PICKLE_NO_CALL, LB_ELEMENT_U8},
    {"torch", "UntypedStorage", PICKLE_NO_CALL, LB_ELEMENT_U8},
    {"torch.storage", "_load_from_bytes", PICKLE_TORCH_LOAD, NO_STORAGE},
    {"torch", "device", PICKLE_TORCH_DEVICE, NO_STORAGE},
    {"torch", "Size", PICKLE_TORCH_SIZE, NO_STORAGE},
    {"torch", "BoolStorage", PICKLE_NO_CALL, LB_ELEMENT_BOOL},
    {"torch", "CharStorage", PICKLE_NO_CALL, LB_ELEMENT_I8},
    {"torch", "ShortStorage", PICKLE_NO_CALL, LB_ELEMENT_I16},
    {"torch", "IntStorage", PICKLE_NO_CALL, LB_ELEMENT_I32},
    {"torch", "LongStorage", PICKLE_NO_CALL, LB_ELEMENT_I64},
    {"torch", "ByteStorage", PICKLE_NO_CALL, LB_ELEMENT_U8},
    {"torch", "HalfStorage", PICKLE_NO_CALL, LB_ELEMENT_F16},
    {"torch", "BFloat16Storage", PICKLE_NO_CALL, LB_ELEMENT_BF16},
    {"torch", "FloatStorage", PICKLE_NO_CALL, LB_ELEMENT_F32},
    {"torch", "DoubleStorage", PICKLE_NO_CALL, LB_ELEMENT_F64},
};

enum { GLOBAL_COUNT = sizeof GLOBALS / sizeof *GLOBALS };

static bool
equals(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

bool
lb_pickle_find_global(lb_value *out, const char *module, size_t module_length, const char *name,
                      size_t name_length)
{
    for (size_t i = 0; i < GLOBAL_COUNT; i++) {
        if (equals(module, module_length, GLOBALS[i].module) &&
            equals(name, name_length, GLOBALS[i].name)) {
            *out = (lb_value){.kind = (lb_value_kind)PICKLE_GLOBAL, .integer = (int64_t)i};
            return true;
        }
    }
    return false;
}

lb_pickle_callee
lb_pickle_callee_of(const lb_value *global)
{
    return GLOBALS[global->integer].callee;
}

void
lb_pickle_global_name(char *out, size_t size, const lb_value *global)
{
    snprintf(out, size, "%s.%s", GLOBALS[global->integer].module, GLOBALS[global->integer].name);
}

bool
lb_pickle_is_global(const lb_value *value, const char *module, const char *name)
{
    return (int)value->kind == PICKLE_GLOBAL &&
           strcmp(GLOBALS[value->integer].module, module) == 0 &&
           strcmp(GLOBALS[value->integer].name, name) == 0;
}

bool
lb_pickle_storage_class(lb_element *out, const lb_value *global)
{
    if ((int)global->kind != PICKLE_GLOBAL || GLOBALS[global->integer].storage == NO_STORAGE) {
        return false;
    }
    *out = (lb_element)GLOBALS[global->integer].storage;
    return true;
}
