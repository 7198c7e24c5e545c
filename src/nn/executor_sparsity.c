/* SPDX-License-Identifier: MIT */
/* What of a path's computation depends on the image: an image of a brain is 0 around it. Behind
 * pixels that are 0, activations are those of an image of 0, which are computed once; and the
 * gradient there counts for nothing.
 *
 * At each layer there is one set of positions: those that some pixel reaches. Forward, the tiles of
 * Winograd's algorithm that hold some of them are computed, and what these read besides is as for
 * an image of 0. Backward, the same positions are those whose gradient counts; decisions elsewhere
 * are that nothing passes, so that whatever is in the arrays there, it counts as 0. A tile mixes
 * all its input, and so rounding differs from what it is without a support; but it is always the
 * same for the same pixels. */
#include <string.h>

#include "executor.h"

/* Of one image: two sets of its pixels. */
size_t
lb_sparsity_position_bytes(const lb_executor *executor)
{
    return 2 * executor->plan.height * executor->plan.width;
}

void
lb_sparsity_release(lb_step *step)
{
    lb_sparsity *s = &step->support;
    lb_tile_list_release(&s->needed);
    lb_tile_list_release(&s->active);
    lb_tile_list_release(&s->filled);
    lb_free(s->output);
    lb_free(s->reached);
    *s = (lb_sparsity){0};
}

/* ------------------------------------------------------------------------------------------------
 * Marks of one image
 */

/* Not 0 for positions of a set; spare: as large. */
typedef struct positions {
    uint8_t *set, *spare;
    size_t height, width;
} positions;

static void
join(uint8_t *restrict out, const uint8_t *restrict in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] |= in[i];
    }
}

/* To all that a 3 x 3 convolution makes of them. */
static void
widen(const positions *p)
{
    size_t width = p->width, size = p->height * width;
    memcpy(p->spare, p->set, size);
    for (size_t at = 0; at < size; at += width) {
        join(p->spare + at + 1, p->set + at, width - 1);
        join(p->spare + at, p->set + at + 1, width - 1);
    }
    memcpy(p->set, p->spare, size);
    join(p->set + width, p->spare, size - width);
    join(p->set, p->spare + width, size - width);
}

/* To those behind a max pooling. What an odd side leaves over goes to the last. */
static void
halve(positions *p)
{
    size_t height = p->height / 2, width = p->width / 2;
    memset(p->spare, 0, height * width);
    for (size_t y = 0; y < p->height; y++) {
        uint8_t *row = p->spare + lb_min_size(y / 2, height - 1) * width;
        for (size_t x = 0; x < p->width; x++) {
            row[lb_min_size(x / 2, width - 1)] |= p->set[y * p->width + x];
        }
    }
    uint8_t *set = p->set;
    *p = (positions){.set = p->spare, .spare = set, .height = height, .width = width};
}

/* Tiles that hold some of them. */
static void
mark_tiles(uint8_t *marks, const positions *p)
{
    size_t columns = lb_winograd_tile_rows(p->width);
    memset(marks, 0, lb_winograd_tile_rows(p->height) * columns);
    for (size_t y = 0; y < p->height; y++) {
        for (size_t x = 0; x < p->width; x++) {
            marks[y / LB_WINOGRAD_OUT * columns + x / LB_WINOGRAD_OUT] |= p->set[y * p->width + x];
        }
    }
}

static uint8_t *
marks_of(const lb_tile_list *list, const lb_step *step, size_t image)
{
    return list->marks + image * lb_step_tiles(step);
}

/* Positions start .. end - 1 that a tile is made of, in units of the layer below, where a pooling
 * by `scale`, or 1, is between. */
static lb_span
input_of(size_t tile, size_t side, size_t scale)
{
    size_t start = tile * LB_WINOGRAD_OUT, end = lb_min_size(start + LB_WINOGRAD_IN - 1, side);
    return (lb_span){.start = (start > 0 ? start - 1 : 0) * scale, .end = end * scale};
}

