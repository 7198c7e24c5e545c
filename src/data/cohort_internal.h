/* SPDX-License-Identifier: MIT */
/* The simulated cohort, inside: the template, one subject's head, one slice of it. docs/cohort.md
 * says what is simulated, with which figures, and where they come from.
 *
 * Spaces, all in mm with x to the right, y to the front, z up:
 *   grid      the subject's scan; 0 is the middle of the slice stack
 *   head      the grid, without the subject's size and place; the deformation lives here
 *   template  the template's brain around the middle of its bounding box
 */
#ifndef LB_DATA_COHORT_INTERNAL_H
#define LB_DATA_COHORT_INTERNAL_H

#include "lesionbench/image.h"
#include "lesionbench/nifti.h"
#include "lesionbench/random.h"
#include "lesionbench/slices.h"

/* What is wrong with the options, if anything. */
lb_status cohort_options_check(const lb_cohort_options *options, lb_error *err);

/* Axial positions of the grid, and where each lies in grid mm. */
size_t cohort_depth(const lb_cohort_options *options);
double cohort_position_mm(const lb_cohort_options *options, size_t position);

/* The template as bytes: 0 outside the brain, else the intensity with white matter at CODE_WHITE.
 * A border of zeros lets the sampler look at all eight neighbours. */
typedef struct cohort_template {
    size_t nx, ny, nz;
    uint8_t *code;       /* (nz, ny, nx) */
    uint8_t *near;       /* 1 for blocks of 4 x 4 x 4 codes that hold brain, and their neighbours */
    size_t blocks[2];    /* along x and y */
    double index[3][4];  /* template mm to code index (x, y, z) */
    double half_size[3]; /* mm, of the brain's bounding box */
    double volume;       /* of the brain, mm^3 */
} cohort_template;

enum { CODE_WHITE = 200, CODES = 256 };

/* Intensities in the template as shares of white matter's: the fluid that it is filled with, and
 * grey matter. Measured in Colin27: the median of ch2bet.nii.gz, which has the fluid, where
 * ch2better.nii.gz is 0, and the histogram's peak of grey matter. */
#define COHORT_FLUID 0.29f
#define COHORT_GREY 0.74f

/* Reads the template, fills it with fluid and smooths it by the point spread of the slices. */
lb_status cohort_template_load(cohort_template *out, const lb_cohort_options *options,
                               const lb_context *context, lb_error *err);
void cohort_template_release(cohort_template *head);

/* Gives the gaps in and between the folds of a brain (values > 0) the value of fluid: all that lies
 * between two parts of the brain less than 16 mm apart (a closing with a ball of 8 mm). */
lb_status cohort_fluid_fill(lb_volume *volume, float fluid, lb_error *err);

/* Smooths data (nz, ny, nx), of the volume's shape, by a Gaussian of sigma voxels along each axis,
 * cut off at 3 sigma. What lies beyond the ends counts as 0. */
lb_status cohort_smooth(float *data, const lb_volume *volume, const double sigma[3], lb_error *err);

/* Interpolates at a code index. *weight is the brain's share of the eight neighbours, the result
 * the weighted mean of tone[code] of those in the brain (0 where there are none); tone[0] is 0. */
float cohort_template_sample(float *weight, const cohort_template *head, const float tone[CODES],
                             const float index[3]);
/* False only where the brain is more than four voxels away. */
static inline bool
cohort_template_near(const cohort_template *head, const float index[3])
{
    float x = index[0], y = index[1], z = index[2];
    if (!(x >= 0 && y >= 0 && z >= 0 && x < (float)head->nx && y < (float)head->ny &&
          z < (float)head->nz)) {
        return false;
    }
    size_t row = ((size_t)z / 4 * head->blocks[1] + (size_t)y / 4) * head->blocks[0];
    return head->near[row + (size_t)x / 4] != 0;
}

/* A field in head space: coefficients of a uniform cubic B-spline. */
enum { FIELD_NODES = 39, FIELD_PARTS = 4 }; /* parts: x, y, z in mm, and the bias field */
typedef struct cohort_field {
    float node[FIELD_NODES][FIELD_NODES][FIELD_NODES][FIELD_PARTS]; /* z, x, y */
} cohort_field;

