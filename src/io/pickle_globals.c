/* SPDX-License-Identifier: MIT */
/* The names that a pickle may ask for, and what calling them gives. Nothing else is ever called. */
#include <stdio.h>
#include <string.h>

#include "pickle_internal.h"

/* _codecs.encode(text, 'latin1'): bytes of protocols 0 to 2. */
static lb_status
call_encode(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    if (count != 2 || arguments[0].kind != LB_VALUE_TEXT || arguments[1].kind != LB_VALUE_TEXT ||
        (strcmp(lb_value_text(&arguments[1]), "latin1") != 0 &&
         strcmp(lb_value_text(&arguments[1]), "latin-1") != 0)) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "calls '_codecs.encode' with other than a text and 'latin1'");
    }
    return lb_pickle_latin1(out, machine, &arguments[0]);
}

/* bytes(): none. */
static lb_status
call_bytes(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    (void)arguments;
    if (count != 0) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "calls 'bytes' with arguments");
    }
    return lb_pickle_new_bytes(out, machine, machine->bytes, 0);
}

/* set([a, b]) of protocols below 4. The members are shared with the list, which nothing else has.
 */
static lb_status
call_set(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    if (count != 1 || arguments[0].kind != LB_VALUE_LIST) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "calls 'set' with other than a list");
    }
    *out = (lb_value){.kind = LB_VALUE_SET, .items = arguments[0].items};
    return LB_OK;
}

/* OrderedDict(), or of a list of pairs. */
static lb_status
call_ordered_dict(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                  size_t count)
{
    lb_status status = lb_pickle_new_items(out, machine, LB_VALUE_DICT, NULL, 0);
    if (count == 0 || status != LB_OK) {
        return status;
    }
    bool list = count == 1 && arguments[0].kind == LB_VALUE_LIST;
    for (size_t i = 0; list && i < arguments[0].items->count && status == LB_OK; i++) {
        const lb_value *pair = &arguments[0].items->values[i];
        list = (pair->kind == LB_VALUE_LIST || pair->kind == LB_VALUE_TUPLE) &&
               pair->items->count == 2 && pair->items->values[0].kind == LB_VALUE_TEXT;
        if (list) {
            status = lb_pickle_append(machine, out->items, pair->items->values, 2);
        }
    }
    return list ? status
                : lb_pickle_fail(machine, LB_ERROR_FORMAT,
                                 "calls 'OrderedDict' with other than pairs of a text and a value");
}

/* defaultdict(factory): a dict. */
static lb_status
call_default_dict(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                  size_t count)
{
    (void)arguments;
    return count <= 1 ? lb_pickle_new_items(out, machine, LB_VALUE_DICT, NULL, 0)
                      : lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                       "calls 'collections.defaultdict' with more than a factory");
}

/* _rebuild_from_type_v2(function, type, arguments, state): a tensor of a class of its own, such as
 * torch.nn.Buffer; the class and the state are left out. */
static lb_status
call_typed(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    if (count != 4 || arguments[2].kind != LB_VALUE_TUPLE ||
        !(lb_pickle_is_global(&arguments[0], "torch._utils", "_rebuild_tensor_v2") ||
          lb_pickle_is_global(&arguments[0], "torch._utils", "_rebuild_parameter"))) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "a tensor of a class of its own");
    }
    const lb_value *parts = arguments[2].items->values;
    size_t part_count = arguments[2].items->count;
    return lb_pickle_is_global(&arguments[0], "torch._utils", "_rebuild_tensor_v2")
               ? lb_pickle_torch_tensor(out, machine, parts, part_count)
               : lb_pickle_torch_parameter(out, machine, parts, part_count);
}

/* torch.device('cpu'), a text. */
static lb_status
call_device(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    if (count < 1 || count > 2 || arguments[0].kind != LB_VALUE_TEXT) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "calls 'torch.device' without a name");
    }
    *out = arguments[0];
    return LB_OK;
}

/* torch.Size((2, 3)), a tuple. */
static lb_status
call_size(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments, size_t count)
{
    if (count != 1 || arguments[0].kind != LB_VALUE_TUPLE) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "calls 'torch.Size' without a tuple");
    }
    *out = arguments[0];
    return LB_OK;
}

enum { NO_STORAGE = -1 };

