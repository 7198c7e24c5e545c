/* SPDX-License-Identifier: MIT */
#include "contour.h"

/* A square's corners are the centres of four pixels; bit 0 top left, 1 top right, 2 bottom right,
 * 3 bottom left. Edges: 0 top, 1 right, 2 bottom, 3 left; -1 ends the list. On the two saddles the
 * true corners are kept apart, which is 4-connectedness. */
static const signed char lines_of[16][4] = {
    {-1, -1, -1, -1}, {3, 0, -1, -1}, {0, 1, -1, -1}, {3, 1, -1, -1},
    {1, 2, -1, -1},   {3, 0, 1, 2},   {0, 2, -1, -1}, {3, 2, -1, -1},
    {2, 3, -1, -1},   {2, 0, -1, -1}, {0, 1, 2, 3},   {2, 1, -1, -1},
    {1, 3, -1, -1},   {1, 0, -1, -1}, {0, 3, -1, -1}, {-1, -1, -1, -1}};
static const double edge_x[] = {0.5, 1, 0.5, 0}, edge_y[] = {0, 0.5, 1, 0.5};

/* row and column run from -1 to the size: the square's top left pixel. */
static unsigned
corner(const float *image, size_t height, size_t width, ptrdiff_t row, ptrdiff_t column)
{
    bool inside = row >= 0 && column >= 0 && (size_t)row < height && (size_t)column < width;
    return inside && image[(size_t)row * width + (size_t)column] > 0;
}

static size_t
trace(segment *out, const float *image, size_t height, size_t width)
{
    size_t count = 0;
    for (ptrdiff_t r = -1; r < (ptrdiff_t)height; r++) {
        for (ptrdiff_t c = -1; c < (ptrdiff_t)width; c++) {
            unsigned code = corner(image, height, width, r, c) |
                            corner(image, height, width, r, c + 1) << 1 |
                            corner(image, height, width, r + 1, c + 1) << 2 |
                            corner(image, height, width, r + 1, c) << 3;
            for (size_t k = 0; k < 4 && lines_of[code][k] >= 0; k += 2) {
                if (out != NULL) {
                    size_t from = (size_t)lines_of[code][k], to = (size_t)lines_of[code][k + 1];
                    double x = (double)c + 0.5, y = (double)r + 0.5;
                    out[count] = (segment){x + edge_x[from], y + edge_y[from], x + edge_x[to],
                                           y + edge_y[to]};
                }
                count++;
            }
        }
    }
    return count;
}

lb_status
contour_trace(segment **out, size_t *count, const float *image, size_t height, size_t width,
              lb_error *err)
{
    size_t needed = trace(NULL, image, height, width);
    segment *segments = lb_alloc(needed, sizeof *segments, err);
    if (segments == NULL) {
        return err->code;
    }
    trace(segments, image, height, width);
    *out = segments;
    *count = needed;
    return LB_OK;
}
