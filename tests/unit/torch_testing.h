/* SPDX-License-Identifier: MIT */
/* PyTorch's files, zip and legacy, written by hand, so that each of their bytes can be wrong. */
#ifndef LB_TESTS_TORCH_TESTING_H
#define LB_TESTS_TORCH_TESTING_H

#include "io_testing.h"

#include <zlib.h>

#include "lesionbench/network.h"
#include "lesionbench/weights.h"

/* Bytes that grow; free() the data. */
typedef struct test_bytes {
    uint8_t *data;
    size_t size, capacity;
} test_bytes;

static inline void
test_put(test_bytes *out, const void *bytes, size_t size)
{
    if (out->size + size > out->capacity) {
        out->capacity = 2 * (out->size + size);
        out->data = realloc(out->data, out->capacity);
        assert_non_null(out->data);
    }
    if (size > 0) {
        memcpy(out->data + out->size, bytes, size);
    }
    out->size += size;
}

static inline void
test_put_text(test_bytes *out, const char *text)
{
    test_put(out, text, strlen(text));
}

/* The least significant bytes of a number, least first. */
static inline void
test_put_number(test_bytes *out, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = (uint8_t)(i < sizeof number ? number >> (8 * i) : 0);
        test_put(out, &byte, 1);
    }
}

/* A tensor of a state dict. */
typedef struct test_tensor {
    const char *name;
    const char *type; /* "Float", of FloatStorage */
    const char *key;  /* of the storage */
    int64_t elements; /* of the storage */
    int64_t offset;
    size_t rank;
    int64_t shape[LB_MAX_RANK], strides[LB_MAX_RANK];
    const void *bytes; /* of the storage */
    size_t size;
    const char *extra; /* opcodes of a seventh argument, or NULL */
} test_tensor;

static inline void
test_put_integer(test_bytes *out, int64_t number)
{
    test_put(out, "\x8a\x08", 2);
    test_put_number(out, (uint64_t)number, 8);
}

static inline void
test_put_string(test_bytes *out, const char *text)
{
    test_put(out, "X", 1);
    test_put_number(out, strlen(text), 4);
    test_put_text(out, text);
}

static inline void
test_put_tuple(test_bytes *out, const int64_t *numbers, size_t count)
{
    test_put(out, "(", 1);
    for (size_t i = 0; i < count; i++) {
        test_put_integer(out, numbers[i]);
    }
    test_put(out, "t", 1);
}

