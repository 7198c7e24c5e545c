/* SPDX-License-Identifier: MIT */
/* The statistics at their edges, and what theory says of them. */
#include "testing.h"

#include <math.h>

#include "lesionbench/distributions.h"
#include "lesionbench/random.h"
#include "lesionbench/statistics.h"

static void
differences_at_the_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_signed_rank rank;
    lb_flips flips;
    double shift = 5;
    const double zeros[] = {0, 0, 0}, one[] = {-2}, equal[] = {1, 1, 1, 1};
    assert_ok(lb_wilcoxon(&rank, zeros, 3, &err));
    assert_true(rank.used == 0 && rank.p == 1 && rank.rank_biserial == 0);
    assert_ok(lb_wilcoxon(&rank, zeros, 0, &err));
    assert_true(rank.p == 1);
    assert_ok(lb_wilcoxon(&rank, one, 1, &err));
    assert_true(rank.exact && rank.p == 1 && rank.rank_biserial == -1);
    assert_ok(lb_wilcoxon(&rank, equal, 4, &err));
    assert_true(!rank.exact && rank.p > 0 && rank.p < 0.1 && rank.rank_biserial == 1);

    assert_ok(lb_sign_flip(&flips, zeros, 3, 10, 0, &err));
    assert_true(flips.p == 1);
    assert_ok(lb_sign_flip(&flips, zeros, 0, 10, 0, &err));
    assert_true(flips.p == 1);
    assert_ok(lb_sign_flip(&flips, equal, 4, 10, 0, &err));
    assert_close(flips.p, 2.0 / 16, 0, 1e-15);

    assert_ok(lb_hodges_lehmann(&shift, one, 1, &err));
    assert_true(shift == -2);
    const double three[] = {-1, 5, 2}; /* means of two: -1, 0.5, 2, 2, 3.5, 5 */
    assert_ok(lb_hodges_lehmann(&shift, three, 3, &err));
    assert_close(shift, 2, 0, 1e-15);
    const double two[] = {-0.0, -3}; /* -3, -1.5, 0 */
    assert_ok(lb_hodges_lehmann(&shift, two, 2, &err));
    assert_close(shift, -1.5, 0, 1e-15);
    assert_int_equal(lb_hodges_lehmann(&shift, two, 0, &err), LB_ERROR_ARGUMENT);

    assert_true(lb_cohen_dz(zeros, 3) == 0 && isinf(lb_cohen_dz(equal, 4)));
    assert_true(isnan(lb_cohen_dz(one, 1)));
}

/* Exact and sampled p-values of the same differences agree to the sampling's error. */
static void
flips_sampled_and_all(void **state)
{
    (void)state;
    lb_error err;
    lb_flips all, some;
    double padded[40] = {0};
    for (int i = 0; i < 16; i++) {
        padded[i] = (i * 7 % 16) / 16.0 - 0.3;
    }
    assert_ok(lb_sign_flip(&all, padded, 16, 0, 0, &err));
    assert_ok(lb_sign_flip(&some, padded, 40, 20000, 3, &err)); /* zeros change nothing */
    assert_true(all.exact && !some.exact);
    assert_close(some.p, all.p, 4 * sqrt(all.p * (1 - all.p) / 20000), 0);
}

static void
correlations_at_the_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_correlation found;
    const double up[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, flat[10] = {0};
    double down[10];
    for (int i = 0; i < 10; i++) {
        down[i] = -up[i] * up[i];
    }
    assert_ok(lb_spearman(&found, up, down, 10, &err));
    assert_close(found.value, -1, 1e-15, 0);
    assert_true(found.p == 0);
    assert_ok(lb_spearman(&found, up, up, 3, &err));
    assert_close(found.p, 2.0 / 6, 0, 1e-15);
    assert_ok(lb_spearman(&found, up, flat, 10, &err));
    assert_true(isnan(found.value) && isnan(found.p));
    assert_ok(lb_spearman(&found, up, up, 0, &err));
    assert_true(isnan(found.value));
    assert_ok(lb_kendall(&found, up, flat, 10, &err));
    assert_true(isnan(found.value) && isnan(found.p));
    assert_ok(lb_kendall(&found, up, up, 1, &err));
    assert_true(isnan(found.value));
    assert_ok(lb_kendall(&found, up, down, 10, &err));
    assert_close(found.value, -1, 1e-15, 0);
    assert_close(found.p, 2 / 3628800.0, 0, 1e-9);
    /* What is given explains x wholly; a constant, and the same twice, explain nothing more. */
    const double other[] = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
    const double *const same[] = {up}, *const more[] = {other, flat, other};
    assert_ok(lb_partial_spearman(&found, up, other, same, 1, 10, &err));
    assert_true(isnan(found.value));
    lb_correlation once;
    const double hill[] = {1, 3, 5, 7, 9, 8, 6, 4, 2, 0};
    assert_ok(lb_partial_spearman(&once, up, hill, more, 1, 10, &err));
    assert_ok(lb_partial_spearman(&found, up, hill, more, 3, 10, &err));
    assert_close(found.value, once.value, 1e-12, 0);
    assert_close(found.p, once.p, 0, 1e-9);
    assert_int_equal(lb_partial_spearman(&found, up, other, more, 9, 10, &err), LB_ERROR_ARGUMENT);
}