/* What active tiles of a step read of the step below and is not computed there. */
static void
mark_filled(const lb_step *below, const lb_step *step, size_t image)
{
    const uint8_t *active = marks_of(&step->support.active, step, image);
    const uint8_t *computed = marks_of(&below->support.active, below, image);
    uint8_t *filled = marks_of(&below->support.filled, below, image);
    size_t scale = lb_pool_behind(below) != NULL ? 2 : 1;
    size_t columns = lb_winograd_tile_rows(step->shape.width);
    size_t columns_below = lb_winograd_tile_rows(below->shape.width);
    memset(filled, 0, lb_step_tiles(below));
    for (size_t t = 0; t < lb_step_tiles(step); t++) {
        if (active[t] == 0) {
            continue;
        }
        lb_span rows = input_of(t / columns, step->shape.height, scale);
        lb_span across = input_of(t % columns, step->shape.width, scale);
        for (size_t y = rows.start / LB_WINOGRAD_OUT; y * LB_WINOGRAD_OUT < rows.end; y++) {
            for (size_t x = across.start / LB_WINOGRAD_OUT; x * LB_WINOGRAD_OUT < across.end; x++) {
                filled[y * columns_below + x] = 1;
            }
        }
    }
    for (size_t t = 0; t < lb_step_tiles(below); t++) {
        filled[t] = filled[t] != 0 && computed[t] == 0;
    }
}

/* Behind the last convolution all is read. */
static void
mark_rest(const lb_step *last, size_t image)
{
    const uint8_t *computed = marks_of(&last->support.active, last, image);
    uint8_t *filled = marks_of(&last->support.filled, last, image);
    for (size_t t = 0; t < lb_step_tiles(last); t++) {
        filled[t] = computed[t] == 0;
    }
}

static void
mark_image(const lb_executor *executor, size_t image, const uint8_t *pixels)
{
    const lb_planes *side = &executor->steps[0].shape;
    uint8_t *capacity = executor->positions + image * lb_sparsity_position_bytes(executor);
    positions p = {.set = capacity,
                   .spare = capacity + side->height * side->width,
                   .height = side->height,
                   .width = side->width};
    const lb_step *below = NULL;
    memcpy(p.set, pixels, p.height * p.width);
    widen(&p); /* the first convolution is computed everywhere */
    for (size_t i = 1; i < executor->count; i++) {
        const lb_step *step = &executor->steps[i];
        if (step->kind == LB_STEP_POOL) {
            halve(&p);
        }
        if (lb_executor_is_fused(executor, step)) {
            mark_tiles(marks_of(&step->support.needed, step, image), &p);
            widen(&p);
            memcpy(step->support.reached + image * p.height * p.width, p.set, p.height * p.width);
            mark_tiles(marks_of(&step->support.active, step, image), &p);
            if (below != NULL) {
                mark_filled(below, step, image);
            }
            below = step;
        }
    }
    mark_rest(below, image);
}

/* A step's output: its planes, and the side of a tile of it. */
static void
output_planes(lb_planes *out, size_t *side, const lb_step *step)
{
    size_t scale = lb_pool_behind(step) != NULL ? 2 : 1;
    *out = step[2].shape; /* what follows the ReLU reads it */
    out->height /= scale;
    out->width /= scale;
    *side = LB_WINOGRAD_OUT / scale;
}

/* What of a plane a tile of this side covers: rows start .. end - 1, and columns. Nothing where an
 * odd side, halved, leaves nothing. */
typedef struct cover {
    lb_span rows;
    size_t left, width;
} cover;

static cover
cover_of(lb_winograd_tile tile, const lb_planes *plane, size_t side)
{
    size_t top = lb_min_size(tile.y * side, plane->height);
    size_t left = lb_min_size(tile.x * side, plane->width);
    return (cover){.rows = {.start = top, .end = lb_min_size(top + side, plane->height)},
                   .left = left,
                   .width = lb_min_size(side, plane->width - left)};
}

