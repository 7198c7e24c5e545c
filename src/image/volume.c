/* SPDX-License-Identifier: MIT */
/* Orientation of volumes. */
#include "lesionbench/volume.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

void
lb_affine_apply(double out[3], const lb_affine *affine, const double in[3])
{
    for (size_t i = 0; i < 3; i++) {
        const double *row = affine->m[i];
        out[i] = row[0] * in[0] + row[1] * in[1] + row[2] * in[2] + row[3];
    }
}

static double
determinant(const lb_affine *a)
{
    double sum = 0;
    for (size_t j = 0; j < 3; j++) {
        size_t p = (j + 1) % 3, q = (j + 2) % 3;
        sum += a->m[0][j] * (a->m[1][p] * a->m[2][q] - a->m[1][q] * a->m[2][p]);
    }
    return sum;
}

static double
column_length(const lb_affine *a, size_t column)
{
    return sqrt(a->m[0][column] * a->m[0][column] + a->m[1][column] * a->m[1][column] +
                a->m[2][column] * a->m[2][column]);
}

lb_status
lb_affine_invert(lb_affine *out, const lb_affine *affine, lb_error *err)
{
    double det = determinant(affine), box = 1;
    bool finite = true;
    for (size_t j = 0; j < 3; j++) {
        box *= column_length(affine, j);
        finite = finite && isfinite(affine->m[j][3]);
    }
    /* The volume of the voxel, over that of a box with its edges. */
    if (!finite || !isfinite(det) || !isfinite(box) || !(fabs(det) > 1e-3 * box)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "its orientation (the affine of the header) is damaged");
    }
    lb_affine inverse;
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            size_t r = (j + 1) % 3, s = (j + 2) % 3, p = (i + 1) % 3, q = (i + 2) % 3;
            inverse.m[i][j] =
                (affine->m[r][p] * affine->m[s][q] - affine->m[r][q] * affine->m[s][p]) / det;
        }
    }
    for (size_t i = 0; i < 3; i++) {
        const double *row = inverse.m[i];
        inverse.m[i][3] =
            -(row[0] * affine->m[0][3] + row[1] * affine->m[1][3] + row[2] * affine->m[2][3]);
    }
    *out = inverse;
    return LB_OK;
}

lb_status
lb_affine_from_letters(lb_affine *out, const char *letters, const double spacing[3], lb_error *err)
{
    static const char SIDES[] = "LRPAIS";
    lb_affine affine = {{{0}}};
    bool used[3] = {false};
    bool good = strlen(letters) == 3;
    for (size_t axis = 0; good && axis < 3; axis++) {
        const char *side = strchr(SIDES, toupper((unsigned char)letters[axis]));
        good = side != NULL && !used[(side - SIDES) / 2];
        if (good) {
            size_t world = (size_t)(side - SIDES) / 2;
            used[world] = true;
            affine.m[world][axis] = (side - SIDES) % 2 == 1 ? spacing[axis] : -spacing[axis];
        }
    }
    if (!good) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "'%s' is no orientation: one letter each of L or R, P or A, I or S",
                       letters);
    }
    *out = affine;
    return LB_OK;
}

void
lb_brain_find(lb_brain *out, const float *value, const size_t count[3])
{
    lb_brain brain = {.low = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    const float *v = value;
    for (size_t k = 0; k < count[2]; k++) {
        for (size_t j = 0; j < count[1]; j++, v += count[0]) {
            size_t first = SIZE_MAX, last = 0, here = 0;
            for (size_t i = 0; i < count[0]; i++) {
                brain.zeros += v[i] == 0;
                brain.negatives += v[i] < 0;
                if (v[i] > 0) {
                    first = first == SIZE_MAX ? i : first;
                    last = i;
                    here++;
                    brain.sum[0] += i;
                }
            }
            if (here == 0) {
                continue;
            }
            const size_t low[3] = {first, j, k}, high[3] = {last, j, k};
            for (size_t axis = 0; axis < 3; axis++) {
                brain.low[axis] = low[axis] < brain.low[axis] ? low[axis] : brain.low[axis];
                brain.high[axis] = high[axis] > brain.high[axis] ? high[axis] : brain.high[axis];
            }
            brain.voxels += here;
            brain.sum[1] += (uint64_t)here * j;
            brain.sum[2] += (uint64_t)here * k;
        }
    }
    *out = brain;
}

/* The order of the stack's axes whose directions are nearest to the world's. */
static void
nearest_order(size_t out[3], const lb_affine *to_world)
{
    static const size_t ORDERS[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                        {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double max = -1;
    for (size_t i = 0; i < 6; i++) {
        double sum = 0;
        for (size_t axis = 0; axis < 3; axis++) {
            size_t from = ORDERS[i][axis];
            sum += fabs(to_world->m[axis][from]) / column_length(to_world, from);
        }
        if (sum > max + 1e-9) {
            max = sum;
            memcpy(out, ORDERS[i], sizeof ORDERS[i]);
        }
    }
}

lb_status
lb_view_make(lb_view *out, const float *value, const size_t count[3], const lb_affine *to_world,
             lb_error *err)
{
    lb_affine inverse;
    lb_status status = lb_affine_invert(&inverse, to_world, err);
    if (status != LB_OK) {
        return status;
    }
    const ptrdiff_t stride[3] = {1, (ptrdiff_t)count[0], (ptrdiff_t)(count[0] * count[1])};
    lb_view view = {.value = value, .to_world = *to_world};
    nearest_order(view.axis, to_world);
    for (size_t axis = 0; axis < 3; axis++) {
        size_t from = view.axis[axis];
        view.turned[axis] = to_world->m[axis][from] < 0;
        view.count[axis] = count[from];
        view.stride[axis] = view.turned[axis] ? -stride[from] : stride[from];
        double last = (double)count[from] - 1;
        for (size_t i = 0; i < 3; i++) {
            double step = to_world->m[i][from];
            view.to_world.m[i][axis] = view.turned[axis] ? -step : step;
            view.to_world.m[i][3] += view.turned[axis] ? step * last : 0;
        }
        view.value += view.turned[axis] ? stride[from] * ((ptrdiff_t)count[from] - 1) : 0;
    }
    *out = view;
    return LB_OK;
}

lb_brain
lb_view_brain(const lb_view *view, const lb_brain *brain)
{
    lb_brain seen = *brain;
    for (size_t axis = 0; axis < 3; axis++) {
        size_t from = view->axis[axis], last = view->count[axis] - 1;
        seen.low[axis] = view->turned[axis] ? last - brain->high[from] : brain->low[from];
        seen.high[axis] = view->turned[axis] ? last - brain->low[from] : brain->high[from];
        uint64_t turned = (uint64_t)brain->voxels * last - brain->sum[from];
        seen.sum[axis] = view->turned[axis] ? turned : brain->sum[from];
    }
    return seen;
}
