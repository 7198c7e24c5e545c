/* SPDX-License-Identifier: MIT */
/* A picture to draw on: panels, smooth lines and text. Positions are pixels from the top left. */
#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

#include <stdio.h>

#include "colour.h"
#include "contour.h"

/* What was drawn, kept for the vector formats. */
typedef enum mark_kind { MARK_BOX, MARK_LINE, MARK_IMAGE } mark_kind;
typedef struct mark {
    mark_kind kind;
    colour ink;
    double x, y, width, height; /* of a box or an image */
    segment line;
    double thickness;
    size_t rows, columns; /* of an image's pixels, not enlarged */
    uint8_t *pixels;      /* (rows, columns, 3) */
    bool smooth;          /* it is interpolated */
} mark;

typedef struct canvas {
    size_t height, width;
    uint8_t *pixels;    /* (height, width, 3) */
    double print_width; /* of the PDF, in millimetres */
    bool recording;     /* marks are kept */
    bool failed;        /* there was no memory for one */
    mark *marks;
    size_t mark_count, mark_capacity;
} canvas;

/* White. Release with canvas_release(). */
lb_status canvas_init(canvas *out, size_t height, size_t width, lb_error *err);
/* One that canvas_write() can write; as wide as a printed page, 180 mm, unless print_width is set.
 */
lb_status canvas_init_figure(canvas *out, size_t height, size_t width, lb_error *err);
void canvas_release(canvas *picture);
/* Writes DIRECTORY/figures/NAME.svg, .pdf and .png from what was drawn. */
lb_status canvas_write(const canvas *picture, const char *directory, const char *name,
                       lb_error *err);
/* A PNG for the page, reduced until it has at most so many pixels across and bytes; *out is the
 * caller's (lb_free). */
lb_status canvas_preview(uint8_t **out, size_t *size, const canvas *picture, size_t most_across,
                         size_t most_bytes, lb_error *err);
/* The vector formats, each in a file of its own. */
lb_status canvas_svg(FILE *stream, const canvas *picture, lb_error *err);
lb_status canvas_pdf(FILE *stream, const canvas *picture, lb_error *err);

void canvas_box(canvas *picture, size_t x, size_t y, size_t width, size_t height, colour ink);
/* A straight line with round ends, blended at its border; drawn within the picture only. */
void canvas_line(canvas *picture, segment line, double thickness, colour ink);
/* An image (height, width), enlarged `zoom` times: values of [0, maximum] in grey, interpolated,
 * or, with heat, in the colours of colour_map(), pixel by pixel. */
void canvas_image(canvas *picture, size_t x, size_t y, const float *image, size_t height,
                  size_t width, size_t zoom, double maximum, bool heat);
/* Outlines over an image drawn at (x, y) with this zoom. */
void canvas_outline(canvas *picture, size_t x, size_t y, size_t zoom, const segment *lines,
                    size_t count, double thickness, colour ink);

/* ASCII text in a font of strokes; y is the baseline, size the height of a capital. Characters that
 * the font does not have become boxes. */
void canvas_text(canvas *picture, double x, double y, double size, const char *text, colour ink);
double canvas_text_width(double size, const char *text);

#endif
