/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* The velocity is a sum of random splines, each with nodes half as far apart as the last. A share
 * is of the standard deviation of the two octaves of brain scale, or of the two of cortex scale:
 * their squares sum to 1. Displacement falls with the spacing, so that strain hardly does. */
typedef struct octave {
    double spacing; /* mm */
    double brain, cortex, bias;
} octave;

enum { OCTAVE_SHAPE = 1 }; /* the one in which the sexes differ */
static const octave OCTAVES[] = {{.spacing = 110, .bias = 1},
                                 {.spacing = 60, .brain = 0.81},
                                 {.spacing = 30, .brain = 0.59},
                                 {.spacing = 15, .cortex = 0.89},
                                 {.spacing = 7.5, .cortex = 0.45}};
enum { OCTAVE_COUNT = sizeof OCTAVES / sizeof OCTAVES[0] };

/* Nodes of an octave along an axis: enough for the finest, and at least as many as the pattern that
 * tells the sexes apart was first drawn with. */
enum { MAX_NODES = FIELD_NODES + 4, MIN_NODES = 17 };

/* The pattern by which the sexes differ in shape is the same in every cohort. */
static const uint64_t PATTERN_SEED = 2012, PATTERN_ITEM = UINT64_MAX;

/* The ventricles and what is around them grow or shrink towards a point of the head. */
static const double VENTRICLE_HEIGHT = 10, VENTRICLE_REACH = 22, VENTRICLE_GROWTH = 0.15;

/* The velocity fades to 0 over four nodes, of which a coefficient reaches two: mm. */
static const double FADE = 2 * FIELD_SPACING, SUPPORT = 2 * FIELD_SPACING;

/* Room in mm beyond the brain, which may be turned and stretched, for it to move. */
static const double STRETCH = 1.12, MARGIN = 22;

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

static size_t
nodes_of(double spacing)
{
    size_t needed = 2 * (size_t)ceil(FIELD_SPACING * (FIELD_NODES / 2) / spacing) + 5;
    return needed > MIN_NODES ? needed : MIN_NODES;
}

/* Where a node of the field lies between those of an octave. */
static cohort_knot
octave_knot(size_t node, double spacing)
{
    return cohort_knot_at(cohort_node_mm(node) / spacing + (double)(nodes_of(spacing) / 2));
}

/* The field's standard deviation where the octave's coefficients have 1. An octave is a spline,
 * read at the field's nodes, and the field is a spline of these; both average. */
static double
deviation_of_unit(double spacing)
{
    enum { SAMPLES = 512, RANGE = 220 }; /* mm */
    double square = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        double weight[MAX_NODES] = {0};
        cohort_knot fine = cohort_field_knot(RANGE * (((double)i + 0.5) / SAMPLES - 0.5));
        for (size_t tap = 0; tap < 4; tap++) {
            cohort_knot coarse = octave_knot(fine.first + tap, spacing);
            for (size_t k = 0; k < 4; k++) {
                weight[coarse.first + k] += (double)fine.weight[tap] * (double)coarse.weight[k];
            }
        }
        for (size_t k = 0; k < MAX_NODES; k++) {
            square += weight[k] * weight[k] / SAMPLES;
        }
    }
    return pow(square, 1.5); /* three axes alike */
}

/* Room for one part of one octave on its way to the field's nodes. */
typedef struct workspace {
    float coarse[MAX_NODES * MAX_NODES * MAX_NODES];
    float planes[FIELD_NODES * MAX_NODES * MAX_NODES];
    float rows[FIELD_NODES * FIELD_NODES * MAX_NODES];
} workspace;

/* out (FIELD_NODES, step) from in (nodes, step), along the first axis. */
static void
refine(float *out, const float *in, size_t step, const cohort_knot knot[FIELD_NODES])
{
    for (size_t node = 0; node < FIELD_NODES; node++) {
        const float *from = in + knot[node].first * step, *weight = knot[node].weight;
        float *to = out + node * step;
        for (size_t i = 0; i < step; i++) {
            to[i] = weight[0] * from[i] + weight[1] * from[step + i] +
                    weight[2] * from[2 * step + i] + weight[3] * from[3 * step + i];
        }
    }
}

/* A coefficient of deviation 1. The many of a fine octave are drawn from the uniform distribution,
 * which is faster; their weighted sums are as good as normal. */
static double
draw_coefficient(bool fine, lb_random *random)
{
    return fine ? sqrt(12) * ((double)lb_random_u32(random) * 0x1p-32 - 0.5) : cohort_draw(random);
}

