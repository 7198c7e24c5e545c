/* SPDX-License-Identifier: MIT */
/* Exact histogram specification (Coltuc, Bolon, Chassery, IEEE Trans. Image Processing 2006): the
 * k-th brightest pixel of every lesion gets the k-th value of one profile. */
#include <math.h>
#include <stdlib.h>

#include "lesion_internal.h"

static const double PI = 3.14159265358979323846;
static const double MIDDLE_COMPACTNESS = 0.6; /* of the profile's outline: between the classes */
static const double MIN_PROFILE = 0.02;       /* lower values of the profile are 0 */

/* The profile's value at a rank before it is brought to a peak of 1: the edge of an area of that
 * many pixels, softened across an outline that sweeps `spread` pixels for each sigma. */
static double
edge(double rank, double area, double spread)
{
    return spread > 0 ? 0.5 * erfc((rank - area) / spread * sqrt(0.5)) : (double)(rank < area);
}

typedef struct ranked {
    double value;
    size_t pixel;
} ranked;

/* Brighter first; equals in row-major order, so that there is one order only. */
static int
compare(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->value != y->value) {
        return x->value > y->value ? -1 : 1;
    }
    return (x->pixel > y->pixel) - (x->pixel < y->pixel);
}

lb_status
lesion_match(bool *fits, double *mask, size_t count, const lb_lesion_options *options,
             lb_error *err)
{
    lb_status status = LB_OK;
    ranked *order = NULL;
    double scale = (double)options->scale;
    double area = lesion_expected_mass(options) * scale * scale;
    double outline = sqrt(4 * PI * area / MIDDLE_COMPACTNESS);
    double spread = outline * options->edge_sigma * scale;
    double peak = edge(0.5, area, spread);
    LB_ALLOC(order, count);
    for (size_t i = 0; i < count; i++) {
        order[i] = (ranked){mask[i], i};
    }
    qsort(order, count, sizeof *order, compare);
    *fits = false;
    for (size_t i = 0; i < count; i++) {
        double value = edge((double)i + 0.5, area, spread) / peak;
        if (value >= MIN_PROFILE && order[i].value == 0) {
            goto cleanup; /* too few pixels for the profile */
        }
        mask[order[i].pixel] = value >= MIN_PROFILE ? value : 0;
        *fits = value < MIN_PROFILE;
    }
cleanup:
    lb_free(order);
    return status;
}
