/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "lesionbench/volume.h"

enum { NX = 9, NY = 11, NZ = 7, N = NX * NY * NZ };

/* A lopsided ball: a number for every voxel inside, 0 outside. */
static float
head_at(ptrdiff_t x, ptrdiff_t y, ptrdiff_t z)
{
    double dx = (double)x - 4, dy = (double)y - 4.5, dz = (double)z - 3;
    bool inside = dx * dx / 12 + dy * dy / 16 + dz * dz / 8 < 1 && !(x < 3 && y < 3);
    return inside ? (float)(1 + x + 10 * y + 100 * z) : 0;
}

static const lb_affine PLAIN = {{{2, 0, 0, -8}, {0, 2, 0, -10}, {0, 0, 2, -6}}};

static void
fill(float value[N])
{
    for (ptrdiff_t i = 0; i < N; i++) {
        value[i] = head_at(i % NX, i / NX % NY, i / (NX * NY));
    }
}

/* The head stored with other axes: axis a of the stack is axis order[a] of the head, backwards
 * where turned. */
static void
store(float value[N], size_t count[3], lb_affine *to_world, const size_t order[3],
      const bool turned[3])
{
    const size_t size[3] = {NX, NY, NZ};
    size_t at = 0, index[3];
    for (size_t a = 0; a < 3; a++) {
        count[a] = size[order[a]];
    }
    for (index[2] = 0; index[2] < count[2]; index[2]++) {
        for (index[1] = 0; index[1] < count[1]; index[1]++) {
            for (index[0] = 0; index[0] < count[0]; index[0]++) {
                ptrdiff_t head[3];
                for (size_t a = 0; a < 3; a++) {
                    size_t i = turned[a] ? count[a] - 1 - index[a] : index[a];
                    head[order[a]] = (ptrdiff_t)i;
                }
                value[at++] = head_at(head[0], head[1], head[2]);
            }
        }
    }
    *to_world = PLAIN;
    for (size_t i = 0; i < 3; i++) {
        to_world->m[i][3] = PLAIN.m[i][3];
        for (size_t a = 0; a < 3; a++) {
            double step = PLAIN.m[i][order[a]];
            to_world->m[i][a] = turned[a] ? -step : step;
            to_world->m[i][3] += turned[a] ? step * (double)(count[a] - 1) : 0;
        }
    }
}

