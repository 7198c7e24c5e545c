/* SPDX-License-Identifier: MIT */
/* PyTorch's tensors: torch/_utils.py and torch/serialization.py tell what they write. */
#include <stdio.h>
#include <string.h>

#include "little_endian.h"
#include "pickle_internal.h"

enum { TENSOR_PARTS = 6, STORAGE_PARTS = 5, COUNT_BYTES = 8, FILE_VERSION = 1001 };

/* The number 0x1950a86a20f9469cfc6c as a pickle, which PyTorch's older files begin with. The second
 * byte is the protocol. */
static const uint8_t MAGIC[15] = {0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c, 0x46,
                                  0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};

/* ('storage', FloatStorage, key, location, count[, view]) */
lb_status
lb_pickle_torch_persistent(lb_value *out, lb_pickle_machine *machine, const lb_value *id)
{
    lb_element element = LB_ELEMENT_F32;
    const lb_value *parts = id->kind == LB_VALUE_TUPLE ? id->items->values : NULL;
    size_t count = parts != NULL ? id->items->count : 0;
    const char *word = count > 0 ? lb_value_text(&parts[0]) : NULL;
    if (word != NULL && strcmp(word, "module") == 0 && count > 1 &&
        parts[1].kind == LB_VALUE_OPAQUE) { /* a class, with its source for a warning */
        *out = parts[1];
        return LB_OK;
    }
    const char *unknown = count > 1 ? lb_value_opaque(NULL, &parts[1]) : NULL;
    if (unknown != NULL) {
        lb_status status =
            lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                           "a PyTorch storage of the type '%s', which is not read", unknown);
        return machine->pickle->limits.opaque_storages ? lb_pickle_new_faulty(out, machine)
                                                       : status;
    }
    if (count < STORAGE_PARTS || word == NULL || strcmp(word, "storage") != 0 ||
        !lb_pickle_storage_class(&element, &parts[1]) || lb_value_text(&parts[2]) == NULL ||
        parts[4].kind != LB_VALUE_INT || parts[4].integer < 0) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "refers to something outside the file that is no PyTorch storage");
    }
    if (count > STORAGE_PARTS && parts[STORAGE_PARTS].kind != LB_VALUE_NONE) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a PyTorch storage that is a view of another (PyTorch 0.1)");
    }
    return lb_pickle_new_storage(out, machine, element, lb_value_text(&parts[2]),
                                 (size_t)parts[4].integer, NULL);
}

/* The strides of the tensor's axes, and that its last element lies within the storage. */
static lb_status
set_strides(lb_pickle_tensor *tensor, lb_pickle_machine *machine, const lb_value *strides)
{
    size_t last = tensor->offset, count = tensor->storage->count, step = 0;
    if (strides->kind != LB_VALUE_TUPLE || strides->items->count != tensor->shape.rank) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the strides of a tensor");
    }
    bool inside = tensor->shape.count == 0 || last < count;
    for (size_t i = 0; i < tensor->shape.rank; i++) {
        const lb_value *stride = &strides->items->values[i];
        if (stride->kind != LB_VALUE_INT || stride->integer < 0) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the strides of a tensor");
        }
        tensor->strides[i] = stride->integer;
        inside = inside && (tensor->shape.count == 0 ||
                            (lb_multiply(&step, tensor->shape.shape[i] - 1, (size_t)stride->integer,
                                         machine->err) == LB_OK &&
                             step < count - last));
        last += inside && tensor->shape.count > 0 ? step : 0;
    }
    if (!inside) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "a tensor that reaches beyond its storage of %zu elements", count);
    }
    if (tensor->shape.count > count) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a tensor that repeats its storage (save tensor.contiguous())");
    }
    return LB_OK;
}

/* _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata]). PyTorch 2
 * says in the last that the numbers are to be negated or conjugated. */
lb_status
lb_pickle_torch_tensor(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                       size_t count)
{
    if (count < TENSOR_PARTS || (int)arguments[0].kind != PICKLE_STORAGE ||
        arguments[1].kind != LB_VALUE_INT || arguments[1].integer < 0) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the parts of a tensor");
    }
    if (count > TENSOR_PARTS && arguments[TENSOR_PARTS].kind == LB_VALUE_DICT &&
        lb_value_count(&arguments[TENSOR_PARTS]) > 0) {
        return lb_pickle_fail(
            machine, LB_ERROR_UNSUPPORTED,
            "a tensor that is a negated or conjugated view (save tensor.clone())");
    }
    lb_pickle_tensor *tensor = lb_pickle_take(machine->pickle, sizeof *tensor, machine->err);
    if (tensor == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    const lb_pickle_tensor *whole = arguments[0].tensor;
    *tensor = (lb_pickle_tensor){.shape.element = whole->shape.element,
                                 .offset = (size_t)arguments[1].integer,
                                 .storage = whole->storage};
    lb_status status = lb_pickle_shape(&tensor->shape, machine, &arguments[2]);
    if (status == LB_OK) {
        status = set_strides(tensor, machine, &arguments[3]);
    }
    *out = (lb_value){.kind = LB_VALUE_TENSOR, .tensor = tensor};
    return status;
}

