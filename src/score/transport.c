/* SPDX-License-Identifier: MIT */
/* Masses become whole numbers, so that flows are exact. The larger side is the sources'. They are
 * put in blocks of pixels, blocks of blocks and so on (in the order of Morton's curve, where a
 * block is a run), and the problem is solved from the coarsest blocks down: the optimal basis of
 * one level is, with each block's sources dealt out among the block's sinks, a nearly optimal basis
 * of the next (multiscale as of Merigot, Computer Graphics Forum 2011; here exact at each level).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "transport_internal.h"

/* Masses add up to 2^MASS_BITS; with more points than that their smallest would not be whole. */
enum { COARSEST = 24, MASS_BITS = 61, MAX_POINTS = 1 << 20 };

typedef struct pixel {
    uint32_t code; /* Morton's */
    double y, x, mass;
} pixel;

/* The points of one side that have mass, along Morton's curve. */
typedef struct side {
    size_t count;
    pixel *points;
    double total;
} side;

/* Runs of pixels with equal leading digits of their codes: start[g] <= pixel < start[g + 1]. */
typedef struct blocks {
    size_t count;
    size_t *start; /* (count + 1) */
} blocks;

typedef struct problem {
    side from, to;
    double free_mass;
    size_t sources;  /* pixels, and one more where there is free mass */
    int64_t *supply; /* (sources) */
    transport_sinks sinks;
    double reach; /* of the simplex */
} problem;

/* Bits of the lower half to every second place. */
static uint32_t
spread(uint32_t v)
{
    v &= 0xFFFF;
    v = (v | v << 8) & 0x00FF00FF;
    v = (v | v << 4) & 0x0F0F0F0F;
    v = (v | v << 2) & 0x33333333;
    return (v | v << 1) & 0x55555555;
}

static int
by_code(const void *a, const void *b)
{
    uint32_t x = ((const pixel *)a)->code, y = ((const pixel *)b)->code;
    return (x > y) - (x < y);
}

static lb_status
check_point(const lb_point_masses *points, size_t i, lb_error *err)
{
    double y = points->y[i], x = points->x[i], mass = points->mass != NULL ? points->mass[i] : 1;
    if (!(y >= 0 && y < 65536 && x >= 0 && x < 65536)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "point %zu lies at (%g, %g), outside [0, 65536)", i,
                       y, x);
    }
    if (!(mass >= 0 && isfinite(mass))) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "point %zu has a mass of %g", i, mass);
    }
    return LB_OK;
}

static lb_status
side_create(side *out, const lb_point_masses *points, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(out->points, points->count);
    for (size_t i = 0; i < points->count; i++) {
        LB_TRY(check_point(points, i, err));
        double mass = points->mass != NULL ? points->mass[i] : 1;
        if (mass > 0) {
            uint32_t y = (uint32_t)points->y[i], x = (uint32_t)points->x[i];
            out->points[out->count++] =
                (pixel){spread(y) << 1 | spread(x), points->y[i], points->x[i], mass};
            out->total += mass;
        }
    }
    if (!isfinite(out->total)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the masses are too large to be summed"));
    }
    qsort(out->points, out->count, sizeof *out->points, by_code);
cleanup:
    return status;
}

/* Whole masses that add up to `whole`, each within 1 of its share, at least 1. `last` follows the
 * points where it is above 0. */
static void
whole_masses(int64_t *out, const side *from, double last, int64_t whole)
{
    double total = from->total + last, sum = 0;
    int64_t given = 0, excess = 0;
    size_t count = from->count + (last > 0), largest = 0;
    for (size_t i = 0; i < count; i++) {
        sum += i < from->count ? from->points[i].mass : last;
        int64_t until = i + 1 == count ? whole : (int64_t)(sum / total * (double)whole);
        until = until > whole ? whole : until;
        out[i] = until - given;
        given = until;
        if (out[i] < 1) {
            excess += 1 - out[i];
            out[i] = 1;
        }
        largest = out[i] > out[largest] ? i : largest;
    }
    out[largest] -= excess;
}

