/* SPDX-License-Identifier: MIT */
/* Positions of an image that see the same pixels, in an executor that keeps decisions only.
 *
 * Where an image has a flat area, or stripes, many positions of a layer see the same pixels, and
 * their activations are equal in exact arithmetic. Max pooling then takes the first of them.
 * Winograd's algorithm rounds each place of a tile in its own way, so that noise would choose
 * instead. Here the activations of such positions are computed once, by a sum of products, and
 * copied to all of them. Winograd's algorithm computes the other positions, and tiles without any
 * are left out.
 *
 * Where a pooling follows, this is done for whole windows that hold such a position. Windows of
 * other pixels may have the same maxima in all channels, at the edge of a flat area for example;
 * from there on they count as seeing the same. Positions that no pixel of the support reaches are
 * left to executor_sparsity.c.
 *
 * Repeats follow from one image alone, and each row of a product is the same bits in any batch. */
#include <omp.h>
#include <string.h>

#include "dense.h"
#include "executor.h"
#include "twins.h"

enum { TAPS = 9, SIDE = 3, CORNERS = 4 };

/* Of one thread, for one image at a time: (H, W) each, and a hash table. */
typedef struct find_workspace {
    uint32_t *twins;
    uint32_t *row_of, *value_of; /* by the first twin: 1 + its row or its value, or 0 */
    uint32_t *table;
} find_workspace;

/* Grows as it has to. */
typedef struct array {
    void *data;
    size_t bytes;
} array;

typedef struct place {
    size_t image, position;
} place;

enum { MAX_ROWS = 70 }; /* that go through a product at a time */

struct lb_repeat_workspace {
    size_t threads, positions;
    find_workspace *finds; /* (threads) */
    uint32_t *twins;       /* (batch, H, W) of the next step's input, see twins.h */
    bool *has_some;        /* (batch): an image may have repeats */
    array windows;         /* (MAX_ROWS, ins x 9) floats */
    array outputs;         /* (rows, outs) floats */
    array values;          /* (values, whole blocks of outs) floats */
    array decisions;       /* likewise: bytes of a choice, or bits */
};

static lb_status
need(array *a, size_t count, size_t size, lb_error *err)
{
    lb_status status = LB_OK;
    char *data = NULL;
    if (count * size > a->bytes) {
        LB_ALLOC(data, count * size);
        lb_free(a->data);
        *a = (array){.data = data, .bytes = count * size};
    }
cleanup:
    return status;
}

static size_t
positions_of(const lb_step *step)
{
    return step->shape.height * step->shape.width;
}

static size_t
units_of(const lb_step *step)
{
    bool pools = lb_pool_behind(step) != NULL;
    return pools ? (step->shape.height / 2) * (step->shape.width / 2) : positions_of(step);
}

/* ------------------------------------------------------------------------------------------------
 * Memory
 */

static lb_status
create_for_step(lb_repeats *r, const lb_step *step, size_t batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_tile_list_init(&r->remaining, batch * lb_step_tiles(step), err));
    LB_ALLOC(r->value_of, batch * units_of(step));
    LB_ALLOC(r->rows, batch * positions_of(step));
    LB_ALLOC(r->row_count, batch);
    LB_ALLOC(r->value_count, batch);
    if (lb_pool_behind(step) != NULL) {
        LB_ALLOC(r->corners, batch * units_of(step) * CORNERS);
    }
cleanup:
    return status;
}

static lb_status
create_workspace(lb_repeat_workspace *workspace, size_t batch, size_t positions, lb_error *err)
{
    lb_status status = LB_OK;
    workspace->threads = (size_t)omp_get_max_threads();
    workspace->positions = positions;
    LB_ALLOC(workspace->twins, batch * positions);
    LB_ALLOC(workspace->has_some, batch);
    LB_ALLOC(workspace->finds, workspace->threads);
    for (size_t t = 0; t < workspace->threads; t++) {
        find_workspace *f = &workspace->finds[t];
        LB_ALLOC(f->twins, positions);
        LB_ALLOC(f->row_of, positions);
        LB_ALLOC(f->value_of, positions);
        LB_ALLOC(f->table, lb_twins_table(positions));
    }
cleanup:
    return status;
}

