/* SPDX-License-Identifier: MIT */
/* A figure to draw on, with cairo and pango. Positions are pixels from the top left. */
#ifndef LB_REPORT_CANVAS_H
#define LB_REPORT_CANVAS_H

#include "colour.h"
#include "contour.h"

/* The width of a printed page and of one of its two columns, in millimetres. */
enum { CANVAS_PAGE = 180, CANVAS_COLUMN = 85 };

typedef struct canvas {
    size_t height, width;
    struct canvas_targets *targets; /* NULL: not initialised */
} canvas;

/* A white image. Release with canvas_release(). */
lb_status canvas_init(canvas *out, size_t height, size_t width, lb_error *err);
/* A figure for canvas_write(): an image, an SVG and a PDF that is `millimetres` wide. */
lb_status canvas_init_figure(canvas *out, size_t height, size_t width, int millimetres,
                             lb_error *err);
void canvas_release(canvas *picture); /* accepts one that was not initialised */

/* Writes the image as PNG. */
lb_status canvas_write_png(const canvas *picture, const char *path, lb_error *err);
/* Writes DIRECTORY/figures/NAME.svg, .pdf and .png. Nothing can be drawn afterwards. */
lb_status canvas_write(canvas *picture, const char *directory, const char *name, lb_error *err);
/* A PNG for the page, reduced until it has at most so many pixels across and bytes; *out is the
 * caller's (lb_free). */
lb_status canvas_preview(uint8_t **out, size_t *size, const canvas *picture, size_t max_across,
                         size_t max_bytes, lb_error *err);
/* The image's pixel in this column and row. */
colour canvas_pixel(const canvas *picture, size_t x, size_t y);

void canvas_box(canvas *picture, size_t x, size_t y, size_t width, size_t height, colour ink);
/* An image (height, width), enlarged `zoom` times: values of [0, maximum] in grey, interpolated,
 * or, with heat, in the colours of colour_map(), pixel by pixel. */
void canvas_image(canvas *picture, size_t x, size_t y, const float *image, size_t height,
                  size_t width, size_t zoom, double maximum, bool heat);
/* Outlines, of round ends, over an image drawn at (x, y) with this zoom. */
void canvas_outline(canvas *picture, size_t x, size_t y, size_t zoom, const segment *lines,
                    size_t count, double thickness, colour ink);

/* One line of UTF-8 text in the system's sans-serif font; y is the baseline, size the height of a
 * capital. Where no font is installed it is drawn in cairo's own. Each thread has its own font map.
 */
void canvas_text(canvas *picture, double x, double y, double size, const char *text, colour ink);
/* The same, cut with an ellipsis where it is wider than `width`. */
void canvas_text_within(canvas *picture, double x, double y, double size, double width,
                        const char *text, colour ink);
double canvas_text_width(double size, const char *text);

#endif
