/* SPDX-License-Identifier: MIT */
#include "lesionbench/png.h"

#include <png.h>

#include "lesionbench/output.h"

static void
write_bytes(png_structp png, png_bytep bytes, size_t size)
{
    if (fwrite(bytes, 1, size, png_get_io_ptr(png)) != size) {
        png_error(png, "short write"); /* lb_output_commit() finds the reason */
    }
}

static void
flush_nothing(png_structp png)
{
    (void)png;
}

/* libpng would print on standard error. */
static void
stay_quiet(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void
jump_back(png_structp png, png_const_charp message)
{
    (void)message;
    png_longjmp(png, 1);
}

/* False where libpng jumped out. Apart from the rest, so that no variable changes around setjmp. */
static bool
encode(png_structp png, png_infop info, FILE *stream, png_uint_32 height, png_uint_32 width,
       size_t channels, const uint8_t *pixels)
{
    if (setjmp(png_jmpbuf(png)) != 0) {
        return false;
    }
    png_set_write_fn(png, stream, write_bytes, flush_nothing);
    png_set_IHDR(png, info, width, height, 8,
                 channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t row = 0; row < height; row++) {
        png_write_row(png, pixels + row * width * channels);
    }
    png_write_end(png, info);
    return true;
}

lb_status
lb_png_write(const char *path, size_t height, size_t width, size_t channels, const uint8_t *pixels,
             lb_error *err)
{
    lb_status status = LB_OK;
    lb_output *output = NULL;
    png_structp png = NULL;
    png_infop info = NULL;
    const size_t limit = 1000000; /* libpng's own, per side */
    if (height == 0 || width == 0 || height > limit || width > limit ||
        (channels != 1 && channels != 3)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: cannot write a picture of %zu x %zu x %zu",
                       path, height, width, channels));
    }
    LB_TRY(lb_output_open(&output, path, err));
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, jump_back, stay_quiet);
    info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "%s: out of memory", path));
    }
    bool encoded = encode(png, info, lb_output_stream(output), (png_uint_32)height,
                          (png_uint_32)width, channels, pixels);
    if (!encoded && ferror(lb_output_stream(output)) == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot encode the picture", path));
    }
    LB_TRY(lb_output_commit(output, err));
cleanup:
    png_destroy_write_struct(&png, &info);
    lb_output_close(output);
    return status;
}
