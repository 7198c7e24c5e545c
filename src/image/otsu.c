/* SPDX-License-Identifier: MIT */
/* Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 1979. */
#include "lesionbench/image.h"

enum { BINS = 256 };

/* The histogram of numpy.histogram: BINS equal bins from minimum to maximum, the last one closed.
 * The index is computed, then checked against the edges, which decide. */
static void
fill_histogram(double counts[BINS], const double edges[BINS + 1], const double *image, size_t count)
{
    double minimum = edges[0];
    double per_unit = BINS / (edges[BINS] - minimum);
    for (size_t i = 0; i < count; i++) {
        size_t bin = (size_t)((image[i] - minimum) * per_unit);
        if (bin >= BINS) {
            bin = BINS - 1;
        }
        if (image[i] < edges[bin]) {
            bin--;
        } else if (image[i] >= edges[bin + 1] && bin != BINS - 1) {
            bin++;
        }
        counts[bin] += 1;
    }
}

/* The bin after which the variance between the two classes is greatest; the first of equals. */
static size_t
best_split(const double counts[BINS], const double centres[BINS])
{
    double above[BINS], mean_above[BINS];
    double weight = 0, moment = 0;
    for (size_t i = BINS; i-- > 0;) {
        weight += counts[i];
        moment += counts[i] * centres[i];
        above[i] = weight;
        mean_above[i] = moment / weight;
    }
    size_t best = 0;
    double best_variance = -1;
    weight = 0;
    moment = 0;
    for (size_t i = 0; i + 1 < BINS; i++) {
        weight += counts[i];
        moment += counts[i] * centres[i];
        double difference = moment / weight - mean_above[i + 1];
        double variance = weight * above[i + 1] * (difference * difference);
        if (variance > best_variance) {
            best_variance = variance;
            best = i;
        }
    }
    return best;
}

double
lb_otsu(const double *image, size_t count)
{
    if (count == 0) {
        return 0;
    }
    double minimum, maximum;
    lb_find_range(&minimum, &maximum, image, count);
    if (!(maximum > minimum)) {
        return minimum;
    }
    double edges[BINS + 1], centres[BINS], counts[BINS] = {0};
    double step = (maximum - minimum) / BINS;
    for (size_t i = 0; i < BINS; i++) {
        edges[i] = (double)i * step + minimum;
    }
    edges[BINS] = maximum;
    for (size_t i = 0; i < BINS; i++) {
        centres[i] = (edges[i] + edges[i + 1]) / 2;
    }
    fill_histogram(counts, edges, image, count);
    return centres[best_split(counts, centres)];
}
