/* SPDX-License-Identifier: MIT */
/* Exact optimal transport between weighted points of the plane: the earth mover's distance (Rubner,
 * Tomasi and Guibas, IJCV 2000).
 *
 * The result is the minimum over transport plans of the sum of mass x cost, divided by the mass
 * moved. The algorithm is the network simplex over all pairs of points. Costs are computed from the
 * coordinates on demand, so memory is linear in the points: two dense images of 224 x 224 need no
 * matrix of 20 GB. The optimum is certified by its dual: no pair of points has a negative reduced
 * cost (below 1e-12 of the largest cost). The returned value is the dual's, in units of cost, with
 * a relative error of about 1e-10. It is exact, except for the final sum, if coordinates are
 * integers, the cost is squared, and masses are equal. */
#ifndef LESIONBENCH_TRANSPORT_H
#define LESIONBENCH_TRANSPORT_H

#include "lesionbench/base.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The cost of moving a unit of mass. */
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

/* The cost of moving `from` to `to`, both scaled to a mass of 1. free_mass >= 0, in the units of
 * from->mass: additional mass on the side of `from` that reaches every point of `to` at no cost (0:
 * none). LB_ERROR_ARGUMENT: a side has no mass, or more than 2^20 points. */
lb_status lb_transport(double *out, const lb_point_masses *from, const lb_point_masses *to,
                       double free_mass, lb_ground ground, lb_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
