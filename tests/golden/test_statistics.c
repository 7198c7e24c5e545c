/* SPDX-License-Identifier: MIT */
/* The statistics against SciPy, statsmodels and definitions in NumPy (expected_statistics.py). */
#include "testing.h"

#include <math.h>
#include <stdlib.h>

#include "expected_statistics.h"
#include "lesionbench/distributions.h"
#include "lesionbench/random.h"
#include "lesionbench/statistics.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { DRAWS = 4000, SMALL = 12, TIED = 40, MANY = 60, VALUES = 50, CLUSTERS = 9, REPEATS = 200 };

/* The numbers that the figures were made from, taken in the same order. */
typedef struct fixture {
    double draws[DRAWS];
    size_t at;
    double small[SMALL], tied[TIED], many[MANY], values[VALUES];
    uint32_t cluster[VALUES];
} fixture;

static double
take(fixture *f)
{
    return f->draws[f->at++];
}

static void
draw(fixture *f)
{
    lb_numpy_random random;
    lb_numpy_seed(&random, 11);
    lb_numpy_fill(&random, f->draws, DRAWS);
    f->at = 0;
    for (size_t i = 0; i < SMALL; i++) {
        f->small[i] = take(f) - 0.35;
    }
    for (size_t i = 0; i < TIED; i++) {
        f->tied[i] = floor(16 * take(f)) / 16 - 0.375;
    }
    for (size_t i = 0; i < MANY; i++) {
        f->many[i] = take(f) - 0.45;
    }
    for (uint32_t i = 0; i < VALUES; i++) {
        double root = take(f);
        f->values[i] = root * root;
        f->cluster[i] = i * 7 % 13 % CLUSTERS;
    }
}

static void
quantiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(NORMAL); i++) {
        assert_close(lb_normal_quantile(NORMAL[i][0]), NORMAL[i][1], 1e-12, 1e-9);
    }
    for (size_t i = 0; i < LENGTH(STUDENT); i++) {
        assert_close(lb_student_quantile(STUDENT[i][0], STUDENT[i][1]), STUDENT[i][2], 1e-9, 1e-9);
    }
}

static void
paired_tests(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    draw(&f);
    const double *samples[] = {f.small, f.tied, f.many};
    const size_t sizes[] = {SMALL, TIED, MANY};
    for (size_t i = 0; i < LENGTH(PAIRED); i++) {
        const double *wanted = PAIRED[i];
        lb_signed_rank rank;
        double shift = 0;
        assert_ok(lb_wilcoxon(&rank, samples[i], sizes[i], &err));
        assert_int_equal(rank.used, (int)wanted[0]);
        assert_close(rank.plus, wanted[1], 0, 0);
        assert_close(rank.minus, wanted[2], 0, 0);
        assert_close(rank.p, wanted[3], 0, 1e-9);
        assert_close(rank.rank_biserial, wanted[4], 1e-15, 0);
        assert_ok(lb_hodges_lehmann(&shift, samples[i], sizes[i], &err));
        assert_close(shift, wanted[5], 1e-15, 0);
        assert_close(lb_cohen_dz(samples[i], sizes[i]), wanted[6], 0, 1e-12);
        assert_int_equal(rank.exact, (int)wanted[7]);
    }
    lb_flips flips;
    assert_ok(lb_sign_flip(&flips, f.small, SMALL, REPEATS, 7, &err));
    assert_true(flips.exact);
    assert_close(flips.p, FLIP_ALL, 0, 1e-12);
    assert_ok(lb_sign_flip(&flips, f.many, MANY, REPEATS, 7, &err));
    assert_false(flips.exact);
    assert_close(flips.p, FLIP_SOME, 0, 1e-12);
}