static inline void
test_put_tensor(test_bytes *out, const test_tensor *tensor, bool legacy)
{
    test_put_text(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
    test_put_string(out, "storage");
    test_put_text(out, "ctorch\n");
    test_put_text(out, tensor->type);
    test_put_text(out, "Storage\n");
    test_put_string(out, tensor->key);
    test_put_string(out, "cpu");
    test_put_integer(out, tensor->elements);
    test_put_text(out, legacy ? "NtQ" : "tQ");
    test_put_integer(out, tensor->offset);
    test_put_tuple(out, tensor->shape, tensor->rank);
    test_put_tuple(out, tensor->strides, tensor->rank);
    test_put_text(out, "\x89"
                       "ccollections\nOrderedDict\n)R");
    test_put_text(out, tensor->extra != NULL ? tensor->extra : "");
    test_put_text(out, "tR");
}

/* {name: tensor, ...} */
static inline void
test_put_state(test_bytes *out, const test_tensor *tensors, size_t count, bool legacy)
{
    test_put(out, "\x80\x02}(", 4);
    for (size_t i = 0; i < count; i++) {
        test_put_string(out, tensors[i].name);
        test_put_tensor(out, &tensors[i], legacy);
    }
    test_put(out, "u.", 2);
}

/* A parameter as a tensor with a storage of its own. */
static inline test_tensor
test_tensor_of(const lb_parameter *from, const char *name, const char *key)
{
    test_tensor tensor = {.name = name,
                          .type = "Float",
                          .key = key,
                          .elements = (int64_t)from->count,
                          .rank = from->rank,
                          .bytes = from->value,
                          .size = from->count * sizeof(float)};
    int64_t stride = 1;
    for (size_t axis = from->rank; axis-- > 0;) {
        tensor.shape[axis] = (int64_t)from->shape[axis];
        tensor.strides[axis] = stride;
        stride *= tensor.shape[axis];
    }
    return tensor;
}

/* An entry of an archive. What is not 0 stands in place of what would be right. */
typedef struct test_entry {
    const char *name;
    const void *bytes;
    size_t size;
    uint16_t method, flags;
    uint32_t crc, claimed, header;
} test_entry;

static inline test_entry
test_entry_of(const char *name, const void *bytes, size_t size)
{
    return (test_entry){.name = name, .bytes = bytes, .size = size};
}

static inline void
test_put_entry(test_bytes *out, const test_entry *entry, bool central, size_t header)
{
    uint32_t crc = (uint32_t)crc32(crc32(0, Z_NULL, 0), entry->bytes, (uInt)entry->size);
    test_put(out, central ? "PK\1\2\0\0" : "PK\3\4", central ? 6 : 4);
    test_put_number(out, 0, 2);
    test_put_number(out, entry->flags, 2);
    test_put_number(out, entry->method, 2);
    test_put_number(out, 0, 4); /* time */
    test_put_number(out, entry->crc != 0 ? entry->crc : crc, 4);
    test_put_number(out, entry->method != 0 ? entry->size : entry->claimed + entry->size, 4);
    test_put_number(out, entry->claimed + entry->size, 4);
    test_put_number(out, strlen(entry->name), 2);
    test_put_number(out, 0, 2); /* extra */
    if (central) {
        test_put_number(out, 0, 10); /* comment, disk, attributes */
        test_put_number(out, entry->header != 0 ? entry->header : header, 4);
    }
    test_put_text(out, entry->name);
}

/* The end of an archive whose directory of `size` bytes begins at `begin`. */
static inline void
test_put_end(test_bytes *out, size_t count, size_t begin, size_t size)
{
    test_put(out, "PK\5\6\0\0\0\0", 8);
    test_put_number(out, count, 2);
    test_put_number(out, count, 2);
    test_put_number(out, size, 4);
    test_put_number(out, begin, 4);
    test_put_number(out, 0, 2);
}

static inline void
test_put_zip(test_bytes *out, const test_entry *entries, size_t count)
{
    size_t headers[64];
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++) {
        headers[i] = out->size;
        test_put_entry(out, &entries[i], false, 0);
        test_put(out, entries[i].bytes, entries[i].size);
    }
    size_t begin = out->size;
    for (size_t i = 0; i < count; i++) {
        test_put_entry(out, &entries[i], true, headers[i]);
    }
    test_put_end(out, count, begin, out->size - begin);
}

/* The storages of a state dict: each key once. Returns their number. */
static inline size_t
test_storages(const test_tensor **out, const test_tensor *tensors, size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < found && strcmp(out[j]->key, tensors[i].key) != 0) {
            j++;
        }
        if (j == found && tensors[i].bytes != NULL) {
            out[found++] = &tensors[i];
        }
    }
    return found;
}

/* As torch.save() writes a state dict. */
static inline void
test_put_torch_zip(test_bytes *out, const test_tensor *tensors, size_t count)
{
    const test_tensor *storages[60];
    char names[60][40];
    test_entry entries[64];
    test_bytes pickle = {0};
    size_t n = test_storages(storages, tensors, count), used = 0;
    test_put_state(&pickle, tensors, count, false);
    entries[used++] = test_entry_of("it/data.pkl", pickle.data, pickle.size);
    entries[used++] = test_entry_of("it/byteorder", "little", 6);
    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "it/data/%s", storages[i]->key);
        entries[used++] = test_entry_of(names[i], storages[i]->bytes, storages[i]->size);
    }
    entries[used++] = test_entry_of("it/version", "3\n", 2);
    test_put_zip(out, entries, used);
    free(pickle.data);
}

/* What stands before the object of a legacy file. */
static inline void
test_put_legacy_start(test_bytes *out)
{
    test_put(out, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
    test_put(out, "\x80\x02M\xe9\x03.", 6);
    test_put(out, "\x80\x02}", 3);
    test_put_string(out, "little_endian");
    test_put(out, "\x88s.", 3);
}

static inline void
test_put_torch_legacy(test_bytes *out, const test_tensor *tensors, size_t count)
{
    const test_tensor *storages[60];
    size_t n = test_storages(storages, tensors, count);
    test_put_legacy_start(out);
    test_put_state(out, tensors, count, true);
    test_put(out, "\x80\x02](", 4);
    for (size_t i = 0; i < n; i++) {
        test_put_string(out, storages[i]->key);
    }
    test_put(out, "e.", 2);
    for (size_t i = 0; i < n; i++) {
        test_put_number(out, (uint64_t)storages[i]->elements, 8);
        test_put(out, storages[i]->bytes, storages[i]->size);
    }
}

#endif