/* Orden's perturbation: in units of 1 / (sources + 1), each source has 1 more, the last sink takes
 * it all. Then the sums of no proper part of the sources and sinks agree. */
static lb_status
problem_masses(problem *out, lb_error *err)
{
    lb_status status = LB_OK;
    int64_t unit = (int64_t)out->sources + 1, whole = ((int64_t)1 << MASS_BITS) / unit;
    LB_ALLOC(out->supply, out->sources);
    whole_masses(out->supply, &out->from, out->free_mass, whole);
    whole_masses(out->sinks.demand, &out->to, 0, whole);
    for (size_t i = 0; i < out->sources; i++) {
        out->supply[i] = out->supply[i] * unit + 1;
    }
    for (size_t j = 0; j < out->sinks.count; j++) {
        out->sinks.demand[j] *= unit;
    }
    out->sinks.demand[out->sinks.count - 1] += unit - 1;
cleanup:
    return status;
}

static lb_status
problem_sinks(problem *out, lb_ground ground, lb_error *err)
{
    lb_status status = LB_OK;
    transport_sinks *sinks = &out->sinks;
    sinks->count = out->to.count;
    sinks->padded = (sinks->count + TRANSPORT_LANES - 1) / TRANSPORT_LANES * TRANSPORT_LANES;
    sinks->ground = ground;
    LB_ALLOC(sinks->y, sinks->padded);
    LB_ALLOC(sinks->x, sinks->padded);
    LB_ALLOC(sinks->price, sinks->padded);
    LB_ALLOC(sinks->demand, sinks->count);
    for (size_t j = 0; j < sinks->padded; j++) {
        sinks->y[j] = j < sinks->count ? out->to.points[j].y : 0;
        sinks->x[j] = j < sinks->count ? out->to.points[j].x : 0;
        sinks->price[j] = j < sinks->count ? 0 : -INFINITY;
    }
cleanup:
    return status;
}

static void
problem_release(problem *self)
{
    lb_free(self->from.points);
    lb_free(self->to.points);
    lb_free(self->supply);
    lb_free(self->sinks.y);
    lb_free(self->sinks.x);
    lb_free(self->sinks.price);
    lb_free(self->sinks.demand);
}

/* Level 0 has a block for every pixel, also where several have the same place. */
static lb_status
blocks_create(blocks *out, const side *from, unsigned level, lb_error *err)
{
    lb_status status = LB_OK;
    LB_ALLOC(out->start, from->count + 1);
    for (size_t i = 0; i < from->count; i++) {
        if (i == 0 || level == 0 ||
            (uint64_t)from->points[i].code >> (2 * level) !=
                (uint64_t)from->points[i - 1].code >> (2 * level)) {
            out->start[out->count++] = i;
        }
    }
    out->start[out->count] = from->count;
cleanup:
    return status;
}

static lb_status
sources_create(transport_sources *out, const problem *self, const blocks *level, lb_error *err)
{
    lb_status status = LB_OK;
    bool has_free = self->free_mass > 0;
    out->count = level->count + has_free;
    out->free = has_free ? level->count : SIZE_MAX;
    LB_ALLOC(out->y, out->count);
    LB_ALLOC(out->x, out->count);
    LB_ALLOC(out->supply, out->count);
    for (size_t g = 0; g < level->count; g++) {
        double weight = 0, y = 0, x = 0;
        for (size_t i = level->start[g]; i < level->start[g + 1]; i++) {
            const pixel *point = &self->from.points[i];
            out->supply[g] += self->supply[i];
            weight += point->mass;
            y += point->mass * point->y;
            x += point->mass * point->x;
        }
        const pixel *first = &self->from.points[level->start[g]];
        bool alone = level->start[g + 1] == level->start[g] + 1;
        out->y[g] = alone ? first->y : y / weight;
        out->x[g] = alone ? first->x : x / weight;
    }
    if (has_free) {
        out->supply[level->count] = self->supply[self->sources - 1];
    }
cleanup:
    return status;
}