static void
intervals_at_the_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_resamples resamples;
    lb_interval found;
    const double sum[] = {3, 3, 3}, count[] = {1, 1, 1};
    const lb_cluster_sums same = {3, sum, count}, single = {1, sum, count};
    assert_int_equal(lb_resamples_create(&resamples, 0, 10, 0, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_resamples_create(&resamples, 3, 0, 0, &err), LB_ERROR_ARGUMENT);
    assert_ok(lb_resamples_create(&resamples, 3, 100, 0, &err));
    assert_ok(lb_bootstrap_bca(&found, lb_weighted_mean, &same, &resamples, 0.95, &err));
    assert_true(found.low == 3 && found.high == 3);
    lb_resamples_release(&resamples);
    /* One subject says nothing of others. */
    assert_ok(lb_resamples_create(&resamples, 1, 100, 0, &err));
    assert_ok(lb_bootstrap_percentile(&found, lb_weighted_mean, &single, &resamples, 0.95, &err));
    assert_true(isnan(found.low) && isnan(found.high));
    lb_resamples_release(&resamples);
}

/* Images of a subject share most of what varies: intervals over subjects cover the true mean about
 * 95 % of the time, where images taken as independent would cover it half as often. */
static void
intervals_cover(void **state)
{
    (void)state;
    enum { SUBJECTS = 30, EACH = 10, STUDIES = 400 };
    lb_error err;
    lb_resamples by_subject, by_image;
    size_t covered[2] = {0, 0};
    assert_ok(lb_resamples_create(&by_subject, SUBJECTS, 500, 1, &err));
    assert_ok(lb_resamples_create(&by_image, SUBJECTS * EACH, 500, 1, &err));
    for (uint64_t study = 0; study < STUDIES; study++) {
        lb_random random;
        double sum[SUBJECTS] = {0}, count[SUBJECTS], value[SUBJECTS * EACH], one[SUBJECTS * EACH];
        lb_random_init(&random, 9, LB_PURPOSE_TEST, study);
        for (size_t i = 0; i < SUBJECTS; i++) {
            double own = lb_random_normal(&random);
            count[i] = EACH;
            for (size_t k = 0; k < EACH; k++) {
                value[i * EACH + k] = own + 0.5 * lb_random_normal(&random);
                one[i * EACH + k] = 1;
                sum[i] += value[i * EACH + k];
            }
        }
        const lb_cluster_sums subjects = {SUBJECTS, sum, count};
        const lb_cluster_sums images = {SUBJECTS * EACH, value, one};
        lb_interval found[2];
        assert_ok(
            lb_bootstrap_bca(&found[0], lb_weighted_mean, &subjects, &by_subject, 0.95, &err));
        assert_ok(lb_bootstrap_bca(&found[1], lb_weighted_mean, &images, &by_image, 0.95, &err));
        for (int i = 0; i < 2; i++) {
            covered[i] += found[i].low <= 0 && found[i].high >= 0;
        }
    }
    lb_resamples_release(&by_image);
    lb_resamples_release(&by_subject);
    assert_in_range(covered[0], STUDIES * 90 / 100, STUDIES * 98 / 100);
    assert_in_range(covered[1], 0, STUDIES * 70 / 100);
}

static void
regressions_that_cannot_be(void **state)
{
    (void)state;
    enum { N = 12 };
    lb_error err;
    double x[N * 3], y[N];
    uint32_t cluster[N];
    lb_coefficient found[3];
    for (uint32_t i = 0; i < N; i++) {
        x[i * 3] = 1;
        x[i * 3 + 1] = i < 3; /* the first cluster alone */
        x[i * 3 + 2] = i % 5;
        y[i] = i * i % 7;
        cluster[i] = i / 3;
    }
    assert_ok(lb_regression_cr2(found, y, x, 3, cluster, 4, N, &err));
    assert_true(isnan(found[1].error) && isnan(found[1].p));
    assert_true(isfinite(found[2].error) && found[2].freedom > 0 && found[2].freedom < 4);
    for (uint32_t i = 0; i < N; i++) {
        x[i * 3 + 2] = 2 * x[i * 3 + 1] - 1;
    }
    assert_int_equal(lb_regression_cr2(found, y, x, 3, cluster, 4, N, &err), LB_ERROR_NUMERIC);
    assert_int_equal(lb_regression_cr2(found, y, x, 3, cluster, 4, 3, &err), LB_ERROR_NUMERIC);
    assert_int_equal(lb_regression_cr2(found, y, x, 0, cluster, 4, N, &err), LB_ERROR_ARGUMENT);
}

