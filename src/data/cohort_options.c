/* SPDX-License-Identifier: MIT */
#include "cohort_internal.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

const char *const LB_BACKGROUNDS[] = {"mri", "noise", NULL};

/* The grid of the reference study. */
enum { REFERENCE_HEIGHT = 260, REFERENCE_WIDTH = 311 };
static const double REFERENCE_VOXEL = 0.7;
static const double REFERENCE_DEPTH = 182; /* mm */

/* The noise's key leaves 16 bits for the slice. */
enum { MAX_SLICES = 1 << 16 };

void
lb_cohort_defaults(lb_cohort_options *options)
{
    *options = (lb_cohort_options){
        .template_path = "/usr/share/mricron/templates/ch2better.nii.gz",
        .subjects = 200,
        .slices_per_subject = 10,
        .height = REFERENCE_HEIGHT,
        .width = REFERENCE_WIDTH,
        .voxel = REFERENCE_VOXEL,
        .minimum_brain = 0.35,
        .volume_difference = 0.12,
        .volume_deviation = 0.08,
        .shape_difference = 0.5,
        .deformation = 2.9,
        .cortex = 1.2,
        .fluid = (double)COHORT_FLUID,
        .contrast = 0.03,
        .bias = 0.05,
        .noise = 0.03,
    };
}

double
lb_cohort_voxel(size_t height, size_t width)
{
    return REFERENCE_VOXEL *
           fmax(REFERENCE_HEIGHT / (double)height, REFERENCE_WIDTH / (double)width);
}

size_t
cohort_depth(const lb_cohort_options *options)
{
    return (size_t)ceil(REFERENCE_DEPTH / options->voxel - 1e-9);
}

double
cohort_position_mm(const lb_cohort_options *options, size_t position)
{
    return ((double)position + 0.5 - 0.5 * (double)cohort_depth(options)) * options->voxel;
}

/* The real numbers and their ranges; the help of the settings says the same. */
typedef struct limit {
    const char *name;
    size_t offset;
    double min, max;
} limit;

#define LIMIT(member, min, max) {#member, offsetof(lb_cohort_options, member), (min), (max)}

static const limit LIMITS[] = {
    LIMIT(voxel, 0.1, 10),
    LIMIT(thickness, 0, 10),
    LIMIT(minimum_brain, 0, 0.9),
    LIMIT(volume_difference, 0, 1),
    LIMIT(volume_deviation, 0, 0.2),
    LIMIT(shape_difference, 0, 2),
    LIMIT(deformation, 0, 20),
    LIMIT(cortex, 0, 10),
    LIMIT(fluid, 0, 0.7),
    LIMIT(contrast, 0, 0.2),
    LIMIT(bias, 0, 0.5),
    LIMIT(noise, 0, 0.5),
};

static lb_status
check_limits(const lb_cohort_options *o, lb_error *err)
{
    for (size_t i = 0; i < sizeof LIMITS / sizeof LIMITS[0]; i++) {
        double value = 0;
        memcpy(&value, (const char *)o + LIMITS[i].offset, sizeof value);
        if (!(value >= LIMITS[i].min && value <= LIMITS[i].max)) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%s: %g is not within %g and %g", LIMITS[i].name,
                           value, LIMITS[i].min, LIMITS[i].max);
        }
    }
    if (o->background > LB_BACKGROUND_NOISE) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "background: there is no kind %zu", o->background);
    }
    return LB_OK;
}

lb_status
cohort_options_check(const lb_cohort_options *o, lb_error *err)
{
    if (o->template_path == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "no template is named");
    }
    if (o->subjects == 0 || o->slices_per_subject == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu subjects of %zu slices make no cohort (ask for at least 1 of each)",
                       o->subjects, o->slices_per_subject);
    }
    if (o->height < 16 || o->width < 16 || o->height > 4096 || o->width > 4096) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "slices of %zu x %zu pixels (16 to 4096 on each side)", o->height, o->width);
    }
    lb_status status = check_limits(o, err);
    if (status != LB_OK) {
        return status;
    }
    size_t max = cohort_depth(o) < MAX_SLICES ? cohort_depth(o) : MAX_SLICES;
    if (o->slices_per_subject > max) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu slices of each subject, where a head has %zu axial positions",
                       o->slices_per_subject, max);
    }
    return LB_OK;
}
