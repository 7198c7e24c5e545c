/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>
#include <string.h>

/* Pieces of brain smaller than this in a slice, in mm^2, are specks that no mask would keep, and
 * smaller holes in it are fluid between two folds that no mask would cut out. */
static const double MIN_PIECE = 40, MIN_HOLE = 30;

/* The code of fluid, which fills holes. */
static const size_t FLUID_CODE = (size_t)(COHORT_FLUID * CODE_WHITE);

/* What a slice needs besides the image; knots of the columns are the same for every row. */
typedef struct workspace {
    cohort_knot *column; /* width */
    float *y;            /* width: head mm */
    uint8_t *mask;       /* (height, width) */
    int32_t *label;      /* (height, width) */
    size_t *size;        /* of each piece, room for every pixel */
} workspace;

static double
head_mm(double grid, size_t axis, const cohort_subject *subject)
{
    return (grid - subject->shift[axis]) / subject->scale;
}

static double
pixel_mm(size_t pixel, size_t count, double voxel)
{
    return ((double)pixel + 0.5 - 0.5 * (double)count) * voxel;
}

static void
render_row(float *out, const cohort_subject *subject, const cohort_template *head, size_t width,
           float row[FIELD_NODES][FIELD_PARTS], float x, float z, const workspace *work)
{
    for (size_t j = 0; j < width; j++) {
        if (fabsf(work->y[j]) > (float)FIELD_REACH) {
            continue;
        }
        float part[FIELD_PARTS], index[3], weight;
        cohort_field_point(part, row, &work->column[j]);
        cohort_subject_index(index, subject, x, work->y[j], z, part);
        if (!cohort_template_near(head, index)) {
            continue;
        }
        float value = cohort_template_sample(&weight, head, subject->tone, index);
        if (weight > 0.5f) {
            out[j] = subject->gain * expf(part[3]) * value;
        }
    }
}

/* The noiseless slice: 0 outside the brain, above 0 inside. */
static void
render(float *image, const cohort_subject *subject, const cohort_template *head,
       const lb_cohort_options *options, size_t position, const workspace *work)
{
    size_t height = options->height, width = options->width;
    float plane[FIELD_NODES][FIELD_NODES][FIELD_PARTS], row[FIELD_NODES][FIELD_PARTS];
    double z = head_mm(cohort_position_mm(options, position), 2, subject);
    memset(image, 0, height * width * sizeof *image);
    if (fabs(z) > FIELD_REACH) {
        return;
    }
    cohort_knot knot = cohort_field_knot(z);
    cohort_field_plane(plane, &subject->field, &knot);
    for (size_t i = 0; i < height; i++) {
        double x = head_mm(pixel_mm(i, height, options->voxel), 0, subject);
        if (fabs(x) > FIELD_REACH) {
            continue;
        }
        knot = cohort_field_knot(x);
        cohort_field_row(row, plane, &knot);
        render_row(image + i * width, subject, head, width, row, (float)x, (float)z, work);
    }
}

/* Labels the brain (or, where `outside`, all but the brain) and gives its small pieces the value.
 */
static lb_status
replace_small(float *image, bool outside, double least_mm2, float value,
              const lb_cohort_options *options, workspace *work, lb_error *err)
{
    lb_status status = LB_OK;
    size_t pixels = options->height * options->width, pieces = 0;
    double min = least_mm2 / (options->voxel * options->voxel);
    for (size_t i = 0; i < pixels; i++) {
        work->mask[i] = (image[i] > 0) != outside;
    }
    LB_TRY(lb_connected_components(work->label, &pieces, work->mask, options->height,
                                   options->width, err));
    memset(work->size, 0, (pieces + 1) * sizeof *work->size);
    for (size_t i = 0; i < pixels; i++) {
        work->size[work->label[i]]++;
    }
    for (size_t i = 0; i < pixels; i++) {
        if (work->label[i] != 0 && (double)work->size[work->label[i]] < min) {
            image[i] = value;
        }
    }
cleanup:
    return status;
}

