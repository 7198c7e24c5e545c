/* SPDX-License-Identifier: MIT */
/* Slices of volumes on a grid. */
#include <math.h>
#include <string.h>

#include "lesionbench/volume.h"

/* Over the whole volume the voxels may drift from the grid's by so much and still be the same. */
static const double MAX_DRIFT = 0.01;

enum { MAX_PARTS = 8 };

/* Whether a step of one cube along each axis is a step of one voxel. */
static bool
is_exact(const lb_affine *step, const lb_view *view)
{
    for (size_t i = 0; i < 3; i++) {
        double drift = 0;
        for (size_t j = 0; j < 3; j++) {
            drift += fabs(step->m[i][j] - (i == j ? 1 : 0)) * (double)view->count[j];
        }
        if (!(drift < MAX_DRIFT)) {
            return false;
        }
    }
    return true;
}

static void
place_exactly(lb_grid *grid, const double centre[3])
{
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            grid->to_view.m[i][j] = i == j ? 1 : 0;
        }
        grid->to_view.m[i][3] = floor(centre[i] - 0.5 * (double)(grid->count[i] - 1) + 0.5);
    }
}

static void
place_freely(lb_grid *grid, const lb_affine *step, const double centre[3])
{
    grid->to_view = *step;
    for (size_t i = 0; i < 3; i++) {
        double shift = centre[i];
        for (size_t j = 0; j < 3; j++) {
            shift -= step->m[i][j] * 0.5 * (double)(grid->count[j] - 1);
        }
        grid->to_view.m[i][3] = shift;
    }
}

/* As many samples as the cube is voxels long. */
static void
choose_parts(lb_grid *grid)
{
    for (size_t j = 0; j < 3; j++) {
        double length = 0;
        for (size_t i = 0; i < 3; i++) {
            length = fmax(length, fabs(grid->to_view.m[i][j]));
        }
        grid->parts[j] = (size_t)fmin(fmax(floor(length + 0.5), 1), MAX_PARTS);
    }
}

static ptrdiff_t
clip(double value, double low, double high)
{
    return (ptrdiff_t)fmin(fmax(value, low), high);
}

/* The cubes around the brain's box, and around the voxels that its outermost ones reach. */
static void
bound(lb_grid *grid, const lb_view *view, const lb_brain *brain)
{
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (size_t corner = 0; corner < 8; corner++) {
        double at[3], mm[3];
        for (size_t axis = 0; axis < 3; axis++) {
            bool far = (corner >> axis & 1) != 0;
            at[axis] = far ? (double)brain->high[axis] + 1 : (double)brain->low[axis] - 1;
        }
        lb_affine_apply(mm, &view->to_world, at);
        for (size_t axis = 0; axis < 3; axis++) {
            double cube = (mm[axis] - grid->first_mm[axis]) / grid->voxel;
            low[axis] = fmin(low[axis], cube);
            high[axis] = fmax(high[axis], cube);
        }
    }
    for (size_t axis = 0; axis < 3; axis++) {
        double last = (double)grid->count[axis];
        grid->low[axis] = clip(floor(low[axis]) - 1, -1, last);
        grid->high[axis] = clip(ceil(high[axis]) + 1, -1, last);
    }
}

void
lb_grid_lay(lb_grid *out, const size_t count[3], double voxel, const lb_view *view,
            const lb_brain *brain, const double centre[3])
{
    lb_grid grid = {.voxel = voxel};
    lb_affine step;
    lb_error never; /* lb_view_make() has inverted it before */
    lb_affine_invert(&step, &view->to_world, &never);
    for (size_t i = 0; i < 3; i++) {
        grid.count[i] = count[i];
        for (size_t j = 0; j < 3; j++) {
            step.m[i][j] *= voxel;
        }
    }
    grid.exact = is_exact(&step, view);
    if (grid.exact) {
        place_exactly(&grid, centre);
    } else {
        place_freely(&grid, &step, centre);
    }
    const double first[3] = {grid.to_view.m[0][3], grid.to_view.m[1][3], grid.to_view.m[2][3]};
    lb_affine_apply(grid.first_mm, &view->to_world, first);
    choose_parts(&grid);
    bound(&grid, view, brain);
    *out = grid;
}

lb_slice_axes
lb_axis_axes(lb_axis axis)
{
    static const lb_slice_axes AXES[] = {{0, 1, 2}, {0, 2, 1}, {2, 1, 0}};
    return AXES[axis];
}

/* The voxel so many strides from the first; 0 beyond the volume. */
static float
voxel_at(const lb_view *view, const ptrdiff_t index[3])
{
    ptrdiff_t offset = 0;
    for (size_t axis = 0; axis < 3; axis++) {
        if (index[axis] < 0 || index[axis] >= (ptrdiff_t)view->count[axis]) {
            return 0;
        }
        offset += index[axis] * view->stride[axis];
    }
    return view->value[offset];
}

/* What a sample adds up: values of the brain by their linear weights, and the weights. */
typedef struct mean {
    float sum, weight;
} mean;

static inline void
add(mean *m, float value, float weight)
{
    m->sum += weight * (value > 0 ? value : 0);
    m->weight += weight * (float)(value > 0); /* no branch: it would be guessed wrongly */
}

