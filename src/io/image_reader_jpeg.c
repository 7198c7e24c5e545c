/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

#include "image_reader_internal.h"

/* A block of 8 x 8 pixels takes at least one bit of Huffman's code. */
static const double pixels_per_byte = 64 * 8;

/* A progressive picture has about ten scans; each costs the time of the whole picture, however few
 * its bytes are. */
enum { MAX_SCANS = 100, MAX_MEMORY = 1 << 30 };

typedef struct jpeg_reader {
    struct jpeg_decompress_struct info;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    uint8_t *row; /* (width, channels) */
    char reason[JMSG_LENGTH_MAX];
} jpeg_reader;

static void
jump_back(j_common_ptr info)
{
    jpeg_reader *reader = info->client_data;
    info->err->format_message(info, reader->reason);
    longjmp(reader->back, 1);
}

/* Most of what libjpeg only warns of is damage, filled with guesses: a picture that ends early is
 * grey from there on. Not so padding between segments, and Adobe's marker of an unknown kind. */
static void
take_warnings_seriously(j_common_ptr info, int level)
{
    int code = info->err->msg_code;
    if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM) {
        jump_back(info);
    }
}

static void
count_scans(j_common_ptr info)
{
    jpeg_reader *reader = info->client_data;
    if (reader->info.input_scan_number > MAX_SCANS) {
        snprintf(reader->reason, sizeof reader->reason, "more than %d scans", MAX_SCANS);
        longjmp(reader->back, 1);
    }
}

/* The functions that libjpeg may jump out of are apart from the rest, so that no variable changes
 * around setjmp; they are false where it did. */

static bool
read_header(jpeg_reader *reader, FILE *stream)
{
    if (setjmp(reader->back) != 0) {
        return false;
    }
    jpeg_create_decompress(&reader->info);
    reader->info.client_data = reader;
    reader->info.progress = &reader->progress;
    reader->info.mem->max_memory_to_use = MAX_MEMORY;
    jpeg_stdio_src(&reader->info, stream);
    jpeg_read_header(&reader->info, TRUE);
    return true;
}

static bool
begin_rows(jpeg_reader *reader)
{
    if (setjmp(reader->back) != 0) {
        return false;
    }
    J_COLOR_SPACE space = reader->info.jpeg_color_space;
    bool grey = space == JCS_GRAYSCALE, four = space == JCS_CMYK || space == JCS_YCCK;
    reader->info.out_color_space = grey ? JCS_GRAYSCALE : (four ? JCS_CMYK : JCS_RGB);
    jpeg_start_decompress(&reader->info);
    return true;
}

static bool
read_row(jpeg_reader *reader, bool last)
{
    if (setjmp(reader->back) != 0) {
        return false;
    }
    jpeg_read_scanlines(&reader->info, &reader->row, 1);
    if (last) {
        jpeg_finish_decompress(&reader->info);
    }
    return true;
}

static lb_status
open_jpeg(lb_image_reader *image, lb_error *err)
{
    lb_status status = LB_OK;
    jpeg_reader *reader = NULL;
    LB_ALLOC(reader, 1);
    image->state = reader;
    reader->info.err = jpeg_std_error(&reader->errors);
    reader->info.client_data = reader;
    reader->errors.error_exit = jump_back;
    reader->errors.emit_message = take_warnings_seriously;
    reader->progress.progress_monitor = count_scans;
    if (!read_header(reader, image->stream)) {
        LB_TRY(image_reader_fail(image, reader->reason, err));
    }
    if (reader->info.arith_code) {
        LB_TRY(lb_fail(err, LB_ERROR_UNSUPPORTED, "%s: JPEG with arithmetic coding is not offered",
                       image->path));
    }
    LB_TRY(image_reader_check_size(image, reader->info.image_height, reader->info.image_width,
                                   pixels_per_byte, err));
    if (!begin_rows(reader)) {
        LB_TRY(image_reader_fail(image, reader->reason, err));
    }
    image->height = reader->info.output_height;
    image->width = reader->info.output_width;
    image->channels = (size_t)reader->info.output_components;
    LB_ALLOC(reader->row, image->width * image->channels);
cleanup:
    return status;
}

static void
close_jpeg(lb_image_reader *image)
{
    jpeg_reader *reader = image->state;
    jpeg_destroy_decompress(&reader->info);
    lb_free(reader->row);
    lb_free(reader);
}

static lb_status
row_of_jpeg(float *out, lb_image_reader *image, lb_error *err)
{
    jpeg_reader *reader = image->state;
    size_t channels = image->channels;
    if (!read_row(reader, image->next + 1 == image->height)) {
        return image_reader_fail(image, reader->reason, err);
    }
    /* CMYK is ink, which files have inverted: light. Adobe's marker is not asked for, as Pillow
     * does not: other programs write CMYK like Adobe's, and leave it out. */
    for (size_t x = 0; x < image->width; x++) {
        const uint8_t *pixel = reader->row + x * channels;
        float black = channels == 4 ? (float)pixel[3] / 255.0F : 1.0F;
        for (size_t c = 0; c < LB_IMAGE_CHANNELS; c++) {
            float value = (float)pixel[channels == 1 ? 0 : c] / 255.0F;
            out[x * LB_IMAGE_CHANNELS + c] = value * black;
        }
    }
    return LB_OK;
}

const image_reader_format RASTER_JPEG = {open_jpeg, row_of_jpeg, close_jpeg};
