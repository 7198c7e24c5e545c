/* SPDX-License-Identifier: MIT */
/* Means by cluster, and intervals by drawing clusters anew. */
#include "lesionbench/statistics.h"

#include <math.h>
#include <string.h>

#include "clusters.h"
#include "lesionbench/distributions.h"
#include "lesionbench/random.h"
#include "lesionbench/score.h"

lb_status
lb_clusters_check(const uint32_t *cluster, size_t n, size_t clusters, const char *function,
                  lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(cluster, function, "cluster", err));
    for (size_t i = 0; i < n; i++) {
        if (cluster[i] >= clusters) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%s: cluster[%zu] is %u, there are %zu clusters",
                           function, i, cluster[i], clusters);
        }
    }
cleanup:
    return status;
}

static lb_status
check_bootstrap(const lb_interval *out, lb_statistic statistic, const lb_resamples *resamples,
                double level, const char *function, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_check_pointer(out, function, "out", err));
    LB_TRY(lb_check_pointer(resamples, function, "resamples", err));
    if (statistic == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: statistic is NULL", function);
    }
    if (!(level > 0 && level < 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: level %g is not between 0 and 1", function,
                       level);
    }
cleanup:
    return status;
}

lb_status
lb_cluster_means(double *out, const double *values, const uint32_t *cluster, size_t n,
                 size_t clusters, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *counts = NULL;
    LB_NOT_NULL(out);
    LB_TRY(lb_clusters_check(cluster, n, clusters, __func__, err));
    LB_ALLOC(counts, clusters);
    memset(out, 0, clusters * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        if (!isnan(values[i])) {
            out[cluster[i]] += values[i];
            counts[cluster[i]]++;
        }
    }
    for (size_t c = 0; c < clusters; c++) {
        out[c] = counts[c] > 0 ? out[c] / (double)counts[c] : (double)NAN;
    }
cleanup:
    lb_free(counts);
    return status;
}

lb_status
lb_resamples_create(lb_resamples *out, size_t clusters, size_t draws, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    uint16_t *weights = NULL;
    size_t count = 0;
    if (clusters == 0 || clusters > (size_t)1 << 24 || draws == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%zu draws of %zu clusters cannot be made", draws,
                       clusters);
    }
    LB_TRY(lb_multiply(&count, clusters, draws, err));
    LB_ALLOC(weights, count);
    for (size_t d = 0; d < draws; d++) {
        lb_random random;
        lb_random_init(&random, seed, LB_PURPOSE_BOOTSTRAP, d);
        for (size_t c = 0; c < clusters; c++) {
            weights[d * clusters + lb_random_below(&random, (uint32_t)clusters)]++;
        }
    }
    *out = (lb_resamples){.clusters = clusters, .draws = draws, .weights = weights};
    weights = NULL;
cleanup:
    lb_free(weights);
    return status;
}

void
lb_resamples_release(lb_resamples *resamples)
{
    lb_free(resamples->weights);
    *resamples = (lb_resamples){0};
}

/* The statistic of each draw, without those that are NaN; *used are left. */
static void
draw_all(double *out, size_t *used, lb_statistic statistic, const void *data,
         const lb_resamples *resamples)
{
    *used = 0;
    for (size_t d = 0; d < resamples->draws; d++) {
        double value = statistic(data, resamples->weights + d * resamples->clusters);
        if (!isnan(value)) {
            out[(*used)++] = value;
        }
    }
}

lb_status
lb_bootstrap_percentile(lb_interval *out, lb_statistic statistic, const void *data,
                        const lb_resamples *resamples, double level, lb_error *err)
{
    lb_status status = LB_OK;
    double *drawn = NULL;
    size_t used = 0;
    lb_interval result = {(double)NAN, (double)NAN};
    LB_TRY(check_bootstrap(out, statistic, resamples, level, __func__, err));
    LB_ALLOC(drawn, resamples->draws);
    if (resamples->clusters > 1) {
        draw_all(drawn, &used, statistic, data, resamples);
    }
    if (used > 0) {
        result.low = lb_quantile(drawn, used, (1 - level) / 2);
        result.high = lb_quantile(drawn, used, (1 + level) / 2);
    }
    *out = result;
cleanup:
    lb_free(drawn);
    return status;
}

