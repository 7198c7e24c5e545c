/* SPDX-License-Identifier: MIT */
/* What the targets of pictures share. */
#ifndef LB_FUZZ_RASTER_H
#define LB_FUZZ_RASTER_H

#include "fuzz.h"

#include "lesionbench/image_reader.h"

static inline int
fuzz_raster(const uint8_t *data, size_t size)
{
    lb_error err;
    lb_image_reader *reader = NULL;
    fuzz_file file;
    fuzz_file_open(&file, data, size);
    if (lb_image_reader_open(&reader, file.path, &err) == LB_OK) {
        size_t height = lb_image_reader_height(reader),
               values = LB_IMAGE_CHANNELS * lb_image_reader_width(reader);
        FUZZ_CHECK(height > 0 && values > 0 && height <= LB_RASTER_MAX_SIDE);
        float *row = lb_alloc(values, sizeof *row, &err);
        lb_status status = LB_OK;
        for (size_t y = 0; row != NULL && y < height && status == LB_OK; y++) {
            status = lb_image_reader_read(row, reader, &err);
            for (size_t i = 0; status == LB_OK && i < values; i++) {
                FUZZ_CHECK(row[i] >= 0 && row[i] <= 1);
            }
        }
        lb_free(row);
        lb_image_reader_close(reader);
    } else {
        FUZZ_CHECK(reader == NULL);
    }
    fuzz_file_close(&file);
    return 0;
}

#endif
