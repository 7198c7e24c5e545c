/* SPDX-License-Identifier: MIT */
#include "canvas.h"

#include <math.h>
#include <string.h>

#include "lesionbench/png.h"

lb_status
canvas_init(canvas *out, size_t height, size_t width, lb_error *err)
{
    size_t count = 0;
    lb_status status = lb_multiply(&count, height, width, err);
    if (status != LB_OK) {
        return status;
    }
    uint8_t *pixels = lb_alloc(count, 3, err);
    if (pixels == NULL) {
        return err->code;
    }
    memset(pixels, 255, 3 * count);
    *out = (canvas){.height = height, .width = width, .pixels = pixels};
    return LB_OK;
}

lb_status
canvas_init_figure(canvas *out, size_t height, size_t width, lb_error *err)
{
    lb_status status = canvas_init(out, height, width, err);
    if (status == LB_OK) {
        out->recording = true;
        out->print_width = 180;
    }
    return status;
}

void
canvas_release(canvas *picture)
{
    for (size_t i = 0; i < picture->mark_count; i++) {
        lb_free(picture->marks[i].pixels);
    }
    lb_free(picture->marks);
    lb_free(picture->pixels);
    *picture = (canvas){.pixels = NULL};
}

/* A new mark; NULL where none is kept. */
static mark *
add_mark(canvas *picture, mark_kind kind, colour ink)
{
    lb_error err;
    if (!picture->recording || picture->failed) {
        return NULL;
    }
    if (picture->mark_count == picture->mark_capacity) {
        size_t capacity = picture->mark_capacity > 0 ? 2 * picture->mark_capacity : 1024;
        mark *larger = lb_alloc(capacity, sizeof *larger, &err);
        picture->failed = larger == NULL;
        if (picture->failed) {
            return NULL;
        }
        if (picture->mark_count > 0) {
            memcpy(larger, picture->marks, picture->mark_count * sizeof *larger);
        }
        lb_free(picture->marks);
        picture->marks = larger;
        picture->mark_capacity = capacity;
    }
    mark *new = &picture->marks[picture->mark_count++];
    *new = (mark){.kind = kind, .ink = ink};
    return new;
}

static void
put(canvas *picture, size_t x, size_t y, colour ink)
{
    uint8_t *pixel = picture->pixels + 3 * (y * picture->width + x);
    pixel[0] = ink.r;
    pixel[1] = ink.g;
    pixel[2] = ink.b;
}

static void
blend(canvas *picture, size_t x, size_t y, colour ink, double cover)
{
    const uint8_t *old = picture->pixels + 3 * (y * picture->width + x);
    colour mixed = {(uint8_t)(old[0] + (ink.r - old[0]) * cover + 0.5),
                    (uint8_t)(old[1] + (ink.g - old[1]) * cover + 0.5),
                    (uint8_t)(old[2] + (ink.b - old[2]) * cover + 0.5)};
    put(picture, x, y, mixed);
}

void
canvas_box(canvas *picture, size_t x, size_t y, size_t width, size_t height, colour ink)
{
    mark *kept = add_mark(picture, MARK_BOX, ink);
    if (kept != NULL) {
        kept->x = (double)x;
        kept->y = (double)y;
        kept->width = (double)width;
        kept->height = (double)height;
    }
    for (size_t r = y; r < y + height && r < picture->height; r++) {
        for (size_t c = x; c < x + width && c < picture->width; c++) {
            put(picture, c, r, ink);
        }
    }
}

static double
distance(segment line, double x, double y)
{
    double dx = line.x1 - line.x0, dy = line.y1 - line.y0;
    double square = dx * dx + dy * dy;
    double t = square > 0 ? ((x - line.x0) * dx + (y - line.y0) * dy) / square : 0;
    t = t < 0 ? 0 : (t > 1 ? 1 : t);
    return hypot(x - line.x0 - t * dx, y - line.y0 - t * dy);
}

static size_t
clamp_to(double value, size_t limit)
{
    return value <= 0 ? 0 : (value >= (double)limit ? limit : (size_t)value);
}

