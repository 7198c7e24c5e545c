/* SPDX-License-Identifier: MIT */
/* Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 1979. */
#include "lesionbench/image.h"

#include "base/cpu_kernel.h"

enum { BINS = 256 };

/* The bins of numpy.histogram: BINS equal ones from minimum to maximum, the last one closed. The
 * index is computed, then checked against the edges, which decide. All in doubles, so that
 * neighbours go side by side. */
LB_KERNEL(void, find_bins,
          (int32_t *restrict bins, const double *restrict image, size_t count, double minimum,
           double step, double per_unit),
          (bins, image, count, minimum, step, per_unit))
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        double value = image[i];
        int32_t computed = (int32_t)((value - minimum) * per_unit);
        double bin = computed < BINS - 1 ? computed : BINS - 1;
        double low = bin * step + minimum, high = (bin + 1) * step + minimum;
        double up = value >= high && bin < BINS - 1 ? 1 : 0;
        double moved = value < low ? bin - 1 : bin + up;
        int32_t whole = (int32_t)moved;
        bins[i] = whole < 0 ? 0 : whole;
    }
}

/* Equal bins in a row would wait for each other, so neighbours are counted apart. */
static void
fill_histogram(double counts[BINS], const double *image, size_t count, double minimum, double step,
               double per_unit)
{
    enum { BLOCK = 512, APART = 8 };
    uint64_t tables[APART][BINS] = {{0}};
    int32_t bins[BLOCK];
    for (size_t first = 0; first < count; first += BLOCK) {
        size_t n = count - first < BLOCK ? count - first : BLOCK;
        find_bins(bins, image + first, n, minimum, step, per_unit);
        size_t whole = n - n % APART;
        for (size_t i = 0; i < whole; i += APART) {
#pragma GCC unroll 8
            for (size_t k = 0; k < APART; k++) {
                tables[k][bins[i + k]]++;
            }
        }
        for (size_t i = whole; i < n; i++) {
            tables[0][bins[i]]++;
        }
    }
    for (size_t i = 0; i < BINS; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < APART; k++) {
            sum += tables[k][i];
        }
        counts[i] = (double)sum;
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
    double edges[BINS + 1], centres[BINS], counts[BINS];
    double step = (maximum - minimum) / BINS;
    for (size_t i = 0; i < BINS; i++) {
        edges[i] = (double)i * step + minimum;
    }
    edges[BINS] = maximum;
    for (size_t i = 0; i < BINS; i++) {
        centres[i] = (edges[i] + edges[i + 1]) / 2;
    }
    fill_histogram(counts, image, count, minimum, step, BINS / (maximum - minimum));
    return centres[best_split(counts, centres)];
}
