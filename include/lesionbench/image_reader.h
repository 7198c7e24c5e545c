/* SPDX-License-Identifier: MIT */
/* Reads PNG (libpng) and JPEG (libjpeg) images row by row. The content decides the format.
 *
 * PNG: grey of 1 to 16 bits, palettes, RGB of 8 or 16 bits. JPEG: grey, YCbCr, RGB, CMYK. Grey is
 * repeated to three channels. Alpha is dropped. Gamma, colour profiles and EXIF orientation are
 * ignored. For 8-bit files the result is that of Pillow's convert("RGB"); 16-bit files keep their
 * precision.
 *
 * The size that a file claims is checked against its length before memory is allocated. Sequential
 * images need memory for one row; interlaced PNG and progressive JPEG need it for the whole image.
 * A damaged or truncated file is an error at the row where the damage lies: an image is complete
 * only when its last row has been read. */
#ifndef LESIONBENCH_IMAGE_READER_H
#define LESIONBENCH_IMAGE_READER_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LB_IMAGE_CHANNELS = 3, LB_RASTER_MAX_SIDE = 65500, LB_RASTER_MAX_PIXELS = 1 << 26 };

typedef struct lb_image_reader lb_image_reader;

/* LB_ERROR_FORMAT if the file is neither, is damaged, or claims more pixels than its bytes can
 * encode. LB_ERROR_UNSUPPORTED beyond the limits above. */
lb_status lb_image_reader_open(lb_image_reader **out, const char *path, lb_error *err);
void lb_image_reader_close(lb_image_reader *reader); /* accepts NULL */
size_t lb_image_reader_height(const lb_image_reader *reader);
size_t lb_image_reader_width(const lb_image_reader *reader);
/* Reads the next row: out (width, 3), in [0, 1]. At most height times. */
lb_status lb_image_reader_read(float *out, lb_image_reader *reader, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
