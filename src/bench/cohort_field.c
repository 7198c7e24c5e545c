/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* Distance of the field's nodes in mm; the middle one lies at 0. */
static const double NODE_SPACING = 20;

/* The field is a sum of random splines of several spacings. Standard deviations are of their
 * coefficients; a spline is a moving average of them and so varies about a third as much. */
typedef struct level {
    double spacing;      /* mm */
    double displacement; /* mm */
    double bias;
} level;

enum { LEVEL_SHAPE = 1 }; /* the one that sets the shape of the head */
static const level LEVELS[] = {
    {.spacing = 110, .bias = 0.16},
    {.spacing = 60, .displacement = 7},
    {.spacing = 28, .displacement = 5},
};
enum { LEVEL_COUNT = sizeof LEVELS / sizeof LEVELS[0], LEVEL_NODES = 17 };

/* The pattern by which the sexes differ in shape is the same in every cohort. */
static const uint64_t PATTERN_SEED = 2012, PATTERN_ITEM = UINT64_MAX;

/* The ventricles and what is around them grow or shrink towards a point of the head. */
static const double VENTRICLE_HEIGHT = 10, VENTRICLE_REACH = 22, VENTRICLE_GROWTH = 0.15;

/* Draws beyond are drawn again: no subject is a freak. */
static const double DRAW_LIMIT = 3;

double
cohort_draw(lb_random *random)
{
    double value = 0;
    do {
        value = lb_random_normal(random);
    } while (fabs(value) > DRAW_LIMIT);
    return value;
}

/* Uniform cubic B-spline. */
cohort_knot
cohort_knot_at(double position)
{
    double whole = floor(position), t = position - whole;
    cohort_knot knot = {.first = (size_t)whole - 1};
    knot.weight[0] = (float)((1 - t) * (1 - t) * (1 - t) / 6);
    knot.weight[1] = (float)((3 * t * t * t - 6 * t * t + 4) / 6);
    knot.weight[2] = (float)((-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6);
    knot.weight[3] = (float)(t * t * t / 6);
    return knot;
}

cohort_knot
cohort_field_knot(double head)
{
    return cohort_knot_at(head / NODE_SPACING + FIELD_NODES / 2);
}

static double
node_mm(size_t node)
{
    return NODE_SPACING * ((double)node - FIELD_NODES / 2);
}

typedef float level_nodes[LEVEL_NODES][LEVEL_NODES][LEVEL_NODES];

/* Adds one part of one level: a coarse spline, read at the nodes of the field. */
static void
add_level(cohort_field *field, size_t part, double spacing, double deviation, level_nodes coarse,
          lb_random *random)
{
    for (size_t i = 0; i < (size_t)LEVEL_NODES * LEVEL_NODES * LEVEL_NODES; i++) {
        (&coarse[0][0][0])[i] = (float)(deviation * cohort_draw(random));
    }
    cohort_knot knot[FIELD_NODES];
    for (size_t i = 0; i < FIELD_NODES; i++) {
        knot[i] = cohort_knot_at(node_mm(i) / spacing + LEVEL_NODES / 2);
    }
    for (size_t z = 0; z < FIELD_NODES; z++) {
        for (size_t x = 0; x < FIELD_NODES; x++) {
            for (size_t y = 0; y < FIELD_NODES; y++) {
                float sum = 0;
                for (size_t tap = 0; tap < 64; tap++) {
                    size_t i = tap / 16, j = tap / 4 % 4, k = tap % 4;
                    sum += knot[z].weight[i] * knot[x].weight[j] * knot[y].weight[k] *
                           coarse[knot[z].first + i][knot[x].first + j][knot[y].first + k];
                }
                field->node[z][x][y][part] += sum;
            }
        }
    }
}

/* Reading the template nearer to the middle of the ventricles makes them larger. */
static void
grow_ventricles(cohort_field *field, double growth)
{
    for (size_t z = 0; z < FIELD_NODES; z++) {
        for (size_t x = 0; x < FIELD_NODES; x++) {
            for (size_t y = 0; y < FIELD_NODES; y++) {
                const double from[3] = {node_mm(x), node_mm(y), node_mm(z) - VENTRICLE_HEIGHT};
                double square = from[0] * from[0] + from[1] * from[1] + from[2] * from[2];
                double share = growth * exp(-0.5 * square / (VENTRICLE_REACH * VENTRICLE_REACH));
                for (size_t axis = 0; axis < 3; axis++) {
                    field->node[z][x][y][axis] -= (float)(share * from[axis]);
                }
            }
        }
    }
}

lb_status
cohort_field_draw(cohort_field *out, double pattern, lb_random *random, lb_error *err)
{
    lb_status status = LB_OK;
    lb_random fixed;
    level_nodes *coarse = NULL;
    LB_ALLOC(coarse, 1);
    *out = (cohort_field){0};
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        for (size_t part = 0; part < FIELD_PARTS; part++) {
            double deviation = part < 3 ? LEVELS[i].displacement : LEVELS[i].bias;
            if (deviation > 0) {
                add_level(out, part, LEVELS[i].spacing, deviation, *coarse, random);
            }
        }
    }
    grow_ventricles(out, VENTRICLE_GROWTH * cohort_draw(random));
    lb_random_init(&fixed, PATTERN_SEED, LB_PURPOSE_SUBJECT, PATTERN_ITEM);
    for (size_t part = 0; pattern != 0 && part < 3; part++) {
        const level *shape = &LEVELS[LEVEL_SHAPE];
        add_level(out, part, shape->spacing, pattern * shape->displacement, *coarse, &fixed);
    }
cleanup:
    lb_free(coarse);
    return status;
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
    for (size_t i = 0; i < FIELD_NODES; i++) {
        for (size_t part = 0; part < FIELD_PARTS; part++) {
            float sum = 0;
            for (size_t tap = 0; tap < 4; tap++) {
                sum += x->weight[tap] * plane[x->first + tap][i][part];
            }
            out[i][part] = sum;
        }
    }
}