void
canvas_line(canvas *picture, segment line, double thickness, colour ink)
{
    mark *kept = add_mark(picture, MARK_LINE, ink);
    if (kept != NULL) {
        kept->line = line;
        kept->thickness = thickness;
    }
    double reach = thickness / 2 + 1;
    size_t left = clamp_to(fmin(line.x0, line.x1) - reach, picture->width);
    size_t right = clamp_to(fmax(line.x0, line.x1) + reach + 1, picture->width);
    size_t top = clamp_to(fmin(line.y0, line.y1) - reach, picture->height);
    size_t bottom = clamp_to(fmax(line.y0, line.y1) + reach + 1, picture->height);
    for (size_t y = top; y < bottom; y++) {
        for (size_t x = left; x < right; x++) {
            double away = distance(line, (double)x + 0.5, (double)y + 0.5);
            double cover = thickness / 2 + 0.5 - away;
            if (cover > 0) {
                blend(picture, x, y, ink, cover < 1 ? cover : 1);
            }
        }
    }
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

static colour
grey(double value)
{
    uint8_t level = (uint8_t)(255 * (value > 0 ? (value < 1 ? value : 1) : 0) + 0.5);
    return (colour){level, level, level};
}

/* Keeps an image's pixels in their colours. */
static void
keep_image(canvas *picture, const mark *where, const float *image, double scale)
{
    lb_error err;
    mark *kept = add_mark(picture, MARK_IMAGE, (colour){0, 0, 0});
    if (kept == NULL) {
        return;
    }
    *kept = *where;
    kept->pixels = lb_alloc(where->rows * where->columns, 3, &err);
    picture->failed = kept->pixels == NULL;
    for (size_t i = 0; !picture->failed && i < where->rows * where->columns; i++) {
        colour ink = where->smooth ? grey(scale * image[i]) : colour_map(scale * image[i]);
        kept->pixels[3 * i] = ink.r;
        kept->pixels[3 * i + 1] = ink.g;
        kept->pixels[3 * i + 2] = ink.b;
    }
}

void
canvas_image(canvas *picture, size_t x, size_t y, const float *image, size_t height, size_t width,
             size_t zoom, double maximum, bool heat)
{
    double scale = maximum > 0 ? 1 / maximum : 0;
    keep_image(picture,
               &(mark){.kind = MARK_IMAGE,
                       .x = (double)x,
                       .y = (double)y,
                       .width = (double)(width * zoom),
                       .height = (double)(height * zoom),
                       .rows = height,
                       .columns = width,
                       .smooth = !heat},
               image, scale);
    for (size_t r = 0; r < height * zoom && y + r < picture->height; r++) {
        for (size_t c = 0; c < width * zoom && x + c < picture->width; c++) {
            double v = ((double)r + 0.5) / (double)zoom - 0.5;
            double u = ((double)c + 0.5) / (double)zoom - 0.5;
            colour ink = heat ? colour_map(scale * image[r / zoom * width + c / zoom])
                              : grey(scale * interpolate(image, height, width, v, u));
            put(picture, x + c, y + r, ink);
        }
    }
}

void
canvas_outline(canvas *picture, size_t x, size_t y, size_t zoom, const segment *lines, size_t count,
               double thickness, colour ink)
{
    double z = (double)zoom, left = (double)x, top = (double)y;
    for (size_t i = 0; i < count; i++) {
        const segment *s = &lines[i];
        segment line = {left + z * s->x0, top + z * s->y0, left + z * s->x1, top + z * s->y1};
        canvas_line(picture, line, thickness, ink);
    }
}

/* Means of squares of `reduce` pixels; what is left over at the far sides is dropped. */
static void
average(uint8_t *out, const canvas *picture, size_t reduce)
{
    size_t rows = picture->height / reduce, columns = picture->width / reduce;
    for (size_t i = 0; i < rows * columns * 3; i++) {
        size_t y = i / 3 / columns * reduce, x = i / 3 % columns * reduce, sum = 0;
        for (size_t k = 0; k < reduce * reduce; k++) {
            sum +=
                picture->pixels[3 * ((y + k / reduce) * picture->width + x + k % reduce) + i % 3];
        }
        out[i] = (uint8_t)((sum + reduce * reduce / 2) / (reduce * reduce));
    }
}

lb_status
canvas_preview(uint8_t **out, size_t *size, const canvas *picture, size_t most_across,
               size_t most_bytes, lb_error *err)
{
    lb_status status = LB_OK;
    uint8_t *small = NULL, *png = NULL;
    size_t count = 0, reduce = (picture->width + most_across - 1) / most_across;
    LB_ALLOC(small, 3 * picture->height * picture->width);
    do {
        lb_free(png);
        png = NULL;
        average(small, picture, reduce);
        LB_TRY(lb_png_encode(&png, &count, picture->height / reduce, picture->width / reduce, 3,
                             small, err));
    } while (count > most_bytes && ++reduce <= 8);
    *out = png;
    *size = count;
    png = NULL;
cleanup:
    lb_free(png);
    lb_free(small);
    return status;
}
