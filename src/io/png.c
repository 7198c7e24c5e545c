/* SPDX-License-Identifier: MIT */
#include "lesionbench/png.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

static void
write_bytes(png_structp png, png_bytep bytes, size_t size)
{
    if (fwrite(bytes, 1, size, png_get_io_ptr(png)) != size) {
        png_error(png, "short write");
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

/* Encodes into a stream; what names it in messages. */
static lb_status
encode_to(FILE *stream, const char *what, size_t height, size_t width, size_t channels,
          const uint8_t *pixels, lb_error *err)
{
    lb_status status = LB_OK;
    png_structp png = NULL;
    png_infop info = NULL;
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, jump_back, stay_quiet);
    info = png != NULL ? png_create_info_struct(png) : NULL;
    if (info == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "%s: out of memory", what));
    }
    bool encoded =
        encode(png, info, stream, (png_uint_32)height, (png_uint_32)width, channels, pixels);
    if (!encoded && ferror(stream) == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_IO, "%s: cannot encode the picture", what));
    }
cleanup:
    png_destroy_write_struct(&png, &info);
    return status;
}

static lb_status
check_size(const char *what, size_t height, size_t width, size_t channels, lb_error *err)
{
    const size_t limit = 1000000; /* libpng's own, per side */
    if (height == 0 || width == 0 || height > limit || width > limit ||
        (channels != 1 && channels != 3)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: cannot write a picture of %zu x %zu x %zu",
                       what, height, width, channels);
    }
    return LB_OK;
}

lb_status
lb_png_encode(uint8_t **out, size_t *size, size_t height, size_t width, size_t channels,
              const uint8_t *pixels, lb_error *err)
{
    lb_status status = LB_OK;
    char *bytes = NULL;
    uint8_t *copy = NULL;
    size_t count = 0;
    FILE *stream = NULL;
    LB_TRY(check_size("a picture", height, width, channels, err));
    stream = open_memstream(&bytes, &count);
    if (stream == NULL) {
        LB_TRY(lb_fail_errno(err, "cannot encode a picture"));
    }
    LB_TRY(encode_to(stream, "a picture", height, width, channels, pixels, err));
    if (fflush(stream) != 0 || ferror(stream) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "cannot encode a picture: out of memory"));
    }
    LB_ALLOC(copy, count);
    memcpy(copy, bytes, count);
    *out = copy;
    *size = count;
cleanup:
    if (stream != NULL) {
        fclose(stream);
    }
    free(bytes);
    return status;
}