/* A tile of all planes of an image of 0. */
static void
fill_tile(float *to, const float *from, const lb_planes *plane, lb_winograd_tile tile, size_t side)
{
    const cover c = cover_of(tile, plane, side);
    size_t image = tile.image * plane->planes * plane->height * plane->width * plane->block;
    for (size_t p = 0; p < plane->planes; p++) {
        for (size_t y = c.rows.start; y < c.rows.end; y++) {
            size_t at = ((p * plane->height + y) * plane->width + c.left) * plane->block;
            memcpy(to + image + at, from + at, c.width * plane->block * sizeof *to);
        }
    }
}

void
lb_sparsity_fill(const lb_step *step)
{
    const lb_sparsity *s = &step->support;
    lb_planes plane;
    size_t side;
    output_planes(&plane, &side, step);
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < s->filled.count; t++) {
        fill_tile(step->output, s->output, &plane, s->filled.tiles[t], side);
    }
}

/* Decisions in tiles of a step without a mark become that nothing passes. plane, side: of the
 * decisions, and of a tile there; bytes: of a position. */
static void
clear_tiles(void *decisions, int nothing, size_t bytes, const lb_step *step, const uint8_t *marks,
            size_t images, const lb_planes *plane, size_t side)
{
    size_t rows = lb_winograd_tile_rows(step->shape.height),
           columns = lb_winograd_tile_rows(step->shape.width);
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < images * rows * columns; t++) {
        const lb_winograd_tile tile = lb_winograd_tile_at(t, rows, columns);
        const cover c = cover_of(tile, plane, side);
        for (size_t p = 0; marks[t] == 0 && p < plane->planes; p++) {
            size_t at = (tile.image * plane->planes + p) * plane->height;
            for (size_t y = c.rows.start; y < c.rows.end; y++) {
                memset((char *)decisions + ((at + y) * plane->width + c.left) * bytes, nothing,
                       c.width * bytes);
            }
        }
    }
}

/* Of what is behind a convolution: its pooling or its ReLU. */
static void
clear_decisions(const lb_step *relu, const lb_step *step, const uint8_t *marks, size_t images,
                const lb_planes *plane, size_t side)
{
    enum { BITS = 8 };
    if (relu[1].kind == LB_STEP_POOL) {
        clear_tiles(relu[1].argmax, LB_NO_ARGMAX, plane->block, step, marks, images, plane, side);
    } else {
        clear_tiles(relu->relu_mask, 0, plane->block / BITS, step, marks, images, plane, side);
    }
}

void
lb_sparsity_clear_first(const lb_executor *executor)
{
    const lb_step *step = &executor->steps[1];
    while (!lb_executor_is_fused(executor, step)) {
        step++;
    }
    clear_decisions(&executor->steps[1], step, step->support.needed.marks, executor->used,
                    &step->shape, LB_WINOGRAD_OUT);
}

static void
use_mask(lb_executor *executor, const uint8_t *pixels)
{
    size_t size = executor->plan.height * executor->plan.width;
#pragma omp parallel for schedule(static)
    for (size_t image = 0; image < executor->used; image++) {
        mark_image(executor, image, pixels + image * size);
    }
    for (size_t i = 0; i < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        if (lb_executor_is_fused(executor, step)) {
            lb_planes plane;
            size_t side;
            lb_tile_list_fill(&step->support.needed, step, executor->used);
            lb_tile_list_fill(&step->support.active, step, executor->used);
            lb_tile_list_fill(&step->support.filled, step, executor->used);
            output_planes(&plane, &side, step);
            clear_decisions(step + 1, step, step->support.active.marks, executor->used, &plane,
                            side);
        }
    }
}

lb_status
lb_executor_set_sparsity_mask(lb_executor *executor, const uint8_t *mask, lb_error *err)
{
    lb_status status = LB_OK;
    LB_NOT_NULL(executor);
    LB_NOT_NULL(mask);
    if (!executor->zero_is_cached) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s: executor does not know the activations of an image of zeros (call "
                       "lb_executor_cache_zero_activations() first)",
                       __func__);
    }
    executor->has_forward = false;
    executor->has_sparsity_mask = executor->has_zero_activations;
    if (executor->has_sparsity_mask) {
        use_mask(executor, mask);
    }
cleanup:
    return status;
}