/* Adds one part of one octave to the field, with coefficients of this deviation. */
static void
add_octave(cohort_field *field, size_t part, double spacing, double deviation, workspace *work,
           lb_random *random)
{
    size_t nodes = nodes_of(spacing);
    bool fine = nodes > MIN_NODES;
    cohort_knot knot[FIELD_NODES];
    for (size_t i = 0; i < FIELD_NODES; i++) {
        knot[i] = octave_knot(i, spacing);
    }
    for (size_t i = 0; i < nodes * nodes * nodes; i++) {
        work->coarse[i] = (float)(deviation * draw_coefficient(fine, random));
    }
    refine(work->planes, work->coarse, nodes * nodes, knot);
    for (size_t z = 0; z < FIELD_NODES; z++) {
        refine(work->rows + z * FIELD_NODES * nodes, work->planes + z * nodes * nodes, nodes, knot);
    }
    for (size_t row = 0; row < (size_t)FIELD_NODES * FIELD_NODES; row++) {
        float values[FIELD_NODES];
        refine(values, work->rows + row * nodes, 1, knot);
        for (size_t y = 0; y < FIELD_NODES; y++) {
            field->node[row / FIELD_NODES][row % FIELD_NODES][y][part] += values[y];
        }
    }
}

/* Reading the template nearer to the middle of the ventricles makes them larger. */
static void
grow_ventricles(cohort_field *field, double growth)
{
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        size_t z = i / FIELD_NODES / FIELD_NODES, x = i / FIELD_NODES % FIELD_NODES;
        const double from[3] = {cohort_node_mm(x), cohort_node_mm(i % FIELD_NODES),
                                cohort_node_mm(z) - VENTRICLE_HEIGHT};
        double square = from[0] * from[0] + from[1] * from[1] + from[2] * from[2];
        double share = growth * exp(-0.5 * square / (VENTRICLE_REACH * VENTRICLE_REACH));
        for (size_t axis = 0; axis < 3; axis++) {
            field->node[z][x][i % FIELD_NODES][axis] -= (float)(share * from[axis]);
        }
    }
}

double
cohort_still(const cohort_template *head, size_t axis)
{
    double nodes = ceil((STRETCH * head->half_size[axis] + MARGIN) / FIELD_SPACING);
    return fmin(nodes * FIELD_SPACING, FIELD_STILL);
}

static void
set_fade(float weight[FIELD_NODES], const cohort_template *head, size_t axis)
{
    double end = cohort_still(head, axis) - SUPPORT;
    for (size_t i = 0; i < FIELD_NODES; i++) {
        double t = fmax(0, fmin((end - fabs(cohort_node_mm(i))) / FADE, 1));
        weight[i] = (float)(t * t * (3 - 2 * t));
    }
}

static void
fade_out(cohort_field *field, const cohort_template *head)
{
    float weight[3][FIELD_NODES];
    for (size_t axis = 0; axis < 3; axis++) {
        set_fade(weight[axis], head, axis);
    }
    for (size_t i = 0; i < (size_t)FIELD_NODES * FIELD_NODES * FIELD_NODES; i++) {
        size_t z = i / FIELD_NODES / FIELD_NODES, x = i / FIELD_NODES % FIELD_NODES;
        for (size_t part = 0; part < 3; part++) {
            field->node[z][x][i % FIELD_NODES][part] *=
                weight[2][z] * weight[0][x] * weight[1][i % FIELD_NODES];
        }
    }
}

lb_status
cohort_velocity_draw(cohort_field *out, const cohort_template *head,
                     const lb_cohort_options *options, double pattern, lb_random *random,
                     lb_error *err)
{
    lb_status status = LB_OK;
    lb_random fixed;
    workspace *work = NULL;
    double shape = 0; /* deviation of a coefficient of the octave in which the sexes differ */
    LB_ALLOC(work, 1);
    *out = (cohort_field){0};
    for (size_t i = 0; i < OCTAVE_COUNT; i++) {
        const octave *o = &OCTAVES[i];
        double unit = deviation_of_unit(o->spacing);
        double shift = (o->brain * options->deformation + o->cortex * options->cortex) / unit;
        shape = i == OCTAVE_SHAPE ? shift : shape;
        for (size_t part = 0; part < FIELD_PARTS; part++) {
            double deviation = part < 3 ? shift : o->bias * options->bias / unit;
            if (deviation > 0) {
                add_octave(out, part, o->spacing, deviation, work, random);
            }
        }
    }
    grow_ventricles(out, VENTRICLE_GROWTH * cohort_draw(random));
    lb_random_init(&fixed, PATTERN_SEED, LB_PURPOSE_SUBJECT, PATTERN_ITEM);
    for (size_t part = 0; pattern * shape != 0 && part < 3; part++) {
        add_octave(out, part, OCTAVES[OCTAVE_SHAPE].spacing, pattern * shape, work, &fixed);
    }
    fade_out(out, head);
cleanup:
    lb_free(work);
    return status;
}
