/* SPDX-License-Identifier: MIT */
/* Imports slices of real scans: slices.h5 from NIfTI files, BIDS and HCP folders, and arrays of
 * slices. docs/import.md has the rules in full. */
#ifndef LESIONBENCH_IMPORT_H
#define LESIONBENCH_IMPORT_H

#include "lesionbench/base.h"
#include "lesionbench/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is placed at the centre of the grid. */
typedef enum lb_import_centre { LB_CENTRE_BRAIN = 0, LB_CENTRE_VOLUME = 1 } lb_import_centre;

/* Strings are borrowed. NULL: not given. */
typedef struct lb_import_options {
    const char *const *paths; /* files and folders, in any mix */
    size_t path_count;
    const char *participants; /* TSV or CSV with sex and age; folders may have their own */
    const char *masks;        /* folder with brain masks */
    const char *mask_suffix;  /* suffix of their names; default "_desc-brain_mask" */
    const char *match;        /* use only those files of folders whose names contain this */
    const char *orientation;  /* of files without one: "RAS", ... */
    bool one_of_many;         /* files may have several volumes: use `volume` */
    size_t volume;            /* counted from 0 */
    bool assume_brain;        /* images without a mask count as skull-stripped, without a check */

    lb_axis axis;
    size_t height, width; /* 0: 260 x 311, or the size of the slices where all inputs are arrays */
    double voxel;         /* mm; 0: the same field of view as 260 x 311 pixels of 0.7 mm */
    lb_import_centre centre;
    bool crop; /* crop brains that do not fit the grid; false: refuse them */

    /* Of volumes. */
    double minimum_brain;      /* min share of brain pixels in a slice; default 0.33 */
    size_t slices_per_subject; /* evenly spaced; default 10; 0: all that qualify */
    const double *positions;   /* world coordinates in mm that replace the two rules above */
    size_t position_count;

    /* Of arrays, which are slices already. */
    double array_minimum_brain;      /* default 0: all slices that are not empty */
    size_t array_slices_per_subject; /* consecutive slices of one subject; default 1 */

    bool skip_bad; /* skip files that cannot be used, and report them */
} lb_import_options;

/* The result of an import. */
typedef struct lb_import_report {
    size_t volumes, arrays; /* files that were used */
    size_t subjects, slices;
    size_t repeated;    /* files given more than once, by name or link: used once */
    size_t few;         /* volumes with fewer qualifying slices than slices_per_subject */
    size_t empty;       /* slices of arrays left out: too little brain */
    size_t unlisted;    /* subjects not in the table of participants: sex, age unknown */
    char first[64];     /* one of these */
    char *other_tables; /* CSV files of HCP folders without a table of subjects; or NULL */
    char **skipped;     /* messages, "PATH: reason", of skipped files */
    size_t skipped_count;
} lb_import_report;

void lb_import_defaults(lb_import_options *options);
/* Writes a slices.h5 to path. The file does not depend on the number of threads. Memory stays below
 * 1 GB for any number of files, except pickles that are one array. Volumes are processed in
 * parallel as far as memory allows; a volume that alone needs more is refused. Errors name the
 * file; nothing is written then. */
lb_status lb_slices_import(lb_import_report *out, const lb_import_options *options,
                           const char *path, const lb_context *context, lb_error *err);
void lb_import_report_release(lb_import_report *report);

#ifdef __cplusplus
}
#endif

#endif
