/* SPDX-License-Identifier: MIT */
/* What of a path's computation depends on the image: an image of a brain is 0 around it. Behind
 * pixels that are 0, activations are those of an image of 0, which are computed once; and the
 * gradient there counts for nothing.
 *
 * All is in tiles of Winograd's algorithm. A tile mixes all its input, and only rounding tells what
 * does not count, so that a tile is left alone forward where all its input is as for an image of 0,
 * and wherever one is needed backward, all that it is made of is. Results are the same bits. */
#include <string.h>

#include "pass.h"

static size_t
tiles_of(const lb_step *step)
{
    return lb_winograd_tile_rows(step->shape.height) * lb_winograd_tile_rows(step->shape.width);
}

static lb_status
init_list(lb_tile_list *list, size_t tiles, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(list->marks, tiles);
    LB_ALLOC(list->tiles, tiles);
cleanup:
    return status;
}

static void
release_list(lb_tile_list *list)
{
    lb_free(list->marks);
    lb_free(list->tiles);
}

void
lb_support_release(lb_step *step)
{
    lb_support *s = &step->support;
    release_list(&s->needed);
    release_list(&s->active);
    release_list(&s->filled);
    lb_free(s->output);
    lb_free(s->positive);
    lb_free(s->choice);
    *s = (lb_support){0};
}

/* Keeps what a step computed for the first image. */
static lb_status
keep_output(lb_step *step, lb_error *err)
{
    lb_status status = LB_OK;
    lb_support *s = &step->support;
    const lb_step *pool = lb_pool_behind(step);
    size_t size = pool != NULL ? pool->size : step->size;
    LB_ALLOC(s->output, size);
    memcpy(s->output, step->output, size * sizeof *s->output);
    if (pool != NULL) {
        LB_ALLOC(s->choice, size);
        memcpy(s->choice, pool->choice, size);
    } else {
        LB_ALLOC(s->positive, lb_bit_words(size));
        memcpy(s->positive, step[1].positive, lb_bit_words(size) * sizeof *s->positive);
    }
cleanup:
    return status;
}

