/* SPDX-License-Identifier: MIT */
#include "canvas.h"

#include <stdlib.h>
#include <string.h>

#include <cairo-pdf.h>
#include <cairo-svg.h>

#include "canvas_targets.h"
#include "lesionbench/atomic_file.h"

/* cairo's images have at most 32767 pixels a side; what is larger is reduced. */
enum { MAX_SIDE = 32000 };

static lb_status
check(cairo_status_t found, const char *what, lb_error *err)
{
    if (found == CAIRO_STATUS_SUCCESS) {
        return LB_OK;
    }
    return lb_fail(err, found == CAIRO_STATUS_NO_MEMORY ? LB_ERROR_MEMORY : LB_ERROR_IO, "%s: %s",
                   what, cairo_status_to_string(found));
}

static cairo_status_t
write_bytes(void *stream, const unsigned char *bytes, unsigned count)
{
    return fwrite(bytes, 1, count, stream) == count ? CAIRO_STATUS_SUCCESS
                                                    : CAIRO_STATUS_WRITE_ERROR;
}

/* Starts drawing on a surface, which is white and as many units wide as the canvas has pixels. */
static lb_status
add_target(canvas *picture, target_kind kind, cairo_surface_t *surface, double scale, lb_error *err)
{
    cairo_t *context = cairo_create(surface);
    cairo_surface_destroy(surface); /* the context holds it */
    picture->targets->on[kind] = context;
    cairo_scale(context, scale, scale);
    cairo_set_source_rgb(context, 1, 1, 1);
    cairo_paint(context);
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
    return check(cairo_status(context), "a figure", err);
}

lb_status
canvas_init(canvas *out, size_t height, size_t width, lb_error *err)
{
    lb_status status = LB_OK;
    canvas picture = {.height = height, .width = width};
    size_t side = height > width ? height : width;
    double scale = side > MAX_SIDE ? (double)MAX_SIDE / (double)side : 1;
    LB_ALLOC(picture.targets, 1);
    double rows = scale * (double)height + 0.5, columns = scale * (double)width + 0.5;
    LB_TRY(add_target(&picture, RASTER,
                      cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)columns, (int)rows),
                      scale, err));
    *out = picture;
    picture.targets = NULL;
cleanup:
    canvas_release(&picture);
    return status;
}

/* Opens the buffer that a vector format is written to. */
static lb_status
open_buffer(canvas *picture, target_kind kind, lb_error *err)
{
    canvas_buffer *buffer = &picture->targets->buffers[kind];
    buffer->stream = open_memstream(&buffer->bytes, &buffer->size);
    return buffer->stream == NULL ? lb_fail_errno(err, "cannot start a figure") : LB_OK;
}

lb_status
canvas_init_figure(canvas *out, size_t height, size_t width, int millimetres, lb_error *err)
{
    lb_status status = LB_OK;
    canvas picture = {.targets = NULL};
    double across = (double)width, down = (double)height;
    double points = millimetres / 25.4 * 72 / across; /* of a pixel */
    LB_TRY(canvas_init(&picture, height, width, err));
    canvas_buffer *buffers = picture.targets->buffers;
    LB_TRY(open_buffer(&picture, SVG, err));
    cairo_surface_t *svg =
        cairo_svg_surface_create_for_stream(write_bytes, buffers[SVG].stream, across, down);
    cairo_svg_surface_set_document_unit(svg, CAIRO_SVG_UNIT_PX);
    LB_TRY(add_target(&picture, SVG, svg, 1, err));
    LB_TRY(open_buffer(&picture, PDF, err));
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(write_bytes, buffers[PDF].stream,
                                                               points * across, points * down);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, ""); /* none */
    LB_TRY(add_target(&picture, PDF, pdf, points, err));
    *out = picture;
    picture.targets = NULL;
cleanup:
    canvas_release(&picture);
    return status;
}

void
canvas_release(canvas *picture)
{
    for (size_t i = 0; picture->targets != NULL && i < TARGETS; i++) {
        canvas_buffer *buffer = &picture->targets->buffers[i];
        cairo_destroy(picture->targets->on[i]); /* accepts NULL */
        if (buffer->stream != NULL) {
            fclose(buffer->stream);
        }
        free(buffer->bytes);
    }
    lb_free(picture->targets);
    *picture = (canvas){.targets = NULL};
}

static lb_status
write_image(const canvas *picture, FILE *stream, const char *path, lb_error *err)
{
    cairo_t *context = picture->targets->on[RASTER];
    lb_status status = check(cairo_status(context), path, err);
    return status != LB_OK ? status
                           : check(cairo_surface_write_to_png_stream(cairo_get_target(context),
                                                                     write_bytes, stream),
                                   path, err);
}

