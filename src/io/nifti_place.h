/* SPDX-License-Identifier: MIT */
/* Where a NIfTI header says that its voxels are: one reading of both the matrix and the spacing. */
#ifndef LB_IO_NIFTI_PLACE_H
#define LB_IO_NIFTI_PLACE_H

#include "lesionbench/nifti.h"

/* The header's fields of geometry, of either version, in this machine's byte order. */
typedef struct lb_nifti_frame {
    double pixdim[4];
    int qform_code, sform_code, xyzt_units;
    double quatern[3], qoffset[3];
    double srow[3][4];
    double rounding; /* of the square of a quaternion: 3 units of the version's floats */
} lb_nifti_frame;

/* Fills to_world, spacing and placed; volume->nx, ny, nz are known. As nibabel reads them: the
 * sform where its code is above 0, else the qform (a negative pixdim counts without its sign, a
 * pixdim[0] of 0 as 1), else the spacing alone. LB_ERROR_FORMAT where programs would differ, or
 * where a value is missing: nothing is guessed. Metres and microns become millimetres. */
lb_status lb_nifti_place(lb_volume *volume, const lb_nifti_frame *frame, const char *path,
                         lb_error *err);

#endif