static void
intervals(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    lb_resamples resamples;
    draw(&f);
    double sum[CLUSTERS] = {0}, count[CLUSTERS] = {0}, sorted[VALUES];
    uint32_t sorted_cluster[VALUES];
    double ranks[VALUES];
    assert_ok(lb_ranks(ranks, f.values, VALUES, &err));
    for (size_t i = 0; i < VALUES; i++) {
        sum[f.cluster[i]] += f.values[i];
        count[f.cluster[i]]++;
        sorted[(size_t)ranks[i] - 1] = f.values[i];
        sorted_cluster[(size_t)ranks[i] - 1] = f.cluster[i];
    }
    const lb_cluster_sums sums = {CLUSTERS, sum, count};
    const lb_sorted_values quarter = {VALUES, sorted, sorted_cluster, 0.25};
    const lb_sorted_values half = {VALUES, sorted, sorted_cluster, 0.5};
    const struct {
        lb_statistic statistic;
        const void *data;
    } asked[] = {
        {lb_weighted_mean, &sums}, {lb_weighted_quantile, &quarter}, {lb_weighted_quantile, &half}};
    assert_ok(lb_resamples_create(&resamples, CLUSTERS, REPEATS, 7, &err));
    for (size_t i = 0; i < LENGTH(INTERVALS); i++) {
        lb_interval found;
        assert_ok(lb_bootstrap_percentile(&found, asked[i].statistic, asked[i].data, &resamples,
                                          0.95, &err));
        assert_close(found.low, INTERVALS[i][0], 0, 1e-12);
        assert_close(found.high, INTERVALS[i][1], 0, 1e-12);
        assert_ok(
            lb_bootstrap_bca(&found, asked[i].statistic, asked[i].data, &resamples, 0.95, &err));
        assert_close(found.low, INTERVALS[i][2], 0, 1e-9);
        assert_close(found.high, INTERVALS[i][3], 0, 1e-9);
    }
    lb_resamples_release(&resamples);
}

static void
rank_correlations(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    double x[TIED], y[TIED], z[2][TIED];
    lb_correlation found;
    draw(&f);
    for (size_t i = 0; i < LENGTH(RANKED); i++) {
        size_t n = (size_t)RANKED[i][0];
        double steps = RANKED[i][1];
        for (size_t k = 0; k < n; k++) {
            x[k] = take(&f);
        }
        for (size_t k = 0; k < n; k++) {
            y[k] = take(&f) + 0.6 * x[k];
        }
        for (size_t k = 0; steps > 0 && k < n; k++) {
            x[k] = floor(steps * x[k]);
            y[k] = floor(steps * y[k]);
        }
        assert_ok(lb_spearman(&found, x, y, n, &err));
        assert_close(found.value, RANKED[i][2], 1e-12, 0);
        assert_close(found.p, RANKED[i][3], 0, 1e-9);
        assert_ok(lb_kendall(&found, x, y, n, &err));
        assert_close(found.value, RANKED[i][4], 1e-12, 0);
        assert_close(found.p, RANKED[i][5], 0, 1e-9);
    }
    enum { N = 30 };
    for (size_t k = 0; k < 3 * N; k++) {
        double value = take(&f);
        (k < 2 * N ? z[k / N] : x)[k % N] = k / N == 1 ? floor(3 * value) : value;
    }
    for (size_t k = 0; k < N; k++) {
        x[k] += z[0][k];
        y[k] = take(&f) + 0.5 * z[0][k] + 0.3 * z[1][k];
    }
    const double *const given[] = {z[0], z[1]};
    assert_ok(lb_partial_spearman(&found, x, y, given, 2, N, &err));
    assert_close(found.value, PARTIAL[0][0], 1e-12, 0);
    assert_close(found.p, PARTIAL[0][1], 0, 1e-9);
}

