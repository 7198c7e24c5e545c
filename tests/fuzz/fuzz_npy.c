/* SPDX-License-Identifier: MIT */
/* NumPy's .npy files. */
#include "fuzz.h"

#include <string.h>

#include "lesionbench/npy.h"

/* Row by row, the array is the same. */
static void
read_rows(const char *path, const lb_array *whole)
{
    lb_error err;
    lb_npy *npy = NULL;
    bool opened = lb_npy_open(&npy, path, &err) == LB_OK;
    FUZZ_CHECK(opened == (whole->data != NULL));
    if (!opened) {
        return;
    }
    const lb_array *header = lb_npy_header(npy);
    FUZZ_CHECK(header->rank == whole->rank && header->type == whole->type);
    size_t rows = header->rank > 0 ? header->shape[0] : 1;
    size_t count = lb_array_count(header), size = lb_type_size(header->type);
    size_t row = rows > 0 ? count / rows * size : 0;
    uint8_t *bytes = lb_alloc(row, 1, &err);
    FUZZ_CHECK(bytes != NULL);
    for (size_t i = 0; i < rows && i < 64; i++) {
        FUZZ_CHECK(lb_npy_read_rows(bytes, npy, i, 1, &err) == LB_OK);
        FUZZ_CHECK(memcmp(bytes, (const uint8_t *)whole->data + i * row, row) == 0);
    }
    FUZZ_CHECK(lb_npy_read_rows(bytes, npy, rows, 1, &err) != LB_OK);
    lb_free(bytes);
    lb_npy_close(npy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    fuzz_file file;
    lb_array array = {0};
    fuzz_file_open(&file, data, size);
    if (lb_npy_read(&array, file.path, &err) == LB_OK) {
        FUZZ_CHECK(array.rank <= LB_MAX_RANK && lb_type_size(array.type) > 0);
        FUZZ_CHECK(lb_array_count(&array) * lb_type_size(array.type) < size);
        fuzz_touch(array.data, lb_array_count(&array) * lb_type_size(array.type));
    } else {
        FUZZ_CHECK(array.data == NULL);
    }
    read_rows(file.path, &array);
    lb_array_release(&array);
    fuzz_file_close(&file);
    return 0;
}
