/* SPDX-License-Identifier: MIT */
/* The opcodes, as CPython's Lib/pickletools.py describes them. */
#include <stdio.h>
#include <string.h>

#include "pickle_machine.h"

enum { NEWEST_PROTOCOL = 5 };

typedef lb_status (*action)(lb_pickle_machine *machine, int argument);

static lb_status
op_mark(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    return lb_pickle_mark(machine);
}

static lb_status
op_stop(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    machine->stopped = true;
    return LB_OK;
}

/* Above a mark alone, POP takes off the mark. */
static lb_status
op_pop(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value dropped;
    const lb_value *values = NULL;
    size_t count = 0;
    if (machine->mark_count > 0 && machine->marks[machine->mark_count - 1] == machine->depth) {
        return lb_pickle_pop_mark(machine, &values, &count);
    }
    return lb_pickle_pop(machine, &dropped);
}

static lb_status
op_pop_mark(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    const lb_value *values = NULL;
    size_t count = 0;
    return lb_pickle_pop_mark(machine, &values, &count);
}

static lb_status
op_dup(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    const lb_value *top = lb_pickle_top(machine);
    return top != NULL ? lb_pickle_push(machine, *top) : machine->err->code;
}

/* What is asked for and not offered, with this error; where the limits allow that, an OPAQUE value.
 */
static lb_status
leave(lb_pickle_machine *machine, lb_status status)
{
    lb_value value = {.kind = LB_VALUE_NONE};
    if (!lb_pickle_leaves(machine, status)) {
        return status;
    }
    status = lb_pickle_new_faulty(&value, machine);
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

static lb_status
op_none(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    return lb_pickle_push(machine, (lb_value){.kind = LB_VALUE_NONE});
}

static lb_status
op_bool(lb_pickle_machine *machine, int truth)
{
    return lb_pickle_push(machine, (lb_value){.kind = LB_VALUE_BOOL, .boolean = truth != 0});
}

static lb_status
op_int(lb_pickle_machine *machine, int width)
{
    uint64_t number = 0;
    lb_status status = lb_pickle_fetch_size(machine, &number, (size_t)width);
    if (status != LB_OK) {
        return status;
    }
    int64_t signed_number = width == 4 ? (int32_t)(uint32_t)number : (int64_t)number;
    return lb_pickle_push(machine, (lb_value){.kind = LB_VALUE_INT, .integer = signed_number});
}

/* Two's complement of any length. */
static lb_status
op_long(lb_pickle_machine *machine, int width)
{
    uint64_t length = 0, number = 0;
    const uint8_t *bytes = NULL;
    lb_status status = lb_pickle_fetch_size(machine, &length, (size_t)width);
    if (status == LB_OK) {
        status = lb_pickle_fetch(machine, &bytes, length);
    }
    if (status != LB_OK) {
        return status;
    }
    if (length > sizeof number) {
        return leave(machine, lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                             "a whole number of %llu bytes, where 8 are the most",
                                             (unsigned long long)length));
    }
    bool negative = length > 0 && (bytes[length - 1] & 0x80) != 0;
    for (size_t i = 0; i < sizeof number; i++) {
        uint8_t byte = i < length ? bytes[i] : negative ? 0xFF : 0;
        number |= (uint64_t)byte << (8 * i);
    }
    return lb_pickle_push(machine, (lb_value){.kind = LB_VALUE_INT, .integer = (int64_t)number});
}

/* Eight bytes, the highest first. */
static lb_status
op_real(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    const uint8_t *bytes = NULL;
    uint64_t bits = 0;
    double real = 0;
    lb_status status = lb_pickle_fetch(machine, &bytes, sizeof bits);
    if (status != LB_OK) {
        return status;
    }
    for (size_t i = 0; i < sizeof bits; i++) {
        bits = bits << 8 | bytes[i];
    }
    memcpy(&real, &bits, sizeof real);
    return lb_pickle_push(machine, (lb_value){.kind = LB_VALUE_REAL, .real = real});
}