/* _rebuild_parameter(tensor, requires_grad, hooks) */
lb_status
lb_pickle_torch_parameter(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                          size_t count)
{
    if (count < 1 || arguments[0].kind != LB_VALUE_TENSOR) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a parameter that is no tensor");
    }
    *out = arguments[0];
    return LB_OK;
}

/* The magic number, the version, and what the machine was that wrote it. */
static lb_status
read_preamble(lb_pickle_machine *machine)
{
    lb_value version, system;
    if (machine->size < sizeof MAGIC || machine->bytes[0] != MAGIC[0] ||
        memcmp(machine->bytes + 2, MAGIC + 2, sizeof MAGIC - 2) != 0) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a PyTorch storage in a form that is not known");
    }
    machine->at = sizeof MAGIC;
    lb_status status = machine->run_next(&version, machine);
    if (status == LB_OK) {
        status = machine->run_next(&system, machine);
    }
    if (status != LB_OK) {
        return status;
    }
    const lb_value *little =
        system.kind == LB_VALUE_DICT ? lb_value_find(&system, "little_endian") : NULL;
    if (version.kind != LB_VALUE_INT || version.integer != FILE_VERSION || little == NULL ||
        little->kind != LB_VALUE_BOOL || !little->boolean) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a PyTorch storage of a version or byte order that is not known");
    }
    return LB_OK;
}

/* After the pickles: the number of elements, and the elements. */
static lb_status
read_contents(lb_pickle_storage *storage, lb_pickle_machine *machine)
{
    size_t left = machine->size - machine->at, size = 0;
    machine->opcode_at = machine->at;
    if (left < COUNT_BYTES || lb_load_u64(machine->bytes + machine->at) != storage->count ||
        lb_multiply(&size, storage->count, lb_element_size(storage->element), machine->err) !=
            LB_OK ||
        size != left - COUNT_BYTES) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "a PyTorch storage of %zu elements, whose bytes are not there",
                              storage->count);
    }
    storage->bytes = machine->bytes + machine->at + COUNT_BYTES;
    return LB_OK;
}

/* The storage, the list of its key, the contents. */
static lb_status
read_storage(lb_value *out, lb_pickle_machine *machine)
{
    lb_value keys;
    size_t before = machine->pickle->storage_count;
    lb_status status = read_preamble(machine);
    if (status == LB_OK) {
        status = machine->run_next(out, machine);
    }
    if (status == LB_OK) {
        status = machine->run_next(&keys, machine);
    }
    if (status != LB_OK) {
        return status;
    }
    if ((int)out->kind != PICKLE_STORAGE || machine->pickle->storage_count != before + 1 ||
        keys.kind != LB_VALUE_LIST || lb_value_count(&keys) != 1) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "bytes with more than one PyTorch storage");
    }
    return read_contents(machine->pickle->storages[before], machine);
}

/* _load_from_bytes(bytes): a storage that was saved as a file of its own. */
lb_status
lb_pickle_torch_load(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                     size_t count)
{
    char name[300];
    lb_pickle *pickle = machine->pickle;
    if (count != 1 || arguments[0].kind != LB_VALUE_BYTES || machine->nested) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "calls 'torch.storage._load_from_bytes' with other than bytes, or "
                              "within such bytes");
    }
    const lb_pickle_bytes *bytes = arguments[0].bytes;
    if (bytes->length > pickle->source_size - pickle->nested) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "loads the same bytes again and again");
    }
    pickle->nested += bytes->length;
    snprintf(name, sizeof name, "%.240s: byte %zu", machine->name, machine->opcode_at);
    lb_pickle_machine inner = {.pickle = pickle,
                               .run_next = machine->run_next,
                               .name = name,
                               .err = machine->err,
                               .bytes = (const uint8_t *)bytes->bytes,
                               .size = bytes->length,
                               .nested = true};
    return read_storage(out, &inner);
}