lb_status
lb_repeats_create(lb_executor *executor, lb_error *err)
{
    lb_status status = LB_OK;
    size_t batch = executor->plan.batch;
    for (size_t i = 0; i < executor->count; i++) {
        lb_step *step = &executor->steps[i];
        if (!lb_executor_is_fused(executor, step)) {
            continue;
        }
        LB_TRY(create_for_step(&step->repeats, step, batch, err));
        if (executor->repeat_workspace == NULL) {
            LB_ALLOC(executor->repeat_workspace, 1);
            LB_TRY(create_workspace(executor->repeat_workspace, batch,
                                    positions_of(&executor->steps[0]), err));
        }
    }
cleanup:
    return status;
}

static void
release_workspace(lb_repeat_workspace *workspace)
{
    for (size_t t = 0; workspace->finds != NULL && t < workspace->threads; t++) {
        find_workspace *f = &workspace->finds[t];
        lb_free(f->twins);
        lb_free(f->row_of);
        lb_free(f->value_of);
        lb_free(f->table);
    }
    lb_free(workspace->finds);
    lb_free(workspace->twins);
    lb_free(workspace->has_some);
    lb_free(workspace->windows.data);
    lb_free(workspace->outputs.data);
    lb_free(workspace->values.data);
    lb_free(workspace->decisions.data);
    lb_free(workspace);
}

