/* SPDX-License-Identifier: MIT */
#include "image_reader_internal.h"

lb_status
image_reader_check_size(const lb_image_reader *image, size_t height, size_t width,
                        double pixels_per_byte, lb_error *err)
{
    const size_t max = LB_RASTER_MAX_SIDE;
    double pixels = (double)height * (double)width;
    if (height == 0 || width == 0 || pixels > pixels_per_byte * (double)image->file_size) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the picture claims %zu x %zu pixels, which its %zu bytes cannot hold",
                       image->path, height, width, image->file_size);
    }
    if (height > max || width > max || pixels > LB_RASTER_MAX_PIXELS) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "%s: a picture of %zu x %zu pixels is too large (%zu a side, %d in all at "
                       "most)",
                       image->path, height, width, max, LB_RASTER_MAX_PIXELS);
    }
    return LB_OK;
}

lb_status
image_reader_fail(const lb_image_reader *image, const char *reason, lb_error *err)
{
    return lb_fail(err, LB_ERROR_FORMAT, "%s: the picture is damaged or truncated: %s", image->path,
                   reason);
}
