/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>
#include <string.h>

/* The ball that closes the brain, and the lattice on which it does: mm. */
static const double RADIUS = 8, STEP = 1.5;

/* A coarse copy of the brain's mask, with room for the ball around it. */
typedef struct coarse {
    size_t n[3], factor[3], pad[3]; /* x, y, z */
    double spacing[3];
    float *near, *scratch; /* squared distances in mm^2, (z, y, x) */
} coarse;

static lb_status
plan(coarse *out, const lb_volume *volume, lb_error *err)
{
    lb_status status = LB_OK;
    const size_t n[3] = {volume->nx, volume->ny, volume->nz};
    size_t count = 1;
    for (size_t axis = 0; axis < 3; axis++) {
        double factor = round(STEP / volume->spacing[axis]);
        out->factor[axis] = factor > 1 ? (size_t)fmin(factor, (double)n[axis]) : 1;
        out->spacing[axis] = (double)out->factor[axis] * volume->spacing[axis];
        out->pad[axis] = (size_t)ceil(RADIUS / out->spacing[axis]) + 1;
        out->n[axis] = (n[axis] + out->factor[axis] - 1) / out->factor[axis] + 2 * out->pad[axis];
        LB_TRY(lb_multiply(&count, count, out->n[axis], err));
    }
    LB_ALLOC(out->near, count);
    LB_ALLOC(out->scratch, count);
cleanup:
    return status;
}

