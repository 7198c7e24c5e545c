/* SPDX-License-Identifier: MIT */
/* Which tiles of which layers' gradients the gradient at some pixels is made of.
 *
 * A tile of Winograd's algorithm mixes all its input, and only rounding tells what does not count,
 * so that wherever a tile is needed, all that it is made of is. */
#include <string.h>

#include "pass.h"

size_t
lb_tile_rows(size_t side)
{
    return (side + LB_WINOGRAD_OUT - 1) / LB_WINOGRAD_OUT;
}

/* Positions of an image along which a tile reads: start .. end - 1. */
static lb_span
reach(size_t tile, size_t side)
{
    size_t start = tile * LB_WINOGRAD_OUT, end = start + LB_WINOGRAD_IN - 1;
    return (lb_span){.start = start > 0 ? start - 1 : 0, .end = end < side ? end : side};
}

/* Marks the tiles that hold positions from which a tile (y, x) of the layer below is made, whose
 * grid is `scale` times as fine. */
static void
mark_reach(uint8_t *marks, size_t y, size_t x, const lb_planes *below, size_t scale)
{
    size_t columns = lb_tile_rows(below->width / scale);
    size_t cells = below->width / scale, lines = below->height / scale;
    lb_span down = reach(y, below->height), right = reach(x, below->width);
    for (size_t i = down.start / scale; i <= (down.end - 1) / scale && i < lines; i++) {
        for (size_t j = right.start / scale; j <= (right.end - 1) / scale && j < cells; j++) {
            marks[i / LB_WINOGRAD_OUT * columns + j / LB_WINOGRAD_OUT] = 1;
        }
    }
}

/* The tiles of the gradient at the image that hold one of its pixels, and what these are made of:
 * tiles of the gradient at the second convolution's input. */
static void
mark_pixels(uint8_t *marks, const uint8_t *pixels, const lb_planes *image, size_t scale)
{
    for (size_t y = 0; y < lb_tile_rows(image->height); y++) {
        for (size_t x = 0; x < lb_tile_rows(image->width); x++) {
            bool any = false;
            for (size_t i = y * LB_WINOGRAD_OUT; i < (y + 1) * LB_WINOGRAD_OUT; i++) {
                for (size_t j = x * LB_WINOGRAD_OUT; j < (x + 1) * LB_WINOGRAD_OUT; j++) {
                    any = any || (i < image->height && j < image->width &&
                                  pixels[i * image->width + j] != 0);
                }
            }
            if (any) {
                mark_reach(marks, y, x, image, scale);
            }
        }
    }
}

/* One image's marks of all steps, from the pixels on. */
static void
mark_image(const lb_pass *pass, size_t image, const uint8_t *pixels)
{
    const lb_step *below = NULL;
    size_t scale = 1; /* a pooling between a convolution and the one below */
    for (size_t i = 1; i < pass->count; i++) {
        const lb_step *step = &pass->steps[i];
        scale = step->kind == LB_STEP_POOL ? 2 : scale;
        if (step->marks == NULL) {
            continue;
        }
        size_t rows = lb_tile_rows(step->shape.height), columns = lb_tile_rows(step->shape.width);
        uint8_t *marks = step->marks + image * rows * columns;
        memset(marks, 0, rows * columns);
        if (below == NULL) {
            mark_pixels(marks, pixels, &pass->steps[0].shape, scale);
        } else {
            size_t down = lb_tile_rows(below->shape.height);
            size_t right = lb_tile_rows(below->shape.width);
            for (size_t t = 0; t < down * right; t++) {
                if (below->marks[image * down * right + t] != 0) {
                    mark_reach(marks, t / right, t % right, &below->shape, scale);
                }
            }
        }
        below = step;
        scale = 1;
    }
}

static void
list_tiles(lb_step *step, size_t images)
{
    size_t rows = lb_tile_rows(step->shape.height), columns = lb_tile_rows(step->shape.width);
    step->needed_count = 0;
    for (size_t t = 0; t < images * rows * columns; t++) {
        if (step->marks[t] != 0) {
            step->needed[step->needed_count++] =
                (lb_winograd_tile){.image = (uint32_t)(t / columns / rows),
                                   .y = (uint16_t)(t / columns % rows),
                                   .x = (uint16_t)(t % columns)};
        }
    }
}

void
lb_pass_need(lb_pass *pass, const uint8_t *pixels)
{
    size_t size = pass->options.height * pass->options.width;
    pass->needs_some = pixels != NULL;
    if (pixels == NULL) {
        return;
    }
#pragma omp parallel for schedule(static)
    for (size_t image = 0; image < pass->used; image++) {
        mark_image(pass, image, pixels + image * size);
    }
    for (size_t i = 0; i < pass->count; i++) {
        if (pass->steps[i].marks != NULL) {
            list_tiles(&pass->steps[i], pass->used);
        }
    }
}
