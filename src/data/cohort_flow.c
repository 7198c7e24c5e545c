/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* Steps of the classical Runge-Kutta method of order 4 over the unit of time. */
enum { STEPS = 2 };

/* The lattice on which folding is looked for: three points from node to node. */
static const double CHECK_STEP = 2.5; /* mm */

static void
step_from(float out[3], const float at[3], const float slope[FIELD_PARTS], float step)
{
    for (size_t axis = 0; axis < 3; axis++) {
        /* A step that is too long for a very steep field must not leave it. */
        const float max = (float)FIELD_STILL;
        float to = at[axis] + step * slope[axis];
        out[axis] = to > max ? max : (to < -max ? -max : to);
    }
}

static void
follow(float at[3], const cohort_field *velocity, float share)
{
    const float step = share / STEPS;
    for (size_t i = 0; i < STEPS; i++) {
        float to[3], k[4][FIELD_PARTS], mean[FIELD_PARTS];
        cohort_field_at(k[0], velocity, at);
        step_from(to, at, k[0], step / 2);
        cohort_field_at(k[1], velocity, to);
        step_from(to, at, k[1], step / 2);
        cohort_field_at(k[2], velocity, to);
        step_from(to, at, k[2], step);
        cohort_field_at(k[3], velocity, to);
        for (size_t axis = 0; axis < 3; axis++) {
            mean[axis] = (k[0][axis] + 2 * k[1][axis] + 2 * k[2][axis] + k[3][axis]) / 6;
        }
        step_from(at, at, mean, step);
    }
}

/* Values at the nodes become the coefficients of the spline through them, along an axis on which
 * neighbours lie `step` apart; the spline is 0 beyond the ends. The system is tridiagonal with 1/6,
 * 4/6, 1/6 (Unser, Splines, IEEE Signal Processing Magazine 16, 1999). */
static void
interpolate(float *line, size_t step)
{
    float upper[FIELD_NODES], before = 0;
    for (size_t i = 0; i < FIELD_NODES; i++) {
        float pivot = 4 - (i == 0 ? 0 : upper[i - 1]);
        upper[i] = 1 / pivot;
        line[i * step] = before = (6 * line[i * step] - before) / pivot;
    }
    for (size_t i = FIELD_NODES - 1; i-- > 0;) {
        line[i * step] -= upper[i] * line[(i + 1) * step];
    }
}

static void
interpolate_all(cohort_field *field)
{
    const size_t step[3] = {(size_t)FIELD_NODES * FIELD_NODES * FIELD_PARTS,
                            (size_t)FIELD_NODES * FIELD_PARTS, FIELD_PARTS};
    float *node = &field->node[0][0][0][0];
    for (size_t axis = 0; axis < 3; axis++) {
        size_t p = (axis + 1) % 3, q = (axis + 2) % 3;
        for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES; i++) {
            float *line = node + i / FIELD_NODES * step[p] + i % FIELD_NODES * step[q];
            for (size_t part = 0; part < 3; part++) {
                interpolate(line + part, step[axis]);
            }
        }
    }
}

static void
flow_node(float node[FIELD_PARTS], const cohort_field *velocity, const double from[3], float share)
{
    float at[3] = {(float)from[0], (float)from[1], (float)from[2]};
    follow(at, velocity, share);
    for (size_t axis = 0; axis < 3; axis++) {
        node[axis] = at[axis] - (float)from[axis];
    }
}

lb_status
cohort_flow(cohort_field *out, const cohort_field *velocity, const cohort_template *head,
            double share, lb_error *err)
{
    lb_status status = LB_OK;
    cohort_field *made = NULL;
    const double still[3] = {cohort_still(head, 0), cohort_still(head, 1), cohort_still(head, 2)};
    LB_ALLOC(made, 1);
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        size_t z = i / FIELD_NODES / FIELD_NODES, x = i / FIELD_NODES % FIELD_NODES;
        size_t y = i % FIELD_NODES;
        const double from[3] = {cohort_node_mm(x), cohort_node_mm(y), cohort_node_mm(z)};
        if (fabs(from[0]) < still[0] && fabs(from[1]) < still[1] && fabs(from[2]) < still[2]) {
            flow_node(made->node[z][x][y], velocity, from, (float)share);
        }
        made->node[z][x][y][3] = velocity->node[z][x][y][3];
    }
    interpolate_all(made);
    *out = *made;
