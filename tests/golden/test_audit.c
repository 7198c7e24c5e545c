/* SPDX-License-Identifier: MIT */
/* The audit's statistics against SciPy (expected_audit.py). */
#include "testing.h"

#include <math.h>

#include "audit_logistic.h"
#include "audit_statistics.h"
#include "expected_audit.h"
#include "lesionbench/distributions.h"
#include "lesionbench/random.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

typedef struct fixture {
    double values[N], x[N * P];
    uint8_t classes[N];
} fixture;

static void
draw(fixture *f)
{
    static const double scale[P] = {1, 2, 3, 4}, shift[P] = {0.5, 0, -0.4, 0};
    lb_numpy_random random;
    lb_numpy_seed(&random, 5);
    for (size_t i = 0; i < N; i++) {
        f->classes[i] = i * 7 % 10 < 4;
        f->values[i] = floor(40 * lb_numpy_rand(&random)) / 8 + (f->classes[i] != 0 ? 0.25 : 0);
        for (size_t k = 0; k < P; k++) {
            double value = lb_numpy_rand(&random) * scale[k];
            f->x[i * P + k] = value + (f->classes[i] != 0 ? shift[k] : 0);
        }
    }
}

static void
distributions(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(STUDENT); i++) {
        assert_close(lb_student_tail(STUDENT[i][0], STUDENT[i][1]), STUDENT[i][2], 0, 1e-9);
    }
    for (size_t i = 0; i < LENGTH(STUDENT_95); i++) {
        assert_close(lb_student_quantile(0.975, STUDENT_95[i][0]), STUDENT_95[i][1], 0, 1e-9);
    }
    for (size_t i = 0; i < LENGTH(BINOMIAL); i++) {
        size_t k = (size_t)BINOMIAL[i][0], n = (size_t)BINOMIAL[i][1];
        assert_close(audit_binomial_p(k, n), BINOMIAL[i][2], 0, 1e-9);
        assert_close(audit_binomial_p(n - k, n), BINOMIAL[i][2], 0, 1e-9);
    }
    for (size_t i = 0; i < LENGTH(WILSON); i++) {
        double low, high;
        audit_wilson(&low, &high, (size_t)WILSON[i][0], (size_t)WILSON[i][1]);
        assert_close(low, WILSON[i][2], 1e-12, 1e-9);
        assert_close(high, WILSON[i][3], 0, 1e-9);
    }
    for (size_t i = 0; i < LENGTH(KOLMOGOROV); i++) {
        assert_close(audit_kolmogorov_tail(KOLMOGOROV[i][0]), KOLMOGOROV[i][1], 1e-12, 1e-9);
    }
}

static void
samples_compared(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    audit_comparison compared;
    draw(&f);
    assert_ok(audit_compare(&compared, f.values, f.classes, N, &err));
    assert_close(compared.auc, AUC, 0, 1e-12);
    assert_close(compared.auc_low, AUC_LOW, 0, 1e-9);
    assert_close(compared.auc_high, AUC_HIGH, 0, 1e-9);
    assert_close(compared.rank_p, RANK_P, 0, 1e-9);
    assert_close(compared.distance, DISTANCE, 0, 1e-12);
    assert_close(compared.distance_p, DISTANCE_P, 0, 1e-9);
    assert_close(compared.shift, SHIFT, 0, 1e-12);
    /* All the same: no difference, and no division by a spread of 0. */
    for (size_t i = 0; i < N; i++) {
        f.values[i] = 3;
    }
    assert_ok(audit_compare(&compared, f.values, f.classes, N, &err));
    assert_close(compared.auc, 0.5, 0, 0);
    assert_close(compared.rank_p, 1, 0, 0);
    assert_close(compared.distance_p, 1, 0, 0);
    assert_close(compared.shift, 0, 0, 0);
}

