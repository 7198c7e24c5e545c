/* SPDX-License-Identifier: MIT */
/* The simulated cohort, inside: the template, one subject's head, one slice of it. docs/cohort.md
 * says what is simulated, with which figures, and where they come from.
 *
 * Spaces, all in mm with x to the right, y to the front, z up:
 *   grid      the subject's scan; 0 is the middle of the slice stack
 *   head      the grid, without the subject's size and place; the deformation lives here
 *   template  the template's brain around the middle of its bounding box
 */
#ifndef LB_COHORT_INTERNAL_H
#define LB_COHORT_INTERNAL_H

#include "lesionbench/image.h"
#include "lesionbench/random.h"
#include "lesionbench/slices.h"

/* The template as bytes: 0 outside the brain, else the intensity with white matter at CODE_WHITE.
 * A border of zeros lets the sampler look at all eight neighbours. */
typedef struct cohort_template {
    size_t nx, ny, nz;
    uint8_t *code;       /* (nz, ny, nx) */
    double index[3][4];  /* template mm to code index (x, y, z) */
    double half_size[3]; /* mm, of the brain's bounding box */
    double volume;       /* of the brain, mm^3 */
} cohort_template;

enum { CODE_WHITE = 200 };

/* voxel: mm of the slices, so that the template is smoothed where they are coarser than it. */
lb_status cohort_template_load(cohort_template *out, const char *path, double voxel,
                               const lb_context *context, lb_error *err);
void cohort_template_release(cohort_template *head);

/* Interpolates at a code index. *weight is the brain's share of the eight neighbours, the result
 * the weighted mean of those in the brain (0 where there are none). */
float cohort_template_sample(float *weight, const cohort_template *head, const float index[3]);

/* The deformation and the bias field: coefficients of a uniform cubic B-spline in head space. */
enum { FIELD_NODES = 17, FIELD_PARTS = 4 }; /* parts: displacement x, y, z in mm, bias */
typedef struct cohort_field {
    float node[FIELD_NODES][FIELD_NODES][FIELD_NODES][FIELD_PARTS]; /* z, x, y */
} cohort_field;

/* Beyond this many mm from the middle, head space is taken as empty. */
#define FIELD_REACH 135.0

/* Where a coordinate lies between the nodes, and the weights of the four around it. */
typedef struct cohort_knot {
    size_t first;
    float weight[4];
} cohort_knot;

cohort_knot cohort_knot_at(double position); /* in nodes, from the first; at least 1 */
cohort_knot cohort_field_knot(double head);  /* of the field, at a head coordinate in mm */
/* pattern: how far the shape lies along the fixed pattern that tells the sexes apart, in standard
 * deviations of a node. */
lb_status cohort_field_draw(cohort_field *out, double pattern, lb_random *random, lb_error *err);
double cohort_draw(lb_random *random); /* standard normal, cut off at both sides */
/* The field in the plane z, then along a row of it, then at a point of that row: so that a slice
 * pays 4 products a pixel and part rather than 64. */
void cohort_field_plane(float out[FIELD_NODES][FIELD_NODES][FIELD_PARTS], const cohort_field *field,
                        const cohort_knot *z);
void cohort_field_row(float out[FIELD_NODES][FIELD_PARTS],
                      float plane[FIELD_NODES][FIELD_NODES][FIELD_PARTS], const cohort_knot *x);
static inline void
cohort_field_point(float out[FIELD_PARTS], float row[FIELD_NODES][FIELD_PARTS],
                   const cohort_knot *y)
{
    const float *node = row[y->first];
    for (size_t part = 0; part < FIELD_PARTS; part++) {
        out[part] = y->weight[0] * node[part] + y->weight[1] * node[FIELD_PARTS + part] +
                    y->weight[2] * node[2 * FIELD_PARTS + part] +
                    y->weight[3] * node[3 * FIELD_PARTS + part];
    }
}

/* One subject. */
typedef struct cohort_subject {
    cohort_field field;
    float to_index[3][4]; /* head mm, deformed, to code index: proportions and rotation */
    double scale;         /* grid mm per head mm */
    double shift[3];      /* of the head in the grid, mm */
    float gain, gamma;    /* intensity = gain x (template intensity) ^ gamma */
    float noise;          /* standard deviation, as a share of gain */
    size_t first, count;  /* axial positions with enough brain */
} cohort_subject;

static inline void
cohort_subject_index(float out[3], const cohort_subject *subject, float x, float y, float z,
                     const float part[FIELD_PARTS])
{
    float at[3] = {x + part[0], y + part[1], z + part[2]};
    for (size_t i = 0; i < 3; i++) {
        const float *row = subject->to_index[i];
        out[i] = row[0] * at[0] + row[1] * at[1] + row[2] * at[2] + row[3];
    }
}

/* Odd subjects (counted from 1) are female, so that any cohort is balanced. */
static inline int8_t
cohort_sex(size_t index)
{
    return index % 2 == 0 ? LB_FEMALE : LB_MALE;
}

/* Axial positions of the grid, and where each lies in grid mm. */
size_t cohort_depth(const lb_cohort_options *options);
double cohort_position_mm(const lb_cohort_options *options, size_t position);

/* Draws subject `index`, measures it and fits it to the grid. */
lb_status cohort_subject_make(cohort_subject *out, const cohort_template *head,
                              const lb_cohort_options *options, size_t index, lb_error *err);

/* Slice `slice` of subject `index`: image (height, width), and its axial position. */
lb_status cohort_slice_render(float *image, int32_t *position, const cohort_subject *subject,
                              const cohort_template *head, const lb_cohort_options *options,
                              size_t index, size_t slice, lb_error *err);

#endif