static void
clustered_regression(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    enum { N = 40, K = 3 };
    double x[N * K], y[N];
    uint32_t group[N], each[N];
    lb_coefficient found[K];
    draw(&f);
    f.at += 2 * (7 + 12 + 30 + 40) + 4 * 30;
    for (uint32_t i = 0; i < N; i++) {
        x[i * K] = 1;
        x[i * K + 1] = i % 3 == 0;
        x[i * K + 2] = take(&f);
        group[i] = (uint32_t)floor(pow(i, 1.3) / 18);
        each[i] = i;
    }
    for (size_t i = 0; i < N; i++) {
        y[i] = 0.4 + 0.3 * x[i * K + 1] + 0.2 * x[i * K + 2] + take(&f) + 0.5 * cos(group[i]);
    }
    assert_ok(lb_regression_cr2(found, y, x, K, group, group[N - 1] + 1, N, &err));
    for (size_t k = 0; k < K; k++) {
        assert_close(found[k].value, CLUSTERED[k][0], 1e-12, 1e-9);
        assert_close(found[k].error, CLUSTERED[k][1], 0, 1e-9);
        assert_close(found[k].freedom, CLUSTERED[k][2], 0, 1e-9);
        assert_close(found[k].p, CLUSTERED[k][3], 0, 1e-8);
    }
    assert_ok(lb_regression_cr2(found, y, x, K, each, N, N, &err));
    for (size_t k = 0; k < K; k++) {
        assert_close(found[k].value, ALONE[k][0], 1e-12, 1e-9);
        assert_close(found[k].error, ALONE[k][1], 0, 1e-9);
    }
}

static void
variances(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    enum { S = 3, I = 24, SUBJECTS = 7 };
    double values[S * I] = {0}, image[I], seed[S];
    uint32_t subject[I];
    lb_variance found;
    draw(&f);
    f.at += 2 * (7 + 12 + 30 + 40) + 4 * 30 + 2 * 40;
    for (uint32_t i = 0; i < I; i++) {
        image[i] = 0.3 * take(&f);
        subject[i] = i * 5 % SUBJECTS;
    }
    for (size_t j = 0; j < S; j++) {
        seed[j] = 0.08 * take(&f);
    }
    for (size_t k = 0; k < S * I; k++) {
        values[k] = image[k % I] + seed[k / I] + 0.1 * take(&f);
    }
    assert_ok(lb_variance_components(&found, values, S, I, subject, SUBJECTS, &err));
    /* The likelihood's maximum is found to about half its digits. */
    assert_close(found.image, VARIANCE[0][0], 0, 1e-5);
    assert_close(found.seed, VARIANCE[0][1], 0, 1e-5);
    assert_close(found.rest, VARIANCE[0][2], 0, 1e-5);
    assert_close(found.subject, VARIANCE[0][3], 0, 1e-9);
    assert_int_equal(found.subjects, SUBJECTS);
}

static void
maps(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    enum { PIXELS = 900 };
    static float a[PIXELS], b[PIXELS];
    lb_ranked_map first, second;
    draw(&f);
    f.at += 2 * (7 + 12 + 30 + 40) + 4 * 30 + 2 * 40 + 24 + 3 + 72;
    for (size_t i = 0; i < PIXELS; i++) {
        a[i] = (float)floor(50 * take(&f));
    }
    for (size_t i = 0; i < PIXELS; i++) {
        b[i] = (float)floor(9 * (take(&f) + (double)a[i] / 80));
    }
    assert_ok(lb_ranked_map_create(&first, a, PIXELS, 100, &err));
    assert_ok(lb_ranked_map_create(&second, b, PIXELS, 100, &err));
    assert_close(lb_map_correlation(&first, &second), MAPS[0][0], 1e-6, 0);
    assert_close(lb_map_overlap(&first, &second), MAPS[0][1], 1e-12, 0);
    lb_ranked_map_release(&second);
    lb_ranked_map_release(&first);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles),
        cmocka_unit_test(paired_tests),
        cmocka_unit_test(intervals),
        cmocka_unit_test(rank_correlations),
        cmocka_unit_test(clustered_regression),
        cmocka_unit_test(variances),
        cmocka_unit_test(maps),
    };
    return cmocka_run_group_tests_name("golden_statistics", tests, NULL, NULL);
}
