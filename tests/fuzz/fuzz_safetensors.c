/* SPDX-License-Identifier: MIT */
/* safetensors: headers, shapes, offsets, metadata. */
#include "fuzz.h"

#include <string.h>

#include "lesionbench/safetensors.h"

static void
use(const lb_tensors *tensors, size_t size)
{
    size_t total = 0;
    for (size_t i = 0; i < lb_tensors_count(tensors); i++) {
        const lb_tensor *at = lb_tensors_at(tensors, i);
        FUZZ_CHECK(lb_tensors_find(tensors, at->name) == at);
        FUZZ_CHECK(at->rank <= LB_MAX_RANK);
        if (at->data != NULL) {
            size_t count = 1;
            for (size_t j = 0; j < at->rank; j++) {
                count *= at->shape[j];
            }
            total += count * sizeof *at->data;
            fuzz_touch(at->data, count * sizeof *at->data);
        }
    }
    FUZZ_CHECK(total < size);
    const char *value = NULL, *key = NULL;
    for (size_t i = 0; (key = lb_tensors_metadata_at(&value, tensors, i)) != NULL; i++) {
        fuzz_touch(value, strlen(value));
        FUZZ_CHECK(lb_tensors_metadata(tensors, key) != NULL);
    }
    FUZZ_CHECK(lb_tensors_find(tensors, "no such tensor's name, surely") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    fuzz_file file;
    lb_tensors *tensors = NULL;
    fuzz_file_open(&file, data, size);
    if (lb_tensors_open(&tensors, file.path, &err) == LB_OK) {
        use(tensors, size);
    } else {
        FUZZ_CHECK(tensors == NULL);
    }
    lb_tensors_close(tensors);
    fuzz_file_close(&file);
    return 0;
}
