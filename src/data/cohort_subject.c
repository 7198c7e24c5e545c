/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>

/* Standard deviations between subjects. */
static const double ROTATION = 2;          /* degrees, about each axis */
static const double PROPORTION = 0.02;     /* of the logarithm of length, width and height */
static const double PLACE = 1.5;           /* mm, along each axis */
static const double GAIN = 1000;           /* intensity of white matter ... */
static const double GAIN_DEVIATION = 0.15; /* ... and the spread of its logarithm */

/* Tissues stay this far apart, as a share of white matter, whatever the contrast. */
static const double MIN_STEP = 0.05;

/* The noise is uniform between this share of the greatest and the greatest. */
static const double MIN_NOISE = 1.0 / 3;

/* A deformation is weakened by this factor until its least Jacobian determinant is above the
 * floor: nowhere is anything stretched to more than five times its volume. */
static const double JACOBIAN_FLOOR = 0.2, WEAKER = 0.85;
enum { MAX_TRIES = 100 };

/* Left free at the edge of the grid, mm. */
static const double MARGIN = 1.5;
/* The profile is measured on a coarse lattice: ask for a little more brain than is needed. */
static const double PROFILE_MARGIN = 1.02;

/* The head measured on a lattice in head space. */
enum { LATTICE = 67 };
static const double STEP = 4; /* mm */

typedef struct measure {
    double area[LATTICE]; /* brain per axial plane, mm^2 */
    double volume;        /* mm^3 */
    double low[3], high[3];
} measure;

static double
lattice_mm(size_t i)
{
    return STEP * ((double)i - LATTICE / 2);
}

/* Length of a grid axis in mm: rows are x, columns y, positions z. */
static double
grid_mm(const lb_cohort_options *options, size_t axis)
{
    const size_t count[3] = {options->height, options->width, cohort_depth(options)};
    return (double)count[axis] * options->voxel;
}

static void
multiply(double out[3][3], double a[3][3], double b[3][3])
{
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
        }
    }
}

/* Proportions that keep the volume, then a rotation about x, y and z. */
static void
draw_shape(double out[3][3], lb_random *random)
{
    double stretch[3], mean = 0;
    for (size_t axis = 0; axis < 3; axis++) {
        stretch[axis] = PROPORTION * cohort_draw(random);
        mean += stretch[axis] / 3;
    }
    double shape[3][3] = {{0}};
    for (size_t axis = 0; axis < 3; axis++) {
        shape[axis][axis] = exp(stretch[axis] - mean);
    }
    for (size_t axis = 0; axis < 3; axis++) {
        double angle = ROTATION * acos(-1) / 180 * cohort_draw(random);
        size_t p = (axis + 1) % 3, q = (axis + 2) % 3;
        double turn[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, turned[3][3];
        turn[p][p] = turn[q][q] = cos(angle);
        turn[q][p] = sin(angle);
        turn[p][q] = -turn[q][p];
        multiply(turned, turn, shape);
        for (size_t i = 0; i < 9; i++) {
            shape[i / 3][i % 3] = turned[i / 3][i % 3];
        }
    }
    for (size_t i = 0; i < 9; i++) {
        out[i / 3][i % 3] = shape[i / 3][i % 3];
    }
}

/* Head mm, deformed, to the template's code index. */
static void
set_index_map(cohort_subject *subject, const cohort_template *head, double shape[3][3])
{
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            double sum = 0;
            for (size_t k = 0; k < 3; k++) {
                sum += head->index[i][k] * shape[k][j];
            }
            subject->to_index[i][j] = (float)sum;
        }
        subject->to_index[i][3] = (float)head->index[i][3];
    }
}

