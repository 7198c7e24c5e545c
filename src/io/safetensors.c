/* SPDX-License-Identifier: MIT */
/* Reading. Nothing that the header says is believed before it is checked. */
#include "lesionbench/safetensors.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "file_map.h"
#include "little_endian.h"

/* The format allows headers of 100 MB. A network's has some KB, and in memory it takes up to 40
 * times its size. */
enum { LENGTH_BYTES = 8, MAX_HEADER = 1 << 24 };

typedef struct entry {
    lb_tensor tensor;
    size_t begin, end; /* within the data */
} entry;

struct lb_tensors {
    lb_file_map map;
    cJSON *header; /* owns names, types and metadata */
    const cJSON *metadata;
    const cJSON **pairs; /* of the metadata, in the file's order */
    size_t pair_count;
    entry *entries; /* by offset */
    size_t count;
    const entry **by_name;
};

static const struct {
    const char *name;
    size_t size;
} TYPES[] = {
    {"F32", 4}, {"F64", 8}, {"F16", 2},  {"BF16", 2},    {"I64", 8},
    {"U64", 8}, {"I32", 4}, {"U32", 4},  {"I16", 2},     {"U16", 2},
    {"I8", 1},  {"U8", 1},  {"BOOL", 1}, {"F8_E5M2", 1}, {"F8_E4M3", 1},
};

static size_t
type_size(const char *type)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        if (strcmp(type, TYPES[i].name) == 0) {
            return TYPES[i].size;
        }
    }
    return 0;
}

static lb_status
map_file(lb_tensors *tensors, const char *path, lb_error *err)
{
    lb_status status = lb_file_map_open(&tensors->map, path, err);
    if (status == LB_OK && tensors->map.size < LENGTH_BYTES) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: is not a safetensors file: too short", path);
    }
    return status;
}

/* Parses the header; *data is where the tensors begin. */
static lb_status
parse_header(lb_tensors *tensors, size_t *data, const char *path, lb_error *err)
{
    uint64_t length = lb_load_u64(tensors->map.bytes);
    if (length > MAX_HEADER || length > tensors->map.size - LENGTH_BYTES) {
        return lb_fail(
            err, LB_ERROR_FORMAT,
            "%s: is not a safetensors file, or truncated: it claims a header of %llu bytes", path,
            (unsigned long long)length);
    }
    const char *text = (const char *)tensors->map.bytes + LENGTH_BYTES, *end = NULL;
    tensors->header = cJSON_ParseWithLengthOpts(text, (size_t)length, &end, false);
    bool clean = cJSON_IsObject(tensors->header);
    while (clean && end < text + length) {
        clean = *end++ == ' ';
    }
    if (!clean) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: the safetensors header is not JSON", path);
    }
    *data = LENGTH_BYTES + (size_t)length;
    return LB_OK;
}

/* True where the item is a whole number that a double holds exactly. */
static bool
to_size(size_t *out, const cJSON *item)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 0x1p53)) {
        return false;
    }
    *out = (size_t)item->valuedouble;
    return (double)*out == item->valuedouble;
}

static lb_status
parse_shape(lb_tensor *tensor, const cJSON *shape, const char *path, lb_error *err)
{
    const cJSON *side = NULL;
    if (!cJSON_IsArray(shape)) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has no shape", path, tensor->name);
    }
    cJSON_ArrayForEach(side, shape)
    {
        if (tensor->rank == LB_MAX_RANK) {
            return lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: \"%s\" has more than %d axes", path,
                           tensor->name, LB_MAX_RANK);
        }
        if (!to_size(&tensor->shape[tensor->rank++], side)) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has an impossible shape", path,
                           tensor->name);
        }
    }
    return LB_OK;
}

/* One tensor's own description; how it lies among the others is checked later. */
static lb_status
parse_entry(entry *out, const cJSON *item, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    entry found = {.tensor.name = item->string};
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    size_t bytes = cJSON_IsString(type) ? type_size(type->valuestring) : 0;
    if (bytes == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has no known type", path, item->string));
    }
    found.tensor.type = type->valuestring;
    LB_TRY(parse_shape(&found.tensor, cJSON_GetObjectItemCaseSensitive(item, "shape"), path, err));
    if (!cJSON_IsArray(offsets) || offsets->child == NULL || offsets->child->next == NULL ||
        offsets->child->next->next != NULL || !to_size(&found.begin, offsets->child) ||
        !to_size(&found.end, offsets->child->next) || found.begin > found.end) {
        LB_TRY(
            lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has no proper offsets", path, item->string));
    }
    for (size_t i = 0; i < found.tensor.rank; i++) {
        if (lb_multiply(&bytes, bytes, found.tensor.shape[i], err) != LB_OK) {
            LB_TRY(lb_fail_context(err, "%s: \"%s\"", path, item->string));
        }
    }
    if (bytes != found.end - found.begin) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: \"%s\" has %zu bytes, but its shape wants %zu",
                       path, item->string, found.end - found.begin, bytes));
    }
    *out = found;
cleanup:
    return status;
}

static size_t
count_items(const cJSON *parent)
{
    const cJSON *item = NULL;
    size_t count = 0;
    cJSON_ArrayForEach(item, parent)
    {
        count++;
    }
    return count;
}

