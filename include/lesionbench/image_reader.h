/* SPDX-License-Identifier: MIT */
/* Pictures in PNG files (libpng) and JPEG files (libjpeg), told by their content and read row by
 * row.
 *
 * Grey of 1 to 16 bits, palettes and RGB of 8 or 16 bits, JPEG's grey, YCbCr, RGB and CMYK. Alpha
 * is dropped, grey repeated to three channels; gamma, colour profiles and EXIF's orientation are
 * left aside: what Pillow's convert("RGB") does of 8-bit files, the colours' bits kept.
 *
 * Sizes are checked against the file's before memory is set aside. Sequential pictures need memory
 * for one row, interlaced PNG and progressive JPEG for the whole. What is damaged or cut is an
 * error, where it is met: a picture is whole when its last row has been read.
 */
#ifndef LESIONBENCH_RASTER_H
#define LESIONBENCH_RASTER_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LB_IMAGE_CHANNELS = 3, LB_RASTER_MAX_SIDE = 65500, LB_RASTER_MAX_PIXELS = 1 << 26 };

typedef struct lb_image_reader lb_image_reader;

/* LB_ERROR_FORMAT where it is neither, damaged, or larger than its bytes can tell of;
 * LB_ERROR_UNSUPPORTED beyond the limits above. */
lb_status lb_image_reader_open(lb_image_reader **out, const char *path, lb_error *err);
void lb_image_reader_close(lb_image_reader *raster); /* accepts NULL */
size_t lb_image_reader_height(const lb_image_reader *raster);
size_t lb_image_reader_width(const lb_image_reader *raster);
/* The next row: out (width, 3), in [0, 1]. At most height times. */
lb_status lb_image_reader_read(float *out, lb_image_reader *raster, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