static void
measure_plane(measure *out, size_t plane, const cohort_subject *subject,
              const cohort_template *head, const cohort_knot *knot)
{
    float sheet[FIELD_NODES][FIELD_NODES][FIELD_PARTS], row[FIELD_NODES][FIELD_PARTS];
    float part[FIELD_PARTS], index[3], weight;
    cohort_field_plane(sheet, &subject->field, &knot[plane]);
    for (size_t i = 0; i < LATTICE; i++) {
        cohort_field_row(row, sheet, &knot[i]);
        for (size_t j = 0; j < LATTICE; j++) {
            const double at[3] = {lattice_mm(i), lattice_mm(j), lattice_mm(plane)};
            cohort_field_point(part, row, &knot[j]);
            cohort_subject_index(index, subject, (float)at[0], (float)at[1], (float)at[2], part);
            if (!cohort_template_near(head, index)) {
                continue;
            }
            cohort_template_sample(&weight, head, subject->tone, index);
            if (weight <= 0.5f) {
                continue;
            }
            out->area[plane] += STEP * STEP;
            for (size_t axis = 0; axis < 3; axis++) {
                out->low[axis] = fmin(out->low[axis], at[axis]);
                out->high[axis] = fmax(out->high[axis], at[axis]);
            }
        }
    }
    out->volume += STEP * out->area[plane];
}

static measure
measure_head(const cohort_subject *subject, const cohort_template *head)
{
    measure found = {.low = {INFINITY, INFINITY, INFINITY},
                     .high = {-INFINITY, -INFINITY, -INFINITY}};
    cohort_knot knot[LATTICE];
    for (size_t i = 0; i < LATTICE; i++) {
        knot[i] = cohort_field_knot(lattice_mm(i));
    }
    for (size_t plane = 0; plane < LATTICE; plane++) {
        measure_plane(&found, plane, subject, head, knot);
    }
    return found;
}

/* Puts the head near the middle of the grid, but never over its edge. */
static lb_status
place(cohort_subject *subject, const measure *found, const lb_cohort_options *options, size_t index,
      lb_random *random, lb_error *err)
{
    for (size_t axis = 0; axis < 3; axis++) {
        double length = (found->high[axis] - found->low[axis] + STEP) * subject->scale;
        double middle = 0.5 * (found->high[axis] + found->low[axis]) * subject->scale;
        double margin = 0.5 * (grid_mm(options, axis) - length) - MARGIN;
        if (axis == 2) {
            margin = fmax(margin, 0); /* no slice lies as far out as the top of a tall head */
        } else if (margin < 0) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "subject %zu: a head of %.0f mm does not fit %zu x %zu pixels of %g mm "
                           "(take larger slices, or a voxel of at least %.2g mm)",
                           index + 1, length, options->height, options->width, options->voxel,
                           options->voxel * 1.02 * (length + 2 * MARGIN) / grid_mm(options, axis));
        }
        double shift = PLACE * cohort_draw(random);
        subject->shift[axis] = fmax(-margin, fmin(margin, shift)) - middle;
    }
    return LB_OK;
}

/* The share of the slice that is brain, by the profile. */
static double
share_at(size_t position, const cohort_subject *subject, const measure *found,
         const lb_cohort_options *options)
{
    double z = cohort_position_mm(options, position);
    double plane = (z - subject->shift[2]) / subject->scale / STEP + LATTICE / 2;
    if (!(plane >= 0 && plane < LATTICE - 1)) {
        return 0;
    }
    size_t below = (size_t)plane;
    double part = plane - (double)below;
    double area = (1 - part) * found->area[below] + part * found->area[below + 1];
    return area * subject->scale * subject->scale / (grid_mm(options, 0) * grid_mm(options, 1));
}

/* The unbroken run of positions around the fullest one that have enough brain. */
static lb_status
find_positions(cohort_subject *subject, const measure *found, const lb_cohort_options *options,
               size_t index, lb_error *err)
{
    size_t depth = cohort_depth(options), fullest = 0;
    double max = -1;
    for (size_t k = 0; k < depth; k++) {
        double share = share_at(k, subject, found, options);
        if (share > max) {
            max = share;
            fullest = k;
        }
    }
    double min = options->minimum_brain * PROFILE_MARGIN;
    size_t first = fullest, end = fullest;
    while (first > 0 && share_at(first - 1, subject, found, options) >= min) {
        first--;
    }
    while (end < depth && share_at(end, subject, found, options) >= min) {
        end++;
    }
    if (max < min || end - first < options->slices_per_subject) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "subject %zu has %zu axial slices with %.3g of their pixels in the brain, "
                       "not %zu (ask for fewer slices of each subject, or for less brain)",
                       index + 1, max < min ? 0 : end - first, options->minimum_brain,
                       options->slices_per_subject);
    }
    subject->first = first;
    subject->count = end - first;
    return LB_OK;
}

