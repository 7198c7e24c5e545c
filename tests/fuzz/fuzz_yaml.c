/* SPDX-License-Identifier: MIT */
/* YAML: every value is found by its path, and no text is nested deeper than what was measured. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "lesionbench/yaml_values.h"

enum { MAX_VALUES = 4096 };

static size_t
count_lines(const uint8_t *data, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++) {
        lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80; /* Unicode has other ends */
    }
    return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    lb_yaml_values values = {0};
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    FUZZ_CHECK(lb_yaml_deep_line(text, size) <= count_lines(data, size));
    if (lb_yaml_values_read(&values, text, size, &err) == LB_OK) {
        FUZZ_CHECK(values.count <= MAX_VALUES);
        for (size_t i = 0; i < values.count; i++) {
            FUZZ_CHECK(lb_yaml_value_of(&values, values.values[i].path) != NULL);
        }
    } else {
        FUZZ_CHECK(values.values == NULL && values.count == 0);
    }
    lb_yaml_values_release(&values);
    free(text);
    return 0;
}