static void
sources_release(transport_sources *sources)
{
    lb_free(sources->y);
    lb_free(sources->x);
    lb_free(sources->supply);
    *sources = (transport_sources){0};
}

/* A sink and what it wants of the sources at hand. */
typedef struct want {
    uint32_t sink;
    int64_t amount;
} want;

static int
by_sink(const void *a, const void *b)
{
    uint32_t x = ((const want *)a)->sink, y = ((const want *)b)->sink;
    return (x > y) - (x < y);
}

/* The north-west corner rule: sources first ... end - 1 serve the wants in turn. Appends arcs, one
 * fewer than sources and wants together, since both run out at once only at the end. */
static void
deal_out(transport_arc *arcs, size_t *count, const transport_sources *sources, size_t first,
         size_t end, want *wants)
{
    size_t w = 0;
    for (size_t i = first; i < end; i++) {
        int64_t left = sources->supply[i];
        while (left > 0) {
            int64_t flow = left < wants[w].amount ? left : wants[w].amount;
            arcs[(*count)++] = (transport_arc){(uint32_t)i, wants[w].sink, flow};
            left -= flow;
            wants[w].amount -= flow;
            w += wants[w].amount == 0;
        }
    }
}

/* What the coarse source g sends where. */
static size_t
gather_wants(want *out, const transport_tree *coarse, size_t g)
{
    uint32_t node = (uint32_t)(coarse->sinks + g);
    size_t count = 0;
    out[count++] = (want){coarse->parent[node], coarse->flow[node]};
    for (uint32_t c = coarse->first[node]; c != TRANSPORT_NONE; c = coarse->next[c]) {
        out[count++] = (want){c, coarse->flow[c]};
    }
    qsort(out, count, sizeof *out, by_sink);
    return count;
}

/* A first basis for `sources`: from the optimum over the coarser blocks, or without it. */
static void
first_basis(transport_arc *arcs, const problem *self, const transport_sources *sources,
            const blocks *level, const transport_tree *coarse, const blocks *coarse_level,
            want *wants)
{
    size_t count = 0, end = 0;
    if (coarse == NULL) {
        for (size_t j = 0; j < self->sinks.count; j++) {
            wants[j] = (want){(uint32_t)j, self->sinks.demand[j]};
        }
        deal_out(arcs, &count, sources, 0, sources->count, wants);
        return;
    }
    for (size_t g = 0, first = 0; g < coarse->sources; g++, first = end) {
        gather_wants(wants, coarse, g);
        if (g == coarse_level->count) { /* the free source */
            end = sources->count;
        } else {
            for (end = first; level->start[end] < coarse_level->start[g + 1]; end++) {
            }
        }
        deal_out(arcs, &count, sources, first, end, wants);
    }
}

/* The dual's value at the masses as they were given. */
static double
dual_value(const problem *self, const transport_tree *tree, const transport_sources *sources)
{
    double from = 0, to = 0;
    for (size_t i = 0; i < tree->sources; i++) {
        uint32_t home = tree->parent[tree->sinks + i];
        double mass = i < self->from.count ? self->from.points[i].mass : self->free_mass;
        from += mass * (transport_cost(&self->sinks, sources, i, home) - self->sinks.price[home]);
    }
    for (size_t j = 0; j < tree->sinks; j++) {
        to += self->to.points[j].mass * self->sinks.price[j];
    }
    return from / (self->from.total + self->free_mass) + to / self->to.total;
}

/* The largest cost there can be. */
static double
cost_bound(const problem *self)
{
    double extent = 0;
    const side *const sides[] = {&self->from, &self->to};
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->count; i++) {
            extent = fmax(extent, fmax(sides[s]->points[i].y, sides[s]->points[i].x));
        }
    }
    return self->sinks.ground == LB_GROUND_SQUARED ? 2 * extent * extent : 1.5 * extent;
}