static double
draw_volume(int8_t sex, double template_volume, const lb_cohort_options *options, lb_random *random)
{
    /* The template is the mean of both sexes. */
    double female = 2 / (2 + options->volume_difference);
    double mean = sex == LB_MALE ? female * (1 + options->volume_difference) : female;
    return template_volume * mean * (1 + options->volume_deviation * cohort_draw(random));
}

/* The intensity of each code: straight lines between fluid, grey and white matter, of which the
 * first two differ from the template's. */
static void
draw_tone(float tone[CODES], const lb_cohort_options *options, lb_random *random)
{
    double base = options->fluid > 0 ? options->fluid : (double)COHORT_FLUID;
    double fluid = base + options->contrast * cohort_draw(random);
    double grey = (double)COHORT_GREY + options->contrast * cohort_draw(random);
    fluid = fmax(MIN_STEP, fmin(fluid, 1 - 2 * MIN_STEP));
    grey = fmax(fluid + MIN_STEP, fmin(grey, 1 - MIN_STEP));
    const double from[4] = {0, (double)COHORT_FLUID, (double)COHORT_GREY, 1};
    const double to[4] = {0, fluid, grey, 1};
    for (size_t code = 0; code < CODES; code++) {
        double at = (double)code / CODE_WHITE;
        size_t i = at < from[1] ? 0 : (at < from[2] ? 1 : 2);
        tone[code] =
            (float)(to[i] + (at - from[i]) * (to[i + 1] - to[i]) / (from[i + 1] - from[i]));
    }
}

/* A deformation that does not fold, as near to the one drawn as that allows. */
static lb_status
draw_deformation(cohort_subject *out, const cohort_template *head, double pattern,
                 const lb_cohort_options *options, size_t index, lb_random *random, lb_error *err)
{
    lb_status status = LB_OK;
    cohort_field *velocity = NULL;
    double kept = 1, min = -INFINITY;
    LB_ALLOC(velocity, 1);
    LB_TRY(cohort_velocity_draw(velocity, head, options, pattern, random, err));
    for (size_t i = 0; i < MAX_TRIES && !(min >= JACOBIAN_FLOOR); i++) {
        kept = pow(WEAKER, (double)i);
        LB_TRY(cohort_flow(&out->field, velocity, head, kept, err));
        min = cohort_jacobian_minimum(out, head);
    }
    if (!(min >= JACOBIAN_FLOOR)) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "subject %zu: its deformation folds, however weak",
                       index + 1));
    }
    if (isinf(min)) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "subject %zu has no brain", index + 1));
    }
    out->jacobian = (float)min;
    out->kept = (float)kept;
cleanup:
    lb_free(velocity);
    return status;
}

lb_status
cohort_subject_make(cohort_subject *out, const cohort_template *head,
                    const lb_cohort_options *options, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    lb_random random;
    double shape[3][3];
    lb_random_init(&random, options->seed, LB_PURPOSE_SUBJECT, index);
    double volume = draw_volume(cohort_sex(index), head->volume, options, &random);
    draw_shape(shape, &random);
    set_index_map(out, head, shape);
    out->gain = (float)(GAIN * exp(GAIN_DEVIATION * cohort_draw(&random)));
    draw_tone(out->tone, options, &random);
    double share = MIN_NOISE + (1 - MIN_NOISE) * lb_random_uniform(&random);
    out->noise = (float)(options->noise * share);
    double pattern = (cohort_sex(index) == LB_MALE ? 0.5 : -0.5) * options->shape_difference;
    LB_TRY(draw_deformation(out, head, pattern, options, index, &random, err));
    /* The deformation changes the volume by chance; the scale makes it what was drawn. */
    measure found = measure_head(out, head);
    if (!(found.volume > 0)) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "subject %zu has no brain", index + 1));
    }
    out->scale = cbrt(volume / found.volume);
    LB_TRY(place(out, &found, options, index, &random, err));
    LB_TRY(find_positions(out, &found, options, index, err));
cleanup:
    return status;
}
