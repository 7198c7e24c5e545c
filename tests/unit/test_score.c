/* SPDX-License-Identifier: MIT */
/* Expected figures were computed from the definitions by brute force in Python: sorting for the
 * masks, all pairs for AUROC, all thresholds for the average precision. */
#include "testing.h"

#include <math.h>

#include "lesionbench/random.h"
#include "lesionbench/score.h"

enum { N = 1000 };

static void
check_localisation(const float *map, const float *truth, size_t n, uint32_t tp, uint32_t tn,
                   uint32_t fp, uint32_t fn, uint32_t ties)
{
    lb_error err;
    lb_localisation score = {0};
    float *scratch = lb_alloc(n, sizeof *scratch, &err);
    assert_non_null(scratch);
    assert_ok(lb_localise(&score, map, truth, n, scratch, &err));
    lb_free(scratch);
    assert_int_equal(score.tp, tp);
    assert_int_equal(score.tn, tn);
    assert_int_equal(score.fp, fp);
    assert_int_equal(score.fn, fn);
    assert_int_equal(score.ties, ties);
}

static void
localise_equals_the_definition(void **state)
{
    (void)state;
    float map[N], tied[N], signed_map[N], truth[N], other[N];
    for (int i = 0; i < N; i++) {
        map[i] = (float)(i * 7919 % 1009) / 1009.0f;
        tied[i] = (float)(i * 7919 % 17) / 17.0f;
        signed_map[i] = (float)(i * 7919 % 1009) - 504.0f;
        truth[i] = i * 31 % 997 < 90 ? 0.3f : 0.0f;
        other[i] = i * 7919 % 1009 > 900 && i % 3 != 0 ? 1.0f : 0.0f;
    }
    check_localisation(map, truth, N, 8, 822, 85, 85, 1);
    check_localisation(tied, truth, N, 5, 853, 54, 88, 59);
    check_localisation(signed_map, other, N, 43, 907, 25, 25, 1);
}

static void
localise_perfect_and_constant(void **state)
{
    (void)state;
    float map[N] = {0}, truth[N] = {0};
    for (int i = 100; i < 150; i++) {
        truth[i] = 1.0f;
    }
    check_localisation(truth, truth, N, 50, 950, 0, 0, 950);
    for (int i = 0; i < N; i++) {
        map[i] = truth[i] > 0 && i != 120 ? (float)i : -1.0f;
    }
    check_localisation(map, truth, N, 49, 950, 0, 1, 951); /* one short: the rest ties at -1 */
    for (int i = 0; i < N; i++) {
        map[i] = 0.25f;
    }
    check_localisation(map, truth, N, 0, 950, 0, 50, 1000); /* a constant map selects nothing */
}

/* A large map in every order that could make the selection slow or wrong. */
static void
localise_any_order(void **state)
{
    (void)state;
    enum { LARGE = 50176, P = 1790 };
    lb_error err;
    float *map = lb_alloc(LARGE, sizeof *map, &err), *truth = lb_alloc(LARGE, sizeof *truth, &err);
    assert_non_null(map);
    assert_non_null(truth);
    lb_random random;
    lb_random_init(&random, 5, LB_PURPOSE_TEST, 0);
    double start = lb_seconds();
    for (int order = 0; order < 4; order++) {
        for (int i = 0; i < LARGE; i++) {
            int rank = order == 0 ? i : (order == 1 ? LARGE - i : (i < LARGE / 2 ? i : LARGE - i));
            map[i] = order == 3 ? (float)lb_random_uniform(&random) : (float)rank;
        }
        /* The truth is the top: the P largest, found by a threshold instead of a selection. */
        float low = -1, high = (float)LARGE + 1;
        for (int step = 0; step < 64; step++) {
            float middle = low + (high - low) / 2;
            size_t above = 0;
            for (int i = 0; i < LARGE; i++) {
                above += map[i] > middle;
            }
            *(above > P ? &low : &high) = middle;
        }
        uint32_t p = 0;
        for (int i = 0; i < LARGE; i++) {
            truth[i] = map[i] > high ? 1.0f : 0.0f;
            p += map[i] > high;
        }
        check_localisation(map, truth, LARGE, p, LARGE - p, 0, 0, order == 2 ? 2 : 1);
    }
    assert_true(lb_seconds() - start < 5);
    lb_free(truth);
    lb_free(map);
}

static void
localise_refuses(void **state)
{
    (void)state;
    lb_error err;
    lb_localisation score = {.tp = 1, .tn = 2, .fp = 3, .fn = 4};
    float map[4] = {1, 2, 3, 4}, truth[4] = {0, 0, 0, 0}, scratch[4];
    assert_int_equal(lb_localise(&score, map, truth, 4, scratch, &err), LB_ERROR_ARGUMENT);
    truth[0] = truth[1] = truth[2] = truth[3] = 1;
    assert_int_equal(lb_localise(&score, map, truth, 4, scratch, &err), LB_ERROR_ARGUMENT);
    truth[0] = 0;
    map[2] = NAN;
    assert_int_equal(lb_localise(&score, map, truth, 4, scratch, &err), LB_ERROR_NUMERIC);
    map[2] = INFINITY;
    assert_int_equal(lb_localise(&score, map, truth, 4, scratch, &err), LB_ERROR_NUMERIC);
    assert_int_equal(score.tp, 1);
}

static void
rates(void **state)
{
    (void)state;
    const lb_localisation score = {.tp = 3, .tn = 80, .fp = 20, .fn = 9};
    assert_close(lb_tpr(&score), 0.25, 0, 1e-15);
    assert_close(lb_tnr(&score), 0.8, 0, 1e-15);
    assert_close(lb_precision(&score), 3.0 / 23.0, 0, 1e-15);
    const lb_localisation nothing = {.tp = 0, .tn = 5, .fp = 0, .fn = 2};
    assert_true(lb_precision(&nothing) == 0);
}