static void
regression(void **state)
{
    (void)state;
    lb_error err;
    static fixture f;
    double weights[P + 1];
    draw(&f);
    assert_ok(audit_logistic(weights, f.x, f.classes, N, P, 2, &err));
    for (size_t k = 0; k <= P; k++) {
        assert_close(weights[k], WEIGHTS[k], 1e-6, 1e-6);
    }
    /* Classes that one feature parts: the penalty keeps the weights finite. */
    for (size_t i = 0; i < N; i++) {
        f.x[i * P] = f.classes[i] != 0 ? 1e3 : -1e3;
    }
    assert_ok(audit_logistic(weights, f.x, f.classes, N, P, 1, &err));
    assert_true(isfinite(weights[0]) && weights[1] > 0 && weights[1] < 1);
}

/* Holm 1979: the least p times n, the next times n - 1, never less than the one before. */
static void
corrections(void **state)
{
    (void)state;
    double p[] = {0.04, 0.01, (double)NAN, 0.03, 0.6, 0.005};
    const double expected[] = {0.09, 0.04, (double)NAN, 0.09, 0.6, 0.025};
    size_t order[LENGTH(p)];
    lb_holm(p, LENGTH(p), order);
    for (size_t i = 0; i < LENGTH(p); i++) {
        assert_true(isnan(expected[i]) ? isnan(p[i]) : fabs(p[i] - expected[i]) < 1e-15);
    }
}

/* Subjects of four images each, eight of each of four kinds, worked by hand. */
static void
accuracy(void **state)
{
    (void)state;
    enum { SUBJECTS = 32, IMAGES = 4 * SUBJECTS };
    lb_error err;
    audit_accuracy result;
    uint8_t right[IMAGES], classes[IMAGES];
    size_t cluster[IMAGES];
    const size_t hits[4][2] = {{2, 2}, {2, 1}, {1, 1}, {1, 0}}; /* of two of each class */
    for (size_t i = 0; i < IMAGES; i++) {
        cluster[i] = i / 4;
        classes[i] = i % 4 >= 2;
        right[i] = i % 2 < hits[cluster[i] % 4][classes[i]];
    }
    /* 3/4 and 1/2 are right. A subject adds ((hits0 - 1.5) / 64 + (hits1 - 1) / 64) / 2. */
    double influence[] = {1.5 / 128, 0.5 / 128, -0.5 / 128, -1.5 / 128}, variance = 0;
    for (size_t i = 0; i < SUBJECTS; i++) {
        variance += influence[i % 4] * influence[i % 4] * SUBJECTS / (SUBJECTS - 1);
    }
    double deviation = sqrt(variance * (1 + 10.0 / 9)), freedom = SUBJECTS - 1;
    assert_ok(audit_balanced_accuracy(&result, right, classes, cluster, IMAGES, SUBJECTS, 10, 0.52,
                                      &err));
    assert_close(result.value, 0.625, 0, 1e-12);
    assert_close(result.low, 0.625 - lb_student_quantile(0.975, freedom) * deviation, 0, 1e-9);
    assert_close(result.high, 0.625 + lb_student_quantile(0.975, freedom) * deviation, 0, 1e-9);
    assert_close(result.p_chance, lb_student_tail(0.125 / deviation, freedom), 0, 1e-9);
    assert_close(result.p_limit, lb_student_tail(0.105 / deviation, freedom), 0, 1e-9);
    for (size_t i = 0; i < IMAGES; i++) {
        right[i] = 1;
    }
    assert_ok(audit_balanced_accuracy(&result, right, classes, cluster, IMAGES, SUBJECTS, 10, 0.52,
                                      &err));
    assert_close(result.low, 1, 0, 1e-12);
    assert_true(result.p_limit < 1e-6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distributions), cmocka_unit_test(samples_compared),
        cmocka_unit_test(regression),    cmocka_unit_test(corrections),
        cmocka_unit_test(accuracy),
    };
    return cmocka_run_group_tests_name("golden_audit", tests, NULL, NULL);
}
