/* SPDX-License-Identifier: MIT */
/* Pickles: whatever is accepted can be walked through, as often as it is referred to. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lesionbench/pickle.h"

/* Conversions of one input: a short pickle can refer to one array a million times. */
enum { CONVERSIONS = 64, MAX_STORAGE = 1 << 16 };

typedef struct walk {
    size_t visited, converted, depth;
} walk;

static void
convert(const lb_value *value, walk *w)
{
    lb_error err;
    lb_array array = {0}, reals = {0};
    if (w->converted++ >= CONVERSIONS) {
        return;
    }
    if (lb_value_to_array(&array, value, &err) == LB_OK) {
        fuzz_touch(array.data, lb_array_count(&array) * lb_type_size(array.type));
    } else {
        FUZZ_CHECK(array.data == NULL && err.message[0] != '\0');
    }
    if (lb_value_to_reals(&reals, value, LB_F32, &err) == LB_OK) {
        FUZZ_CHECK(reals.type == LB_F32);
        fuzz_touch(reals.data, lb_array_count(&reals) * sizeof(float));
    }
    lb_array_release(&reals);
    lb_array_release(&array);
}

static void
visit_leaf(const lb_value *value, walk *w)
{
    double number = 0;
    const char *text = lb_value_text(value);
    FUZZ_CHECK((text != NULL) == (value->kind == LB_VALUE_TEXT));
    if (text != NULL) {
        FUZZ_CHECK(text[lb_value_count(value)] == '\0');
        fuzz_touch(text, lb_value_count(value));
    }
    if (value->kind == LB_VALUE_BYTES) {
        fuzz_touch(lb_value_bytes(value), lb_value_count(value));
    }
    lb_value_number(&number, value);
    const lb_value_shape *shape = lb_value_array(value);
    FUZZ_CHECK((shape != NULL) ==
               (value->kind == LB_VALUE_ARRAY || value->kind == LB_VALUE_TENSOR));
    if (shape != NULL) {
        FUZZ_CHECK(shape->rank <= LB_MAX_RANK && lb_element_size(shape->element) > 0);
        FUZZ_CHECK(lb_element_name(shape->element) != NULL);
        convert(value, w);
    }
}

static void
visit(const lb_value *value, walk *w)
{
    FUZZ_CHECK(value != NULL && lb_value_kind_name(value->kind) != NULL);
    FUZZ_CHECK(++w->visited < (size_t)1 << 26 && ++w->depth < 1000);
    switch (value->kind) {
    case LB_VALUE_LIST:
    case LB_VALUE_TUPLE:
        convert(value, w);
        /* fall through */
    case LB_VALUE_SET:
    case LB_VALUE_DICT:
        for (size_t i = 0; i < lb_value_count(value); i++) {
            visit(lb_value_at(value, i), w);
            if (value->kind == LB_VALUE_DICT) {
                visit(lb_value_key(value, i), w);
            }
        }
        lb_value_find(value, "state_dict");
        break;
    default:
        visit_leaf(value, w);
    }
    w->depth--;
}

/* Gives every storage without bytes some that are as many as it claims. */
static void
give_bytes(lb_pickle *pickle, const uint8_t *zeros)
{
    lb_pickle_storage *storage = NULL;
    for (size_t i = 0; (storage = lb_pickle_storage_at(pickle, i)) != NULL; i++) {
        size_t size = lb_element_size(storage->element);
        if (storage->key != NULL) {
            fuzz_touch(storage->key, strlen(storage->key));
        }
        if (storage->bytes == NULL && storage->count <= MAX_STORAGE / size) {
            /* At the end, so that reading beyond is seen. */
            storage->bytes = zeros + MAX_STORAGE - storage->count * size;
        }
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    lb_pickle *pickle = NULL, *first = NULL;
    size_t used = 0;
    bool whole = lb_pickle_parse(&pickle, NULL, data, size, "fuzz", NULL, &err) == LB_OK;
    bool begins = lb_pickle_parse(&first, &used, data, size, "fuzz", NULL, &err) == LB_OK;
    FUZZ_CHECK(!whole || (begins && used == size));
    if (begins) {
        uint8_t *zeros = calloc(MAX_STORAGE, 1);
        FUZZ_CHECK(zeros != NULL && used <= size && used > 0);
        walk w = {0};
        visit(lb_pickle_root(first), &w);
        give_bytes(first, zeros);
        w = (walk){0};
        visit(lb_pickle_root(first), &w);
        lb_pickle_free(first);
        free(zeros);
    }
    lb_pickle_free(pickle);
    return 0;
}