void
lb_repeats_release(lb_executor *executor)
{
    for (size_t i = 0; i < executor->count; i++) {
        lb_repeats *r = &executor->steps[i].repeats;
        lb_tile_list_release(&r->remaining);
        lb_free(r->value_of);
        lb_free(r->corners);
        lb_free(r->rows);
        lb_free(r->row_count);
        lb_free(r->value_count);
    }
    if (executor->repeat_workspace != NULL) {
        release_workspace(executor->repeat_workspace);
        executor->repeat_workspace = NULL;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Which positions repeat
 */

static const uint32_t SEVERAL = UINT32_MAX;

/* SEVERAL at the first twin of all that have one, 0 elsewhere. */
static void
mark_several(uint32_t *of, const uint32_t *twins, size_t count)
{
    memset(of, 0, count * sizeof *of);
    for (size_t i = 0; i < count; i++) {
        if (twins[i] != i) {
            of[twins[i]] = SEVERAL;
        }
    }
}

/* One image's part of a step's repeats. */
typedef struct part {
    uint32_t *value_of, *corners, *rows;
    size_t row_count, value_count;
    const uint8_t *reached; /* of positions, or NULL: all are */
} part;

static bool
is_reached(const part *p, size_t position)
{
    return p->reached == NULL || p->reached[position] != 0;
}

/* Without a pooling a value is a row. */
static void
find_positions(part *p, const find_workspace *workspace, size_t positions)
{
    mark_several(workspace->value_of, workspace->twins, positions);
    for (size_t at = 0; at < positions; at++) {
        uint32_t *value = &workspace->value_of[workspace->twins[at]];
        if (*value == 0 || !is_reached(p, at)) {
            p->value_of[at] = 0;
            continue;
        }
        if (*value == SEVERAL) {
            p->rows[p->row_count++] = (uint32_t)at;
            *value = (uint32_t)++p->value_count;
        }
        p->value_of[at] = *value;
    }
}

static void
corners_of(size_t at[CORNERS], size_t unit, size_t width)
{
    size_t columns = width / 2, first = 2 * (unit / columns) * width + 2 * (unit % columns);
    at[0] = first;
    at[1] = first + 1;
    at[2] = first + width;
    at[3] = first + width + 1;
}

static void
add_window(part *p, const find_workspace *workspace, const size_t at[CORNERS])
{
    for (size_t k = 0; k < CORNERS; k++) {
        uint32_t *row = &workspace->row_of[workspace->twins[at[k]]];
        if (*row == 0 || *row == SEVERAL) {
            p->rows[p->row_count++] = (uint32_t)at[k];
            *row = (uint32_t)p->row_count;
        }
        p->corners[p->value_count * CORNERS + k] = *row - 1;
    }
    p->value_count++;
}

/* Windows with a position that repeats. twins: of windows; workspace->twins: of positions. */
static void
find_windows(part *p, const find_workspace *workspace, const uint32_t *twins,
             const lb_planes *shape)
{
    size_t units = (shape->height / 2) * (shape->width / 2), at[CORNERS];
    mark_several(workspace->row_of, workspace->twins, shape->height * shape->width);
    memset(workspace->value_of, 0, units * sizeof *workspace->value_of);
    for (size_t u = 0; u < units; u++) {
        bool repeats = false;
        corners_of(at, u, shape->width);
        for (size_t k = 0; k < CORNERS; k++) {
            repeats = repeats ||
                      (workspace->row_of[workspace->twins[at[k]]] != 0 && is_reached(p, at[k]));
        }
        uint32_t *value = &workspace->value_of[twins[u]];
        if (repeats && *value == 0) {
            add_window(p, workspace, at);
            *value = (uint32_t)p->value_count;
        }
        p->value_of[u] = repeats ? *value : 0;
    }
}

static uint32_t *
twins_of(const lb_executor *executor, size_t image)
{
    return executor->repeat_workspace->twins + image * executor->repeat_workspace->positions;
}

/* From the twins of a convolution's input to those of its output, and its repeats. Where an image
 * has none, it has none behind this step either. */
static void
find_in_image(const lb_executor *executor, lb_step *step, const find_workspace *workspace,
              size_t image)
{
    const lb_planes *shape = &step->shape;
    lb_repeats *r = &step->repeats;
    size_t units = units_of(step), positions = positions_of(step);
    uint32_t *twins = twins_of(executor, image);
    part p = {.value_of = r->value_of + image * units,
              .corners = r->corners != NULL ? r->corners + image * units * CORNERS : NULL,
              .rows = r->rows + image * positions,
              .reached =
                  executor->has_sparsity_mask ? step->support.reached + image * positions : NULL};
    if (executor->repeat_workspace->has_some[image]) {
        lb_twins_of_windows(workspace->twins, twins, shape->height, shape->width, workspace->table);
        if (r->corners != NULL) {
            lb_twins_of_pools(twins, workspace->twins, shape->height, shape->width,
                              workspace->table);
            find_windows(&p, workspace, twins, shape);
        } else {
            find_positions(&p, workspace, positions);
            memcpy(twins, workspace->twins, positions * sizeof *twins);
        }
    }
    r->row_count[image] = p.row_count;
    r->value_count[image] = p.value_count;
    executor->repeat_workspace->has_some[image] = p.row_count > 0;
}

/* All of a tile's units have a value. */
static bool
is_covered(const uint32_t *value_of, lb_winograd_tile tile, size_t side, size_t height,
           size_t width)
{
    for (size_t y = tile.y * side; y < lb_min_size((tile.y + 1) * side, height); y++) {
        for (size_t x = tile.x * side; x < lb_min_size((tile.x + 1) * side, width); x++) {
            if (value_of[y * width + x] == 0) {
                return false;
            }
        }
    }
    return true;
}

static void
mark_remaining(const lb_executor *executor, const lb_step *step, size_t image)
{
    const lb_repeats *r = &step->repeats;
    size_t tiles = lb_step_tiles(step), scale = r->corners != NULL ? 2 : 1;
    size_t rows = lb_winograd_tile_rows(step->shape.height);
    size_t columns = lb_winograd_tile_rows(step->shape.width);
    for (size_t t = 0; t < tiles; t++) {
        bool active =
            !executor->has_sparsity_mask || step->support.active.marks[image * tiles + t] != 0;
        bool covered = r->value_count[image] > 0 &&
                       is_covered(r->value_of + image * units_of(step),
                                  lb_winograd_tile_at(t, rows, columns), LB_WINOGRAD_OUT / scale,
                                  step->shape.height / scale, step->shape.width / scale);
        r->remaining.marks[image * tiles + t] = active && !covered;
    }
}

void
lb_repeats_forget(lb_executor *executor)
{
    if (executor->repeat_workspace != NULL) {
        memset(executor->repeat_workspace->has_some, 0, executor->plan.batch);
    }
}

void
lb_repeats_begin(lb_executor *executor)
{
    const lb_repeat_workspace *workspace = executor->repeat_workspace;
    const lb_planes *shape = &executor->steps[0].shape;
    lb_repeats_forget(executor);
    if (workspace == NULL) {
        return;
    }
#pragma omp parallel for num_threads((int)workspace->threads) schedule(dynamic)
    for (size_t image = 0; image < executor->used; image++) {
        const find_workspace *f = &workspace->finds[omp_get_thread_num()];
        lb_twins_of_pixels(f->twins, executor->input + image * executor->input_size, shape->height,
                           shape->width, f->table);
        lb_twins_of_windows(twins_of(executor, image), f->twins, shape->height, shape->width,
                            f->table);
        workspace->has_some[image] = true;
    }
}

void
lb_repeats_find(lb_executor *executor, lb_step *step)
{
    const lb_repeat_workspace *workspace = executor->repeat_workspace;
    lb_repeats *r = &step->repeats;
    bool some = false;
#pragma omp parallel for num_threads((int)workspace->threads) schedule(dynamic) reduction(|| : some)
    for (size_t image = 0; image < executor->used; image++) {
        find_in_image(executor, step, &workspace->finds[omp_get_thread_num()], image);
        some = some || r->row_count[image] > 0;
    }
    r->some = some;
    if (some) {
#pragma omp parallel for schedule(static)
        for (size_t image = 0; image < executor->used; image++) {
            mark_remaining(executor, step, image);
        }
        lb_tile_list_fill(&r->remaining, step, executor->used);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Windows of other pixels with the same maxima
 */

/* Where a unit's channels are: planes of blocks. */
typedef struct vectors {
    const float *of; /* of the image */
    size_t planes, stride, block;
} vectors;

static bool
are_equal(const vectors *v, size_t a, size_t b)
{
    for (size_t p = 0; p < v->planes; p++) {
        const float *plane = v->of + p * v->stride;
        if (memcmp(plane + a * v->block, plane + b * v->block, v->block * sizeof *v->of) != 0) {
            return false;
        }
    }
    return true;
}

static size_t
hash_vector(const vectors *v, size_t unit)
{
    uint64_t h = 0;
    for (size_t p = 0; p < v->planes; p++) {
        for (size_t k = 0; k < v->block; k++) {
            uint32_t bits;
            memcpy(&bits, v->of + p * v->stride + unit * v->block + k, sizeof bits);
            h = (h ^ bits) * 0x9e3779b97f4a7c15u;
            h ^= h >> 32;
        }
    }
    return (size_t)h;
}

/* Windows whose values are equal become twins; candidates: not 0 where a window may be one. */
static void
merge_image(uint32_t *twins, const vectors *v, const uint32_t *candidates,
            const find_workspace *workspace, size_t units)
{
    const uint32_t none = UINT32_MAX;
    size_t size = 1;
    while (size < 2 * units) {
        size *= 2;
    }
    memset(workspace->table, 0xff, size * sizeof *workspace->table);
    for (size_t u = 0; u < units; u++) {
        if (twins[u] != u) {
            twins[u] = twins[twins[u]]; /* may have become another's */
        } else if (candidates[u] != 0) {
            size_t slot = hash_vector(v, u) & (size - 1);
            while (workspace->table[slot] != none && !are_equal(v, workspace->table[slot], u)) {
                slot = (slot + 1) & (size - 1);
            }
            workspace->table[slot] =
                workspace->table[slot] != none ? workspace->table[slot] : (uint32_t)u;
            twins[u] = workspace->table[slot];
        }
    }
}

static vectors
vectors_of(const lb_step *step, const lb_planes *in, size_t image)
{
    size_t stride = (in->height / 2) * (in->width / 2) * in->block;
    return (vectors){.of = step->output + image * in->planes * stride,
                     .planes = in->planes,
                     .stride = stride,
                     .block = in->block};
}

/* Behind the pooling of a convolution that decides. */
static void
merge_values(const lb_executor *executor, const lb_step *step)
{
    const lb_repeat_workspace *workspace = executor->repeat_workspace;
#pragma omp parallel for num_threads((int)workspace->threads) schedule(dynamic)
    for (size_t image = 0; image < executor->used; image++) {
        if (workspace->has_some[image]) {
            const vectors v = vectors_of(step, &step[2].shape, image);
            merge_image(twins_of(executor, image), &v,
                        step->repeats.value_of + image * units_of(step),
                        &workspace->finds[omp_get_thread_num()], units_of(step));
        }
    }
}

void
lb_repeats_pool(lb_executor *executor, const lb_step *step)
{
    const lb_repeat_workspace *workspace = executor->repeat_workspace;
    const lb_planes *shape = &step->shape;
    size_t units = (shape->height / 2) * (shape->width / 2);
#pragma omp parallel for num_threads((int)workspace->threads) schedule(dynamic)
    for (size_t image = 0; image < executor->used; image++) {
        const find_workspace *f = &workspace->finds[omp_get_thread_num()];
        uint32_t *twins = twins_of(executor, image);
        if (workspace->has_some[image]) {
            const vectors v = vectors_of(step, shape, image);
            memcpy(f->twins, twins, positions_of(step) * sizeof *twins);
            mark_several(f->row_of, f->twins, positions_of(step));
            for (size_t u = 0; u < units; u++) {
                size_t at[CORNERS];
                corners_of(at, u, shape->width);
                f->value_of[u] = 0;
                for (size_t k = 0; k < CORNERS; k++) {
                    f->value_of[u] |= f->row_of[f->twins[at[k]]];
                }
            }
            lb_twins_of_pools(twins, f->twins, shape->height, shape->width, f->table);
            merge_image(twins, &v, f->value_of, f, units);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Their values
 */

/* A position's window of a step's input, in the order of the weights: (ins, 3, 3). */
static void
gather(float *out, const lb_step *step, const float *in, place at)
{
    const lb_planes *s = &step->shape;
    size_t top = at.position / s->width, left = at.position % s->width;
    for (size_t c = 0; c < step->channels; c += s->block) {
        const float *plane =
            in + (at.image * s->planes + c / s->block) * s->height * s->width * s->block;
        size_t lanes = lb_min_size(s->block, step->channels - c);
        for (size_t k = 0; k < TAPS; k++) {
            size_t y = top + k / SIDE, x = left + k % SIDE; /* from 1 on */
            bool inside = y > 0 && y <= s->height && x > 0 && x <= s->width;
            const float *from = inside ? plane + ((y - 1) * s->width + x - 1) * s->block : NULL;
            for (size_t lane = 0; lane < lanes; lane++) {
                out[(c + lane) * TAPS + k] = inside ? from[lane] : 0.0f;
            }
        }
    }
}

/* Rectified outputs (count, outs) of a step at some places. */
static void
compute_places(float *out, const lb_executor *executor, const lb_step *step, const float *in,
               const place *places, size_t count)
{
    const lb_parameter *weight = &executor->network->parameters[step->parameter];
    size_t ins = step->channels * TAPS, outs = step[1].channels;
    float *windows = executor->repeat_workspace->windows.data;
#pragma omp parallel for schedule(static)
    for (size_t k = 0; k < count; k++) {
        gather(windows + k * ins, step, in, places[k]);
    }
    lb_dense_forward(out, windows, weight->value, count, outs, ins);
    lb_add_bias(out, weight[1].value, count, outs, true);
}

/* The same for the rows of images first .. end - 1. */
static void
compute_rows(float *out, const lb_executor *executor, const lb_step *step, const float *in,
             size_t first, size_t end)
{
    const lb_repeats *r = &step->repeats;
    size_t outs = step[1].channels, count = 0;
    place places[MAX_ROWS];
    for (size_t image = first; image < end; image++) {
        const uint32_t *rows = r->rows + image * positions_of(step);
        for (size_t row = 0; row < r->row_count[image]; row++) {
            places[count++] = (place){.image = image, .position = rows[row]};
            if (count == MAX_ROWS) {
                compute_places(out, executor, step, in, places, count);
                out += count * outs;
                count = 0;
            }
        }
    }
    if (count > 0) {
        compute_places(out, executor, step, in, places, count);
    }
}

/* Max pooling of four rows, of whole blocks of channels: the first of the largest wins, and nobody
 * where all are 0. */
static void
pool_rows(float *values, uint8_t *argmax, const float *outputs, const uint32_t *corners,
          size_t outs, size_t padded)
{
    for (size_t c = 0; c < padded; c++) {
        float max = 0;
        uint8_t winner = LB_NO_ARGMAX;
        for (uint8_t k = 0; c < outs && k < CORNERS; k++) {
            float value = outputs[corners[k] * outs + c];
            winner = value > max ? k : winner;
            max = value > max ? value : max;
        }
        values[c] = max;
        argmax[c] = winner;
    }
}

static void
take_row(float *values, uint8_t *relu_mask, const float *outputs, size_t outs, size_t padded)
{
    enum { BITS = 8 };
    for (size_t c = 0; c < padded; c++) {
        values[c] = c < outs ? outputs[c] : 0.0f;
        uint8_t bit = (uint8_t)((values[c] > 0) << c % BITS);
        relu_mask[c / BITS] = c % BITS == 0 ? bit : relu_mask[c / BITS] | bit;
    }
}

/* One image's values, from its rows' outputs, into the step's output. */
static lb_status
fill_image(lb_executor *executor, const lb_step *step, const float *outputs, size_t image,
           lb_error *err)
{
    enum { BITS = 8 };
    lb_status status = LB_OK;
    const lb_repeats *r = &step->repeats;
    const lb_step *pool = lb_pool_behind(step);
    const lb_planes *shape = &step[2].shape; /* what follows the ReLU reads it */
    size_t count = r->value_count[image], units = units_of(step), outs = step[1].channels;
    size_t block = shape->block, padded = shape->planes * block;
    size_t bytes = pool != NULL ? block : block / BITS; /* decisions of a block */
    LB_TRY(need(&executor->repeat_workspace->values, count * padded, sizeof(float), err));
    LB_TRY(need(&executor->repeat_workspace->decisions, count * padded, 1, err));
    float *values = executor->repeat_workspace->values.data;
    uint8_t *decisions = executor->repeat_workspace->decisions.data;
    uint8_t *decided = pool != NULL ? pool->argmax : (uint8_t *)step[1].relu_mask;
#pragma omp parallel for schedule(static)
    for (size_t v = 0; v < count; v++) {
        if (pool != NULL) {
            pool_rows(values + v * padded, decisions + v * padded, outputs,
                      r->corners + (image * units + v) * CORNERS, outs, padded);
        } else {
            take_row(values + v * padded, decisions + v * padded, outputs + v * outs, outs, padded);
        }
    }
#pragma omp parallel for schedule(static)
    for (size_t plane = 0; plane < shape->planes; plane++) {
        for (size_t u = 0; u < units; u++) {
            uint32_t value = r->value_of[image * units + u];
            size_t at = (image * shape->planes + plane) * units + u;
            if (value != 0) {
                memcpy(step->output + at * block, values + (value - 1) * padded + plane * block,
                       block * sizeof *values);
                memcpy(decided + at * bytes, decisions + (value - 1) * padded + plane * bytes,
                       bytes);
            }
        }
    }
cleanup:
    return status;
}

lb_status
lb_repeats_fill(lb_executor *executor, const lb_step *step, const float *in, lb_error *err)
{
    enum { TOGETHER = 256 }; /* rows, so that the weights are read once for several images */
    lb_status status = LB_OK;
    const lb_repeats *r = &step->repeats;
    lb_repeat_workspace *workspace = executor->repeat_workspace;
    size_t outs = step[1].channels, end = 0;
    LB_TRY(need(&workspace->windows, MAX_ROWS * step->channels * TAPS, sizeof(float), err));
    for (size_t first = 0; first < executor->used; first = end) {
        size_t rows = 0;
        for (end = first;
             end == first || (end < executor->used && rows + r->row_count[end] <= TOGETHER);
             end++) {
            rows += r->row_count[end];
        }
        if (rows == 0) {
            continue;
        }
        LB_TRY(need(&workspace->outputs, rows * outs, sizeof(float), err));
        compute_rows(workspace->outputs.data, executor, step, in, first, end);
        const float *outputs = workspace->outputs.data;
        for (size_t image = first; image < end; image++) {
            if (r->row_count[image] > 0) { /* else value_of is of an earlier image */
                LB_TRY(fill_image(executor, step, outputs, image, err));
            }
            outputs += r->row_count[image] * outs;
        }
    }
    if (lb_pool_behind(step) != NULL) {
        merge_values(executor, step);
    }
cleanup:
    return status;
}
