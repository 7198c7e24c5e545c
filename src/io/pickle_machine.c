/* SPDX-License-Identifier: MIT */
/* The stack, the marks and the memo of a pickle's machine. */
#include "pickle_machine.h"

#include <string.h>

#include "little_endian.h"

enum { FIRST_CAPACITY = 32, MEMO_SLACK = 1024, MEMO_GAPS = 4 };

lb_status
lb_pickle_fetch(lb_pickle_machine *machine, const uint8_t **out, uint64_t size)
{
    if (size > machine->size - machine->at) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "is truncated: %zu bytes are left where %llu are wanted",
                              machine->size - machine->at, (unsigned long long)size);
    }
    *out = machine->bytes + machine->at;
    machine->at += (size_t)size;
    return LB_OK;
}

lb_status
lb_pickle_fetch_size(lb_pickle_machine *machine, uint64_t *out, size_t width)
{
    const uint8_t *bytes = NULL;
    lb_status status = lb_pickle_fetch(machine, &bytes, width);
    if (status == LB_OK) {
        *out = lb_load_bytes(bytes, width);
    }
    return status;
}

lb_status
lb_pickle_fetch_line(lb_pickle_machine *machine, const char **out, size_t *length)
{
    const uint8_t *start = machine->bytes + machine->at;
    size_t left = machine->size - machine->at;
    const uint8_t *end = left > 0 ? memchr(start, '\n', left) : NULL;
    if (end == NULL) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is truncated: a line does not end");
    }
    *out = (const char *)start;
    *length = (size_t)(end - start);
    machine->at += *length + 1;
    return LB_OK;
}

lb_status
lb_pickle_push(lb_pickle_machine *machine, lb_value value)
{
    if (machine->depth >= machine->pickle->limits.stack) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "more than %zu values on the stack",
                              machine->pickle->limits.stack);
    }
    if (machine->depth == machine->capacity) {
        size_t wanted = machine->capacity > 0 ? machine->capacity + 1 : FIRST_CAPACITY;
        lb_value *grown = lb_pickle_grow(machine->pickle, machine->stack, &machine->capacity,
                                         wanted, sizeof *grown, machine->err);
        if (grown == NULL) {
            return lb_fail_context(machine->err, "%s", machine->name);
        }
        machine->stack = grown;
    }
    machine->stack[machine->depth++] = value;
    return LB_OK;
}

/* Values below the last mark belong to others. */
static size_t
stack_floor(const lb_pickle_machine *machine)
{
    return machine->mark_count > 0 ? machine->marks[machine->mark_count - 1] : 0;
}

lb_value *
lb_pickle_top(lb_pickle_machine *machine)
{
    if (machine->depth == stack_floor(machine)) {
        lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: a value is missing on the stack");
        return NULL;
    }
    return machine->stack + machine->depth - 1;
}

lb_status
lb_pickle_pop(lb_pickle_machine *machine, lb_value *out)
{
    const lb_value *top = lb_pickle_top(machine);
    if (top == NULL) {
        return machine->err->code;
    }
    *out = *top;
    machine->depth--;
    return LB_OK;
}

lb_status
lb_pickle_mark(lb_pickle_machine *machine)
{
    if (machine->mark_count == machine->mark_capacity) {
        size_t wanted = machine->mark_capacity > 0 ? machine->mark_capacity + 1 : FIRST_CAPACITY;
        size_t *grown = lb_pickle_grow(machine->pickle, machine->marks, &machine->mark_capacity,
                                       wanted, sizeof *grown, machine->err);
        if (grown == NULL) {
            return lb_fail_context(machine->err, "%s", machine->name);
        }
        machine->marks = grown;
    }
    machine->marks[machine->mark_count++] = machine->depth;
    return LB_OK;
}

lb_status
lb_pickle_pop_mark(lb_pickle_machine *machine, const lb_value **values, size_t *count)
{
    static const lb_value nothing; /* the stack may not be there yet */
    if (machine->mark_count == 0) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT, "is damaged: there is no mark");
    }
    size_t mark = machine->marks[--machine->mark_count];
    *count = machine->depth - mark;
    *values = *count > 0 ? machine->stack + mark : &nothing;
    machine->depth = mark;
    return LB_OK;
}

/* Picklers number what they remember in turn, so that an index far beyond what there is is damage,
 * or a trap for memory. */
lb_status
lb_pickle_remember(lb_pickle_machine *machine, uint64_t index)
{
    const lb_value *top = lb_pickle_top(machine);
    if (top == NULL) {
        return machine->err->code;
    }
    if (machine->memo_count >= machine->pickle->limits.memo ||
        index >= machine->pickle->limits.memo ||
        index > MEMO_SLACK + MEMO_GAPS * (uint64_t)machine->memo_count) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "remembers a value as number %llu, after %zu others",
                              (unsigned long long)index, machine->memo_count);
    }
    size_t old_room = machine->memo_capacity;
    lb_value *grown = lb_pickle_grow(machine->pickle, machine->memo, &machine->memo_capacity,
                                     (size_t)index + 1, sizeof *grown, machine->err);
    if (grown == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    machine->memo = grown;
    for (size_t i = old_room; i < machine->memo_capacity; i++) {
        machine->memo[i] = (lb_value){.kind = (lb_value_kind)PICKLE_ABSENT};
    }
    machine->memo_count += machine->memo[index].kind == (lb_value_kind)PICKLE_ABSENT;
    machine->memo[index] = *top;
    return LB_OK;
}

lb_status
lb_pickle_recall(lb_pickle_machine *machine, uint64_t index)
{
    if (index >= machine->memo_capacity ||
        machine->memo[index].kind == (lb_value_kind)PICKLE_ABSENT) {
        return lb_pickle_fail(machine, LB_ERROR_FORMAT,
                              "is damaged: asks for the value remembered as number %llu, which is "
                              "not there",
                              (unsigned long long)index);
    }
    return lb_pickle_push(machine, machine->memo[index]);
}
