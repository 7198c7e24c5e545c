/* SPDX-License-Identifier: MIT */
/* Boxes, images and outlines on every format of a canvas. */
#include <string.h>

#include "canvas_targets.h"

static void
set_colour(cairo_t *context, colour ink)
{
    cairo_set_source_rgb(context, ink.r / 255.0, ink.g / 255.0, ink.b / 255.0);
}

void
canvas_box(canvas *picture, size_t x, size_t y, size_t width, size_t height, colour ink)
{
    for (size_t i = 0; i < TARGETS; i++) {
        cairo_t *context = picture->targets->on[i];
        if (context != NULL) {
            set_colour(context, ink);
            cairo_rectangle(context, (double)x, (double)y, (double)width, (double)height);
            cairo_fill(context);
        }
    }
}

void
canvas_outline(canvas *picture, size_t x, size_t y, size_t zoom, const segment *lines, size_t count,
               double thickness, colour ink)
{
    double z = (double)zoom, left = (double)x, top = (double)y;
    for (size_t i = 0; i < TARGETS; i++) {
        cairo_t *context = picture->targets->on[i];
        for (size_t k = 0; context != NULL && k < count; k++) {
            cairo_move_to(context, left + z * lines[k].x0, top + z * lines[k].y0);
            cairo_line_to(context, left + z * lines[k].x1, top + z * lines[k].y1);
        }
        if (context != NULL) {
            set_colour(context, ink);
            cairo_set_line_width(context, thickness);
            cairo_stroke(context);
        }
    }
}

static uint32_t
pixel_of(double value, bool heat)
{
    colour ink = {0, 0, 0};
    if (heat) {
        ink = colour_map(value);
    } else {
        ink.r = ink.g = ink.b = (uint8_t)(255 * (value > 0 ? (value < 1 ? value : 1) : 0) + 0.5);
    }
    return (uint32_t)ink.r << 16 | (uint32_t)ink.g << 8 | ink.b;
}

/* Between pixel centres, the border repeated. */
static double
interpolate(const float *image, size_t height, size_t width, double y, double x)
{
    y = y < 0 ? 0 : (y > (double)(height - 1) ? (double)(height - 1) : y);
    x = x < 0 ? 0 : (x > (double)(width - 1) ? (double)(width - 1) : x);
    size_t r = (size_t)y, c = (size_t)x;
    size_t below = r + 1 < height ? r + 1 : r, right = c + 1 < width ? c + 1 : c;
    double v = y - (double)r, u = x - (double)c;
    double upper = (1 - u) * image[r * width + c] + u * image[r * width + right];
    double lower = (1 - u) * image[below * width + c] + u * image[below * width + right];
    return (1 - v) * upper + v * lower;
}

/* An image as it is to be drawn. */
typedef struct shown_image {
    const float *values;
    size_t height, width;
    double maximum;
    bool heat;
} shown_image;

/* The image as a surface, enlarged `zoom` times. */
static cairo_surface_t *
surface_of(const shown_image *image, size_t zoom)
{
    double scale = image->maximum > 0 ? 1 / image->maximum : 0;
    size_t height = image->height * zoom, width = image->width * zoom;
    cairo_surface_t *out = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    uint32_t *pixels = (void *)cairo_image_surface_get_data(out); /* NULL where it failed */
    size_t stride = (size_t)cairo_image_surface_get_stride(out) / sizeof *pixels;
    cairo_surface_flush(out);
    for (size_t r = 0; pixels != NULL && r < height; r++) {
        uint32_t *row = pixels + r * stride;
        if (image->heat && r % zoom > 0) {
            memcpy(row, row - stride, width * sizeof *row);
            continue;
        }
        for (size_t c = 0; c < width; c++) {
            double v = ((double)r + 0.5) / (double)zoom - 0.5;
            double u = ((double)c + 0.5) / (double)zoom - 0.5;
            if (!image->heat) {
                double value = interpolate(image->values, image->height, image->width, v, u);
                row[c] = pixel_of(scale * value, false);
            } else if (c % zoom > 0) {
                row[c] = row[c - 1];
            } else {
                double value = (double)image->values[r / zoom * image->width + c / zoom];
                row[c] = pixel_of(scale * value, true);
            }
        }
    }
    cairo_surface_mark_dirty(out);
    return out;
}

/* The raster has the image as it is to be seen. A vector format has its pixels, which viewers
 * interpolate where they enlarge them: in an SVG, pixels that are to be seen are enlarged too. */
void
canvas_image(canvas *picture, size_t x, size_t y, const float *image, size_t height, size_t width,
             size_t zoom, double maximum, bool heat)
{
    const shown_image shown = {image, height, width, maximum, heat};
    for (size_t i = 0; i < TARGETS; i++) {
        cairo_t *context = picture->targets->on[i];
        size_t enlarged = i == RASTER || (heat && i == SVG) ? zoom : 1;
        double scale = (double)(zoom / enlarged);
        if (context == NULL) {
            continue;
        }
        cairo_surface_t *surface = surface_of(&shown, enlarged);
        cairo_save(context);
        cairo_translate(context, (double)x, (double)y);
        cairo_scale(context, scale, scale);
        cairo_set_source_surface(context, surface, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(context), heat || enlarged > 1
                                                                ? CAIRO_FILTER_NEAREST
                                                                : CAIRO_FILTER_BILINEAR);
        cairo_paint(context);
        cairo_restore(context);
        cairo_surface_destroy(surface);
    }
}
