/* SPDX-License-Identifier: MIT */
/* The sum that a softened blob should have. */
#include <math.h>

#include "lesion_internal.h"

static const double STUDY_AREA = 70, MASS_TOLERANCE = 1; /* pixels */

/* What the cut takes away grows with the outline, and that with the square root of the area. The
 * study, whose lesions all have 70 pixels, says 0.05 x area x sigma: the same there. */
double
lesion_expected_mass(const lb_lesion_options *options)
{
    double area = (double)options->area;
    return area - sqrt(area * STUDY_AREA) * 0.05 * options->edge_sigma;
}

/* Whether the softened blob still has about its area. The study compares the sum rounded to two
 * decimals. */
bool
lesion_has_expected_mass(const double *soft, size_t count, const lb_lesion_options *options)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += soft[i];
    }
    double tolerance = MASS_TOLERANCE * sqrt((double)options->area / STUDY_AREA);
    return fabs(rint(sum * 100) / 100 - lesion_expected_mass(options)) <= tolerance;
}
