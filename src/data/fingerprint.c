/* SPDX-License-Identifier: MIT */
/* Fingerprints of subjects and of slices. */
#include "lesionbench/subjects.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint64_t FNV_START = 0xcbf29ce484222325u;

/* FNV-1a (Fowler, Noll, Vo). */
static uint64_t
mix(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

static void
print(lb_fingerprint *out, uint64_t hash)
{
    snprintf(out->text, sizeof out->text, "%016" PRIx64, hash);
}

void
lb_subject_fingerprint(lb_fingerprint *out, const char *name)
{
    print(out, mix(FNV_START, name, strlen(name)));
}

lb_status
lb_slices_fingerprint(lb_fingerprint *out, lb_slices *slices, lb_error *err)
{
    lb_status status = LB_OK;
    float *image = NULL;
    size_t count = lb_slices_count(slices);
    const uint64_t shape[] = {count, lb_slices_height(slices), lb_slices_width(slices)};
    size_t pixels = lb_slices_height(slices) * lb_slices_width(slices);
    uint64_t hash = mix(FNV_START, shape, sizeof shape);
    LB_ALLOC(image, pixels);
    for (size_t i = 0; i < count; i++) {
        const lb_slice_info *info = lb_slices_at(slices, i);
        const char *name = lb_slices_subject_name(slices, info->subject);
        hash = mix(hash, name, strlen(name) + 1);
        hash = mix(hash, &info->position, sizeof info->position);
    }
    for (size_t end = 0; end < 2; end++) {
        LB_TRY(lb_slices_read(image, slices, end == 0 ? 0 : count - 1, err));
        hash = mix(hash, image, pixels * sizeof *image);
    }
    print(out, hash);
cleanup:
    lb_free(image);
    return status;
}
