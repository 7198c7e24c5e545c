/* SPDX-License-Identifier: MIT */
/* A picture to draw on: panels, smooth lines and text. Positions are pixels from the top left. */
#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

#include "colour.h"
#include "contour.h"

typedef struct canvas {
    size_t height, width;
    uint8_t *pixels; /* (height, width, 3) */
} canvas;

/* White. Release with canvas_release(). */
lb_status canvas_init(canvas *out, size_t height, size_t width, lb_error *err);
void canvas_release(canvas *picture);

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
