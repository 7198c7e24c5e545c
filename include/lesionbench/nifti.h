/* SPDX-License-Identifier: MIT */
/* NIfTI-1 and -2 volumes: one file, plain or gzipped, or a pair of .hdr and .img, of which either
 * name does: a named .img is the one that is read, and of two files beside a named one that which
 * is gzipped as it is. Voxels of all real types but float128, in both byte orders. */
#ifndef LESIONBENCH_NIFTI_H
#define LESIONBENCH_NIFTI_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A 3-D scan. value is (nz, ny, nx), x fastest, with slope and intercept applied (a slope of 0
 * means neither). Values that are not finite (some tools mark with them what is outside the brain)
 * become 0. */
typedef struct lb_volume {
    size_t nx, ny, nz;
    float *value;
    /* Both from the sform; where there is none from the qform; where there is none from pixdim. As
     * nibabel reads them, but that headers that mean two things are refused; metres and microns
     * (xyzt_units) become millimetres. */
    double spacing[3];     /* mm along x, y, z */
    double to_world[3][4]; /* voxel index to RAS millimetres */
    bool placed;           /* false: the file has neither, and to_world only the spacing */
    size_t volumes;        /* in the file, of which this is one */
} lb_volume;

/* Volumes of more voxels than this are refused. */
#define LB_NIFTI_MAX_VOXELS 2147483648.0

/* The only volume of a file. Errors name the path and what is wrong: missing, damaged, longer or
 * shorter than its header says, not 3-D, more than one volume, a type that is not a real number. */
lb_status lb_nifti_read(lb_volume *out, const char *path, lb_error *err);
/* One of the volumes of a file, counted from 0. */
lb_status lb_nifti_read_nth(lb_volume *out, const char *path, size_t index, lb_error *err);
/* All but the voxels: value stays NULL. The voxels' file is known to be there, no more. */
lb_status lb_nifti_read_header(lb_volume *out, const char *path, lb_error *err);
/* A file of one volume as a mask: *out, which the caller frees, is 1 where the volume has at least
 * 0.5. place is filled as by lb_nifti_read_header(). */
lb_status lb_nifti_read_mask(uint8_t **out, lb_volume *place, const char *path, lb_error *err);
void lb_volume_release(lb_volume *volume);

#ifdef __cplusplus
}
#endif

#endif
