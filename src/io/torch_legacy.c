/* SPDX-License-Identifier: MIT */
/* torch.save() before PyTorch 1.6 (torch/serialization.py, _legacy_save): one after another,
 *   the pickle of a number that tells the format
 *   the pickle of the format's version, 1001
 *   the pickle of a dict: byte order, sizes of C's types
 *   the pickle of the object, in which storages are persistent ids
 *   the pickle of the list of the storages' keys
 *   for each key, the number of elements in 8 bytes, and the elements */
#include <stdlib.h>
#include <string.h>

#include "little_endian.h"
#include "weights_internal.h"

enum { VERSION = 1001, PICKLE_PROTOCOL = 0x80, COUNT_BYTES = 8 };

size_t
lb_torch_magic(const uint8_t *start, size_t size)
{
    /* LONG1 of 10 bytes and STOP; between the protocol and these may stand a frame. */
    static const uint8_t NUMBER[] = {0x8a, 10,   0x6c, 0xfc, 0x9c, 0x46, 0xf9,
                                     0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
    size = size < LB_WEIGHTS_START ? size : LB_WEIGHTS_START;
    if (size == 0 || start[0] != PICKLE_PROTOCOL) {
        return 0;
    }
    for (size_t at = 2; at + sizeof NUMBER <= size; at++) {
        if (memcmp(start + at, NUMBER, sizeof NUMBER) == 0) {
            return at + sizeof NUMBER;
        }
    }
    return 0;
}

/* Parses the pickle at *at and moves behind it. */
static lb_status
parse_next(lb_pickle **out, size_t *at, const lb_weights *weights, const char *part, lb_error *err)
{
    size_t used = 0;
    lb_status status = lb_torch_parse(out, &used, weights->map.bytes + *at, weights->map.size - *at,
                                      weights->path, part, false, err);
    *at += used;
    return status;
}

static lb_status
check_version(size_t *at, const lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *version = NULL, *system = NULL;
    LB_TRY(parse_next(&version, at, weights, "its version", err));
    LB_TRY(parse_next(&system, at, weights, "its system", err));
    const lb_value *number = lb_pickle_root(version), *about = lb_pickle_root(system);
    const lb_value *little = lb_value_find(about, "little_endian");
    if (number->kind != LB_VALUE_INT || number->integer != VERSION || little == NULL ||
        little->kind != LB_VALUE_BOOL || !little->boolean) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: a PyTorch file of a version or byte order that is not known",
                       weights->path));
    }
cleanup:
    lb_pickle_free(version);
    lb_pickle_free(system);
    return status;
}

static int
compare_keys(const void *a, const void *b)
{
    const lb_pickle_storage *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* Those storages that the pickle does not hold itself, by their keys. */
typedef struct storages {
    lb_pickle_storage **list;
    size_t count;
} storages;

static lb_status
gather(storages *out, lb_pickle *pickle, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    while (lb_pickle_storage_at(pickle, count) != NULL) {
        count++;
    }
    LB_ALLOC(out->list, count);
    for (size_t i = 0; i < count; i++) {
        lb_pickle_storage *storage = lb_pickle_storage_at(pickle, i);
        if (storage->bytes == NULL) {
            out->list[out->count++] = storage;
        }
    }
    qsort(out->list, out->count, sizeof(lb_pickle_storage *), compare_keys);
cleanup:
    return status;
}

/* The first storage whose key is not below this one. */
static size_t
find_key(const storages *all, const char *key)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(all->list[middle]->key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Gives the bytes at *at to all storages of that key, and moves behind them. */
static lb_status
place_storage(size_t *at, const storages *all, const char *key, const lb_weights *weights,
              lb_error *err)
{
    size_t first = find_key(all, key), size = 0;
    if (first == all->count || strcmp(all->list[first]->key, key) != 0 ||
        all->list[first]->bytes != NULL) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: the storage '%.100s' is of no tensor, or twice",
                       weights->path, key);
    }
    const lb_pickle_storage *like = all->list[first];
    size_t left = weights->map.size - *at;
    const uint8_t *start = weights->map.bytes + *at;
    if (lb_multiply(&size, like->count, lb_element_size(like->element), err) != LB_OK ||
        left < COUNT_BYTES || lb_load_u64(start) != like->count || size > left - COUNT_BYTES) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the storage '%.100s' should have %zu elements of %s, which are not "
                       "there (truncated?)",
                       weights->path, key, like->count, lb_element_name(like->element));
    }
    for (size_t i = first; i < all->count && strcmp(all->list[i]->key, key) == 0; i++) {
        if (all->list[i]->count != like->count || all->list[i]->element != like->element) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: the storage '%.100s' has two sizes or types",
                           weights->path, key);
        }
        all->list[i]->bytes = start + COUNT_BYTES;
    }
    *at += COUNT_BYTES + size;
    return LB_OK;
}

static lb_status
place_all(size_t at, const storages *all, const lb_value *keys, const lb_weights *weights,
          lb_error *err)
{
    if (keys->kind != LB_VALUE_LIST) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: is damaged: %s where its storages' keys should be", weights->path,
                       lb_value_kind_name(keys->kind));
    }
    for (size_t i = 0; i < lb_value_count(keys); i++) {
        const char *key = lb_value_text(lb_value_at(keys, i));
        lb_status status = key != NULL
                               ? place_storage(&at, all, key, weights, err)
                               : lb_fail(err, LB_ERROR_FORMAT,
                                         "%s: is damaged: the keys of its storages", weights->path);
        if (status != LB_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < all->count; i++) {
        if (all->list[i]->bytes == NULL) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: the storage '%.100s' is missing",
                           weights->path, all->list[i]->key);
        }
    }
    return at == weights->map.size
               ? LB_OK
               : lb_fail(err, LB_ERROR_FORMAT, "%s: %zu bytes at the end belong to no storage",
                         weights->path, weights->map.size - at);
}

lb_status
lb_torch_open_legacy(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle *keys = NULL;
    storages all = {0};
    size_t at = lb_torch_magic(weights->map.bytes, weights->map.size);
    LB_TRY(check_version(&at, weights, err));
    LB_TRY(parse_next(&weights->pickle, &at, weights, "its tensors", err));
    LB_TRY(parse_next(&keys, &at, weights, "its storages' keys", err));
    LB_TRY(gather(&all, weights->pickle, err));
    LB_TRY(place_all(at, &all, lb_pickle_root(keys), weights, err));
cleanup:
    lb_free(all.list);
    lb_pickle_free(keys);
    return status;
}