lb_status
lb_pass_learn_zero(lb_pass *pass, lb_error *err)
{
    lb_status status = LB_OK;
    size_t used = pass->used, last = 0;
    memset(pass->input, 0, pass->input_size * sizeof *pass->input);
    pass->has_support = false;
    pass->used = 1;
    for (size_t i = 0; i < pass->count; i++) {
        last = lb_pass_decides(pass, &pass->steps[i]) ? i : last;
    }
    for (size_t i = 0; last > 0 && i <= last; i++) {
        lb_step *step = &pass->steps[i];
        LB_TRY(lb_pass_step_forward(&i, pass, err));
        if (lb_pass_decides(pass, step)) {
            size_t tiles = pass->options.batch * tiles_of(step);
            lb_support_release(step);
            LB_TRY(keep_output(step, err));
            LB_TRY(init_list(&step->support.needed, tiles, err));
            LB_TRY(init_list(&step->support.active, tiles, err));
            LB_TRY(init_list(&step->support.filled, tiles, err));
        }
    }
    pass->knows_zero = last > 0;
cleanup:
    pass->used = used;
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * Marks of one image
 */

/* Tiles start .. end - 1 along a side of `side` positions that hold some of the positions from ..
 * to - 1. */
static lb_span
tiles_that_hold(size_t from, size_t to, size_t side)
{
    size_t end = lb_winograd_tile_rows(to), most = lb_winograd_tile_rows(side);
    return (lb_span){.start = from / LB_WINOGRAD_OUT, .end = end < most ? end : most};
}

/* ... that are made of some of them. */
static lb_span
tiles_made_of(size_t from, size_t to, size_t side)
{
    size_t end = to / LB_WINOGRAD_OUT + 1, most = lb_winograd_tile_rows(side);
    return (lb_span){.start = from > 0 ? (from - 1) / LB_WINOGRAD_OUT : 0,
                     .end = end < most ? end : most};
}

/* Positions that a tile is made of. */
static lb_span
input_of(size_t tile, size_t side)
{
    size_t start = tile * LB_WINOGRAD_OUT, end = start + LB_WINOGRAD_IN - 1;
    return (lb_span){.start = start > 0 ? start - 1 : 0, .end = end < side ? end : side};
}

static lb_span
output_of(size_t tile, size_t side)
{
    size_t start = tile * LB_WINOGRAD_OUT, end = start + LB_WINOGRAD_OUT;
    return (lb_span){.start = start, .end = end < side ? end : side};
}

/* Positions behind a pooling by `scale`, or before one. */
static lb_span
pooled(lb_span s, size_t scale, size_t side)
{
    size_t end = (s.end + scale - 1) / scale;
    return (lb_span){.start = s.start / scale, .end = end < side ? end : side};
}

static lb_span
unpooled(lb_span s, size_t scale)
{
    return (lb_span){.start = s.start * scale, .end = s.end * scale};
}

static void
mark(uint8_t *marks, lb_span rows, lb_span columns, size_t stride)
{
    for (size_t y = rows.start; y < rows.end; y++) {
        for (size_t x = columns.start; x < columns.end; x++) {
            marks[y * stride + x] = 1;
        }
    }
}

/* A convolution and the one below it, with a pooling by scale, or 1, between. */
typedef struct neighbours {
    const lb_step *below, *step;
    size_t scale, image;
} neighbours;

static uint8_t *
marks_of(const lb_tile_list *list, const lb_step *step, size_t image)
{
    return list->marks + image * tiles_of(step);
}

/* The first convolution is computed everywhere: active and needed are what pixels lead to. */
static void
mark_pixels(const neighbours *n, const uint8_t *pixels)
{
    const lb_planes *image = &n->below->shape, *shape = &n->step->shape;
    size_t stride = lb_winograd_tile_rows(shape->width);
    uint8_t *active = marks_of(&n->step->support.active, n->step, n->image);
    uint8_t *needed = marks_of(&n->step->support.needed, n->step, n->image);
    for (size_t i = 0; i < image->height * image->width; i++) {
        if (pixels[i] == 0) {
            continue;
        }
        size_t y = i / image->width, x = i % image->width;
        lb_span rows = {.start = y > 0 ? y - 1 : 0, .end = y + 2};
        lb_span columns = {.start = x > 0 ? x - 1 : 0, .end = x + 2};
        rows = pooled(rows, n->scale, shape->height);
        columns = pooled(columns, n->scale, shape->width);
        mark(active, tiles_made_of(rows.start, rows.end, shape->height),
             tiles_made_of(columns.start, columns.end, shape->width), stride);
        rows = pooled(input_of(y / LB_WINOGRAD_OUT, image->height), n->scale, shape->height);
        columns = pooled(input_of(x / LB_WINOGRAD_OUT, image->width), n->scale, shape->width);
        mark(needed, tiles_that_hold(rows.start, rows.end, shape->height),
             tiles_that_hold(columns.start, columns.end, shape->width), stride);
    }
}

static void
mark_above(const neighbours *n)
{
    const lb_planes *below = &n->below->shape, *shape = &n->step->shape;
    size_t stride = lb_winograd_tile_rows(shape->width),
           stride_below = lb_winograd_tile_rows(below->width);
    for (size_t t = 0; t < tiles_of(n->below); t++) {
        size_t y = t / stride_below, x = t % stride_below;
        if (marks_of(&n->below->support.active, n->below, n->image)[t] != 0) {
            lb_span rows = pooled(output_of(y, below->height), n->scale, shape->height);
            lb_span columns = pooled(output_of(x, below->width), n->scale, shape->width);
            mark(marks_of(&n->step->support.active, n->step, n->image),
                 tiles_made_of(rows.start, rows.end, shape->height),
                 tiles_made_of(columns.start, columns.end, shape->width), stride);
        }
        if (marks_of(&n->below->support.needed, n->below, n->image)[t] != 0) {
            lb_span rows = pooled(input_of(y, below->height), n->scale, shape->height);
            lb_span columns = pooled(input_of(x, below->width), n->scale, shape->width);
            mark(marks_of(&n->step->support.needed, n->step, n->image),
                 tiles_that_hold(rows.start, rows.end, shape->height),
                 tiles_that_hold(columns.start, columns.end, shape->width), stride);
        }
    }
}

/* What active tiles read of the layer below and is not computed there. */
static void
mark_filled(const neighbours *n)
{
    const lb_planes *below = &n->below->shape, *shape = &n->step->shape;
    const uint8_t *active = marks_of(&n->step->support.active, n->step, n->image);
    const uint8_t *computed = marks_of(&n->below->support.active, n->below, n->image);
    uint8_t *filled = marks_of(&n->below->support.filled, n->below, n->image);
    size_t stride = lb_winograd_tile_rows(shape->width),
           stride_below = lb_winograd_tile_rows(below->width);
    for (size_t t = 0; t < tiles_of(n->step); t++) {
        if (active[t] != 0) {
            lb_span rows = unpooled(input_of(t / stride, shape->height), n->scale);
            lb_span columns = unpooled(input_of(t % stride, shape->width), n->scale);
            mark(filled, tiles_that_hold(rows.start, rows.end, below->height),
                 tiles_that_hold(columns.start, columns.end, below->width), stride_below);
        }
    }
    for (size_t t = 0; t < tiles_of(n->below); t++) {
        filled[t] = filled[t] != 0 && computed[t] == 0;
    }
}

/* Behind the last convolution all is read. */
static void
mark_rest(const lb_step *last, size_t image)
{
    const uint8_t *computed = marks_of(&last->support.active, last, image);
    uint8_t *filled = marks_of(&last->support.filled, last, image);
    for (size_t t = 0; t < tiles_of(last); t++) {
        filled[t] = computed[t] == 0;
    }
}

static void
clear_marks(const lb_step *step, size_t image)
{
    const lb_tile_list *lists[] = {&step->support.needed, &step->support.active,
                                   &step->support.filled};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        memset(marks_of(lists[i], step, image), 0, tiles_of(step));
    }
}

