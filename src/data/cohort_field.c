/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

/* Uniform cubic B-spline. */
cohort_knot
cohort_knot_at(double position)
{
    size_t whole = (size_t)position;
    double t = position - (double)whole;
    cohort_knot knot = {.first = whole - 1};
    knot.weight[0] = (float)((1 - t) * (1 - t) * (1 - t) / 6);
    knot.weight[1] = (float)((3 * t * t * t - 6 * t * t + 4) / 6);
    knot.weight[2] = (float)((-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6);
    knot.weight[3] = (float)(t * t * t / 6);
    return knot;
}

static double
field_position(double head)
{
    return head / FIELD_SPACING + FIELD_NODES / 2;
}

cohort_knot
cohort_field_knot(double head)
{
    return cohort_knot_at(field_position(head));
}

cohort_knot
cohort_field_slope(double head)
{
    double position = field_position(head);
    size_t whole = (size_t)position;
    double t = position - (double)whole;
    cohort_knot knot = {.first = whole - 1};
    knot.weight[0] = (float)(-(1 - t) * (1 - t) / 2 / FIELD_SPACING);
    knot.weight[1] = (float)((3 * t * t - 4 * t) / 2 / FIELD_SPACING);
    knot.weight[2] = (float)((-3 * t * t + 2 * t + 1) / 2 / FIELD_SPACING);
    knot.weight[3] = (float)(t * t / 2 / FIELD_SPACING);
    return knot;
}

double
cohort_node_mm(size_t node)
{
    return FIELD_SPACING * ((double)node - FIELD_NODES / 2);
}

void
cohort_field_at(float out[FIELD_PARTS], const cohort_field *field, const float at[3])
{
    cohort_knot x = cohort_field_knot((double)at[0]), y = cohort_field_knot((double)at[1]);
    cohort_knot z = cohort_field_knot((double)at[2]);
    float line[4 * FIELD_PARTS] = {0}; /* the four nodes along y */
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 4; j++) {
            const float *node = field->node[z.first + i][x.first + j][y.first];
            float share = z.weight[i] * x.weight[j];
            for (size_t k = 0; k < (size_t)4 * FIELD_PARTS; k++) {
                line[k] += share * node[k];
            }
        }
    }
    for (size_t part = 0; part < FIELD_PARTS; part++) {
        out[part] = y.weight[0] * line[part] + y.weight[1] * line[FIELD_PARTS + part] +
                    y.weight[2] * line[2 * FIELD_PARTS + part] +
                    y.weight[3] * line[3 * FIELD_PARTS + part];
    }
}

void
cohort_field_plane(float out[FIELD_NODES][FIELD_NODES][FIELD_PARTS], const cohort_field *field,
                   const cohort_knot *z)
{
    const float *node[4];
    for (size_t tap = 0; tap < 4; tap++) {
        node[tap] = &field->node[z->first + tap][0][0][0];
    }
    float *to = &out[0][0][0];
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_PARTS; i++) {
        to[i] = z->weight[0] * node[0][i] + z->weight[1] * node[1][i] + z->weight[2] * node[2][i] +
                z->weight[3] * node[3][i];
    }
}

void
cohort_field_row(float out[FIELD_NODES][FIELD_PARTS],
                 float plane[FIELD_NODES][FIELD_NODES][FIELD_PARTS], const cohort_knot *x)
{
    const float *node[4];
    for (size_t tap = 0; tap < 4; tap++) {
        node[tap] = &plane[x->first + tap][0][0];
    }
    float *to = &out[0][0];
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_PARTS; i++) {
        to[i] = x->weight[0] * node[0][i] + x->weight[1] * node[1][i] + x->weight[2] * node[2][i] +
                x->weight[3] * node[3][i];
    }
}
