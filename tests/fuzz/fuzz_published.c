/* SPDX-License-Identifier: MIT */
/* The study's published results: whatever is accepted has as many elements as it says. */
#include "fuzz.h"

#include <string.h>

#include "lesionbench/published.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lb_error err;
    fuzz_file file;
    lb_published published = {0};
    fuzz_file_open(&file, data, size);
    lb_published_is(file.path);
    if (lb_published_read(&published, file.path, &err) == LB_OK) {
        FUZZ_CHECK(published.count > 0 || published.kind == LB_PUBLISHED_RATES);
        for (size_t g = 0; g < published.count; g++) {
            const lb_published_group *group = &published.groups[g];
            const lb_predictions *said = &group->predictions;
            fuzz_touch(group->model, strlen(group->model));
            fuzz_touch(group->method, strlen(group->method));
            fuzz_touch(group->selection, strlen(group->selection));
            fuzz_touch(group->counts,
                       group->counts != NULL ? group->count * sizeof(lb_localisation) : 0);
            fuzz_touch(group->rate, group->rate != NULL ? group->count * sizeof(double) : 0);
            fuzz_touch(group->index, group->index != NULL ? group->count * sizeof(uint32_t) : 0);
            fuzz_touch(said->logits, 2 * said->count * sizeof(double));
            fuzz_touch(said->labels, said->count);
            fuzz_touch(said->predicted, said->count * sizeof *said->predicted);
        }
    } else {
        FUZZ_CHECK(published.groups == NULL && err.message[0] != '\0');
    }
    lb_published_release(&published);
    fuzz_file_close(&file);
    return 0;
}
