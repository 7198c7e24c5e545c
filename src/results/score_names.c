/* SPDX-License-Identifier: MIT */
#include "score_table_internal.h"

#include <string.h>

#include "lesionbench/grow.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static size_t
slot_of(const lb_score_names *list, const char *name)
{
    return XXH3_64bits(name, strlen(name)) & (list->slot_count - 1);
}

/* Keeps half of the slots free. */
static lb_status
grow_slots(lb_score_names *list, lb_error *err)
{
    lb_status status = LB_OK;
    uint32_t *slots = NULL;
    if (2 * (list->count + 1) <= list->slot_count) {
        return LB_OK;
    }
    size_t count = list->slot_count > 0 ? 2 * list->slot_count : 16;
    LB_ALLOC(slots, count);
    lb_free(list->slots);
    list->slots = slots;
    list->slot_count = count;
    for (size_t i = 0; i < list->count; i++) {
        size_t at = slot_of(list, list->names[i]);
        while (slots[at] != 0) {
            at = (at + 1) & (count - 1);
        }
        slots[at] = (uint32_t)i + 1;
    }
cleanup:
    return status;
}

lb_status
score_names_add(uint32_t *index, lb_score_names *list, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    if (*index < list->count && strcmp(list->names[*index], name) == 0) {
        return LB_OK;
    }
    LB_TRY(grow_slots(list, err));
    size_t at = slot_of(list, name);
    for (; list->slots[at] != 0; at = (at + 1) & (list->slot_count - 1)) {
        if (strcmp(list->names[list->slots[at] - 1], name) == 0) {
            *index = list->slots[at] - 1;
            return LB_OK;
        }
    }
    LB_GROW(list->names, list->count, list->capacity);
    char *copy = lb_strdup(name, err);
    LB_TRY(copy == NULL ? err->code : LB_OK);
    *index = (uint32_t)list->count;
    list->names[list->count++] = copy;
    list->slots[at] = (uint32_t)list->count;
cleanup:
    return status;
}

void
score_names_release(lb_score_names *list)
{
    for (size_t i = 0; i < list->count; i++) {
        lb_free(list->names[i]);
    }
    lb_free(list->names);
    lb_free(list->slots);
    *list = (lb_score_names){0};
}
