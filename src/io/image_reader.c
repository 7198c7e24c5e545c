/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "image_reader_internal.h"
#include "lesionbench/file_bytes.h"

static const struct {
    const char *bytes;
    size_t length;
    const image_reader_format *format;
} SIGNATURES[] = {{"\211PNG\r\n\032\n", 8, &RASTER_PNG}, {"\377\330\377", 3, &RASTER_JPEG}};

static const image_reader_format *
recognise(const char *start, size_t size)
{
    for (size_t i = 0; i < sizeof SIGNATURES / sizeof *SIGNATURES; i++) {
        size_t length = SIGNATURES[i].length;
        if (size >= length && memcmp(start, SIGNATURES[i].bytes, length) == 0) {
            return SIGNATURES[i].format;
        }
    }
    return NULL;
}

lb_status
lb_image_reader_open(lb_image_reader **out, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_image_reader *image = NULL;
    char start[8];
    LB_ALLOC(image, 1);
    image->path = lb_strdup(path, err);
    LB_TRY(image->path != NULL ? LB_OK : err->code);
    LB_TRY(lb_file_open(&image->stream, &image->file_size, path, err));
    size_t got = fread(start, 1, sizeof start, image->stream);
    image->format = recognise(start, got);
    if (image->format == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: is neither a PNG nor a JPEG picture", path));
    }
    if (fseeko(image->stream, 0, SEEK_SET) != 0) {
        LB_TRY(lb_fail_errno(err, "%s: cannot seek", path));
    }
    LB_TRY(image->format->open(image, err));
    *out = image;
    image = NULL;
cleanup:
    lb_image_reader_close(image);
    return status;
}

void
lb_image_reader_close(lb_image_reader *image)
{
    if (image == NULL) {
        return;
    }
    if (image->state != NULL) {
        image->format->close(image);
    }
    if (image->stream != NULL) {
        fclose(image->stream);
    }
    lb_free(image->path);
    lb_free(image);
}

size_t
lb_image_reader_height(const lb_image_reader *image)
{
    return image->height;
}

size_t
lb_image_reader_width(const lb_image_reader *image)
{
    return image->width;
}

lb_status
lb_image_reader_read(float *out, lb_image_reader *image, lb_error *err)
{
    if (image->next >= image->height) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: has no row %zu", image->path, image->next);
    }
    lb_status status = image->format->row(out, image, err);
    image->next++;
    return status;
}