static void
quantile_equals_numpy(void **state)
{
    (void)state;
    double values[40], q[] = {0, 0.25, 0.5, 0.9, 1}, expected[] = {-3.0, 1.875, 7.25, 15.05, 17.0};
    for (int k = 0; k < 5; k++) {
        for (int i = 0; i < 40; i++) {
            values[i] = i * 29 % 41 * 0.5 - 3;
        }
        assert_close(lb_quantile(values, 40, q[k]), expected[k], 1e-14, 0);
    }
    double one = 3;
    assert_true(lb_quantile(&one, 1, 0.3) == 3);
}

enum { IMAGES = 60 };

static void
make_labels(int32_t *labels)
{
    for (int i = 0; i < IMAGES; i++) {
        labels[i] = i * 53 % 19 / 4.0 + i * 11 % 13 / 3.0 > i * 37 % 23 / 4.0 + 1;
    }
}

static void
classification_equals_the_definition(void **state)
{
    (void)state;
    lb_error err;
    lb_classification result;
    double logits[2 * IMAGES];
    int32_t labels[IMAGES];
    make_labels(labels);
    for (int i = 0; i < IMAGES; i++) {
        logits[2 * i] = (double)(i * 37 % 23) / 4 - 2.5;
        logits[2 * i + 1] = (double)(i * 53 % 19) / 4 - 2;
    }
    assert_ok(lb_classify_score(&result, logits, labels, IMAGES, &err));
    assert_int_equal(result.images, IMAGES);
    assert_close(result.accuracy, 0.85, 1e-14, 0);
    assert_close(result.auroc, 0.9382716049382716, 1e-14, 0);
    assert_close(result.auprc, 0.9354453020169394, 1e-14, 0);
    assert_close(result.sensitivity, 0.8181818181818182, 1e-14, 0);
    assert_close(result.specificity, 0.8888888888888888, 1e-14, 0);
    assert_close(result.balanced_accuracy, 0.8535353535353536, 1e-14, 0);
    assert_close(result.mcc, 0.7035264706814482, 1e-14, 0);
}

static void
classification_with_many_ties(void **state)
{
    (void)state;
    lb_error err;
    lb_classification result;
    double logits[2 * IMAGES];
    int32_t labels[IMAGES];
    make_labels(labels);
    for (int i = 0; i < IMAGES; i++) {
        logits[2 * i] = (double)(i * 37 % 5) / 4;
        logits[2 * i + 1] = (double)(i * 53 % 3) / 4;
    }
    assert_ok(lb_classify_score(&result, logits, labels, IMAGES, &err));
    assert_close(result.accuracy, 0.6166666666666667, 1e-14, 0);
    assert_close(result.auroc, 0.6750841750841751, 1e-14, 0);
    assert_close(result.auprc, 0.6474887766554434, 1e-14, 0);
    assert_close(result.sensitivity, 0.3333333333333333, 1e-14, 0);
    assert_close(result.mcc, 0.36851386559504423, 1e-14, 0);
}

static void
classification_edges(void **state)
{
    (void)state;
    lb_error err;
    lb_classification result;
    const double perfect[] = {2, -50, 1, 0, -3, 90, 0, 1};
    const int32_t labels[] = {0, 0, 1, 1}, ones[] = {1, 1, 1, 1}, wrong[] = {0, 2, 1, 1};
    assert_ok(lb_classify_score(&result, perfect, labels, 4, &err));
    assert_true(result.accuracy == 1 && result.auroc == 1 && result.auprc == 1 && result.mcc == 1);

    assert_ok(lb_classify_score(&result, perfect, ones, 4, &err));
    assert_true(result.sensitivity == 0.5);
    assert_true(isnan(result.auroc) && isnan(result.auprc) && isnan(result.specificity) &&
                isnan(result.balanced_accuracy) && isnan(result.mcc));

    const double equal[8] = {0}; /* says class 0 to everything */
    assert_ok(lb_classify_score(&result, equal, labels, 4, &err));
    assert_true(result.auroc == 0.5 && result.auprc == 0.5 && result.mcc == 0);

    const double broken[] = {2, -50, 1, NAN, -3, 90, 0, 1};
    assert_int_equal(lb_classify_score(&result, broken, labels, 4, &err), LB_ERROR_NUMERIC);
    assert_int_equal(lb_classify_score(&result, perfect, wrong, 4, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_classify_score(&result, perfect, labels, 0, &err), LB_ERROR_ARGUMENT);
    assert_true(result.auroc == 0.5);
}

static void
predicted_takes_the_first_of_equals(void **state)
{
    (void)state;
    const float logits[] = {1, 2, 2, 0, 0, 0, -3, -5, -1};
    int32_t out[3];
    lb_predicted(out, logits, 3, 3);
    assert_int_equal(out[0], 1);
    assert_int_equal(out[1], 0);
    assert_int_equal(out[2], 2);
    float many[1000] = {[999] = 1}; /* beyond what a byte holds */
    lb_predicted(out, many, 1, 1000);
    assert_int_equal(out[0], 999);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(localise_equals_the_definition),
        cmocka_unit_test(localise_perfect_and_constant),
        cmocka_unit_test(localise_any_order),
        cmocka_unit_test(localise_refuses),
        cmocka_unit_test(rates),
        cmocka_unit_test(quantile_equals_numpy),
        cmocka_unit_test(classification_equals_the_definition),
        cmocka_unit_test(classification_with_many_ties),
        cmocka_unit_test(classification_edges),
        cmocka_unit_test(predicted_takes_the_first_of_equals),
    };
    return cmocka_run_group_tests_name("score", tests, NULL, NULL);
}
