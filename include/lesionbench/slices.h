/* SPDX-License-Identifier: MIT */
/* Axial slices of brains, slices.h5: the backgrounds of the benchmark. */
#ifndef LESIONBENCH_SLICES_H
#define LESIONBENCH_SLICES_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LB_FEMALE = 0, LB_MALE = 1, LB_SEX_UNKNOWN = -1 };

typedef struct lb_slices
    lb_slices; /* an opened slices.h5: metadata in memory, images read on demand */

typedef struct lb_slice_info {
    size_t subject; /* index into the subjects, in order of first appearance */
    int8_t sex;
    float age;        /* years, NaN unknown */
    int32_t position; /* index of the slice in its volume's grid, or in its array's file */
} lb_slice_info;

lb_status lb_slices_open(lb_slices **out, const char *path, lb_error *err);
void lb_slices_close(lb_slices *slices); /* accepts NULL */
size_t lb_slices_count(const lb_slices *slices);
size_t lb_slices_height(const lb_slices *slices);
size_t lb_slices_width(const lb_slices *slices);
size_t lb_slices_subjects(const lb_slices *slices);
const char *lb_slices_subject_name(const lb_slices *slices, size_t subject); /* borrowed */
const lb_slice_info *lb_slices_at(const lb_slices *slices, size_t index);    /* borrowed */
/* Reads one image (H, W), exactly 0 outside the brain. Several threads may call this at once. */
lb_status lb_slices_read(float *out, lb_slices *slices, size_t index, lb_error *err);

/* Assigns every subject to a split (LB_TRAIN, LB_VALIDATION, LB_HOLDOUT), by shares of the slices,
 * balanced by sex. No subject is in two splits. out has lb_slices_subjects() entries. Every split
 * with a share above 0 gets at least one subject. LB_ERROR_ARGUMENT: too few subjects. */
lb_status lb_split_subjects(uint8_t *out, const lb_slices *slices, const double share[3],
                            uint64_t seed, lb_error *err);

/* The content of a simulated brain: anatomy, or 1/f noise in its outline. */
enum { LB_BACKGROUND_MRI = 0, LB_BACKGROUND_NOISE = 1 };
extern const char *const LB_BACKGROUNDS[]; /* "mri", "noise"; NULL-terminated */

/* Options of the simulated cohort. docs/cohort.md explains each, with the source of its default. */
typedef struct lb_cohort_options {
    const char *template_path; /* skull-stripped T1 volume, NIfTI; default Debian's Colin27 */
    size_t subjects;           /* default 200; odd ones are female, even ones male */
    size_t slices_per_subject; /* default 10 */
    size_t height, width;      /* default 260 x 311 */
    double voxel;              /* mm, default 0.7 */
    double thickness;          /* of a slice in mm; default 0: the voxel size */
    double minimum_brain;      /* min share of brain pixels in a slice, default 0.35 */
    double volume_difference;  /* male over female mean brain volume, less 1; default 0.12 */
    double volume_deviation;   /* of the volume within a sex, over its mean; default 0.08 */
    double shape_difference;   /* between the sexes' mean shapes, in standard deviations of each
                                  coefficient of the coarsest deformation; default 0.5 */
    /* Standard deviations of the displacement along each axis in mm, before folding is ruled out:
     * of whole lobes (default 2.9), and of single folds of the cortex (default 1.2). */
    double deformation, cortex;
    double fluid;    /* intensity of the fluid around and in the brain as a share of white matter's,
                        default 0.29; with 0 it stays outside the brain, as in the template */
    double contrast; /* standard deviation between subjects of grey matter's and fluid's intensity,
                        as a share of white matter's; default 0.03 */
    double bias;     /* standard deviation of the logarithm of the bias field; default 0.05 */
    double noise; /* max standard deviation of the noise before the magnitude is taken, as a share
                        of white matter's intensity; the min is a third of it; default 0.03 */
    size_t background; /* LB_BACKGROUND_MRI (default) or LB_BACKGROUND_NOISE */
    uint64_t seed;
} lb_cohort_options;

void lb_cohort_defaults(lb_cohort_options *options);
/* The voxel size in mm that gives a grid of this size the field of view of 260 x 311 pixels of 0.7
 * mm. */
double lb_cohort_voxel(size_t height, size_t width);
/* Simulates a cohort and writes it as slices.h5. Rows run from the subject's left to its right,
 * columns from back to front. For each subject the file also has jacobian_minimum, the minimum
 * Jacobian determinant of its deformation over the brain, which is positive, and deformation_kept,
 * the share of the drawn deformation that was applied (1: all of it). The file does not depend on
 * the number of threads. Memory does not grow with the number of subjects. A subject depends only
 * on the seed and its number, so a larger cohort begins with the smaller one. */
lb_status lb_slices_simulate(const lb_cohort_options *options, const char *path,
                             const lb_context *context, lb_error *err);

#ifdef __cplusplus
}
#endif

#endif
