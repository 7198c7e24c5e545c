/* SPDX-License-Identifier: MIT */
/* Optimal transport between weighted points of the plane, exact: the earth mover's distance
 * (Rubner, Tomasi and Guibas, IJCV 2000).
 *
 * The minimum over plans of the sum of mass x cost, divided by the mass moved. It is found by the
 * network simplex over all pairs of points, whose costs are computed from the coordinates when they
 * are looked at: memory is linear in the points, so that two dense images of 224 x 224 need no
 * matrix of 20 GB. The optimum is certified by its dual: no pair of points has a negative reduced
 * cost (below 1e-12 of the largest cost). What is returned is the dual's value, in units of cost,
 * right to about 1e-10 of it; exact (but for the final sum) where coordinates are whole numbers,
 * the cost is squared, and masses are equal. */
#ifndef LESIONBENCH_TRANSPORT_H
#define LESIONBENCH_TRANSPORT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What it costs to move a unit of mass. */
typedef enum lb_ground {
    LB_GROUND_EUCLIDEAN, /* the distance */
    LB_GROUND_SQUARED    /* the distance squared */
} lb_ground;

/* Borrowed arrays of count elements. */
typedef struct lb_point_masses {
    size_t count;
    const double *y, *x; /* coordinates, finite, 0 <= y, x < 65536 */
    const double *mass;  /* finite and >= 0; NULL: all points weigh the same */
} lb_point_masses;

/* Cost of turning `from` into `to`, both scaled to a mass of 1. `free_mass`, >= 0 and in the units
 * of from->mass, is more mass on the side of `from` that reaches every point of `to` for nothing
 * (0: none). LB_ERROR_ARGUMENT where one side has no mass, or more than 2^20
 * points. */
lb_status lb_transport(double *out, const lb_point_masses *from, const lb_point_masses *to,
                       double free_mass, lb_ground ground, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