/* All 48 ways to store a volume are one and the same view. */
static void
every_orientation(void **state)
{
    (void)state;
    static const size_t ORDERS[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                        {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static float value[N];
    lb_error err = {0};
    for (size_t way = 0; way < 48; way++) {
        const bool turned[3] = {way & 1, way >> 1 & 1, way >> 2 & 1};
        size_t count[3];
        lb_affine to_world;
        lb_view view;
        lb_brain brain;
        store(value, count, &to_world, ORDERS[way / 8], turned);
        assert_ok(lb_view_make(&view, value, count, &to_world, &err));
        lb_brain_find(&brain, value, count);
        brain = lb_view_brain(&view, &brain);
        assert_memory_equal(&view.to_world, &PLAIN, sizeof PLAIN);
        assert_int_equal(view.count[0], NX);
        assert_int_equal(view.count[1], NY);
        assert_int_equal(view.count[2], NZ);
        uint64_t sum[3] = {0};
        for (ptrdiff_t i = 0; i < N; i++) {
            const ptrdiff_t at[3] = {i % NX, i / NX % NY, i / (NX * NY)};
            float here = view.value[at[0] * view.stride[0] + at[1] * view.stride[1] +
                                    at[2] * view.stride[2]];
            assert_close(here, head_at(at[0], at[1], at[2]), 0, 0);
            for (size_t axis = 0; axis < 3; axis++) {
                sum[axis] += here > 0 ? (uint64_t)at[axis] : 0;
            }
        }
        assert_memory_equal(sum, brain.sum, sizeof sum);
        assert_int_equal(brain.low[0], 1);
        assert_int_equal(brain.high[1], 8);
        assert_int_equal(brain.zeros + brain.voxels, N);
    }
}

static void
letters(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_affine affine;
    const double spacing[3] = {1, 2, 3};
    assert_ok(lb_affine_from_letters(&affine, "pSl", spacing, &err));
    assert_close(affine.m[1][0], -1, 0, 0);
    assert_close(affine.m[2][1], 2, 0, 0);
    assert_close(affine.m[0][2], -3, 0, 0);
    assert_close(affine.m[0][0], 0, 0, 0);
    static const char *const WRONG[] = {"", "RA", "RAX", "RLS", "RASS"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        assert_int_equal(lb_affine_from_letters(&affine, WRONG[i], spacing, &err),
                         LB_ERROR_ARGUMENT);
    }
}

static void
flat_or_infinite(void **state)
{
    (void)state;
    lb_error err = {0};
    lb_affine inverse, bad = PLAIN;
    assert_ok(lb_affine_invert(&inverse, &bad, &err));
    assert_close(inverse.m[1][1], 0.5, 0, 0);
    assert_close(inverse.m[1][3], 5, 0, 0);
    bad.m[1][1] = 0;
    assert_int_equal(lb_affine_invert(&inverse, &bad, &err), LB_ERROR_FORMAT);
    bad = PLAIN;
    bad.m[2][0] = NAN;
    assert_int_equal(lb_affine_invert(&inverse, &bad, &err), LB_ERROR_FORMAT);
    bad = PLAIN;
    bad.m[0][3] = INFINITY;
    assert_int_equal(lb_affine_invert(&inverse, &bad, &err), LB_ERROR_FORMAT);
}

/* A grid of `size` cubes over the plain head, its middle on the voxel (4, 5, 3). */
static lb_grid
lay(lb_view *view, const float *value, double voxel, const size_t size[3])
{
    lb_error err = {0};
    const size_t count[3] = {NX, NY, NZ};
    const double centre[3] = {4, 5, 3};
    lb_grid grid;
    lb_brain brain;
    assert_ok(lb_view_make(view, value, count, &PLAIN, &err));
    lb_brain_find(&brain, value, count);
    brain = lb_view_brain(view, &brain);
    lb_grid_lay(&grid, size, voxel, view, &brain, centre);
    return grid;
}

/* Padded at one side, cropped at the other; the three directions of slices. */
static void
exact_slices(void **state)
{
    (void)state;
    static float value[N];
    float slice[NX * 13];
    lb_view view;
    size_t inside = 0, cut = 0;
    fill(value);
    const size_t size[3] = {7, 13, NZ};
    lb_grid grid = lay(&view, value, 2, size);
    assert_true(grid.exact);
    assert_close(grid.first_mm[0], -6, 0, 0);
    assert_close(grid.first_mm[1], -12, 0, 0);
    lb_view_slice(slice, &inside, &cut, &view, &grid, LB_AXIAL, 3);
    size_t expected = 0;
    for (ptrdiff_t i = 0; i < 7; i++) {
        for (ptrdiff_t j = 0; j < 13; j++) {
            float want = j >= 1 && j <= NY ? head_at(i + 1, j - 1, 3) : 0;
            assert_close(slice[i * 13 + j], want, 0, 0);
            expected += want > 0;
        }
    }
    assert_int_equal(inside, expected);
    assert_int_equal(cut, 0);
    lb_view_slice(slice, &inside, &cut, &view, &grid, LB_CORONAL, 6);
    assert_close(slice[2 * NZ + 4], head_at(3, 5, 4), 0, 0);
    lb_view_slice(slice, &inside, &cut, &view, &grid, LB_SAGITTAL, 2);
    assert_close(slice[4 * 13 + 6], head_at(3, 5, 4), 0, 0);
    const size_t narrow[3] = {5, 13, NZ};
    grid = lay(&view, value, 2, narrow);
    lb_view_slice(NULL, &inside, &cut, &view, &grid, LB_AXIAL, 3);
    assert_true(cut > 0);
}

/* What linear interpolation must keep: a linear function, where all the neighbours are brain. */
static void
resampled_slices(void **state)
{
    (void)state;
    static float value[N];
    enum { SIDE = 21 };
    float slice[SIDE * SIDE];
    lb_view view;
    size_t inside = 0, cut = 0, deep = 0;
    fill(value);
    const size_t size[3] = {SIDE, SIDE, SIDE};
    lb_grid grid = lay(&view, value, 0.9, size);
    assert_false(grid.exact);
    assert_int_equal(grid.parts[0], 1);
    lb_view_slice(slice, &inside, &cut, &view, &grid, LB_AXIAL, 11);
    for (ptrdiff_t i = 0; i < SIDE; i++) {
        for (ptrdiff_t j = 0; j < SIDE; j++) {
            double x = 4 + 0.45 * (double)(i - 10), y = 5 + 0.45 * (double)(j - 10), z = 3.45;
            bool all = true, none = true;
            for (int c = 0; c < 8; c++) {
                bool brain = head_at((ptrdiff_t)floor(x) + (c & 1),
                                     (ptrdiff_t)floor(y) + (c >> 1 & 1), 3 + (c >> 2)) > 0;
                all = all && brain;
                none = none && !brain;
            }
            if (all) {
                assert_close(slice[i * SIDE + j], 1 + x + 10 * y + 100 * z, 1e-3, 0);
                deep++;
            } else if (none) {
                assert_close(slice[i * SIDE + j], 0, 0, 0);
            }
        }
    }
    assert_true(deep > 40);
    assert_int_equal(cut, 0);
}

/* Cubes of two voxels are their mean, not one of them. */
static void
coarse_slices(void **state)
{
    (void)state;
    static float value[N];
    float slice[4];
    lb_view view;
    size_t inside = 0, cut = 0;
    for (ptrdiff_t i = 0; i < N; i++) {
        value[i] = i % NX % 2 == 0 ? 1 : 3;
    }
    const size_t size[3] = {2, 2, 2};
    lb_grid grid = lay(&view, value, 4, size);
    assert_int_equal(grid.parts[0], 2);
    lb_view_slice(slice, &inside, &cut, &view, &grid, LB_AXIAL, 0);
    assert_int_equal(inside, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_close(slice[i], 2, 1e-6, 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_orientation), cmocka_unit_test(letters),
        cmocka_unit_test(flat_or_infinite),  cmocka_unit_test(exact_slices),
        cmocka_unit_test(resampled_slices),  cmocka_unit_test(coarse_slices),
    };
    return cmocka_run_group_tests_name("volume", tests, NULL, NULL);
}