/* A sixth of the skewness of the estimates without one cluster. values, weights: scratch for the
 * clusters. */
static double
acceleration(double *values, uint16_t *weights, lb_statistic statistic, const void *data,
             size_t clusters)
{
    size_t used = 0;
    double mean = 0, squares = 0, cubes = 0;
    for (size_t c = 0; c < clusters; c++) {
        weights[c] = 1;
    }
    for (size_t c = 0; c < clusters; c++) {
        weights[c] = 0;
        double value = statistic(data, weights);
        weights[c] = 1;
        if (!isnan(value)) {
            values[used++] = value;
            mean += value;
        }
    }
    mean /= (double)(used > 0 ? used : 1);
    for (size_t i = 0; i < used; i++) {
        double away = mean - values[i];
        squares += away * away;
        cubes += away * away * away;
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Where in the distribution of draws an end of the interval lies, for its nominal z. */
static double
place_of(double z, double bias, double accelerated)
{
    double sum = bias + z;
    return 1 - lb_normal_tail(bias + sum / (1 - accelerated * sum));
}

lb_status
lb_bootstrap_bca(lb_interval *out, lb_statistic statistic, const void *data,
                 const lb_resamples *resamples, double level, lb_error *err)
{
    lb_status status = LB_OK;
    double *drawn = NULL, *left_out = NULL, below = 0;
    uint16_t *weights = NULL;
    size_t used = 0;
    lb_interval result = {(double)NAN, (double)NAN};
    LB_TRY(check_bootstrap(out, statistic, resamples, level, __func__, err));
    LB_ALLOC(drawn, resamples->draws);
    LB_ALLOC(left_out, resamples->clusters);
    LB_ALLOC(weights, resamples->clusters);
    if (resamples->clusters > 1) {
        draw_all(drawn, &used, statistic, data, resamples);
    }
    if (used > 0) {
        double low = (1 - level) / 2, high = (1 + level) / 2;
        double accelerated = acceleration(left_out, weights, statistic, data, resamples->clusters);
        double estimate = statistic(data, weights); /* each cluster counts once again */
        for (size_t i = 0; i < used; i++) {
            below += drawn[i] < estimate ? 1 : (drawn[i] == estimate ? 0.5 : 0);
        }
        below /= (double)used;
        if (below > 0 && below < 1) {
            double z = lb_normal_quantile(high), bias = lb_normal_quantile(below);
            low = place_of(-z, bias, accelerated);
            high = place_of(z, bias, accelerated);
        }
        result.low = lb_quantile(drawn, used, low);
        result.high = lb_quantile(drawn, used, high);
    }
    *out = result;
cleanup:
    lb_free(weights);
    lb_free(left_out);
    lb_free(drawn);
    return status;
}

double
lb_weighted_mean(const void *data, const uint16_t *weights)
{
    const lb_cluster_sums *clusters = data;
    double sum = 0, count = 0;
    for (size_t c = 0; c < clusters->clusters; c++) {
        sum += weights[c] * clusters->sum[c];
        count += weights[c] * clusters->count[c];
    }
    return count > 0 ? sum / count : (double)NAN;
}

double
lb_weighted_quantile(const void *data, const uint16_t *weights)
{
    const lb_sorted_values *sorted = data;
    uint64_t total = 0, passed = 0;
    for (size_t i = 0; i < sorted->count; i++) {
        total += weights[sorted->cluster[i]];
    }
    if (total == 0) {
        return (double)NAN;
    }
    double position = sorted->q * (double)(total - 1), below = floor(position);
    uint64_t index = (uint64_t)below;
    size_t i = 0;
    while (passed + weights[sorted->cluster[i]] <= index) {
        passed += weights[sorted->cluster[i++]];
    }
    double low = sorted->values[i], part = position - below;
    if (passed + weights[sorted->cluster[i]] > index + 1 || index + 1 >= total) {
        return low;
    }
    do {
        i++;
    } while (weights[sorted->cluster[i]] == 0);
    double high = sorted->values[i];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
