/* SPDX-License-Identifier: MIT */
/* NumPy's arrays, scalars and dtypes: what ndarray.__reduce__(), its protocol 5 form and
 * dtype.__reduce__() write (numpy/core/src/multiarray/methods.c, descriptor.c). */
#include <string.h>

#include "pickle_elements.h"
#include "pickle_internal.h"

enum { DTYPE_STATE = 8, ARRAY_STATE = 5, LONGEST_STRING = 1 << 20, CODE_SIZE = 4 };

static const struct {
    const char *name;
    lb_element element;
} DTYPES[] = {
    {"b1", LB_ELEMENT_BOOL}, {"i1", LB_ELEMENT_I8},  {"i2", LB_ELEMENT_I16}, {"i4", LB_ELEMENT_I32},
    {"i8", LB_ELEMENT_I64},  {"u1", LB_ELEMENT_U8},  {"u2", LB_ELEMENT_U16}, {"u4", LB_ELEMENT_U32},
    {"u8", LB_ELEMENT_U64},  {"f2", LB_ELEMENT_F16}, {"f4", LB_ELEMENT_F32}, {"f8", LB_ELEMENT_F64},
};

/* "U12": strings of 12 letters. */
static bool
read_string_type(lb_pickle_array *out, const char *name)
{
    size_t letters = 0;
    for (const char *c = name + 1; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || letters > LONGEST_STRING) {
            return false;
        }
        letters = 10 * letters + (size_t)(*c - '0');
    }
    out->content = name[0] == 'U' ? PICKLE_UCS4 : PICKLE_ASCII;
    out->size = name[0] == 'U' ? CODE_SIZE * letters : letters;
    return letters <= LONGEST_STRING;
}

static bool
read_type(lb_pickle_array *out, const char *name)
{
    out->swapped = name[0] == '>';
    name += name[0] != '\0' && strchr("<>|=", name[0]) != NULL;
    if (name[0] == 'U' || name[0] == 'S') {
        return read_string_type(out, name);
    }
    if (strcmp(name, "O") == 0 || strcmp(name, "O8") == 0 || strcmp(name, "O4") == 0) {
        out->content = PICKLE_OBJECTS;
        return true;
    }
    for (size_t i = 0; i < sizeof DTYPES / sizeof *DTYPES; i++) {
        if (strcmp(DTYPES[i].name, name) == 0) {
            out->shape.element = DTYPES[i].element;
            out->size = lb_element_size(DTYPES[i].element);
            return true;
        }
    }
    return false;
}

static lb_pickle_array *
new_array(lb_value *out, lb_pickle_machine *machine, int kind)
{
    lb_pickle_array *array = lb_pickle_take(machine->pickle, sizeof *array, machine->err);
    if (array == NULL) {
        lb_fail_context(machine->err, "%s", machine->name);
        return NULL;
    }
    *array = (lb_pickle_array){.content = PICKLE_NUMBERS};
    *out = (lb_value){.kind = (lb_value_kind)kind, .array = array};
    return array;
}

/* dtype('f8', False, True) */
lb_status
lb_pickle_np_dtype(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                   size_t count)
{
    const char *name = count > 0 ? lb_value_text(&arguments[0]) : NULL;
    if (name == NULL) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a NumPy type that is not given by its name");
    }
    lb_pickle_array *type = new_array(out, machine, PICKLE_DTYPE);
    if (type == NULL) {
        return machine->err->code;
    }
    if (!read_type(type, name)) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "NumPy elements of type '%.20s', which cannot be read here", name);
    }
    return LB_OK;
}

/* (3, '<', None, None, None, -1, -1, 0): version, order, sub-array, names, fields, size, alignment,
 * flags. */
static lb_status
build_dtype(lb_pickle_machine *machine, lb_pickle_array *type, const lb_value *state)
{
    const lb_value *parts = state->kind == LB_VALUE_TUPLE ? state->items->values : NULL;
    if (parts == NULL || state->items->count < DTYPE_STATE || lb_value_text(&parts[1]) == NULL ||
        parts[5].kind != LB_VALUE_INT) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the state of a NumPy type");
    }
    for (size_t i = 2; i < 5; i++) {
        if (parts[i].kind != LB_VALUE_NONE) {
            return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                  "NumPy elements of several fields, which cannot be read here");
        }
    }
    bool text = type->content == PICKLE_ASCII || type->content == PICKLE_UCS4;
    if (text && parts[5].integer != (int64_t)type->size) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "is damaged: NumPy strings of %zu and of %lld bytes", type->size,
                              (long long)parts[5].integer);
    }
    type->swapped = strcmp(lb_value_text(&parts[1]), ">") == 0;
    return LB_OK;
}

