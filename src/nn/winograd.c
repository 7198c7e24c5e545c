/* SPDX-License-Identifier: MIT */
/* Which tiles and channels a thread works on, and when.
 *
 * Where the prepared weights are small, a thread takes some tiles from input to output, and all it
 * touches but the weights fits its own cache. Where they are large, threads transform the input of
 * many tiles together, and then each takes some output channels through all of these, so that every
 * weight is read from memory, or made, once for them; where there are more threads than channels to
 * take, by each that shares some. */
#include "winograd.h"

#include <assert.h>
#include <omp.h>
#include <string.h>

#include "base/cpu.h"
#include "winograd_internal.h"

typedef struct plan {
    const lb_winograd_kernels *kernels;
    const lb_winograd_shape *shape;
    size_t rows, columns, tiles; /* of an image, and in all */
    size_t inputs;               /* channels */
    size_t pairs;
    size_t chunk; /* tiles that go through products and to the output at a time */
    size_t strip; /* tiles whose transformed input is there at a time: chunk, but where shared */
    size_t unit;  /* pairs that a chunk is multiplied by while it is in a thread's own cache */
    size_t parts; /* of a strip, for which threads work on a unit side by side, where shared */
    bool shared;
} plan;

enum { MAX_UNIT = 2 };

/* Floats between arrays that are used together, so that they do not fall into the same sets of a
 * cache. */
enum { APART = 16, ALIGNMENT = 64 };

/* Tiles located at a time: a chunk has at most so many. */
enum { MAX_TILES = 512 };

static const lb_winograd_kernels *const KERNELS[LB_CPUS] = {
#if defined(__x86_64__)
    [LB_CPU_AVX2] = &lb_winograd_avx2,
    [LB_CPU_AVX512] = &lb_winograd_avx512,
#endif
};

/* Those for blocks of this size, of the set in use or one below; NULL: none. */
static const lb_winograd_kernels *
find_kernels(size_t block)
{
    for (size_t cpu = 0; cpu <= (size_t)lb_cpu_get(); cpu++) {
        if (KERNELS[cpu] != NULL && KERNELS[cpu]->block == block) {
            return KERNELS[cpu];
        }
    }
    return NULL;
}

bool
lb_winograd_runs(size_t block)
{
    return find_kernels(block) != NULL;
}

static size_t
divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

size_t
lb_winograd_tile_rows(size_t side)
{
    return divide_up(side, LB_WINOGRAD_OUT);
}

lb_winograd_tile
lb_winograd_tile_at(size_t index, size_t rows, size_t columns)
{
    return (lb_winograd_tile){.image = (uint32_t)(index / columns / rows),
                              .y = (uint16_t)(index / columns % rows),
                              .x = (uint16_t)(index % columns)};
}

/* Floats from one place to the next of a chunk's transformed input, of its products, and of
 * prepared weights. */
static size_t
place_of_input(const plan *p)
{
    size_t group = p->kernels->group;
    return p->shape->in * divide_up(p->chunk, group) * group * p->shape->block + APART;
}

static size_t
place_of_product(const plan *p, size_t vectors)
{
    return p->chunk * vectors * p->shape->block + APART;
}

static size_t
place_of_weights(const plan *p, size_t vectors)
{
    return p->inputs * vectors * p->shape->block + APART;
}

static plan
make_plan(const lb_winograd_shape *s, size_t threads)
{
    const size_t large_weights = (size_t)12 << 20, strip_bytes = (size_t)36 << 20;
    const size_t chunk_bytes = (size_t)640 << 10;
    enum { MIN_TILES = 28 };
    plan p = {.kernels = find_kernels(s->block), .shape = s};
    assert(p.kernels != NULL);
    p.rows = lb_winograd_tile_rows(s->height);
    p.columns = lb_winograd_tile_rows(s->width);
    p.tiles = s->tiles != NULL ? s->tile_count : s->images * p.rows * p.columns;
    p.inputs = s->in * s->block;
    p.pairs = divide_up(s->out, LB_WINOGRAD_PAIR);
    p.shared = LB_WINOGRAD_PLACES * p.inputs * s->out * s->block * sizeof(float) > large_weights;
    size_t group = p.kernels->group;
    size_t of_input = LB_WINOGRAD_PLACES * p.inputs * sizeof(float);
    size_t of_product = LB_WINOGRAD_PLACES * LB_WINOGRAD_PAIR * s->block * sizeof(float);
    size_t few = divide_up(MIN_TILES, group);
    size_t groups = p.shared ? few : chunk_bytes / ((of_input + of_product) * group);
    p.chunk = (groups > few ? groups : few) * group;
    p.strip = p.shared ? divide_up(strip_bytes / of_input, p.chunk) * p.chunk : p.chunk;
    p.unit = p.shared && p.pairs >= 2 * MAX_UNIT * threads ? MAX_UNIT : 1;
    p.chunk = lb_min_size(p.chunk, MAX_TILES);
    size_t some = p.tiles > 0 ? p.tiles : 1;
    p.strip = lb_min_size(p.strip, some);
    p.chunk = lb_min_size(p.chunk, some);
    size_t side_by_side = threads > p.pairs ? threads / p.pairs : 1;
    p.parts = lb_min_size(side_by_side, divide_up(p.strip, p.chunk));
    return p;
}