static void
mark_image(const lb_pass *pass, size_t image, const uint8_t *pixels)
{
    neighbours n = {.below = &pass->steps[0], .scale = 1, .image = image};
    for (size_t i = 1; i < pass->count; i++) {
        n.step = &pass->steps[i];
        n.scale = n.step->kind == LB_STEP_POOL ? 2 : n.scale;
        if (!lb_pass_decides(pass, n.step)) {
            continue;
        }
        clear_marks(n.step, image);
        if (n.below == &pass->steps[0]) {
            mark_pixels(&n, pixels);
        } else {
            mark_above(&n);
            mark_filled(&n);
        }
        n.below = n.step;
        n.scale = 1;
    }
    mark_rest(n.below, image);
}

/* ------------------------------------------------------------------------------------------------
 * Tiles of all images
 */

static void
list_tiles(lb_tile_list *list, const lb_step *step, size_t images)
{
    size_t rows = lb_winograd_tile_rows(step->shape.height),
           columns = lb_winograd_tile_rows(step->shape.width);
    list->count = 0;
    for (size_t t = 0; t < images * rows * columns; t++) {
        if (list->marks[t] != 0) {
            list->tiles[list->count++] = lb_winograd_tile_at(t, rows, columns);
        }
    }
}

/* Copies a tile of all planes from an array of one image to that of a batch; bytes: of a position
 * of one plane. */
static void
copy_tile(void *to, const void *from, const lb_planes *plane, lb_winograd_tile tile, size_t side,
          size_t bytes)
{
    size_t top = tile.y * side, left = tile.x * side;
    size_t rows = plane->height - top < side ? plane->height - top : side;
    size_t columns = plane->width - left < side ? plane->width - left : side;
    for (size_t p = 0; p < plane->planes; p++) {
        for (size_t y = top; y < top + rows; y++) {
            size_t at = ((p * plane->height + y) * plane->width + left) * bytes;
            size_t image = tile.image * plane->planes * plane->height * plane->width * bytes;
            memcpy((char *)to + image + at, (const char *)from + at, columns * bytes);
        }
    }
}

/* A step's output: its planes, and the side of a tile of it. False where a tile has none, at the
 * edge of an odd side that is halved. */
static bool
output_planes(lb_planes *out, size_t *side, const lb_step *step, lb_winograd_tile tile)
{
    const lb_step *pool = lb_pool_behind(step);
    *out = step[2].shape; /* what follows the ReLU reads it */
    *side = LB_WINOGRAD_OUT;
    if (pool != NULL) {
        out->height /= 2;
        out->width /= 2;
        *side /= 2;
    }
    return tile.y * *side < out->height && tile.x * *side < out->width;
}

void
lb_support_fill(const lb_step *step)
{
    const lb_support *s = &step->support;
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < s->filled.count; t++) {
        lb_planes plane;
        size_t side;
        if (output_planes(&plane, &side, step, s->filled.tiles[t])) {
            copy_tile(step->output, s->output, &plane, s->filled.tiles[t], side,
                      plane.block * sizeof *step->output);
        }
    }
}

/* Decisions stay as they are until the support changes. */
static void
fill_decisions(const lb_pass *pass, const lb_step *step)
{
    enum { BITS = 8 };
    const lb_support *s = &step->support;
    size_t rows = lb_winograd_tile_rows(step->shape.height),
           columns = lb_winograd_tile_rows(step->shape.width);
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < pass->used * rows * columns; t++) {
        const lb_winograd_tile tile = lb_winograd_tile_at(t, rows, columns);
        lb_planes plane;
        size_t side;
        if (s->active.marks[t] != 0 || !output_planes(&plane, &side, step, tile)) {
            continue;
        }
        if (s->choice != NULL) {
            copy_tile(lb_pool_behind(step)->choice, s->choice, &plane, tile, side, plane.block);
        } else {
            copy_tile(step[1].positive, s->positive, &plane, tile, side, plane.block / BITS);
        }
    }
}

void
lb_pass_set_support(lb_pass *pass, const uint8_t *pixels)
{
    size_t size = pass->options.height * pass->options.width;
    pass->has_support = pass->knows_zero;
    if (!pass->has_support) {
        return;
    }
#pragma omp parallel for schedule(static)
    for (size_t image = 0; image < pass->used; image++) {
        mark_image(pass, image, pixels + image * size);
    }
    for (size_t i = 0; i < pass->count; i++) {
        lb_step *step = &pass->steps[i];
        if (lb_pass_decides(pass, step)) {
            list_tiles(&step->support.needed, step, pass->used);
            list_tiles(&step->support.active, step, pass->used);
            list_tiles(&step->support.filled, step, pass->used);
            fill_decisions(pass, step);
        }
    }
}