/* _reconstruct(ndarray, (0,), b'b'): an array to be built. */
lb_status
lb_pickle_np_reconstruct(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                         size_t count)
{
    if (count < 1 || !lb_pickle_is_global(&arguments[0], "numpy", "ndarray")) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "a NumPy array of a class other than 'numpy.ndarray'");
    }
    return new_array(out, machine, PICKLE_NDARRAY) != NULL ? LB_OK : machine->err->code;
}

lb_status
lb_pickle_shape(lb_value_shape *out, lb_pickle_machine *machine, const lb_value *sides)
{
    if (sides->kind != LB_VALUE_TUPLE || sides->items->count > LB_MAX_RANK) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "an array whose shape is not a tuple of at most %d numbers",
                              LB_MAX_RANK);
    }
    out->rank = sides->items->count;
    out->count = 1;
    for (size_t i = 0; i < out->rank; i++) {
        const lb_value *side = &sides->items->values[i];
        if (side->kind != LB_VALUE_INT || side->integer < 0) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                                  "an array with a side that is no number of elements");
        }
        out->shape[i] = (size_t)side->integer;
        if (lb_multiply(&out->count, out->count, out->shape[i], machine->err) != LB_OK) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT, "an array whose size overflows");
        }
    }
    return LB_OK;
}

/* The number of elements must be that of the bytes or objects that are there. */
static lb_status
check_count(lb_pickle_machine *machine, const lb_pickle_array *array, const lb_value *data)
{
    bool objects = array->content == PICKLE_OBJECTS;
    size_t wanted = array->shape.count, found = lb_value_count(data);
    if (data->kind != (objects ? LB_VALUE_LIST : LB_VALUE_BYTES)) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: an array whose data is %s",
                              lb_value_kind_name(data->kind));
    }
    if (!objects && lb_multiply(&wanted, wanted, array->size, machine->err) != LB_OK) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "an array whose size overflows");
    }
    if (wanted != found) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "an array whose shape asks for %zu %s, where it has %zu", wanted,
                              objects ? "objects" : "bytes", found);
    }
    return LB_OK;
}

static lb_status
element_value(lb_value *out, lb_pickle_machine *machine, const lb_pickle_array *array,
              const uint8_t *at)
{
    size_t length = array->size;
    switch (array->content) {
    case PICKLE_UCS4:
        return lb_pickle_ucs4(out, machine, at, length / CODE_SIZE, array->swapped);
    case PICKLE_ASCII:
        while (length > 0 && at[length - 1] == 0) {
            length--;
        }
        return lb_pickle_old_string(out, machine, at, length);
    case PICKLE_NUMBERS:
        if (!lb_pickle_load_value(out, array->shape.element, at, array->swapped)) {
            return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                  "a whole number that does not fit in 64 bits with a sign");
        }
        return LB_OK;
    case PICKLE_OBJECTS:
        break;
    }
    return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "a NumPy scalar that is an object");
}

