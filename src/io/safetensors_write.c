/* SPDX-License-Identifier: MIT */
#include "lesionbench/safetensors.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "lesionbench/atomic_file.h"

static lb_status
add_metadata(cJSON *header, const char *const *keys, const char *const *values, size_t pairs,
             lb_error *err)
{
    cJSON *metadata = cJSON_AddObjectToObject(header, "__metadata__");
    bool good = metadata != NULL;
    for (size_t i = 0; good && i < pairs; i++) {
        good = cJSON_AddStringToObject(metadata, keys[i], values[i]) != NULL;
    }
    return good ? LB_OK : lb_fail(err, LB_ERROR_MEMORY, "out of memory");
}

static bool
add_number(cJSON *array, size_t value)
{
    cJSON *number = cJSON_CreateNumber((double)value);
    return cJSON_AddItemToArray(array, number);
}

/* *offset moves on by the tensor's bytes. */
static lb_status
add_tensor(cJSON *header, const lb_tensor *tensor, size_t *offset, lb_error *err)
{
    size_t bytes = sizeof(float);
    cJSON *item = cJSON_AddObjectToObject(header, tensor->name);
    bool good = cJSON_AddStringToObject(item, "dtype", "F32") != NULL;
    cJSON *shape = cJSON_AddArrayToObject(item, "shape");
    for (size_t i = 0; i < tensor->rank; i++) {
        bytes *= tensor->shape[i];
        good = good && add_number(shape, tensor->shape[i]);
    }
    cJSON *offsets = cJSON_AddArrayToObject(item, "data_offsets");
    good = good && add_number(offsets, *offset) && add_number(offsets, *offset + bytes);
    *offset += bytes;
    return good ? LB_OK : lb_fail(err, LB_ERROR_MEMORY, "out of memory");
}

/* The header padded with spaces, so that the data begins at a multiple of 8. */
static lb_status
write_header(FILE *stream, const cJSON *header, lb_error *err)
{
    char *text = cJSON_PrintUnformatted(header);
    if (text == NULL) {
        return lb_fail(err, LB_ERROR_MEMORY, "out of memory");
    }
    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    for (size_t i = 0; i < 8; i++) {
        fputc((int)(padded >> (8 * i) & 0xFF), stream);
    }
    fputs(text, stream);
    for (size_t i = length; i < padded; i++) {
        fputc(' ', stream);
    }
    cJSON_free(text);
    return LB_OK;
}

lb_status
lb_tensors_write(const char *path, const lb_tensor *tensors, size_t count, const char *const *keys,
                 const char *const *values, size_t pairs, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    size_t offset = 0;
    cJSON *header = cJSON_CreateObject();
    if (pairs > 0) {
        LB_TRY(add_metadata(header, keys, values, pairs, err));
    }
    for (size_t i = 0; i < count; i++) {
        LB_TRY(add_tensor(header, &tensors[i], &offset, err));
    }
    LB_TRY(lb_atomic_file_open(&output, path, err));
    LB_TRY(write_header(lb_atomic_file_stream(output), header, err));
    for (size_t i = 0; i < count; i++) {
        size_t floats = 1;
        for (size_t axis = 0; axis < tensors[i].rank; axis++) {
            floats *= tensors[i].shape[axis];
        }
        /* A short write stays in the stream's error flag, which the commit looks at. */
        fwrite(tensors[i].data, sizeof(float), floats, lb_atomic_file_stream(output));
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    cJSON_Delete(header);
    return status;
}