/* One level; *tree and *above are those of the level before and are replaced. */
static lb_status
solve_level(double *value, problem *self, unsigned number, transport_tree *tree, blocks *above,
            lb_error *err)
{
    lb_status status = LB_OK;
    blocks level = {0};
    transport_sources sources = {0};
    transport_tree made = {0};
    transport_arc *arcs = NULL;
    want *wants = NULL;
    LB_TRY(blocks_create(&level, &self->from, number, err));
    LB_TRY(sources_create(&sources, self, &level, err));
    LB_ALLOC(arcs, sources.count + self->sinks.count);
    LB_ALLOC(wants, self->sinks.count);
    first_basis(arcs, self, &sources, &level, tree->parent != NULL ? tree : NULL, above, wants);
    LB_TRY(transport_tree_create(&made, sources.count, self->sinks.count, err));
    LB_TRY(transport_tree_build(&made, arcs, err));
    LB_TRY(transport_simplex(&made, &self->sinks, &sources, 1e-12 * cost_bound(self), &self->reach,
                             err));
    if (number == 0) {
        *value = dual_value(self, &made, &sources);
    }
    transport_tree_release(tree);
    lb_free(above->start);
    *tree = made;
    *above = level;
    made = (transport_tree){0};
    level = (blocks){0};
cleanup:
    transport_tree_release(&made);
    lb_free(wants);
    lb_free(arcs);
    sources_release(&sources);
    lb_free(level.start);
    return status;
}

/* The finest level at which there are few blocks. */
static lb_status
coarsest_level(unsigned *out, const side *from, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = SIZE_MAX;
    for (unsigned level = 0; level <= 16 && count > COARSEST; level++) {
        blocks made = {0};
        LB_TRY(blocks_create(&made, from, level, err));
        count = made.count;
        *out = level;
        lb_free(made.start);
    }
cleanup:
    return status;
}

static lb_status
check_side(const lb_point_masses *points, const char *name, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(points, "lb_transport", name, err));
    if (points->count > 0 && (points->y == NULL || points->x == NULL)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "lb_transport: %s has %zu points, but y or x is NULL", name, points->count);
    }
cleanup:
    return status;
}

lb_status
lb_transport(double *out, const lb_point_masses *from, const lb_point_masses *to, double free_mass,
             lb_ground ground, lb_error *err)
{
    lb_status status = LB_OK;
    problem self = {.free_mass = free_mass};
    transport_tree tree = {0};
    blocks above = {0};
    unsigned level = 0;
    double value = 0;
    LB_NOT_NULL(out);
    LB_TRY(check_side(from, "from", err));
    LB_TRY(check_side(to, "to", err));
    if ((size_t)ground > LB_GROUND_SQUARED) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "ground %d is not an lb_ground", (int)ground));
    }
    if (!(free_mass >= 0 && isfinite(free_mass))) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "a free mass of %g", free_mass));
    }
    /* The problem is symmetric, and the sinks are better few. */
    bool swapped = free_mass == 0 && from->count < to->count;
    LB_TRY(side_create(&self.from, swapped ? to : from, err));
    LB_TRY(side_create(&self.to, swapped ? from : to, err));
    self.sources = self.from.count + (free_mass > 0);
    if (self.sources == 0 || self.to.count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "there is no mass to move"));
    }
    if (self.sources > MAX_POINTS || self.to.count > MAX_POINTS) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "more than %d points cannot be moved", MAX_POINTS));
    }
    LB_TRY(problem_sinks(&self, ground, err));
    LB_TRY(problem_masses(&self, err));
    self.reach = cost_bound(&self) / 100;
    LB_TRY(coarsest_level(&level, &self.from, err));
    for (unsigned number = level + 1; number-- > 0;) {
        LB_TRY(solve_level(&value, &self, number, &tree, &above, err));
    }
    *out = value;
cleanup:
    lb_free(above.start);
    transport_tree_release(&tree);
    problem_release(&self);
    return status;
}