#define FIELD_SPACING 7.5 /* mm between nodes; the middle one lies at 0 */
/* Beyond this many mm from the middle along an axis, head space is taken as empty ... */
#define FIELD_REACH 134.0
/* ... and beyond this nothing moves, so that no brain is pushed out of it. */
#define FIELD_STILL 127.5
/* How far from the middle a head moves along an axis, at most FIELD_STILL. */
double cohort_still(const cohort_template *head, size_t axis);

/* Where a coordinate lies between the nodes, and the weights of the four around it. */
typedef struct cohort_knot {
    size_t first;
    float weight[4];
} cohort_knot;

cohort_knot cohort_knot_at(double position); /* in nodes, from the first; at least 1 */
cohort_knot cohort_field_knot(double head);  /* of the field, at a head coordinate in mm */
/* The same nodes with the weights of the derivative, per mm. */
cohort_knot cohort_field_slope(double head);
double cohort_node_mm(size_t node);
/* All parts at a point of head space. */
void cohort_field_at(float out[FIELD_PARTS], const cohort_field *field, const float at[3]);
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

/* Draws the velocity of a subject's deformation, in mm per unit of time, and its bias field.
 * Beyond cohort_still() the velocity is 0.
 * pattern: how far the shape lies along the fixed pattern that tells the sexes apart, in standard
 * deviations of a node. */
lb_status cohort_velocity_draw(cohort_field *out, const cohort_template *head,
                               const lb_cohort_options *options, double pattern, lb_random *random,
                               lb_error *err);
double cohort_draw(lb_random *random); /* standard normal, cut off at both sides */

/* The displacement of a point that follows `share` x velocity for one unit of time. The bias field
 * is copied. A smooth velocity's flow cannot fold (Arsigny et al., MICCAI 2006), but the spline
 * that it is stored as could: cohort_jacobian_minimum() looks. */
lb_status cohort_flow(cohort_field *out, const cohort_field *velocity, const cohort_template *head,
                      double share, lb_error *err);

/* One subject. */
typedef struct cohort_subject {
    cohort_field field;   /* displacement and bias */
    float to_index[3][4]; /* head mm, deformed, to code index: proportions and rotation */
    double scale;         /* grid mm per head mm */
    double shift[3];      /* of the head in the grid, mm */
    float tone[CODES];    /* intensity of each code */
    float gain;           /* intensity of white matter */
    float noise;          /* standard deviation of each channel, as a share of gain */
    float jacobian, kept; /* least determinant; share of the drawn deformation */
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

/* The least determinant of the deformation's Jacobian over the brain and a few mm
 * around it, on a lattice of 2.5 mm, from the spline's own derivatives. Below 0 the deformation
 * folds; INFINITY where there is no brain. */
double cohort_jacobian_minimum(const cohort_subject *subject, const cohort_template *head);

/* Odd subjects (counted from 1) are female, so that any cohort is balanced. */
static inline int8_t
cohort_sex(size_t index)
{
    return index % 2 == 0 ? LB_FEMALE : LB_MALE;
}

/* Draws subject `index`, measures it and fits it to the grid. */
lb_status cohort_subject_make(cohort_subject *out, const cohort_template *head,
                              const lb_cohort_options *options, size_t index, lb_error *err);

/* Slice `slice` of subject `index`: image (height, width), and its axial position. */
lb_status cohort_slice_render(float *image, int32_t *position, const cohort_subject *subject,
                              const cohort_template *head, const lb_cohort_options *options,
                              size_t index, size_t slice, lb_error *err);

/* Makes each pixel > 0 the magnitude of itself with Gaussian noise in both channels: Rician noise
 * (Gudbjartsson and Patz, Magnetic Resonance in Medicine 34, 1995). Pixels stay above 0. */
void cohort_add_noise(float *image, size_t pixels, float deviation, lb_random *random);

/* A periodic field (size, size), size a power of two, of mean 0, whose power falls with the square
 * of the spatial frequency. */
lb_status cohort_pink_noise(float *out, size_t size, lb_random *random, lb_error *err);

/* Gives all that lies within the brain's outline such noise, from the brain's least to its greatest
 * intensity. */
lb_status cohort_background_fill(float *image, size_t height, size_t width, lb_random *random,
                                 lb_error *err);

#endif
