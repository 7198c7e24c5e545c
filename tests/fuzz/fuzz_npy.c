/* SPDX-License-Identifier: MIT */
/* NumPy's .npy files. */
#include "fuzz.h"

#include "lesionbench/npy.h"

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
    lb_array_release(&array);
    fuzz_file_close(&file);
    return 0;
}
