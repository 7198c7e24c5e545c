/* SPDX-License-Identifier: MIT */
/* Slices of real scans: slices.h5 from NIfTI files, BIDS and HCP folders, and arrays of slices.
 * docs/import.md is the guide; it tells the rules in full. */
#ifndef LESIONBENCH_IMPORT_H
#define LESIONBENCH_IMPORT_H

#include "lesionbench/base.h"
#include "lesionbench/volume.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What goes to the middle of the grid. */
typedef enum lb_import_centre { LB_CENTRE_BRAIN = 0, LB_CENTRE_VOLUME = 1 } lb_import_centre;

/* All texts are borrowed; NULL where none is given. */
typedef struct lb_import_options {
    const char *const *paths; /* files and folders, in any mixture */
    size_t path_count;
    const char *participants; /* TSV or CSV with sex and age; folders may have their own */
    const char *masks;        /* folder with brain masks */
    const char *mask_suffix;  /* ends their names; default "_desc-brain_mask" */
    const char *match;        /* take only those files of folders whose names have this part */
    const char *orientation;  /* of files that tell none: "RAS", ... */
    bool one_of_many;         /* files may have more than one volume: take this one */
    size_t volume;            /* counted from 0 */
    bool assume_brain;        /* images without a mask are taken for brains, looked at or not */

    lb_axis axis;
    size_t height, width; /* 0: 260 x 311, or the size of the slices where all inputs are arrays */
    double voxel;         /* mm; 0: what shows as much as 260 x 311 of 0.7 mm */
    lb_import_centre centre;
    bool crop; /* brains that do not fit the grid are cut, not refused */

    /* Of volumes. */
    double minimum_brain;      /* least share of brain pixels in a slice; default 0.33 */
    size_t slices_per_subject; /* spread evenly; default 10, 0: all that qualify */
    const double *positions;   /* world coordinates in mm that replace the two rules above */
    size_t position_count;

    /* Of arrays, which are slices already. */
    double array_minimum_brain;      /* default 0: all that are not empty */
    size_t array_slices_per_subject; /* so many in a row are one subject's; default 1 */

    bool skip_bad; /* leave out files that cannot be used, and say so */
} lb_import_options;

/* What came of it. */
typedef struct lb_import_report {
    size_t volumes, arrays; /* files that were used */
    size_t subjects, slices;
    size_t repeated;    /* files that were named more than once, or lead to one file: taken once */
    size_t few;         /* volumes with fewer slices that qualify than were asked of them */
    size_t empty;       /* slices of arrays that were left out for having too little brain */
    size_t unlisted;    /* subjects that the table of participants lacks: sex and age unknown */
    char first[64];     /* one of these */
    char *other_tables; /* CSV files of HCP folders in which none is a table of subjects; or NULL */
    char **skipped;     /* messages, "PATH: reason", of files that were left out */
    size_t skipped_count;
} lb_import_report;

void lb_import_defaults(lb_import_options *options);
/* The same file for any number of threads. Memory stays below 1 GB, however many files there are
 * (pickles that are one array aside): no more volumes are worked on at a time than fit, and one
 * that alone does not fit is refused. Errors name the file; nothing is written then. */
lb_status lb_slices_import(lb_import_report *out, const lb_import_options *options,
                           const char *path, const lb_context *context, lb_error *err);
void lb_import_report_release(lb_import_report *report);

#ifdef __cplusplus
}
#endif

#endif
