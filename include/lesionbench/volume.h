/* SPDX-License-Identifier: MIT */
/* Volumes in world space: orientation of a stack of voxels, and slices on any grid.
 *
 * World coordinates are RAS millimetres: x to the right, y to the front, z up. A voxel is brain if
 * its value is above 0. All others are outside the brain. */
#ifndef LESIONBENCH_VOLUME_H
#define LESIONBENCH_VOLUME_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Index to index, or index to mm: out = m . (i, j, k, 1). */
typedef struct lb_affine {
    double m[3][4];
} lb_affine;

void lb_affine_apply(double out[3], const lb_affine *affine, const double in[3]);
/* *out: the inverse. LB_ERROR_FORMAT if affine is not finite or is singular. */
lb_status lb_affine_invert(lb_affine *out, const lb_affine *affine, lb_error *err);
/* Axes that run to the given sides, like "RAS" or "LPI" (left, right, posterior, anterior,
 * inferior, superior; lower case does), spacing mm apart; the world's origin is the first voxel's.
 */
lb_status lb_affine_from_letters(lb_affine *out, const char *letters, const double spacing[3],
                                 lb_error *err);

/* Where the brain of a stack of voxels is. Indices are along the stack's own axes. */
typedef struct lb_brain {
    size_t voxels;           /* of the brain */
    size_t zeros, negatives; /* voxels that are exactly 0, or below */
    size_t low[3], high[3];  /* its box, inclusive */
    uint64_t sum[3];         /* of its voxels' indices */
} lb_brain;

/* value: count[0] fastest. */
void lb_brain_find(lb_brain *out, const float *value, const size_t count[3]);

/* The same voxels with axes permuted and flipped, so that they run as nearly as possible to the
 * right, the front and the top, as nibabel's as_closest_canonical(). Nothing is copied. */
typedef struct lb_view {
    const float *value; /* of voxel (0, 0, 0) */
    size_t count[3];
    ptrdiff_t stride[3];
    lb_affine to_world;
    size_t axis[3]; /* of the stack, for each axis of the view */
    bool turned[3];
} lb_view;

/* LB_ERROR_FORMAT as lb_affine_invert(). value is borrowed. */
lb_status lb_view_make(lb_view *out, const float *value, const size_t count[3],
                       const lb_affine *to_world, lb_error *err);
/* The brain's indices along the view's axes. */
lb_brain lb_view_brain(const lb_view *view, const lb_brain *brain);

/* A grid of cubes along the world's axes, laid over a view. */
typedef struct lb_grid {
    size_t count[3];           /* along x, y, z */
    double voxel;              /* mm */
    double first_mm[3];        /* world coordinates of the middle of cube (0, 0, 0) */
    lb_affine to_view;         /* grid index to view index */
    bool exact;                /* every cube is a voxel: nothing is interpolated */
    size_t parts[3];           /* samples along each axis of a cube, against aliasing */
    ptrdiff_t low[3], high[3]; /* cubes in which brain may lie, at most one beyond the grid */
} lb_grid;

/* Places the grid so that its middle is at `centre`, a view index.
 *
 * exact: the view's axes are those of the world and its voxels those of the grid, to 1/100 voxel
 * over the whole volume. Then the middle moves by up to half a voxel, so that cubes coincide with
 * voxels. */
void lb_grid_lay(lb_grid *out, const size_t count[3], double voxel, const lb_view *view,
                 const lb_brain *brain, const double centre[3]);

typedef enum lb_axis { LB_AXIAL = 0, LB_CORONAL = 1, LB_SAGITTAL = 2 } lb_axis;
/* The axes of the grid along the rows, the columns and the positions of slices:
 *   axial     rows from left to right, columns from back to front, positions upwards
 *   coronal   rows from left to right, columns upwards, positions from back to front
 *   sagittal  rows upwards, columns from back to front, positions from left to right */
typedef struct lb_slice_axes {
    size_t row, column, position;
} lb_slice_axes;
lb_slice_axes lb_axis_axes(lb_axis axis);

/* One slice: out (rows, columns), or NULL for the counts alone. *inside: number of brain pixels.
 * *cut: number of brain pixels just beyond the slice's edge; 0 means that the slice holds the whole
 * brain. Linear interpolation: a pixel is brain if the weights of the brain voxels around it sum to
 * more than one half. Its value is their weighted mean, so the outside does not darken the edge.
 * Pixels outside the brain are 0. */
void lb_view_slice(float *out, size_t *inside, size_t *cut, const lb_view *view,
                   const lb_grid *grid, lb_axis axis, size_t position);

#ifdef __cplusplus
}
#endif

#endif