/* *count = pixels of brain afterwards. */
static lb_status
clean(float *image, size_t *count, const cohort_subject *subject, const lb_cohort_options *options,
      workspace *work, lb_error *err)
{
    lb_status status = LB_OK;
    float fluid = subject->gain * subject->tone[FLUID_CODE];
    LB_TRY(replace_small(image, false, MIN_PIECE, 0, options, work, err));
    LB_TRY(replace_small(image, true, MIN_HOLE, fluid, options, work, err));
    size_t brain = 0;
    for (size_t i = 0; i < options->height * options->width; i++) {
        brain += image[i] > 0;
    }
    *count = brain;
cleanup:
    return status;
}

static bool
touches_edge(const float *image, size_t height, size_t width)
{
    bool found = false;
    for (size_t j = 0; j < width; j++) {
        found = found || image[j] > 0 || image[(height - 1) * width + j] > 0;
    }
    for (size_t i = 0; i < height; i++) {
        found = found || image[i * width] > 0 || image[(i + 1) * width - 1] > 0;
    }
    return found;
}

static void
release(workspace *work)
{
    lb_free(work->size);
    lb_free(work->label);
    lb_free(work->mask);
    lb_free(work->y);
    lb_free(work->column);
}

static lb_status
prepare(workspace *out, const cohort_subject *subject, const lb_cohort_options *options,
        lb_error *err)
{
    lb_status status = LB_OK;
    workspace work = {0};
    size_t width = options->width, pixels = options->height * width;
    LB_ALLOC(work.column, width);
    LB_ALLOC(work.y, width);
    LB_ALLOC(work.mask, pixels);
    LB_ALLOC(work.label, pixels);
    LB_ALLOC(work.size, pixels + 1);
    for (size_t j = 0; j < width; j++) {
        double y = head_mm(pixel_mm(j, width, options->voxel), 1, subject);
        work.y[j] = (float)y;
        if (fabs(y) <= FIELD_REACH) {
            work.column[j] = cohort_field_knot(y);
        }
    }
    *out = work;
    work = (workspace){0};
cleanup:
    release(&work);
    return status;
}

/* Every slice has a stretch of the positions of its own and lies somewhere in it. The profile that
 * the stretches come from is a coarse one, so that the finished slice is counted as well. */
lb_status
cohort_slice_render(float *image, int32_t *position, const cohort_subject *subject,
                    const cohort_template *head, const lb_cohort_options *options, size_t index,
                    size_t slice, lb_error *err)
{
    lb_status status = LB_OK;
    workspace work = {0};
    size_t pixels = options->height * options->width, slices = options->slices_per_subject;
    size_t first = subject->count * slice / slices;
    size_t length = subject->count * (slice + 1) / slices - first;
    double min = options->minimum_brain * (double)pixels;
    uint64_t item = (uint64_t)index << 16 | slice;
    lb_random random, filling;
    lb_random_init(&random, options->seed, LB_PURPOSE_NOISE, item);
    size_t drawn = lb_random_below(&random, (uint32_t)length), at = 0, brain = 0, tried = 0;
    LB_TRY(prepare(&work, subject, options, err));
    for (; tried < length && (tried == 0 || (double)brain < min); tried++) {
        at = subject->first + first + (drawn + tried) % length;
        render(image, subject, head, options, at, &work);
        LB_TRY(clean(image, &brain, subject, options, &work, err));
    }
    if (brain == 0 || (double)brain < min) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                       "subject %zu: no slice near axial position %zu has %.3g of its pixels in "
                       "the brain (ask for less brain)",
                       index + 1, at, options->minimum_brain));
    }
    if (touches_edge(image, options->height, options->width)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "subject %zu: the head is cut by the edge of the slice (take larger "
                       "slices, or a larger voxel)",
                       index + 1));
    }
    if (options->background == LB_BACKGROUND_NOISE) {
        lb_random_init(&filling, options->seed, LB_PURPOSE_BACKGROUND, item);
        LB_TRY(cohort_background_fill(image, options->height, options->width, &filling, err));
    }
    cohort_add_noise(image, pixels, subject->noise * subject->gain, &random);
    *position = (int32_t)at;
cleanup:
    release(&work);
    return status;
}
