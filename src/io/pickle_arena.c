/* SPDX-License-Identifier: MIT */
/* Memory of a pickle's values, and new values in it. */
#include <stdio.h>
#include <string.h>

#include "pickle_internal.h"

enum { ALIGNMENT = 16, SMALLEST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

struct lb_pickle_chunk {
    lb_pickle_chunk *next;
    size_t size, used; /* bytes of data */
    unsigned char *data;
};

/* LB_ERROR_FORMAT where the limit does not allow so much more. */
static lb_status
charge(lb_pickle *pickle, size_t size, lb_error *err)
{
    if (size > pickle->limits.memory - pickle->charged) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "needs more than the %zu bytes of memory that a pickle of %zu bytes may have",
            pickle->limits.memory, pickle->source_size);
    }
    pickle->charged += size;
    return LB_OK;
}

static lb_status
add_chunk(lb_pickle *pickle, size_t min, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle_chunk *chunk = NULL;
    size_t size = pickle->charged < SMALLEST_CHUNK  ? SMALLEST_CHUNK
                  : pickle->charged > LARGEST_CHUNK ? LARGEST_CHUNK
                                                    : pickle->charged;
    size = size < min ? min : size;
    LB_TRY(charge(pickle, size, err));
    LB_ALLOC(chunk, 1);
    LB_ALLOC(chunk->data, size);
    chunk->size = size;
    chunk->next = pickle->chunks;
    pickle->chunks = chunk;
    chunk = NULL;
cleanup:
    lb_free(chunk);
    return status;
}

static size_t
rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *
lb_pickle_take(lb_pickle *pickle, size_t size, lb_error *err)
{
    size = rounded(size);
    lb_pickle_chunk *chunk = pickle->chunks;
    if (chunk == NULL || chunk->size - chunk->used < size) {
        if (add_chunk(pickle, size, err) != LB_OK) {
            return NULL;
        }
        chunk = pickle->chunks;
    }
    void *block = chunk->data + chunk->used;
    chunk->used += size;
    return block;
}

/* Whether old, the last that was taken, could be made longer where it is. */
static bool
extend(lb_pickle *pickle, const void *old, size_t old_size, size_t new_size)
{
    lb_pickle_chunk *chunk = pickle->chunks;
    size_t before = rounded(old_size), more = rounded(new_size) - before;
    if (old == NULL || chunk->used < before ||
        (const unsigned char *)old != chunk->data + chunk->used - before ||
        more > chunk->size - chunk->used) {
        return false;
    }
    chunk->used += more;
    return true;
}

void *
lb_pickle_grow(lb_pickle *pickle, void *old, size_t *capacity, size_t wanted, size_t size,
               lb_error *err)
{
    size_t bytes = 0;
    if (wanted <= *capacity) {
        return old;
    }
    size_t larger = *capacity > wanted / 2 ? 2 * *capacity : wanted;
    if (lb_multiply(&bytes, larger, size, err) != LB_OK) {
        return NULL;
    }
    if (!extend(pickle, old, *capacity * size, bytes)) {
        void *block = lb_pickle_take(pickle, bytes, err);
        if (block == NULL) {
            return NULL;
        }
        if (old != NULL) {
            memcpy(block, old, *capacity * size);
        }
        old = block;
    }
    *capacity = larger;
    return old;
}

void
lb_pickle_release(lb_pickle *pickle)
{
    while (pickle->chunks != NULL) {
        lb_pickle_chunk *next = pickle->chunks->next;
        lb_free(pickle->chunks->data);
        lb_free(pickle->chunks);
        pickle->chunks = next;
    }
}