cleanup:
    lb_free(made);
    return status;
}

/* Values and derivatives of the field in a plane, then along a row of it. */
enum { VALUE, ALONG_X, ALONG_Z, FORMS };
typedef struct sheet {
    float plane[2][FIELD_NODES][FIELD_NODES][FIELD_PARTS]; /* value, along z */
    float row[FORMS][FIELD_NODES][FIELD_PARTS];
} sheet;

static double
determinant(float along[3][FIELD_PARTS])
{
    double j[3][3];
    for (size_t axis = 0; axis < 3; axis++) {
        for (size_t part = 0; part < 3; part++) {
            j[part][axis] = (part == axis ? 1 : 0) + (double)along[axis][part];
        }
    }
    return j[0][0] * (j[1][1] * j[2][2] - j[1][2] * j[2][1]) -
           j[0][1] * (j[1][0] * j[2][2] - j[1][2] * j[2][0]) +
           j[0][2] * (j[1][0] * j[2][1] - j[1][1] * j[2][0]);
}

/* Points of the lattice on each side of the middle that may be in the brain: its half size, turned
 * and stretched, and the longest displacement, which no coefficient of a spline falls short of. */
static size_t
points_to(const cohort_subject *subject, const cohort_template *head, size_t axis)
{
    const float *node = &subject->field.node[0][0][0][0];
    float max = 0;
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        max = fmaxf(max, fabsf(node[i * FIELD_PARTS + axis]));
    }
    double reach = fmin(1.25 * head->half_size[axis] + (double)max, FIELD_REACH);
    return (size_t)(reach / CHECK_STEP);
}

enum { MAX_POINTS = 64 };
typedef struct lattice {
    size_t count; /* odd */
    double at[2 * MAX_POINTS];
    cohort_knot knot[2 * MAX_POINTS], slope[2 * MAX_POINTS];
} lattice;

static void
set_lattice(lattice *out, size_t half)
{
    out->count = 2 * half + 1;
    for (size_t i = 0; i < out->count; i++) {
        out->at[i] = CHECK_STEP * ((double)i - (double)half);
        out->knot[i] = cohort_field_knot(out->at[i]);
        out->slope[i] = cohort_field_slope(out->at[i]);
    }
}

/* The least determinant along a row of the lattice. */
static double
row_minimum(sheet *s, const cohort_subject *subject, const cohort_template *head, double x,
            double z, const lattice *y)
{
    double min = INFINITY;
    for (size_t i = 0; i < y->count; i++) {
        float part[FIELD_PARTS], index[3], along[3][FIELD_PARTS];
        cohort_field_point(part, s->row[VALUE], &y->knot[i]);
        cohort_subject_index(index, subject, (float)x, (float)y->at[i], (float)z, part);
        if (cohort_template_near(head, index)) {
            cohort_field_point(along[0], s->row[ALONG_X], &y->knot[i]);
            cohort_field_point(along[1], s->row[VALUE], &y->slope[i]);
            cohort_field_point(along[2], s->row[ALONG_Z], &y->knot[i]);
            min = fmin(min, determinant(along));
        }
    }
    return min;
}

double
cohort_jacobian_minimum(const cohort_subject *subject, const cohort_template *head)
{
    sheet s;
    lattice axis[3];
    double min = INFINITY;
    for (size_t i = 0; i < 3; i++) {
        set_lattice(&axis[i], points_to(subject, head, i));
    }
    const lattice *x = &axis[0], *z = &axis[2];
    for (size_t k = 0; k < z->count; k++) {
        cohort_field_plane(s.plane[0], &subject->field, &z->knot[k]);
        cohort_field_plane(s.plane[1], &subject->field, &z->slope[k]);
        for (size_t i = 0; i < x->count; i++) {
            cohort_field_row(s.row[VALUE], s.plane[0], &x->knot[i]);
            cohort_field_row(s.row[ALONG_X], s.plane[0], &x->slope[i]);
            cohort_field_row(s.row[ALONG_Z], s.plane[1], &x->knot[i]);
            min = fmin(min, row_minimum(&s, subject, head, x->at[i], z->at[k], &axis[1]));
        }
    }
    return min;
}
