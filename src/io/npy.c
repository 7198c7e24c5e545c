/* SPDX-License-Identifier: MIT */
/* numpy.lib.format: "\x93NUMPY", two bytes of version, the header's length (2 bytes in version 1,
 * 4 in 2 and 3), the header, the data. */
#include "lesionbench/npy.h"

#include <stdio.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "npy_header.h"

static const char MAGIC[6] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

enum { MAX_HEADER = 1 << 20, WRITTEN_HEADER = 512, PREFIX = 10, ALIGNMENT = 64 };

static lb_status
read_header(lb_array *out, FILE *stream, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL;
    uint8_t prefix[8], length_bytes[4] = {0};
    size_t got = fread(prefix, 1, sizeof prefix, stream);
    if (got != sizeof prefix || memcmp(prefix, MAGIC, sizeof MAGIC) != 0 || prefix[6] < 1 ||
        prefix[6] > 3) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is not an .npy file of version 1 to 3", path));
    }
    size_t width = prefix[6] == 1 ? 2 : 4;
    got = fread(length_bytes, 1, width, stream);
    size_t length = (size_t)length_bytes[0] | (size_t)length_bytes[1] << 8 |
                    (size_t)length_bytes[2] << 16 | (size_t)length_bytes[3] << 24;
    if (got != width || length > MAX_HEADER) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the .npy file is damaged or truncated", path));
    }
    LB_ALLOC(text, length + 1);
    if (fread(text, 1, length, stream) != length) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: the .npy file is truncated", path));
    }
    LB_TRY(lb_npy_parse_header(out, text, path, err));
cleanup:
    lb_free(text);
    return status;
}

/* The number of elements, which must fill the rest of the file exactly. */
static lb_status
check_size(size_t *out, const lb_array *array, size_t rest, const char *path, lb_error *err)
{
    size_t count = 0, bytes = 0;
    if (lb_array_measure(&count, array, err) != LB_OK ||
        lb_multiply(&bytes, count, lb_type_size(array->type), err) != LB_OK) {
        return lb_fail_context(err, "%s", path);
    }
    if (bytes != rest) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the .npy header asks for %zu bytes of data, the file has %zu", path,
                       bytes, rest);
    }
    *out = count;
    return LB_OK;
}

lb_status
lb_npy_start(FILE **out, lb_array *header, size_t *count, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    FILE *stream = NULL;
    size_t size = 0;
    LB_TRY(lb_file_open(&stream, &size, path, err));
    LB_TRY(read_header(header, stream, path, err));
    LB_TRY(check_size(count, header, size - (size_t)ftell(stream), path, err));
    *out = stream;
    stream = NULL;
cleanup:
    if (stream != NULL) {
        fclose(stream);
    }
    return status;
}

lb_status
lb_npy_read(lb_array *out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    FILE *stream = NULL;
    lb_array array = {0};
    size_t count = 0;
    LB_TRY(lb_npy_start(&stream, &array, &count, path, err));
    array.data = lb_alloc(count, lb_type_size(array.type), err);
    if (array.data == NULL) {
        LB_TRY(err->code);
    }
    if (fread(array.data, lb_type_size(array.type), count, stream) != count) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot read all of it", path));
    }
    *out = array;
    array.data = NULL;
cleanup:
    lb_array_release(&array);
    if (stream != NULL) {
        fclose(stream);
    }
    return status;
}

/* The dictionary, padded with spaces so that the data is aligned, and a newline. */
static size_t
format_header(char text[WRITTEN_HEADER], lb_type type, size_t rank, const size_t *shape)
{
    int used = snprintf(text, WRITTEN_HEADER, "{'descr': '%s', 'fortran_order': False, 'shape': (",
                        lb_npy_descr(type));
    for (size_t i = 0; i < rank; i++) {
        used += snprintf(text + used, WRITTEN_HEADER - (size_t)used, "%s%zu%s", i > 0 ? " " : "",
                         shape[i], i + 1 < rank || rank == 1 ? "," : "");
    }
    used += snprintf(text + used, WRITTEN_HEADER - (size_t)used, "), }");
    size_t length = (size_t)used;
    while ((PREFIX + length + 1) % ALIGNMENT != 0) {
        text[length++] = ' ';
    }
    text[length++] = '\n';
    return length;
}

lb_status
lb_npy_write(const char *path, lb_type type, size_t rank, const size_t *shape, const void *data,
             lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char text[WRITTEN_HEADER];
    size_t count = 1;
    if (rank > LB_MAX_RANK) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: %zu axes are too many", path, rank));
    }
    for (size_t i = 0; i < rank; i++) {
        count *= shape[i];
    }
    size_t length = format_header(text, type, rank, shape);
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fwrite(MAGIC, 1, sizeof MAGIC, stream);
    const uint8_t rest[4] = {1, 0, (uint8_t)(length & 0xFF), (uint8_t)(length >> 8)};
    fwrite(rest, 1, sizeof rest, stream);
    fwrite(text, 1, length, stream);
    fwrite(data, lb_type_size(type), count, stream);
    LB_TRY(lb_atomic_file_commit(output, err)); /* sees short writes */
cleanup:
    lb_atomic_file_close(output);
    return status;
}