/* Ends a vector format and copies it to the stream. */
static lb_status
write_vector(canvas *picture, target_kind kind, FILE *stream, const char *path, lb_error *err)
{
    canvas_buffer *buffer = &picture->targets->buffers[kind];
    cairo_t *context = picture->targets->on[kind];
    lb_status status = check(cairo_status(context), path, err);
    if (status != LB_OK) {
        return status;
    }
    cairo_surface_finish(cairo_get_target(context));
    status = check(cairo_surface_status(cairo_get_target(context)), path, err);
    if (status == LB_OK && fflush(buffer->stream) != 0) {
        status = lb_fail_errno(err, "%s", path);
    }
    if (status == LB_OK && kind == SVG) {
        status = canvas_svg_copy(stream, buffer->bytes, err);
    } else if (status == LB_OK) {
        fwrite(buffer->bytes, 1, buffer->size, stream); /* the commit sees its errors */
    }
    return status;
}

static lb_status
write_file(canvas *picture, target_kind kind, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    LB_TRY(kind == RASTER ? write_image(picture, stream, path, err)
                          : write_vector(picture, kind, stream, path, err));
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}

lb_status
canvas_write_png(const canvas *picture, const char *path, lb_error *err)
{
    canvas same = *picture; /* an image stays as it is */
    return write_file(&same, RASTER, path, err);
}

lb_status
canvas_write(canvas *picture, const char *directory, const char *name, lb_error *err)
{
    static const char *const endings[TARGETS] = {[RASTER] = "png", [SVG] = "svg", [PDF] = "pdf"};
    lb_status status = LB_OK;
    char *path = NULL;
    for (size_t i = 0; i < TARGETS; i++) {
        lb_free(path);
        path = lb_format(err, "%s/figures/%s.%s", directory, name, endings[i]);
        if (path == NULL) {
            LB_TRY(err->code);
        }
        LB_TRY(write_file(picture, (target_kind)i, path, err));
    }
cleanup:
    lb_free(path);
    return status;
}

/* The image, reduced so many times, as PNG. The caller frees *out with free(). */
static lb_status
encode_reduced(char **out, size_t *size, const canvas *picture, size_t reduce, lb_error *err)
{
    lb_status status = LB_OK;
    cairo_surface_t *whole = cairo_get_target(picture->targets->on[RASTER]);
    size_t width = (size_t)cairo_image_surface_get_width(whole) / reduce;
    size_t height = (size_t)cairo_image_surface_get_height(whole) / reduce;
    cairo_surface_t *small =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    cairo_t *context = cairo_create(small);
    FILE *stream = open_memstream(out, size);
    if (stream == NULL) {
        LB_TRY(lb_fail_errno(err, "cannot reduce a figure"));
    }
    cairo_scale(context, 1 / (double)reduce, 1 / (double)reduce);
    cairo_set_source_surface(context, whole, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_GOOD);
    cairo_paint(context);
    LB_TRY(check(cairo_status(context), "reducing a figure", err));
    LB_TRY(check(cairo_surface_write_to_png_stream(small, write_bytes, stream), "reducing a figure",
                 err));
cleanup:
    if (stream != NULL && fclose(stream) != 0 && status == LB_OK) {
        status = lb_fail_errno(err, "reducing a figure");
    }
    cairo_destroy(context);
    cairo_surface_destroy(small);
    return status;
}

lb_status
canvas_preview(uint8_t **out, size_t *size, const canvas *picture, size_t max_across,
               size_t max_bytes, lb_error *err)
{
    enum { MAX_REDUCTION = 8 };
    lb_status status = LB_OK;
    char *png = NULL;
    uint8_t *copy = NULL;
    size_t count = 0, reduce = (picture->width + max_across - 1) / max_across;
    do {
        free(png);
        png = NULL;
        LB_TRY(encode_reduced(&png, &count, picture, reduce, err));
    } while (count > max_bytes && ++reduce <= MAX_REDUCTION);
    LB_ALLOC(copy, count);
    memcpy(copy, png, count);
    *out = copy;
    *size = count;
cleanup:
    free(png);
    return status;
}

colour
canvas_pixel(const canvas *picture, size_t x, size_t y)
{
    cairo_surface_t *surface = cairo_get_target(picture->targets->on[RASTER]);
    uint32_t value = 0; /* 0xRRGGBB */
    cairo_surface_flush(surface);
    memcpy(&value,
           cairo_image_surface_get_data(surface) +
               y * (size_t)cairo_image_surface_get_stride(surface) + x * sizeof value,
           sizeof value);
    return (colour){(uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value};
}
