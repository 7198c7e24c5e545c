/* SPDX-License-Identifier: MIT */
/* torch.save() since PyTorch 1.6 (torch/serialization.py, caffe2/serialize/inline_container.h): a
 * zip archive of stored entries, NAME/data.pkl    the object, in which storages are persistent ids
 *   NAME/data/KEY    the bytes of each storage
 *   NAME/byteorder   "little" or "big", since PyTorch 2.1
 *   NAME/version     of the format */
#include <stdio.h>
#include <string.h>

#include "weights_internal.h"

#define PICKLE_NAME "data.pkl"

enum { MAX_NAME = 512 };

/* The length of "NAME/". */
static size_t
prefix_length(const lb_weights *weights)
{
    return weights->pickle_entry->name_length - strlen(PICKLE_NAME);
}

/* The entry "NAME/" + what + key, or NULL. */
static lb_zip_entry *
find_entry(const lb_weights *weights, const char *what, const char *key)
{
    char name[MAX_NAME];
    size_t prefix = prefix_length(weights);
    int length = snprintf(name, sizeof name, "%.*s%s%s", (int)prefix, weights->pickle_entry->name,
                          what, key);
    return length > 0 && length < MAX_NAME ? lb_zip_find(&weights->zip, name, (size_t)length)
                                           : NULL;
}

static bool
is_pickle(const lb_zip_entry *entry)
{
    size_t tail = strlen(PICKLE_NAME);
    const char *slash = memchr(entry->name, '/', entry->name_length);
    return entry->name_length < MAX_NAME / 2 && slash != NULL &&
           (size_t)(slash - entry->name) + 1 + tail == entry->name_length &&
           memcmp(slash + 1, PICKLE_NAME, tail) == 0 &&
           memchr(entry->name, '\0', entry->name_length) == NULL;
}

static lb_status
find_pickle(lb_weights *weights, lb_error *err)
{
    for (size_t i = 0; i < weights->zip.count; i++) {
        if (!is_pickle(&weights->zip.entries[i])) {
            continue;
        }
        if (weights->pickle_entry != NULL) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: a zip archive of several PyTorch files",
                           weights->path);
        }
        weights->pickle_entry = &weights->zip.entries[i];
    }
    if (weights->pickle_entry == NULL) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: a zip archive without 'NAME/" PICKLE_NAME "', so not from torch.save()",
                       weights->path);
    }
    if (find_entry(weights, "constants.pkl", "") != NULL) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: holds a TorchScript program, which this reader never runs; save its "
                       "state_dict() with torch.save()",
                       weights->path);
    }
    return LB_OK;
}

static lb_status
check_byte_order(const lb_weights *weights, lb_error *err)
{
    static const char LITTLE[] = "little";
    lb_zip_entry *entry = find_entry(weights, "byteorder", "");
    if (entry == NULL) { /* older than byte orders */
        return LB_OK;
    }
    lb_status status = lb_zip_check(entry, weights->path, err);
    if (status == LB_OK &&
        (entry->size != strlen(LITTLE) || memcmp(entry->bytes, LITTLE, strlen(LITTLE)) != 0)) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: was written on a big-endian machine (save it on another)",
                       weights->path);
    }
    return status;
}

lb_zip_entry *
lb_torch_zip_storage(const lb_weights *weights, const lb_pickle_storage *storage)
{
    return find_entry(weights, "data/", storage->key);
}

static lb_status
find_storage(lb_pickle_storage *storage, const lb_weights *weights, lb_error *err)
{
    size_t size = 0;
    if (storage->bytes != NULL) { /* the pickle itself has them */
        return LB_OK;
    }
    const lb_zip_entry *entry = lb_torch_zip_storage(weights, storage);
    if (entry == NULL) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: the storage 'data/%.100s' is missing",
                       weights->path, storage->key);
    }
    if (entry->bytes == NULL) {
        return lb_fail(
            err, LB_ERROR_UNSUPPORTED,
            "%s: 'data/%.100s' is compressed or encrypted, which torch.save() never does",
            weights->path, storage->key);
    }
    if (lb_multiply(&size, storage->count, lb_element_size(storage->element), err) != LB_OK ||
        size != entry->size) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the storage 'data/%.100s' has %zu bytes, not %zu elements of %s",
                       weights->path, storage->key, entry->size, storage->count,
                       lb_element_name(storage->element));
    }
    storage->bytes = entry->bytes;
    return LB_OK;
}

lb_status
lb_torch_open_zip(lb_weights *weights, lb_error *err)
{
    lb_status status = LB_OK;
    lb_pickle_storage *storage = NULL;
    size_t used = 0;
    LB_TRY(lb_zip_open(&weights->zip, weights->map.bytes, weights->map.size, weights->path, err));
    LB_TRY(find_pickle(weights, err));
    LB_TRY(check_byte_order(weights, err));
    lb_zip_entry *entry =
        lb_zip_find(&weights->zip, weights->pickle_entry->name, weights->pickle_entry->name_length);
    LB_TRY(lb_zip_check(entry, weights->path, err));
    LB_TRY(lb_torch_parse(&weights->pickle, &used, entry->bytes, entry->size, weights->path,
                          PICKLE_NAME, true, err));
    if (used != entry->size) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: " PICKLE_NAME ": %zu bytes come after the pickle",
                       weights->path, entry->size - used));
    }
    for (size_t i = 0; (storage = lb_pickle_storage_at(weights->pickle, i)) != NULL; i++) {
        LB_TRY(find_storage(storage, weights, err));
    }
cleanup:
    return status;
}
