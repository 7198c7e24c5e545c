/* SPDX-License-Identifier: MIT */
/* JPEG pictures: every row that is read lies in [0, 1]. */
#include "fuzz_raster.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_raster(data, size);
}