static size_t
vectors_of(const plan *p, size_t pair)
{
    return lb_min_size(p->shape->out - pair * LB_WINOGRAD_PAIR, LB_WINOGRAD_PAIR);
}

/* Floats of prepared weights before those of a pair. */
static size_t
weights_before(const plan *p, size_t pair)
{
    return LB_WINOGRAD_PLACES * pair * place_of_weights(p, LB_WINOGRAD_PAIR);
}

size_t
lb_winograd_weights_size(const lb_winograd_shape *s)
{
    const plan p = make_plan(s, 1);
    return weights_before(&p, p.pairs);
}

static void
prepare(float *ready, const lb_winograd_weights *w, const plan *p)
{
#pragma omp parallel for schedule(dynamic)
    for (size_t pair = 0; pair < p->pairs; pair++) {
        size_t vectors = vectors_of(p, pair);
        p->kernels->weights(ready + weights_before(p, pair), place_of_weights(p, vectors), w, pair,
                            p->inputs, vectors);
    }
}

void
lb_winograd_prepare(float *ready, const lb_winograd_weights *w, const lb_winograd_shape *s)
{
    const plan p = make_plan(s, 1);
    prepare(ready, w, &p);
}

/* Floats of a thread's own scratch, products first, and of what all share: multiples of 16. */
typedef struct capacity {
    size_t product, weights; /* of a pair */
    size_t own, shared;
} capacity;

static size_t
aligned(size_t floats)
{
    return divide_up(floats, ALIGNMENT / sizeof(float)) * (ALIGNMENT / sizeof(float));
}

/* Floats of a chunk's transformed input. */
static size_t
input_of_chunk(const plan *p)
{
    return aligned(LB_WINOGRAD_PLACES * place_of_input(p));
}

static capacity
measure(const plan *p)
{
    size_t input = divide_up(p->strip, p->chunk) * input_of_chunk(p);
    size_t all = aligned(weights_before(p, p->pairs));
    capacity r = {.product = aligned(LB_WINOGRAD_PLACES * place_of_product(p, LB_WINOGRAD_PAIR)),
                  .weights = aligned(weights_before(p, 1))};
    r.shared = p->shared ? input : all;
    r.own = p->unit * r.product + (p->shared ? p->unit * r.weights : input);
    return r;
}

size_t
lb_winograd_scratch(const lb_winograd_shape *s, size_t threads)
{
    size_t max = 0;
    for (size_t t = 1; t <= threads; t++) { /* few take larger units */
        const plan p = make_plan(s, t);
        const capacity r = measure(&p);
        size_t floats = r.shared + t * r.own;
        max = floats > max ? floats : max;
    }
    return max * sizeof(float);
}

static void
locate(lb_winograd_tile *tiles, const plan *p, size_t start, size_t count)
{
    if (p->shape->tiles != NULL) {
        memcpy(tiles, p->shape->tiles + start, count * sizeof *tiles);
        return;
    }
    for (size_t t = 0; t < count; t++) {
        tiles[t] = lb_winograd_tile_at(start + t, p->rows, p->columns);
    }
}

/* Pairs first .. first + unit of the output of some tiles, whose transformed input v is, by weights
 * u of each. */
static void
multiply(const lb_winograd_output *out, float *m, const float *v, const float *const *u,
         const plan *p, const capacity *r, size_t first, const lb_winograd_tile *tiles,
         size_t count)
{
    size_t unit = lb_min_size(p->unit, p->pairs - first);
    for (size_t i = 0; i < LB_WINOGRAD_PLACES; i++) {
        for (size_t k = 0; k < unit; k++) {
            size_t vectors = vectors_of(p, first + k);
            p->kernels->products(m + k * r->product + i * place_of_product(p, vectors),
                                 v + i * place_of_input(p), p->shape->in,
                                 u[k] + i * place_of_weights(p, vectors), vectors, count);
        }
    }
    for (size_t k = 0; k < unit; k++) {
        size_t vectors = vectors_of(p, first + k);
        p->kernels->output_tiles(out, m + k * r->product, place_of_product(p, vectors), p->shape,
                                 first + k, vectors, tiles, count);
    }
}

