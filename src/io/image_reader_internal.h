/* SPDX-License-Identifier: MIT */
/* What the readers of pictures share. */
#ifndef LB_IO_IMAGE_READER_INTERNAL_H
#define LB_IO_IMAGE_READER_INTERNAL_H

#include <stdio.h>

#include "lesionbench/image_reader.h"

struct lb_image_reader {
    char *path;
    FILE *stream;
    size_t file_size;
    size_t height, width;
    size_t channels; /* of decoded rows: 1, 3, or 4 for CMYK */
    size_t next;     /* row to read */
    const struct image_reader_format *format;
    void *state; /* the format's own; NULL before its open() */
};

/* open() sets height, width, channels and state; row() fills (width, 3). A state is closed whether
 * open() succeeded or not. */
typedef struct image_reader_format {
    lb_status (*open)(lb_image_reader *image, lb_error *err);
    lb_status (*row)(float *out, lb_image_reader *image, lb_error *err);
    void (*close)(lb_image_reader *image);
} image_reader_format;

extern const image_reader_format RASTER_PNG, RASTER_JPEG;

/* The sides, and that the file can hold so many pixels: a byte stands for at most pixels_per_byte.
 */
lb_status image_reader_check_size(const lb_image_reader *image, size_t height, size_t width,
                                  double pixels_per_byte, lb_error *err);
/* "PATH: the picture is damaged or truncated: REASON" */
lb_status image_reader_fail(const lb_image_reader *image, const char *reason, lb_error *err);

#endif
