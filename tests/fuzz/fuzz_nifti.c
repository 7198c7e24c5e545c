/* SPDX-License-Identifier: MIT */
/* NIfTI-1 and -2 volumes, plain and gzipped. */
#include "fuzz.h"

#include <math.h>

#include "lesionbench/nifti.h"

static bool
read_volume(const char *path)
{
    lb_error err;
    lb_volume volume = {0};
    if (lb_nifti_read(&volume, path, &err) != LB_OK) {
        FUZZ_CHECK(volume.value == NULL);
        return false;
    }
    for (size_t i = 0; i < volume.nx * volume.ny * volume.nz; i++) {
        FUZZ_CHECK(isfinite(volume.value[i]));
    }
    for (size_t i = 0; i < 3; i++) {
        FUZZ_CHECK(isfinite(volume.spacing[i]) && volume.spacing[i] > 0);
        for (size_t j = 0; j < 4; j++) {
            FUZZ_CHECK(isfinite(volume.to_world[i][j]));
        }
    }
    lb_volume_release(&volume);
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_file file;
    fuzz_file_open(&file, data, size);
    bool plain = read_volume(file.path);
    fuzz_file_close(&file);
    if (!fuzz_is_gzip(data, size)) {
        fuzz_file_open_gzip(&file, data, size);
        FUZZ_CHECK(read_volume(file.path) == plain);
        fuzz_file_close(&file);
    }
    return 0;
}