static void
convolve_by_tiles(const lb_winograd_output *out, const lb_winograd_input *in, const float *u,
                  const plan *p, const capacity *r, float *own, size_t threads)
{
#pragma omp parallel num_threads((int)threads)
    {
        float *m = own + (size_t)omp_get_thread_num() * r->own, *v = m + r->product;
        lb_winograd_tile tiles[MAX_TILES];
#pragma omp for schedule(dynamic)
        for (size_t start = 0; start < p->tiles; start += p->chunk) {
            size_t count = lb_min_size(p->tiles - start, p->chunk);
            locate(tiles, p, start, count);
            for (size_t plane = 0; plane < p->shape->in; plane++) {
                p->kernels->input_tiles(v, place_of_input(p), in, p->shape, plane, tiles, count);
            }
            for (size_t pair = 0; pair < p->pairs; pair++) {
                const float *of_pair = u + weights_before(p, pair);
                multiply(out, m, v, &of_pair, p, r, pair, tiles, count);
            }
        }
    }
}

/* The transformed input of a strip, by all threads of a team. */
static void
transform_strip(float *v, const lb_winograd_input *in, const plan *p, size_t start, size_t count)
{
    size_t chunks = divide_up(count, p->chunk);
    lb_winograd_tile tiles[MAX_TILES];
#pragma omp for schedule(dynamic)
    for (size_t i = 0; i < chunks * p->shape->in; i++) {
        size_t chunk = i / p->shape->in, plane = i % p->shape->in;
        size_t n = lb_min_size(count - chunk * p->chunk, p->chunk);
        locate(tiles, p, start + chunk * p->chunk, n);
        p->kernels->input_tiles(v + chunk * input_of_chunk(p), place_of_input(p), in, p->shape,
                                plane, tiles, n);
    }
}

/* Where the weights of a unit's pairs are; made in `room_for_weights` where they are not ready. */
static void
find_weights(const float **u, float *room_for_weights, const lb_winograd_weights *w, const plan *p,
             const capacity *r, size_t first)
{
    for (size_t k = 0; k < lb_min_size(p->unit, p->pairs - first); k++) {
        if (w->ready != NULL) {
            u[k] = w->ready + weights_before(p, first + k);
            continue;
        }
        float *made = room_for_weights + k * r->weights;
        size_t vectors = vectors_of(p, first + k);
        p->kernels->weights(made, place_of_weights(p, vectors), w, first + k, p->inputs, vectors);
        u[k] = made;
    }
}

static void
convolve_by_channels(const lb_winograd_output *out, const lb_winograd_input *in,
                     const lb_winograd_weights *w, const plan *p, const capacity *r, float *v,
                     float *own, size_t threads)
{
#pragma omp parallel num_threads((int)threads)
    {
        float *m = own + (size_t)omp_get_thread_num() * r->own;
        float *room_for_weights = m + p->unit * r->product;
        const float *u[MAX_UNIT];
        lb_winograd_tile tiles[MAX_TILES];
        for (size_t start = 0; start < p->tiles; start += p->strip) {
            size_t count = lb_min_size(p->tiles - start, p->strip);
            transform_strip(v, in, p, start, count);
#pragma omp for schedule(dynamic)
            for (size_t k = 0; k < divide_up(p->pairs, p->unit) * p->parts; k++) {
                size_t first = k / p->parts * p->unit;
                if (k % p->parts * p->chunk >= count) {
                    continue; /* the last strip has fewer chunks */
                }
                find_weights(u, room_for_weights, w, p, r, first);
                for (size_t i = k % p->parts; i * p->chunk < count; i += p->parts) {
                    size_t n = lb_min_size(count - i * p->chunk, p->chunk);
                    locate(tiles, p, start + i * p->chunk, n);
                    multiply(out, m, v + i * input_of_chunk(p), u, p, r, first, tiles, n);
                }
            }
        }
    }
}

void
lb_winograd_convolve(const lb_winograd_output *out, const lb_winograd_input *in,
                     const lb_winograd_weights *w, const lb_winograd_shape *s, void *scratch,
                     size_t threads)
{
    const plan p = make_plan(s, threads);
    const capacity r = measure(&p);
    float *shared = scratch, *own = shared + r.shared;
    if (p.shared) {
        convolve_by_channels(out, in, w, &p, &r, shared, own, threads);
        return;
    }
    if (w->ready == NULL) {
        prepare(shared, w, &p);
    }
    convolve_by_tiles(out, in, w->ready != NULL ? w->ready : shared, &p, &r, own, threads);
}