/* Lists in lists for the axes from `axis` on, beginning with element `first`. */
static lb_status
nest(lb_value *out, lb_pickle_machine *machine, const lb_pickle_array *array, const lb_value *data,
     size_t axis, size_t first)
{
    const lb_value_shape *s = &array->shape;
    if (axis == s->rank) {
        if (array->content == PICKLE_OBJECTS) {
            *out = data->items->values[first];
            return LB_OK;
        }
        return element_value(out, machine, array, array->data + first * array->size);
    }
    size_t step = 1;
    for (size_t i = array->fortran ? 0 : axis + 1; i < (array->fortran ? axis : s->rank); i++) {
        step *= s->shape[i];
    }
    lb_status status = lb_pickle_new_items(out, machine, LB_VALUE_LIST, NULL, 0);
    if (status != LB_OK || s->shape[axis] == 0) {
        return status;
    }
    lb_pickle_items *items = out->items;
    items->values = lb_pickle_grow(machine->pickle, NULL, &items->capacity, s->shape[axis],
                                   sizeof *items->values, machine->err);
    if (items->values == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    for (size_t i = 0; i < s->shape[axis]; i++) {
        status = nest(&items->values[i], machine, array, data, axis + 1, first + i * step);
        if (status != LB_OK) {
            return status;
        }
        items->count = i + 1;
    }
    return LB_OK;
}

/* array has its type; data is a value of bytes, or a list. */
static lb_status
set_data(lb_pickle_machine *machine, lb_pickle_array *array, const lb_value *sides, bool fortran,
         const lb_value *data)
{
    lb_value bytes = *data;
    lb_status status = lb_pickle_shape(&array->shape, machine, sides);
    if (status == LB_OK && data->kind == LB_VALUE_TEXT) { /* Python 2 */
        status = lb_pickle_latin1(&bytes, machine, data);
    }
    if (status == LB_OK) {
        status = check_count(machine, array, &bytes);
    }
    if (status != LB_OK) {
        return status;
    }
    array->fortran = fortran && array->content != PICKLE_OBJECTS; /* lists are row-major */
    array->built = true;
    array->data = lb_value_bytes(&bytes);
    if (array->content == PICKLE_OBJECTS && array->shape.rank == 1) {
        array->list = bytes;
    } else if (array->content != PICKLE_NUMBERS) {
        status = nest(&array->list, machine, array, &bytes, 0, 0);
    }
    return status;
}

static void
take_type(lb_pickle_array *array, const lb_value *dtype)
{
    array->shape.element = dtype->array->shape.element;
    array->content = dtype->array->content;
    array->size = dtype->array->size;
    array->swapped = dtype->array->swapped;
}

/* An array's state: (1, (2, 3), dtype, is_fortran, data). */
lb_status
lb_pickle_np_build(lb_pickle_machine *machine, const lb_value *object, const lb_value *state)
{
    if ((int)object->kind == PICKLE_DTYPE) {
        return build_dtype(machine, object->array, state);
    }
    const lb_value *parts = state->kind == LB_VALUE_TUPLE ? state->items->values : NULL;
    if (parts == NULL || state->items->count != ARRAY_STATE || (int)parts[2].kind != PICKLE_DTYPE ||
        (parts[3].kind != LB_VALUE_BOOL && parts[3].kind != LB_VALUE_INT) || object->array->built) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the state of a NumPy array");
    }
    bool fortran = parts[3].kind == LB_VALUE_BOOL ? parts[3].boolean : parts[3].integer != 0;
    take_type(object->array, &parts[2]);
    return set_data(machine, object->array, &parts[1], fortran, &parts[4]);
}

/* _frombuffer(bytes, dtype, shape, order) of protocol 5 */
lb_status
lb_pickle_np_frombuffer(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                        size_t count)
{
    if (count != 4 || arguments[0].kind != LB_VALUE_BYTES ||
        (int)arguments[1].kind != PICKLE_DTYPE || lb_value_text(&arguments[3]) == NULL) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the parts of a NumPy array");
    }
    lb_pickle_array *array = new_array(out, machine, PICKLE_NDARRAY);
    if (array == NULL) {
        return machine->err->code;
    }
    take_type(array, &arguments[1]);
    bool fortran = strcmp(lb_value_text(&arguments[3]), "F") == 0;
    return set_data(machine, array, &arguments[2], fortran, &arguments[0]);
}

/* scalar(dtype, bytes) */
lb_status
lb_pickle_np_scalar(lb_value *out, lb_pickle_machine *machine, const lb_value *arguments,
                    size_t count)
{
    if (count != 2 || (int)arguments[0].kind != PICKLE_DTYPE) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: the parts of a NumPy scalar");
    }
    lb_pickle_array scalar = {.shape.count = 1};
    lb_value bytes = arguments[1];
    lb_status status = LB_OK;
    take_type(&scalar, &arguments[0]);
    if (bytes.kind == LB_VALUE_TEXT) {
        status = lb_pickle_latin1(&bytes, machine, &arguments[1]);
    }
    if (status == LB_OK && scalar.content != PICKLE_OBJECTS) {
        status = check_count(machine, &scalar, &bytes);
    }
    return status == LB_OK ? element_value(out, machine, &scalar, lb_value_bytes(&bytes)) : status;
}
