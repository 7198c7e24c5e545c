/* SPDX-License-Identifier: MIT */
#include <png.h>
#include <string.h>

#include "image_reader_internal.h"

/* deflate's greatest: 258 bytes for two bits. */
static const double bytes_per_byte = 1032;

typedef struct png_reader {
    png_structp png;
    png_infop info;
    size_t row_size; /* bytes of a decoded row */
    bool wide;       /* 16 bits a value */
    int passes;
    uint8_t *rows; /* one row, or all of an interlaced picture */
    char reason[96];
} png_reader;

static void
read_bytes(png_structp png, png_bytep bytes, size_t size)
{
    if (fread(bytes, 1, size, png_get_io_ptr(png)) != size) {
        png_error(png, "it ends too early");
    }
}

static void
keep_reason(png_structp png, png_const_charp message)
{
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->reason, sizeof reader->reason, "%s", message);
    png_longjmp(png, 1);
}

static void
stay_quiet(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* The functions that libpng may jump out of are apart from the rest, so that no variable changes
 * around setjmp; they are false where it did. */

static bool
read_header(png_reader *reader, FILE *stream)
{
    enum { CHUNK_MAX = 1 << 20 };
    if (setjmp(png_jmpbuf(reader->png)) != 0) {
        return false;
    }
    png_set_read_fn(reader->png, stream, read_bytes);
    png_set_chunk_malloc_max(reader->png, CHUNK_MAX);
    /* Texts, profiles, dates: not looked at. */
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(reader->png, reader->info);
    return true;
}

static bool
begin_rows(png_reader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)) != 0) {
        return false;
    }
    png_set_expand(reader->png); /* palettes to RGB, few bits to 8 */
    png_set_strip_alpha(reader->png);
    reader->passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    return true;
}

static bool
read_rows(png_reader *reader, size_t count, bool last)
{
    if (setjmp(png_jmpbuf(reader->png)) != 0) {
        return false;
    }
    for (int pass = 0; pass < reader->passes; pass++) {
        for (size_t i = 0; i < count; i++) {
            png_read_row(reader->png, reader->rows + i * reader->row_size, NULL);
        }
    }
    if (last) {
        png_read_end(reader->png, NULL);
    }
    return true;
}

static lb_status
open_png(lb_image_reader *image, lb_error *err)
{
    lb_status status = LB_OK;
    png_reader *reader = NULL;
    LB_ALLOC(reader, 1);
    image->state = reader;
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, keep_reason, stay_quiet);
    reader->info = reader->png != NULL ? png_create_info_struct(reader->png) : NULL;
    if (reader->info == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "%s: out of memory", image->path));
    }
    if (!read_header(reader, image->stream)) {
        LB_TRY(image_reader_fail(image, reader->reason, err));
    }
    size_t height = png_get_image_height(reader->png, reader->info);
    size_t width = png_get_image_width(reader->png, reader->info);
    double packed = (double)png_get_rowbytes(reader->png, reader->info) / (double)width;
    LB_TRY(image_reader_check_size(image, height, width, bytes_per_byte / packed, err));
    if (!begin_rows(reader)) {
        LB_TRY(image_reader_fail(image, reader->reason, err));
    }
    reader->wide = png_get_bit_depth(reader->png, reader->info) > 8;
    reader->row_size = png_get_rowbytes(reader->png, reader->info);
    image->channels = png_get_channels(reader->png, reader->info);
    if (image->channels != 1 && image->channels != LB_IMAGE_CHANNELS) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: a picture of %zu channels is not offered",
                       image->path, image->channels));
    }
    LB_ALLOC(reader->rows, reader->row_size * (reader->passes > 1 ? height : 1));
    if (reader->passes > 1 && !read_rows(reader, height, true)) {
        LB_TRY(image_reader_fail(image, reader->reason, err));
    }
    image->height = height;
    image->width = width;
cleanup:
    return status;
}

static void
close_png(lb_image_reader *image)
{
    png_reader *reader = image->state;
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    lb_free(reader->rows);
    lb_free(reader);
}

static lb_status
row_of_png(float *out, lb_image_reader *image, lb_error *err)
{
    png_reader *reader = image->state;
    const uint8_t *row = reader->rows;
    if (reader->passes > 1) {
        row += image->next * reader->row_size;
    } else if (!read_rows(reader, 1, image->next + 1 == image->height)) {
        return image_reader_fail(image, reader->reason, err);
    }
    for (size_t x = 0; x < image->width; x++) {
        for (size_t c = 0; c < LB_IMAGE_CHANNELS; c++) {
            size_t i = x * image->channels + (image->channels == 1 ? 0 : c);
            out[x * LB_IMAGE_CHANNELS + c] =
                reader->wide ? (float)(row[2 * i] << 8 | row[2 * i + 1]) / 65535.0F
                             : (float)row[i] / 255.0F;
        }
    }
    return LB_OK;
}

const image_reader_format RASTER_PNG = {open_png, row_of_png, close_png};
