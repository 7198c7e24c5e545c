/* SPDX-License-Identifier: MIT */
/* Files of weights: PyTorch's, zip and legacy, and safetensors, told by their content. */
#include "fuzz.h"

#include <string.h>

#include "lesionbench/weights.h"

static void
read_tensors(lb_weights *weights, size_t size)
{
    enum { READ = 64 };
    lb_error err;
    for (size_t i = 0; i < lb_weights_count(weights); i++) {
        const lb_weight *at = lb_weights_at(weights, i);
        size_t count = 1;
        FUZZ_CHECK(at != NULL && lb_weights_find(weights, at->name) != NULL);
        FUZZ_CHECK(at->rank <= LB_MAX_RANK && at->type != NULL);
        for (size_t j = 0; j < at->rank; j++) {
            count *= at->shape[j];
        }
        FUZZ_CHECK(count == at->count);
        if (i < READ && count <= 4 * size) {
            float *values = lb_alloc(count, sizeof *values, &err);
            FUZZ_CHECK(values != NULL);
            if (lb_weights_read(values, weights, at, &err) == LB_OK) {
                fuzz_touch(values, count * sizeof *values);
            }
            lb_free(values);
        }
    }
    FUZZ_CHECK(lb_weights_at(weights, lb_weights_count(weights)) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    fuzz_file file;
    lb_weights *weights = NULL;
    const char *value = NULL, *key = NULL;
    fuzz_file_open(&file, data, size);
    if (lb_weights_open(&weights, file.path, &err) == LB_OK) {
        FUZZ_CHECK(lb_weights_format_of(weights) != LB_WEIGHTS_NONE);
        FUZZ_CHECK(lb_weights_format_name(lb_weights_format_of(weights)) != NULL);
        read_tensors(weights, size);
        for (size_t i = 0; (key = lb_weights_metadata_at(&value, weights, i)) != NULL; i++) {
            fuzz_touch(value, strlen(value));
        }
    } else {
        FUZZ_CHECK(weights == NULL);
    }
    lb_weights_close(weights);
    fuzz_file_close(&file);
    return 0;
}
