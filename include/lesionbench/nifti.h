/* SPDX-License-Identifier: MIT */
/* NIfTI volumes (niftiio of nifticlib). */
#ifndef LESIONBENCH_NIFTI_H
#define LESIONBENCH_NIFTI_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A 3-D scan. value is (nz, ny, nx), x fastest, with slope and intercept applied. Values that are
 * not finite (some tools mark with them what is outside the brain) become 0. */
typedef struct lb_volume {
    size_t nx, ny, nz;
    float *value;
    double spacing[3];     /* mm along x, y, z */
    double to_world[3][4]; /* voxel index to RAS millimetres: sform, or qform where there is none */
} lb_volume;

/* Errors name the path and what is wrong: missing, damaged, not 3-D, unknown type. */
lb_status lb_nifti_read(lb_volume *out, const char *path, lb_error *err);
void lb_volume_release(lb_volume *volume);

#ifdef __cplusplus
}
#endif

#endif
