/* SPDX-License-Identifier: MIT */
/* IDX files of bytes, plain and gzipped. */
#include "fuzz.h"

#include "lesionbench/idx.h"

static bool
read_array(const char *path)
{
    lb_error err;
    lb_array array = {0};
    if (lb_idx_read(&array, path, &err) != LB_OK) {
        FUZZ_CHECK(array.data == NULL);
        return false;
    }
    FUZZ_CHECK(array.type == LB_U8 && array.rank >= 1 && array.rank <= LB_MAX_RANK);
    fuzz_touch(array.data, lb_array_count(&array));
    lb_array_release(&array);
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_file file;
    fuzz_file_open(&file, data, size);
    bool plain = read_array(file.path);
    fuzz_file_close(&file);
    if (!fuzz_is_gzip(data, size)) {
        fuzz_file_open_gzip(&file, data, size);
        FUZZ_CHECK(read_array(file.path) == plain);
        fuzz_file_close(&file);
    }
    return 0;
}