/* Under the null hypothesis CR2 with its degrees of freedom rejects at its level, with clusters
 * that share their errors. */
static void
regression_keeps_its_level(void **state)
{
    (void)state;
    enum { CLUSTERS = 10, EACH = 3, N = CLUSTERS * EACH, STUDIES = 1000 };
    lb_error err;
    size_t rejected = 0;
    for (uint64_t study = 0; study < STUDIES; study++) {
        lb_random random;
        double x[N * 2], y[N];
        uint32_t cluster[N];
        lb_coefficient found[2];
        lb_random_init(&random, 10, LB_PURPOSE_TEST, study);
        for (uint32_t c = 0; c < CLUSTERS; c++) {
            double own = lb_random_normal(&random);
            for (uint32_t i = c * EACH; i < (c + 1) * EACH; i++) {
                x[i * 2] = 1;
                x[i * 2 + 1] = c < CLUSTERS / 2;
                y[i] = own + 0.3 * lb_random_normal(&random);
                cluster[i] = c;
            }
        }
        assert_ok(lb_regression_cr2(found, y, x, 2, cluster, CLUSTERS, N, &err));
        rejected += found[1].p < 0.05;
    }
    assert_in_range(rejected, STUDIES * 3 / 100, STUDIES * 7 / 100);
}

static void
variances_at_the_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_variance found;
    const double values[] = {1, 2, 3, 4, 1, 2, 3, 4};
    const uint32_t alone[] = {0, 1, 2, 3}, paired[] = {0, 0, 1, 1};
    assert_ok(lb_variance_components(&found, values, 2, 4, alone, 4, &err));
    assert_close(found.image, 5.0 / 3, 0, 1e-12);
    assert_true(found.seed == 0 && found.rest == 0 && isnan(found.subject));
    assert_ok(lb_variance_components(&found, values, 2, 4, paired, 2, &err));
    assert_close(found.subject, found.image, 0, 0.2);          /* (4 - 0.5) / 2 */
    assert_close(found.subject, 1.6666666666666667, 0, 1e-12); /* kept below image */
    assert_ok(lb_variance_components(&found, values, 1, 4, alone, 4, &err));
    assert_true(isnan(found.image) && isnan(found.seed) && isnan(found.rest));
}

static void
maps_at_the_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_ranked_map flat, rising, falling;
    const float zeros[6] = {0}, up[] = {1, 2, 3, 4, 5, 6}, down[] = {6, 5, 4, 3, 2, 1};
    const float broken[] = {1, NAN, 3, 4, 5, 6};
    assert_ok(lb_ranked_map_create(&flat, zeros, 6, 2, &err));
    assert_ok(lb_ranked_map_create(&rising, up, 6, 2, &err));
    assert_ok(lb_ranked_map_create(&falling, down, 6, 2, &err));
    assert_int_equal(flat.selected, 0);
    assert_int_equal(rising.selected, 2);
    assert_true(isnan(lb_map_correlation(&flat, &rising)));
    assert_true(isnan(lb_map_overlap(&flat, &flat)) && lb_map_overlap(&flat, &rising) == 0);
    assert_close(lb_map_correlation(&rising, &falling), -1, 1e-12, 0);
    assert_true(lb_map_overlap(&rising, &falling) == 0 && lb_map_overlap(&rising, &rising) == 1);
    lb_ranked_map_release(&falling);
    lb_ranked_map_release(&rising);
    lb_ranked_map_release(&flat);
    assert_int_equal(lb_ranked_map_create(&flat, broken, 6, 2, &err), LB_ERROR_NUMERIC);
    assert_int_equal(lb_ranked_map_create(&flat, up, 6, 6, &err), LB_ERROR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_at_the_edges),
        cmocka_unit_test(flips_sampled_and_all),
        cmocka_unit_test(correlations_at_the_edges),
        cmocka_unit_test(intervals_at_the_edges),
        cmocka_unit_test(intervals_cover),
        cmocka_unit_test(regressions_that_cannot_be),
        cmocka_unit_test(regression_keeps_its_level),
        cmocka_unit_test(variances_at_the_edges),
        cmocka_unit_test(maps_at_the_edges),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