lb_status
lb_pickle_append(lb_pickle_machine *machine, lb_pickle_items *items, const lb_value *values,
                 size_t count)
{
    if (count == 0) {
        return LB_OK;
    }
    lb_value *grown = lb_pickle_grow(machine->pickle, items->values, &items->capacity,
                                     items->count + count, sizeof *grown, machine->err);
    if (grown == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    items->values = grown;
    memcpy(items->values + items->count, values, count * sizeof *values);
    items->count += count;
    return LB_OK;
}

lb_status
lb_pickle_new_items(lb_value *out, lb_pickle_machine *machine, lb_value_kind kind,
                    const lb_value *values, size_t count)
{
    lb_pickle_items *items = lb_pickle_take(machine->pickle, sizeof *items, machine->err);
    if (items == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    *items = (lb_pickle_items){0};
    lb_status status = lb_pickle_append(machine, items, values, count);
    if (status == LB_OK) {
        *out = (lb_value){.kind = kind, .items = items};
    }
    return status;
}

lb_status
lb_pickle_new_bytes(lb_value *out, lb_pickle_machine *machine, const void *bytes, size_t length)
{
    lb_pickle_bytes *view = lb_pickle_take(machine->pickle, sizeof *view, machine->err);
    if (view == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    *view = (lb_pickle_bytes){.length = length, .bytes = bytes};
    *out = (lb_value){.kind = LB_VALUE_BYTES, .bytes = view};
    return LB_OK;
}

/* The length of the character at `at`, 0 where it is not UTF-8. Lone surrogates pass. */
static size_t
character_length(const unsigned char *at, size_t left)
{
    size_t length = at[0] < 0x80 ? 1 : at[0] < 0xC2 ? 0 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    if (length == 0 || length > left || at[0] > 0xF4) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    bool overlong = (at[0] == 0xE0 && at[1] < 0xA0) || (at[0] == 0xF0 && at[1] < 0x90);
    bool beyond = at[0] == 0xF4 && at[1] > 0x8F;
    return overlong || beyond ? 0 : length;
}

lb_status
lb_pickle_new_text(lb_value *out, lb_pickle_machine *machine, const void *bytes, size_t length)
{
    const unsigned char *text = bytes;
    for (size_t i = 0; i < length;) {
        size_t step = character_length(text + i, length - i);
        if (step == 0) {
            return lb_pickle_fail(machine, LB_ERROR_FORMAT, "a text that is not UTF-8");
        }
        i += step;
    }
    char *copy = lb_pickle_take(machine->pickle, length + 1, machine->err);
    if (copy == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    lb_status status = lb_pickle_new_bytes(out, machine, copy, length);
    out->kind = LB_VALUE_TEXT;
    return status;
}

static lb_status
new_opaque(lb_value *out, lb_pickle_machine *machine, const char *text, bool faulty)
{
    size_t length = strlen(text);
    struct lb_pickle_opaque *opaque =
        lb_pickle_take(machine->pickle, sizeof *opaque + length + 1, machine->err);
    if (opaque == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    opaque->faulty = faulty;
    opaque->text = memcpy(opaque + 1, text, length + 1);
    *out = (lb_value){.kind = LB_VALUE_OPAQUE, .opaque = opaque};
    return LB_OK;
}

lb_status
lb_pickle_new_opaque(lb_value *out, lb_pickle_machine *machine, const char *name)
{
    return new_opaque(out, machine, name, false);
}

/* The message behind "NAME: byte N: ". */
lb_status
lb_pickle_new_faulty(lb_value *out, lb_pickle_machine *machine)
{
    char reason[sizeof machine->err->message];
    const char *at = strstr(machine->err->message, ": byte ");
    at = at != NULL ? strstr(at + 2, ": ") : NULL;
    snprintf(reason, sizeof reason, "%s", at != NULL ? at + 2 : machine->err->message);
    return new_opaque(out, machine, reason, true);
}

bool
lb_pickle_leaves(const lb_pickle_machine *machine, lb_status status)
{
    return machine->pickle->limits.opaque &&
           (status == LB_ERROR_UNSUPPORTED || status == LB_ERROR_FORMAT);
}

lb_status
lb_pickle_new_storage(lb_value *out, lb_pickle_machine *machine, lb_element element,
                      const char *key, size_t count, const void *bytes)
{
    lb_pickle *pickle = machine->pickle;
    lb_pickle_storage **grown =
        lb_pickle_grow(pickle, pickle->storages, &pickle->storage_room, pickle->storage_count + 1,
                       sizeof *grown, machine->err);
    if (grown == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    pickle->storages = grown;
    lb_pickle_storage *storage = lb_pickle_take(pickle, sizeof *storage, machine->err);
    lb_pickle_tensor *whole = lb_pickle_take(pickle, sizeof *whole, machine->err);
    if (storage == NULL || whole == NULL) {
        return lb_fail_context(machine->err, "%s", machine->name);
    }
    *storage = (lb_pickle_storage){.element = element, .count = count, .key = key, .bytes = bytes};
    *whole = (lb_pickle_tensor){
        .shape = {.element = element, .rank = 1, .shape = {count}, .count = count},
        .strides = {1},
        .storage = storage};
    pickle->storages[pickle->storage_count++] = storage;
    *out = (lb_value){.kind = (lb_value_kind)PICKLE_STORAGE, .tensor = whole};
    return LB_OK;
}
