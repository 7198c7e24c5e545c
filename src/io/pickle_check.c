/* SPDX-License-Identifier: MIT */
/* The walk over all values after the machine has stopped: values that only the machine knows become
 * public ones, and what is deep, endless or too large to be walked through is refused. Containers
 * are visited once, however often they are referred to, so that the walk is linear. */
#include <string.h>

#include "pickle_internal.h"

/* lb_pickle_items.expanded while the container's members are being visited. */
static const size_t UNDER_WAY = SIZE_MAX;

typedef struct place {
    lb_pickle_items *items;
    size_t next; /* member to visit */
} place;

typedef struct walk {
    lb_pickle *pickle;
    const char *name;
    lb_error *err;
    place *places; /* limits.depth of them: the containers on the way to here */
    size_t depth;
} walk;

static const struct lb_pickle_opaque A_DTYPE = {.text = "numpy.dtype"},
                                     AN_ARRAY = {.text = "numpy.ndarray"},
                                     A_NAME = {.text = "a function or class"};

static bool
is_container(const lb_value *value)
{
    return value->kind == LB_VALUE_LIST || value->kind == LB_VALUE_TUPLE ||
           value->kind == LB_VALUE_SET || value->kind == LB_VALUE_DICT;
}

/* Array of objects or strings: its list, which may be such an array again. */
static lb_status
resolve_array(lb_value *value, const walk *w)
{
    for (size_t i = 0; (int)value->kind == PICKLE_NDARRAY; i++) {
        if (!value->array->built && w->pickle->limits.opaque) {
            *value = (lb_value){.kind = LB_VALUE_OPAQUE, .opaque = &AN_ARRAY};
            return LB_OK;
        }
        if (!value->array->built || i > w->pickle->limits.depth) {
            return lb_fail(w->err, LB_ERROR_FORMAT, "%s: a NumPy array without its data", w->name);
        }
        if (value->array->content == PICKLE_NUMBERS) {
            value->kind = LB_VALUE_ARRAY;
        } else {
            lb_value list = value->array->list;
            *value = list;
        }
    }
    return LB_OK;
}

static lb_status
resolve(lb_value *value, const walk *w)
{
    lb_status status = resolve_array(value, w);
    if (status != LB_OK) {
        return status;
    }
    if (w->pickle->limits.opaque &&
        ((int)value->kind == PICKLE_DTYPE || (int)value->kind == PICKLE_GLOBAL)) {
        *value = (lb_value){.kind = LB_VALUE_OPAQUE,
                            .opaque = (int)value->kind == PICKLE_DTYPE ? &A_DTYPE : &A_NAME};
        return LB_OK;
    }
    switch ((int)value->kind) {
    case PICKLE_STORAGE:
        value->kind = LB_VALUE_TENSOR;
        return LB_OK;
    case PICKLE_DTYPE:
        return lb_fail(w->err, LB_ERROR_UNSUPPORTED, "%s: holds a NumPy type as a value", w->name);
    case PICKLE_GLOBAL: {
        char name[100];
        lb_pickle_global_name(name, sizeof name, value);
        return lb_fail(w->err, LB_ERROR_UNSUPPORTED, "%s: holds the name '%s' as a value", w->name,
                       name);
    }
    default:
        return LB_OK;
    }
}

static lb_status
enter(walk *w, lb_pickle_items *items)
{
    if (w->depth == w->pickle->limits.depth) {
        return lb_fail(w->err, LB_ERROR_FORMAT, "%s: containers in containers, more than %zu deep",
                       w->name, w->pickle->limits.depth);
    }
    items->expanded = UNDER_WAY;
    w->places[w->depth++] = (place){.items = items};
    return LB_OK;
}

/* Sums up a container whose members have all been visited. */
static lb_status
leave(walk *w)
{
    lb_pickle_items *items = w->places[--w->depth].items;
    size_t expanded = 1, height = 0, limit = w->pickle->limits.values;
    for (size_t i = 0; i < items->count; i++) {
        const lb_value *member = &items->values[i];
        bool container = is_container(member);
        expanded += container ? member->items->expanded : 1;
        height = container && member->items->height > height ? member->items->height : height;
        if (expanded > limit) {
            return lb_fail(w->err, LB_ERROR_FORMAT,
                           "%s: more than %zu values, as often as they are referred to", w->name,
                           limit);
        }
    }
    items->expanded = expanded;
    items->height = height + 1;
    if (w->depth + items->height > w->pickle->limits.depth) {
        return lb_fail(w->err, LB_ERROR_FORMAT, "%s: containers in containers, more than %zu deep",
                       w->name, w->pickle->limits.depth);
    }
    return LB_OK;
}

static lb_status
visit(walk *w, lb_value *value)
{
    lb_status status = resolve(value, w);
    if (status != LB_OK || !is_container(value)) {
        return status;
    }
    if (value->items->expanded == UNDER_WAY) {
        return lb_fail(w->err, LB_ERROR_UNSUPPORTED, "%s: holds %s that contains itself", w->name,
                       lb_value_kind_name(value->kind));
    }
    return value->items->expanded == 0 ? enter(w, value->items) : LB_OK;
}

lb_status
lb_pickle_check(lb_pickle *pickle, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    walk w = {.pickle = pickle, .name = name, .err = err};
    LB_ALLOC(w.places, pickle->limits.depth);
    LB_TRY(visit(&w, &pickle->root));
    while (w.depth > 0) {
        place *here = &w.places[w.depth - 1];
        if (here->next < here->items->count) {
            LB_TRY(visit(&w, &here->items->values[here->next++]));
        } else {
            LB_TRY(leave(&w));
        }
    }
cleanup:
    lb_free(w.places);
    return status;
}