/* Between eight voxels that are all there. */
static inline void
sample_inside(mean *m, const float *voxel, const ptrdiff_t stride[3], const float share[3])
{
    const ptrdiff_t line[4] = {0, stride[1], stride[2], stride[1] + stride[2]};
    const float across[4] = {(1 - share[1]) * (1 - share[2]), share[1] * (1 - share[2]),
                             (1 - share[1]) * share[2], share[1] * share[2]};
    for (size_t i = 0; i < 4; i++) {
        add(m, voxel[line[i]], across[i] * (1 - share[0]));
        add(m, voxel[line[i] + stride[0]], across[i] * share[0]);
    }
}

static void
sample_edge(mean *m, const lb_view *view, const ptrdiff_t first[3], const float share[3])
{
    for (ptrdiff_t corner = 0; corner < 8; corner++) {
        /* The order of sample_inside(). */
        const ptrdiff_t far[3] = {corner & 1, corner >> 1 & 1, corner >> 2};
        const ptrdiff_t index[3] = {first[0] + far[0], first[1] + far[1], first[2] + far[2]};
        float across = (far[1] ? share[1] : 1 - share[1]) * (far[2] ? share[2] : 1 - share[2]);
        add(m, voxel_at(view, index), across * (far[0] ? share[0] : 1 - share[0]));
    }
}

/* Interpolates at a view index. */
static inline void
sample(mean *m, const lb_view *view, const double at[3])
{
    ptrdiff_t first[3];
    float share[3];
    bool inside = true;
    for (size_t axis = 0; axis < 3; axis++) {
        if (!(at[axis] >= -1 && at[axis] < (double)view->count[axis])) {
            return;
        }
        first[axis] = (ptrdiff_t)(at[axis] + 1) - 1; /* floor(), but quick */
        share[axis] = (float)(at[axis] - (double)first[axis]);
        inside = inside && first[axis] >= 0 && first[axis] + 1 < (ptrdiff_t)view->count[axis];
    }
    if (inside) {
        const ptrdiff_t *stride = view->stride;
        ptrdiff_t offset = first[0] * stride[0] + first[1] * stride[1] + first[2] * stride[2];
        sample_inside(m, view->value + offset, stride, share);
    } else {
        sample_edge(m, view, first, share);
    }
}

/* Where the samples of a cube lie around its middle, as view indices. */
typedef struct samples {
    size_t count;
    double offset[MAX_PARTS * MAX_PARTS * MAX_PARTS][3];
} samples;

static void
spread(samples *out, const lb_grid *grid)
{
    out->count = grid->parts[0] * grid->parts[1] * grid->parts[2];
    for (size_t s = 0; s < out->count; s++) {
        size_t rest = s;
        memset(out->offset[s], 0, sizeof out->offset[s]);
        for (size_t j = 0; j < 3; j++) {
            size_t part = rest % grid->parts[j];
            double cube = ((double)part + 0.5) / (double)grid->parts[j] - 0.5;
            rest /= grid->parts[j];
            for (size_t i = 0; i < 3; i++) {
                out->offset[s][i] += grid->to_view.m[i][j] * cube;
            }
        }
    }
}

/* The pixel whose cube's middle is at a view index; 0 outside the brain. */
static float
pixel(const lb_view *view, bool exact, const samples *around, const double at[3])
{
    if (exact) {
        const ptrdiff_t index[3] = {(ptrdiff_t)at[0], (ptrdiff_t)at[1], (ptrdiff_t)at[2]};
        float value = voxel_at(view, index);
        return value > 0 ? value : 0;
    }
    mean m = {0, 0};
    for (size_t s = 0; s < around->count; s++) {
        const double *offset = around->offset[s];
        const double where[3] = {at[0] + offset[0], at[1] + offset[1], at[2] + offset[2]};
        sample(&m, view, where);
    }
    return m.weight > 0.5F * (float)around->count ? m.sum / m.weight : 0;
}

void
lb_view_slice(float *out, size_t *inside, size_t *cut, const lb_view *view, const lb_grid *grid,
              lb_axis axis, size_t position)
{
    lb_slice_axes axes = lb_axis_axes(axis);
    ptrdiff_t rows = (ptrdiff_t)grid->count[axes.row];
    ptrdiff_t columns = (ptrdiff_t)grid->count[axes.column], depth = (ptrdiff_t)position;
    samples around;
    *inside = *cut = 0;
    if (out != NULL) {
        memset(out, 0, (size_t)rows * (size_t)columns * sizeof *out);
    }
    if (depth < grid->low[axes.position] || depth > grid->high[axes.position]) {
        return;
    }
    spread(&around, grid);
    const double step[3] = {grid->to_view.m[0][axes.column], grid->to_view.m[1][axes.column],
                            grid->to_view.m[2][axes.column]};
    for (ptrdiff_t i = grid->low[axes.row]; i <= grid->high[axes.row]; i++) {
        double cube[3], start[3];
        cube[axes.row] = (double)i;
        cube[axes.column] = 0;
        cube[axes.position] = (double)position;
        lb_affine_apply(start, &grid->to_view, cube);
        for (ptrdiff_t j = grid->low[axes.column]; j <= grid->high[axes.column]; j++) {
            const double at[3] = {start[0] + step[0] * (double)j, start[1] + step[1] * (double)j,
                                  start[2] + step[2] * (double)j};
            float value = pixel(view, grid->exact, &around, at);
            bool beyond = i < 0 || j < 0 || i >= rows || j >= columns;
            *cut += beyond && value > 0;
            *inside += !beyond && value > 0;
            if (!beyond && out != NULL) {
                out[i * columns + j] = value;
            }
        }
    }
}