/* Distances of 0 where most of a coarse voxel is brain, else far. */
static void
mark(coarse *c, const lb_volume *volume)
{
    size_t count = c->n[0] * c->n[1] * c->n[2];
    float max = (float)(c->factor[0] * c->factor[1] * c->factor[2]);
    memset(c->near, 0, count * sizeof *c->near);
    for (size_t i = 0; i < volume->ny * volume->nz; i++) {
        size_t y = i % volume->ny / c->factor[1] + c->pad[1];
        size_t z = i / volume->ny / c->factor[2] + c->pad[2];
        const float *from = volume->value + i * volume->nx;
        float *to = c->near + (z * c->n[1] + y) * c->n[0] + c->pad[0];
        for (size_t x = 0, within = 0; x < volume->nx; x++) {
            *to += from[x] > 0;
            if (++within == c->factor[0]) {
                within = 0;
                to++;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        c->near[i] = 2 * c->near[i] >= max ? 0 : INFINITY;
    }
}

static float
square_of(ptrdiff_t k, double spacing)
{
    return (float)((double)k * spacing * ((double)k * spacing));
}

/* out[i] = least of itself and in[i] + away. */
static void
lower(float *out, const float *in, size_t n, float away)
{
    for (size_t i = 0; i < n; i++) {
        float distance = in[i] + away;
        out[i] = distance < out[i] ? distance : out[i];
    }
}

/* out[i] = least over k of in[i + k] + (k x spacing)^2, along a line. */
static void
spread_line(float *out, const float *in, size_t n, double spacing)
{
    ptrdiff_t reach = (ptrdiff_t)(RADIUS / spacing) + 1;
    memcpy(out, in, n * sizeof *out);
    for (ptrdiff_t k = 1; k <= reach && k < (ptrdiff_t)n; k++) {
        lower(out, in + k, n - (size_t)k, square_of(k, spacing));
        lower(out + k, in, n - (size_t)k, square_of(k, spacing));
    }
}

/* The same across n rows of `length` values that lie `step` apart. */
static void
spread_rows(float *out, const float *in, size_t n, size_t step, size_t length, double spacing)
{
    ptrdiff_t reach = (ptrdiff_t)(RADIUS / spacing) + 1;
    for (ptrdiff_t row = 0; row < (ptrdiff_t)n; row++) {
        float *to = out + (size_t)row * step;
        memcpy(to, in + (size_t)row * step, length * sizeof *to);
        for (ptrdiff_t k = -reach; k <= reach; k++) {
            if (k != 0 && row + k >= 0 && row + k < (ptrdiff_t)n) {
                lower(to, in + (size_t)(row + k) * step, length, square_of(k, spacing));
            }
        }
    }
}

/* Squared distances to the voxels that are 0, exact up to the radius and too great beyond it: the
 * least over one axis after the other (Felzenszwalb and Huttenlocher, Theory of Computing 8, 2012),
 * within the radius alone. */
static void
measure(coarse *c)
{
    size_t nx = c->n[0], ny = c->n[1], nz = c->n[2], plane = nx * ny;
#pragma omp parallel for
    for (size_t z = 0; z < nz; z++) {
        for (size_t y = 0; y < ny; y++) {
            spread_line(c->scratch + z * plane + y * nx, c->near + z * plane + y * nx, nx,
                        c->spacing[0]);
        }
        spread_rows(c->near + z * plane, c->scratch + z * plane, ny, nx, nx, c->spacing[1]);
    }
#pragma omp parallel for
    for (size_t y = 0; y < ny; y++) {
        spread_rows(c->scratch + y * nx, c->near + y * nx, nz, plane, nx, c->spacing[2]);
    }
    float *swap = c->near;
    c->near = c->scratch;
    c->scratch = swap;
}

/* near: from each voxel to the next one that is farther than the radius from the brain, in mm. */
static void
close_gaps(coarse *c)
{
    size_t count = c->n[0] * c->n[1] * c->n[2];
    const float square = (float)(RADIUS * RADIUS);
    measure(c);
    for (size_t i = 0; i < count; i++) {
        c->near[i] = c->near[i] > square ? 0 : INFINITY;
    }
    measure(c);
    for (size_t i = 0; i < count; i++) {
        c->near[i] = fminf(sqrtf(c->near[i]), (float)(2 * RADIUS));
    }
}

/* Between the middles of coarse voxels along one axis. */
typedef struct place {
    size_t low;
    float part;
} place;

static place
place_of(const coarse *c, size_t fine, size_t axis)
{
    double at = ((double)fine + 0.5) / (double)c->factor[axis] - 0.5 + (double)c->pad[axis];
    return (place){(size_t)at, (float)(at - floor(at))};
}

static void
fill_row(float *row, const coarse *c, const place *x, size_t nx, place y, place z, float fluid)
{
    const float share[4] = {(1 - y.part) * (1 - z.part), y.part * (1 - z.part),
                            (1 - y.part) * z.part, y.part * z.part};
    const float *line[4];
    for (size_t i = 0; i < 4; i++) {
        line[i] = c->near + ((z.low + i / 2) * c->n[1] + y.low + i % 2) * c->n[0];
    }
    for (size_t i = 0; i < nx; i++) {
        float distance = 0, part = x[i].part;
        if (row[i] > 0) {
            continue;
        }
        for (size_t k = 0; k < 4; k++) {
            const float *near = line[k] + x[i].low;
            distance += share[k] * ((1 - part) * near[0] + part * near[1]);
        }
        row[i] = distance > (float)RADIUS ? fluid : row[i];
    }
}

lb_status
cohort_fluid_fill(lb_volume *volume, float fluid, lb_error *err)
{
    lb_status status = LB_OK;
    coarse c = {.near = NULL};
    place *x = NULL;
    LB_TRY(plan(&c, volume, err));
    LB_ALLOC(x, volume->nx);
    mark(&c, volume);
    close_gaps(&c);
    for (size_t i = 0; i < volume->nx; i++) {
        x[i] = place_of(&c, i, 0);
    }
#pragma omp parallel for
    for (size_t i = 0; i < volume->ny * volume->nz; i++) {
        fill_row(volume->value + i * volume->nx, &c, x, volume->nx, place_of(&c, i % volume->ny, 1),
                 place_of(&c, i / volume->ny, 2), fluid);
    }
cleanup:
    lb_free(x);
    lb_free(c.scratch);
    lb_free(c.near);
    return status;
}
