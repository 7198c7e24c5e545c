/* SPDX-License-Identifier: MIT */
/* Images as PNG (libpng). */
#ifndef LESIONBENCH_PNG_H
#define LESIONBENCH_PNG_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Encodes a PNG in memory. pixels: 8 bits, row-major (height, width, channels); channels: 1 (grey)
 * or 3 (RGB). The caller frees *out (lb_free). */
lb_status lb_png_encode(uint8_t **out, size_t *size, size_t height, size_t width, size_t channels,
                        const uint8_t *pixels, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