static const struct {
    const char *module, *name;
    lb_pickle_function call; /* NULL: a name that others take as an argument */
    int storage;             /* the lb_element of a storage class */
} GLOBALS[] = {
    {"numpy.core.multiarray", "_reconstruct", lb_pickle_np_reconstruct, NO_STORAGE},
    {"numpy._core.multiarray", "_reconstruct", lb_pickle_np_reconstruct, NO_STORAGE},
    {"numpy.core.multiarray", "scalar", lb_pickle_np_scalar, NO_STORAGE},
    {"numpy._core.multiarray", "scalar", lb_pickle_np_scalar, NO_STORAGE},
    {"numpy.core.numeric", "_frombuffer", lb_pickle_np_frombuffer, NO_STORAGE},
    {"numpy._core.numeric", "_frombuffer", lb_pickle_np_frombuffer, NO_STORAGE},
    {"numpy", "dtype", lb_pickle_np_dtype, NO_STORAGE},
    {"numpy", "ndarray", NULL, NO_STORAGE},
    {"_codecs", "encode", call_encode, NO_STORAGE},
    {"builtins", "bytes", call_bytes, NO_STORAGE},
    {"__builtin__", "bytes", call_bytes, NO_STORAGE},
    {"builtins", "set", call_set, NO_STORAGE},
    {"__builtin__", "set", call_set, NO_STORAGE},
    {"builtins", "frozenset", call_set, NO_STORAGE},
    {"__builtin__", "frozenset", call_set, NO_STORAGE},
    {"collections", "OrderedDict", call_ordered_dict, NO_STORAGE},
    {"torch._utils", "_rebuild_tensor_v2", lb_pickle_torch_tensor, NO_STORAGE},
    {"torch._utils", "_rebuild_parameter", lb_pickle_torch_parameter, NO_STORAGE},
    {"torch._utils", "_rebuild_parameter_with_state", lb_pickle_torch_parameter, NO_STORAGE},
    {"torch._tensor", "_rebuild_from_type_v2", call_typed, NO_STORAGE},
    {"collections", "defaultdict", call_default_dict, NO_STORAGE},
    {"torch.storage", "UntypedStorage", NULL, LB_ELEMENT_U8},
    {"torch", "UntypedStorage", NULL, LB_ELEMENT_U8},
    {"torch.storage", "_load_from_bytes", lb_pickle_torch_load, NO_STORAGE},
    {"torch", "device", call_device, NO_STORAGE},
    {"torch", "Size", call_size, NO_STORAGE},
    {"torch", "BoolStorage", NULL, LB_ELEMENT_BOOL},
    {"torch", "CharStorage", NULL, LB_ELEMENT_I8},
    {"torch", "ShortStorage", NULL, LB_ELEMENT_I16},
    {"torch", "IntStorage", NULL, LB_ELEMENT_I32},
    {"torch", "LongStorage", NULL, LB_ELEMENT_I64},
    {"torch", "ByteStorage", NULL, LB_ELEMENT_U8},
    {"torch", "HalfStorage", NULL, LB_ELEMENT_F16},
    {"torch", "BFloat16Storage", NULL, LB_ELEMENT_BF16},
    {"torch", "FloatStorage", NULL, LB_ELEMENT_F32},
    {"torch", "DoubleStorage", NULL, LB_ELEMENT_F64},
};

enum { GLOBAL_COUNT = sizeof GLOBALS / sizeof *GLOBALS };

static bool
equals(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

/* At most size - 1 bytes, with '?' for what cannot be printed. */
static void
copy_printable(char *out, size_t size, const char *text, size_t length)
{
    size_t count = length < size - 1 ? length : size - 1;
    for (size_t i = 0; i < count; i++) {
        out[i] = text[i];
        if (text[i] < ' ' || text[i] > '~') {
            out[i] = '?';
        }
    }
    out[count] = '\0';
}

lb_status
lb_pickle_global(lb_value *out, lb_pickle_machine *machine, const char *module,
                 size_t module_length, const char *name, size_t name_length)
{
    char shown_module[120], shown_name[120];
    for (size_t i = 0; i < GLOBAL_COUNT; i++) {
        if (equals(module, module_length, GLOBALS[i].module) &&
            equals(name, name_length, GLOBALS[i].name)) {
            *out = (lb_value){.kind = (lb_value_kind)PICKLE_GLOBAL, .integer = (int64_t)i};
            return LB_OK;
        }
    }
    copy_printable(shown_module, sizeof shown_module, module, module_length);
    copy_printable(shown_name, sizeof shown_name, name, name_length);
    if (machine->pickle->limits.opaque) {
        char whole[sizeof shown_module + sizeof shown_name];
        snprintf(whole, sizeof whole, "%s.%s", shown_module, shown_name);
        return lb_pickle_new_opaque(out, machine, whole);
    }
    return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                          "asks for '%s.%s', which this reader never runs (a data file needs NumPy "
                          "arrays, lists and numbers alone)",
                          shown_module, shown_name);
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

static lb_status
call_known(lb_value *out, lb_pickle_machine *machine, const lb_value *global,
           const lb_value *arguments)
{
    if (GLOBALS[global->integer].call == NULL) {
        char name[100];
        lb_pickle_global_name(name, sizeof name, global);
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "calls '%s', which stands for a kind",
                              name);
    }
    return GLOBALS[global->integer].call(out, machine, arguments->items->values,
                                         arguments->items->count);
}

lb_status
lb_pickle_call(lb_value *out, lb_pickle_machine *machine, const lb_value *global,
               const lb_value *arguments)
{
    if (global->kind == LB_VALUE_OPAQUE) { /* what it would make is as little known */
        *out = *global;
        return LB_OK;
    }
    if ((int)global->kind != PICKLE_GLOBAL || arguments->kind != LB_VALUE_TUPLE) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: calls %s with %s",
                              lb_value_kind_name(global->kind),
                              lb_value_kind_name(arguments->kind));
    }
    lb_status status = call_known(out, machine, global, arguments);
    if (!lb_pickle_leaves(machine, status)) {
        return status;
    }
    for (size_t i = 0; i < arguments->items->count; i++) {
        if (arguments->items->values[i].kind == LB_VALUE_OPAQUE) { /* the cause */
            *out = arguments->items->values[i];
            return LB_OK;
        }
    }
    return lb_pickle_new_faulty(out, machine);
}

/* The attributes that PyTorch puts on an OrderedDict of weights (its modules' versions) say nothing
 * about the data. */
lb_status
lb_pickle_build(lb_pickle_machine *machine, const lb_value *object, const lb_value *state)
{
    if ((int)object->kind == PICKLE_NDARRAY || (int)object->kind == PICKLE_DTYPE) {
        lb_status status = lb_pickle_np_build(machine, object, state);
        return lb_pickle_leaves(machine, status) ? LB_OK : status; /* it stays without its data */
    }
    if ((object->kind == LB_VALUE_DICT && state->kind == LB_VALUE_DICT) ||
        object->kind == LB_VALUE_OPAQUE || machine->pickle->limits.opaque) {
        return LB_OK;
    }
    return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "sets the state of %s",
                          lb_value_kind_name(object->kind));
}
