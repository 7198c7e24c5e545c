/* SPDX-License-Identifier: MIT */
/* niftiio and nibabel read some headers differently (a negative pixdim, an odd pixdim[0], a
 * quaternion that is too long), so the fields are read here. Where the two agree, or nibabel alone
 * has an answer, that is taken; a header that means two things is refused. */
#include "nifti_place.h"

#include <math.h>
#include <string.h>

#include <nifti1.h>

enum { LAST_CODE = 5 }; /* NIFTI_XFORM_TEMPLATE_OTHER */

/* Writers round quaternions to float32; this much above length 1 is no rounding. */
static const double LONGEST_SQUARE = 1 + 1e-4;

/* Less than this of the volume of a box with the voxel's edges is a plane. */
static const double MIN_VOLUME = 1e-6;

/* A voxel outside this is the header's wrong unit: mm. */
static const double MIN_VOXEL = 1e-3, MAX_VOXEL = 100;

/* pixdim[1 .. 3], which are used where there is no sform. */
static lb_status
read_pixdim(lb_volume *volume, const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    const size_t count[3] = {volume->nx, volume->ny, volume->nz};
    for (size_t i = 0; i < 3; i++) {
        double size = fabs(frame->pixdim[i + 1]);
        size = size == 0 && count[i] == 1 ? 1 : size; /* of no consequence */
        if (!(size > 0) || !isfinite(size)) {
            return lb_fail(err, LB_ERROR_FORMAT,
                           "%s: the voxel size pixdim[%zu] is %g and there is no sform; correct "
                           "the header",
                           path, i + 1, frame->pixdim[i + 1]);
        }
        volume->spacing[i] = size;
    }
    return LB_OK;
}

/* The rotation of a quaternion whose first part is not stored: 0 where the others' length is 1. */
static lb_status
rotate(double out[3][3], const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    const double *stored = frame->quatern;
    double square = stored[0] * stored[0] + stored[1] * stored[1] + stored[2] * stored[2];
    if (!(square <= LONGEST_SQUARE)) {
        return lb_fail(err, LB_ERROR_FORMAT,
                       "%s: the qform's quaternion (%g, %g, %g) is longer than 1 or not finite; "
                       "correct the header",
                       path, stored[0], stored[1], stored[2]);
    }
    bool half_turn = 1 - square < frame->rounding;
    double scale = half_turn ? 1 / sqrt(square) : 1, a = half_turn ? 0 : sqrt(1 - square);
    double b = stored[0] * scale, c = stored[1] * scale, d = stored[2] * scale;
    const double rotation[3][3] = {
        {a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
        {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
        {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}};
    memcpy(out, rotation, sizeof rotation);
    return LB_OK;
}

static lb_status
take_qform(lb_volume *volume, const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    double rotation[3][3], qfac = frame->pixdim[0];
    LB_TRY(read_pixdim(volume, frame, path, err));
    LB_TRY(rotate(rotation, frame, path, err));
    /* niftiio takes every value below 0 for -1, nibabel every value but -1 for 1. */
    if (qfac < 0 && qfac != -1) {
        LB_TRY(lb_fail(err, LB_ERROR_FORMAT,
                       "%s: pixdim[0] (qfac) is %g, so that the direction of its third axis is not "
                       "known; set it to 1 or -1",
                       path, qfac));
    }
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++) {
            double sign = j == 2 && qfac == -1 ? -1 : 1;
            volume->to_world[i][j] = sign * rotation[i][j] * volume->spacing[j];
        }
        volume->to_world[i][3] = frame->qoffset[i];
    }
    volume->placed = true;
cleanup:
    return status;
}

static void
take_sform(lb_volume *volume, const lb_nifti_frame *frame)
{
    memcpy(volume->to_world, frame->srow, sizeof volume->to_world);
    for (size_t j = 0; j < 3; j++) {
        volume->spacing[j] = hypot(hypot(frame->srow[0][j], frame->srow[1][j]), frame->srow[2][j]);
    }
    volume->placed = true;
}

static lb_status
take_spacing(lb_volume *volume, const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    memset(volume->to_world, 0, sizeof volume->to_world);
    lb_status status = read_pixdim(volume, frame, path, err);
    for (size_t i = 0; status == LB_OK && i < 3; i++) {
        volume->to_world[i][i] = volume->spacing[i];
    }
    volume->placed = false;
    return status;
}

/* To millimetres. Most files say mm or nothing; some say metres and mean mm. */
static lb_status
apply_unit(lb_volume *volume, int xyzt_units, const char *path, lb_error *err)
{
    int unit = XYZT_TO_SPACE(xyzt_units);
    bool metres = unit == NIFTI_UNITS_METER;
    if (!metres && unit != NIFTI_UNITS_MICRON) {
        return LB_OK;
    }
    double factor = metres ? 1e3 : 1e-3;
    for (size_t i = 0; i < 3; i++) {
        volume->spacing[i] *= factor;
        for (size_t j = 0; j < 4; j++) {
            volume->to_world[i][j] *= factor;
        }
        if (!(volume->spacing[i] >= MIN_VOXEL && volume->spacing[i] <= MAX_VOXEL)) {
            return lb_fail(
                err, LB_ERROR_FORMAT,
                "%s: xyzt_units says %s, so that its voxels would be %g mm wide; correct "
                "the header (2 is mm)",
                path, metres ? "metres" : "microns", volume->spacing[i]);
        }
    }
    return LB_OK;
}

static lb_status
check_matrix(const lb_volume *volume, const char *path, lb_error *err)
{
    const double(*m)[4] = volume->to_world;
    bool finite = true;
    double box = 1, volume_of_voxel = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t p = (i + 1) % 3, q = (i + 2) % 3;
        volume_of_voxel += m[0][i] / volume->spacing[i] *
                           (m[1][p] / volume->spacing[p] * (m[2][q] / volume->spacing[q]) -
                            m[1][q] / volume->spacing[q] * (m[2][p] / volume->spacing[p]));
        box *= volume->spacing[i];
        for (size_t j = 0; j < 4; j++) {
            finite = finite && isfinite(m[i][j]);
        }
    }
    if (finite && isfinite(box) && box > 0 && fabs(volume_of_voxel) > MIN_VOLUME) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: its orientation in the header (the %s) is damaged: %s; correct the header",
                   path, volume->placed ? "sform or qform" : "pixdim",
                   finite ? "voxels without a volume" : "a value that is not finite");
}

static lb_status
check_codes(const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    bool sform = frame->sform_code > 0;
    int code = sform ? frame->sform_code : frame->qform_code;
    if (code <= LAST_CODE) {
        return LB_OK;
    }
    return lb_fail(err, LB_ERROR_FORMAT,
                   "%s: its %s is %d, which NIfTI does not define (0 to %d); correct the header",
                   path, sform ? "sform_code" : "qform_code", code, LAST_CODE);
}

lb_status
lb_nifti_place(lb_volume *volume, const lb_nifti_frame *frame, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(check_codes(frame, path, err));
    if (frame->sform_code > 0) {
        take_sform(volume, frame);
    } else if (frame->qform_code > 0) {
        LB_TRY(take_qform(volume, frame, path, err));
    } else {
        LB_TRY(take_spacing(volume, frame, path, err));
    }
    LB_TRY(check_matrix(volume, path, err));
    LB_TRY(apply_unit(volume, frame->xyzt_units, path, err));
cleanup:
    return status;
}
