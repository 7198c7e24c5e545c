/* SPDX-License-Identifier: MIT */
/* What calling the names that a pickle may ask for gives. Nothing else is ever called. */
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

static const lb_pickle_function CALLS[PICKLE_CALLEES] = {
    [PICKLE_RECONSTRUCT] = lb_pickle_np_reconstruct,
    [PICKLE_SCALAR] = lb_pickle_np_scalar,
    [PICKLE_FROMBUFFER] = lb_pickle_np_frombuffer,
    [PICKLE_MAKE_DTYPE] = lb_pickle_np_dtype,
    [PICKLE_ENCODE] = call_encode,
    [PICKLE_MAKE_BYTES] = call_bytes,
    [PICKLE_MAKE_SET] = call_set,
    [PICKLE_ORDERED_DICT] = call_ordered_dict,
    [PICKLE_DEFAULT_DICT] = call_default_dict,
    [PICKLE_TORCH_TENSOR] = lb_pickle_torch_tensor,
    [PICKLE_TORCH_PARAMETER] = lb_pickle_torch_parameter,
    [PICKLE_TORCH_TYPED] = call_typed,
    [PICKLE_TORCH_LOAD] = lb_pickle_torch_load,
    [PICKLE_TORCH_DEVICE] = call_device,
    [PICKLE_TORCH_SIZE] = call_size,
};

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
    if (lb_pickle_find_global(out, module, module_length, name, name_length)) {
        return LB_OK;
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

static lb_status
call_known(lb_value *out, lb_pickle_machine *machine, const lb_value *global,
           const lb_value *arguments)
{
    lb_pickle_function call = CALLS[lb_pickle_callee_of(global)];
    if (call == NULL) {
        char name[100];
        lb_pickle_global_name(name, sizeof name, global);
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "calls '%s', which stands for a kind",
                              name);
    }
    return call(out, machine, arguments->items->values, arguments->items->count);
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
