/* SPDX-License-Identifier: MIT */
/* NIfTI-1 and -2 volumes: a single file, plain or gzipped, or a pair of .hdr and .img. Either name
 * of a pair works. A named .img is the file that is read. If a named file has two possible
 * partners, the one that is gzipped like it is used. Voxels: all real types except float128, both
 * byte orders. */
#ifndef LESIONBENCH_NIFTI_H
#define LESIONBENCH_NIFTI_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A 3-D scan. value is (nz, ny, nx), x fastest, after slope and intercept (a slope of 0 means
 * neither). Values that are not finite become 0: some tools use them for the outside of the
 * brain. */
typedef struct lb_volume {
    size_t nx, ny, nz;
    float *value;
    /* Both come from the sform; without it from the qform; without both from pixdim. The result
     * equals nibabel's, but ambiguous headers are refused. Metres and microns (xyzt_units) are
     * converted to millimetres. */
    double spacing[3];     /* mm along x, y, z */
    double to_world[3][4]; /* voxel index to RAS millimetres */
    bool placed;           /* false: the file has neither, and to_world only the spacing */
    size_t volumes;        /* in the file, of which this is one */
} lb_volume;

/* Larger volumes are refused. */
#define LB_NIFTI_MAX_VOXELS 2147483648.0

/* Reads a file of one volume. Errors name the path and the fault: missing, damaged, longer or
 * shorter than its header says, not 3-D, more than one volume, a type that is not a real number. */
lb_status lb_nifti_read(lb_volume *out, const char *path, lb_error *err);
/* Reads one of the volumes of a file; index from 0. */
lb_status lb_nifti_read_nth(lb_volume *out, const char *path, size_t index, lb_error *err);
/* Reads everything except the voxels: value stays NULL. Checks only that the file with the voxels
 * exists. */
lb_status lb_nifti_read_header(lb_volume *out, const char *path, lb_error *err);
/* Reads a file of one volume as a mask. *out: 1 if the voxel is at least 0.5, else 0; the caller
 * frees it (lb_free). place is filled as by lb_nifti_read_header(). */
lb_status lb_nifti_read_mask(uint8_t **out, lb_volume *place, const char *path, lb_error *err);
void lb_volume_release(lb_volume *volume);

#ifdef __cplusplus
}
#endif

#endif