static lb_status
op_line(lb_pickle_machine *machine, int code)
{
    const char *line = NULL;
    size_t length = 0;
    lb_value value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_fetch_line(machine, &line, &length);
    if (status != LB_OK) {
        return status;
    }
    switch (code) {
    case 'F':
        status = lb_pickle_line_real(&value, machine, line, length);
        break;
    case 'S':
        status = lb_pickle_line_string(&value, machine, line, length);
        break;
    case 'V':
        status = lb_pickle_line_unicode(&value, machine, line, length);
        break;
    default:
        status = lb_pickle_line_int(&value, machine, line, length, code == 'L');
    }
    return status == LB_OK                  ? lb_pickle_push(machine, value)
           : status == LB_ERROR_UNSUPPORTED ? leave(machine, status)
                                            : status;
}

typedef lb_status (*string_maker)(lb_value *, lb_pickle_machine *, const void *, size_t);

static lb_status
push_string(lb_pickle_machine *machine, int width, string_maker make)
{
    uint64_t length = 0;
    const uint8_t *bytes = NULL;
    lb_value value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_fetch_size(machine, &length, (size_t)width);
    if (status == LB_OK) {
        status = lb_pickle_fetch(machine, &bytes, length);
    }
    if (status == LB_OK) {
        status = make(&value, machine, bytes, (size_t)length);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

static lb_status
op_text(lb_pickle_machine *machine, int width)
{
    return push_string(machine, width, lb_pickle_new_text);
}

static lb_status
op_bytes(lb_pickle_machine *machine, int width)
{
    return push_string(machine, width, lb_pickle_new_bytes);
}

static lb_status
op_old_string(lb_pickle_machine *machine, int width)
{
    return push_string(machine, width, lb_pickle_old_string);
}

static lb_status
op_empty(lb_pickle_machine *machine, int kind)
{
    lb_value value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_new_items(&value, machine, (lb_value_kind)kind, NULL, 0);
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

/* Values that others can be found by. */
static lb_status
check_keys(lb_pickle_machine *machine, const lb_value *values, size_t count, size_t step)
{
    for (size_t i = 0; i < count; i += step) {
        switch ((int)values[i].kind) {
        case LB_VALUE_NONE:
        case LB_VALUE_BOOL:
        case LB_VALUE_INT:
        case LB_VALUE_REAL:
        case LB_VALUE_TEXT:
        case LB_VALUE_BYTES:
        case LB_VALUE_TUPLE:
            break;
        case LB_VALUE_LIST:
        case LB_VALUE_DICT:
            return lb_pickle_fail(machine, LB_ERROR_FORMAT, "%s as a key or in a set",
                                  lb_value_kind_name(values[i].kind));
        default:
            if (!machine->pickle->limits.opaque) {
                return lb_pickle_fail(machine, LB_ERROR_FORMAT, "%s as a key or in a set",
                                      lb_value_kind_name(values[i].kind));
            }
        }
    }
    return LB_OK;
}

static lb_status
check_pairs(lb_pickle_machine *machine, const lb_value *values, size_t count)
{
    if (count % 2 != 0) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: a key without a value");
    }
    return check_keys(machine, values, count, 2);
}

/* TUPLE, LIST, DICT, FROZENSET: of all above the mark. */
static lb_status
op_from_mark(lb_pickle_machine *machine, int kind)
{
    const lb_value *values = NULL;
    size_t count = 0;
    lb_value value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_pop_mark(machine, &values, &count);
    if (status == LB_OK && kind == LB_VALUE_DICT) {
        status = check_pairs(machine, values, count);
    } else if (status == LB_OK && kind == LB_VALUE_SET) {
        status = check_keys(machine, values, count, 1);
    }
    if (status == LB_OK) {
        status = lb_pickle_new_items(&value, machine, (lb_value_kind)kind, values, count);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

/* TUPLE1 to TUPLE3 */
static lb_status
op_tuple(lb_pickle_machine *machine, int count)
{
    lb_value values[3], value = {.kind = LB_VALUE_NONE};
    lb_status status = LB_OK;
    for (int i = count; i > 0 && status == LB_OK; i--) {
        status = lb_pickle_pop(machine, &values[i - 1]);
    }
    if (status == LB_OK) {
        status = lb_pickle_new_items(&value, machine, LB_VALUE_TUPLE, values, (size_t)count);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

/* Adds values to the container on top of the stack, which must be of this kind. */
static lb_status
add_to_top(lb_pickle_machine *machine, lb_value_kind kind, const lb_value *values, size_t count)
{
    const lb_value *top = lb_pickle_top(machine);
    if (top == NULL) {
        return machine->err->code;
    }
    if (top->kind == LB_VALUE_OPAQUE) {
        return LB_OK;
    }
    if (top->kind != kind) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "adds to %s as if it were %s",
                              lb_value_kind_name(top->kind), lb_value_kind_name(kind));
    }
    lb_status status = kind == LB_VALUE_DICT  ? check_pairs(machine, values, count)
                       : kind == LB_VALUE_SET ? check_keys(machine, values, count, 1)
                                              : LB_OK;
    return status == LB_OK ? lb_pickle_append(machine, top->items, values, count) : status;
}

/* APPENDS, SETITEMS, ADDITEMS */
static lb_status
op_add_all(lb_pickle_machine *machine, int kind)
{
    const lb_value *values = NULL;
    size_t count = 0;
    lb_status status = lb_pickle_pop_mark(machine, &values, &count);
    return status == LB_OK ? add_to_top(machine, (lb_value_kind)kind, values, count) : status;
}

/* APPEND, SETITEM */
static lb_status
op_add_one(lb_pickle_machine *machine, int kind)
{
    lb_value pair[2];
    size_t count = kind == LB_VALUE_DICT ? 2 : 1;
    lb_status status = LB_OK;
    for (size_t i = count; i > 0 && status == LB_OK; i--) {
        status = lb_pickle_pop(machine, &pair[i - 1]);
    }
    return status == LB_OK ? add_to_top(machine, (lb_value_kind)kind, pair, count) : status;
}

/* The index is a line where width is 0. */
static lb_status
fetch_index(lb_pickle_machine *machine, uint64_t *out, int width)
{
    const char *line = NULL;
    size_t length = 0;
    if (width > 0) {
        return lb_pickle_fetch_size(machine, out, (size_t)width);
    }
    lb_value number = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_fetch_line(machine, &line, &length);
    if (status == LB_OK) {
        status = lb_pickle_line_int(&number, machine, line, length, false);
    }
    if (status == LB_OK && (number.kind != LB_VALUE_INT || number.integer < 0)) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: a number below 0 in the memo");
    }
    *out = (uint64_t)number.integer;
    return status;
}

static lb_status
op_put(lb_pickle_machine *machine, int width)
{
    uint64_t index = 0;
    lb_status status = fetch_index(machine, &index, width);
    return status == LB_OK ? lb_pickle_remember(machine, index) : status;
}

static lb_status
op_memoize(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    return lb_pickle_remember(machine, machine->memo_count);
}

static lb_status
op_get(lb_pickle_machine *machine, int width)
{
    uint64_t index = 0;
    lb_status status = fetch_index(machine, &index, width);
    return status == LB_OK ? lb_pickle_recall(machine, index) : status;
}

/* GLOBAL, and INST, which would also call it. */
static lb_status
op_global(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    const char *module = NULL, *name = NULL;
    size_t module_length = 0, name_length = 0;
    lb_value value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_fetch_line(machine, &module, &module_length);
    if (status == LB_OK) {
        status = lb_pickle_fetch_line(machine, &name, &name_length);
    }
    if (status == LB_OK) {
        status = lb_pickle_global(&value, machine, module, module_length, name, name_length);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

/* The arguments are above the mark; OBJ has the class there, too. */
static lb_status
op_object(lb_pickle_machine *machine, int is_obj)
{
    const lb_value *values = NULL;
    lb_value class = {.kind = LB_VALUE_NONE};
    size_t count = 0;
    lb_status status = LB_OK;
    if (!is_obj) {
        status = op_global(machine, 0);
        if (status == LB_OK) {
            status = lb_pickle_pop(machine, &class);
        }
    }
    if (status == LB_OK) {
        status = lb_pickle_pop_mark(machine, &values, &count);
    }
    return status == LB_OK
               ? leave(machine, lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                               "makes an object of a class of Python 1%s",
                                               is_obj ? " (OBJ)" : ""))
               : status;
}

/* Class, arguments, named arguments. */
static lb_status
op_named(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value dropped;
    lb_status status = LB_OK;
    for (int i = 0; i < 3 && status == LB_OK; i++) {
        status = lb_pickle_pop(machine, &dropped);
    }
    return status == LB_OK
               ? leave(machine, lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                                               "makes an object with named arguments (NEWOBJ_EX)"))
               : status;
}

static lb_status
op_stack_global(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value module, name, value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_pop(machine, &name);
    if (status == LB_OK) {
        status = lb_pickle_pop(machine, &module);
    }
    if (status == LB_OK && (module.kind != LB_VALUE_TEXT || name.kind != LB_VALUE_TEXT)) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: a name that is no text");
    }
    if (status == LB_OK) {
        status = lb_pickle_global(&value, machine, module.bytes->bytes, module.bytes->length,
                                  name.bytes->bytes, name.bytes->length);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

/* REDUCE, and NEWOBJ, which does the same for a class. */
static lb_status
op_call(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value callee, arguments, value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_pop(machine, &arguments);
    if (status == LB_OK) {
        status = lb_pickle_pop(machine, &callee);
    }
    if (status == LB_OK) {
        status = lb_pickle_call(&value, machine, &callee, &arguments);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

static lb_status
op_build(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value state;
    lb_status status = lb_pickle_pop(machine, &state);
    if (status != LB_OK) {
        return status;
    }
    const lb_value *object = lb_pickle_top(machine);
    return object != NULL ? lb_pickle_build(machine, object, &state) : machine->err->code;
}

static lb_status
op_persistent(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    lb_value id, value = {.kind = LB_VALUE_NONE};
    lb_status status = lb_pickle_pop(machine, &id);
    if (status == LB_OK) {
        status = lb_pickle_torch_persistent(&value, machine, &id);
    }
    return status == LB_OK ? lb_pickle_push(machine, value) : status;
}

static lb_status
op_protocol(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    uint64_t version = 0;
    lb_status status = lb_pickle_fetch_size(machine, &version, 1);
    if (status == LB_OK && version > NEWEST_PROTOCOL) {
        return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED,
                              "is of pickle protocol %u; 0 to %d can be read", (unsigned)version,
                              NEWEST_PROTOCOL);
    }
    return status;
}

/* A hint for readers that load in pieces; its size must be there. */
static lb_status
op_frame(lb_pickle_machine *machine, int unused)
{
    (void)unused;
    uint64_t size = 0;
    const uint8_t *frame = NULL;
    lb_status status = lb_pickle_fetch_size(machine, &size, 8);
    size_t start = machine->at;
    if (status == LB_OK) {
        status = lb_pickle_fetch(machine, &frame, size);
        machine->at = start;
    }
    return status;
}

static const char *const REFUSED[] = {
    "has a persistent id in letters (PERSID), which only the program that wrote it understands",
    "asks for an entry of a registry of extensions (EXT)",
    "has buffers outside the file (NEXT_BUFFER)",
};

static lb_status
op_refuse(lb_pickle_machine *machine, int reason)
{
    return lb_pickle_fail(machine, LB_ERROR_UNSUPPORTED, "%s", REFUSED[reason]);
}

static const struct {
    action run;
    int argument;
} OPCODES[256] = {
    ['('] = {op_mark, 0},
    ['.'] = {op_stop, 0},
    ['0'] = {op_pop, 0},
    ['1'] = {op_pop_mark, 0},
    ['2'] = {op_dup, 0},
    ['N'] = {op_none, 0},
    [0x88] = {op_bool, 1},
    [0x89] = {op_bool, 0},
    ['K'] = {op_int, 1},
    ['M'] = {op_int, 2},
    ['J'] = {op_int, 4},
    [0x8a] = {op_long, 1},
    [0x8b] = {op_long, 4},
    ['G'] = {op_real, 0},
    ['F'] = {op_line, 'F'},
    ['I'] = {op_line, 'I'},
    ['L'] = {op_line, 'L'},
    ['S'] = {op_line, 'S'},
    ['V'] = {op_line, 'V'},
    [0x8c] = {op_text, 1},
    ['X'] = {op_text, 4},
    [0x8d] = {op_text, 8},
    ['C'] = {op_bytes, 1},
    ['B'] = {op_bytes, 4},
    [0x8e] = {op_bytes, 8},
    [0x96] = {op_bytes, 8}, /* BYTEARRAY8 */
    ['U'] = {op_old_string, 1},
    ['T'] = {op_old_string, 4},
    [']'] = {op_empty, LB_VALUE_LIST},
    [')'] = {op_empty, LB_VALUE_TUPLE},
    ['}'] = {op_empty, LB_VALUE_DICT},
    [0x8f] = {op_empty, LB_VALUE_SET},
    ['l'] = {op_from_mark, LB_VALUE_LIST},
    ['t'] = {op_from_mark, LB_VALUE_TUPLE},
    ['d'] = {op_from_mark, LB_VALUE_DICT},
    [0x91] = {op_from_mark, LB_VALUE_SET}, /* FROZENSET */
    [0x85] = {op_tuple, 1},
    [0x86] = {op_tuple, 2},
    [0x87] = {op_tuple, 3},
    ['a'] = {op_add_one, LB_VALUE_LIST},
    ['s'] = {op_add_one, LB_VALUE_DICT},
    ['e'] = {op_add_all, LB_VALUE_LIST},
    ['u'] = {op_add_all, LB_VALUE_DICT},
    [0x90] = {op_add_all, LB_VALUE_SET},
    ['p'] = {op_put, 0},
    ['q'] = {op_put, 1},
    ['r'] = {op_put, 4},
    [0x94] = {op_memoize, 0},
    ['g'] = {op_get, 0},
    ['h'] = {op_get, 1},
    ['j'] = {op_get, 4},
    ['c'] = {op_global, 0},
    ['i'] = {op_object, 0},
    [0x93] = {op_stack_global, 0},
    ['R'] = {op_call, 0},
    [0x81] = {op_call, 0},
    ['b'] = {op_build, 0},
    ['Q'] = {op_persistent, 0},
    [0x80] = {op_protocol, 0},
    [0x95] = {op_frame, 0},
    ['P'] = {op_refuse, 0},
    ['o'] = {op_object, 1},
    [0x82] = {op_refuse, 1},
    [0x83] = {op_refuse, 1},
    [0x84] = {op_refuse, 1},
    [0x92] = {op_named, 0},
    [0x97] = {op_refuse, 2},
    [0x98] = {op_refuse, 2},
};

lb_status
lb_pickle_step(lb_pickle_machine *machine, uint8_t code)
{
    if (OPCODES[code].run == NULL) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: there is no opcode 0x%02x",
                              code);
    }
    return OPCODES[code].run(machine, OPCODES[code].argument);
}