static lb_status
take_metadata(lb_tensors *tensors, const cJSON *metadata, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    const cJSON *item = NULL;
    if (tensors->metadata != NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: __metadata__ is there twice", path));
    }
    LB_ALLOC(tensors->pairs, count_items(metadata));
    tensors->metadata = metadata;
    bool good = cJSON_IsObject(metadata);
    cJSON_ArrayForEach(item, metadata)
    {
        good = good && cJSON_IsString(item);
        tensors->pairs[tensors->pair_count++] = item;
    }
    if (!good) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: __metadata__ is not all text", path));
    }
cleanup:
    return status;
}

static lb_status
parse_entries(lb_tensors *tensors, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    const cJSON *item = NULL;
    size_t capacity = count_items(tensors->header);
    LB_ALLOC(tensors->entries, capacity);
    LB_ALLOC(tensors->by_name, capacity);
    cJSON_ArrayForEach(item, tensors->header)
    {
        if (strcmp(item->string, "__metadata__") == 0) {
            LB_TRY(take_metadata(tensors, item, path, err));
            continue;
        }
        LB_TRY(parse_entry(&tensors->entries[tensors->count], item, path, err));
        tensors->count++;
    }
cleanup:
    return status;
}

static int
compare_offsets(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    if (x->begin != y->begin) {
        return x->begin < y->begin ? -1 : 1;
    }
    if (x->end != y->end) {
        return x->end < y->end ? -1 : 1;
    }
    return strcmp(x->tensor.name, y->tensor.name); /* empty tensors may share a place */
}

static int
compare_names(const void *a, const void *b)
{
    const entry *const *x = a, *const *y = b;
    return strcmp((*x)->tensor.name, (*y)->tensor.name);
}

/* The tensors must tile the data: no gap, no overlap, nothing behind the end. */
static lb_status
check_tiling(lb_tensors *tensors, size_t size, const char *path, lb_error *err)
{
    size_t end = 0;
    qsort(tensors->entries, tensors->count, sizeof *tensors->entries, compare_offsets);
    for (size_t i = 0; i < tensors->count; i++) {
        const entry *at = &tensors->entries[i];
        if (at->end > size) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: truncated: \"%s\" ends behind the file's end",
                           path, at->tensor.name);
        }
        if (at->begin != end) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: a %s before \"%s\"", path,
                           at->begin < end ? "tensor overlaps another" : "gap lies",
                           at->tensor.name);
        }
        end = at->end;
    }
    if (end != size) {
        return lb_fail(err, LB_ERROR_FORMAT, "%s: %zu bytes at the end belong to no tensor", path,
                       size - end);
    }
    return LB_OK;
}

static lb_status
index_names(lb_tensors *tensors, const char *path, lb_error *err)
{
    for (size_t i = 0; i < tensors->count; i++) {
        tensors->by_name[i] = &tensors->entries[i];
    }
    qsort(tensors->by_name, tensors->count, sizeof *tensors->by_name, compare_names);
    for (size_t i = 1; i < tensors->count; i++) {
        const char *name = tensors->by_name[i]->tensor.name;
        if (strcmp(name, tensors->by_name[i - 1]->tensor.name) == 0) {
            return lb_fail(err, LB_ERROR_FORMAT, "%s: two tensors are named \"%s\"", path, name);
        }
    }
    return LB_OK;
}

static void
point_at_data(lb_tensors *tensors, size_t data)
{
    for (size_t i = 0; i < tensors->count; i++) {
        entry *at = &tensors->entries[i];
        const uint8_t *start = tensors->map.bytes + data + at->begin;
        at->tensor.bytes = start;
        if (strcmp(at->tensor.type, "F32") == 0 && (uintptr_t)start % sizeof(float) == 0) {
            at->tensor.data = (const float *)(const void *)start;
        }
    }
}

lb_status
lb_tensors_open(lb_tensors **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_tensors *tensors = NULL;
    size_t data = 0;
    LB_ALLOC(tensors, 1);
    LB_TRY(map_file(tensors, path, err));
    LB_TRY(parse_header(tensors, &data, path, err));
    LB_TRY(parse_entries(tensors, path, err));
    LB_TRY(check_tiling(tensors, tensors->map.size - data, path, err));
    LB_TRY(index_names(tensors, path, err));
    point_at_data(tensors, data);
    *out = tensors;
    tensors = NULL;
cleanup:
    lb_tensors_close(tensors);
    return status;
}

void
lb_tensors_close(lb_tensors *tensors)
{
    if (tensors == NULL) {
        return;
    }
    lb_free(tensors->pairs);
    lb_free(tensors->by_name);
    lb_free(tensors->entries);
    cJSON_Delete(tensors->header);
    lb_file_map_close(&tensors->map);
    lb_free(tensors);
}

size_t
lb_tensors_count(const lb_tensors *tensors)
{
    return tensors->count;
}

const lb_tensor *
lb_tensors_at(const lb_tensors *tensors, size_t index)
{
    return index < tensors->count ? &tensors->entries[index].tensor : NULL;
}

const lb_tensor *
lb_tensors_find(const lb_tensors *tensors, const char *name)
{
    size_t low = 0, high = tensors->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, tensors->by_name[middle]->tensor.name);
        if (order == 0) {
            return &tensors->by_name[middle]->tensor;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const char *
lb_tensors_metadata(const lb_tensors *tensors, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(tensors->metadata, key);
    return item != NULL ? item->valuestring : NULL;
}

const char *
lb_tensors_metadata_at(const char **value, const lb_tensors *tensors, size_t index)
{
    if (index >= tensors->pair_count) {
        return NULL;
    }
    *value = tensors->pairs[index]->valuestring;
    return tensors->pairs[index]->string;
}
