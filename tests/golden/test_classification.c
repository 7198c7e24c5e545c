/* SPDX-License-Identifier: MIT */
/* Classification metrics and their intervals against expected_classification.py's. */
#include "testing.h"

#include <math.h>

#include "expected_classification.h"
#include "lesionbench/score.h"

enum { MAX_VALUES = 20 + 40 * CLASSIFICATION_CASES };

static double
draw(uint64_t number, uint64_t k)
{
    uint64_t z = number * 0x9E3779B97F4A7C15u + (k + 1) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static void
metrics_and_intervals_equal_their_definitions(void **state)
{
    (void)state;
    static double logits[2 * MAX_VALUES];
    static int32_t labels[MAX_VALUES];
    for (int c = 0; c < CLASSIFICATION_CASES; c++) {
        lb_error err;
        lb_classification score;
        const double *figures = CLASSIFICATION_FIGURES[c];
        size_t n = 20 + 40 * (size_t)c;
        for (size_t i = 0; i < n; i++) {
            labels[i] = draw((uint64_t)c, 2 * i) < 0.3 + 0.03 * c;
            double shift = draw((uint64_t)c, 2 * i + 1) * 4 - 2 + 0.3 * c * (labels[i] - 0.5);
            double pair[2] = {-shift, 0.5 * shift};
            for (int k = 0; k < 2; k++) {
                logits[2 * i + (size_t)k] =
                    (double)(float)(c % 3 == 1 ? floor(pair[k] * 2) / 2 : pair[k]);
            }
        }
        assert_ok(lb_classify_score(&score, logits, labels, n, &err));
        const double values[] = {(double)score.images,
                                 score.accuracy,
                                 score.auroc,
                                 score.auprc,
                                 score.sensitivity,
                                 score.specificity,
                                 score.balanced_accuracy,
                                 score.mcc,
                                 score.calibration_error};
        const lb_range ranges[] = {score.accuracy_range,    score.auroc_range,
                                   score.auprc_range,       score.sensitivity_range,
                                   score.specificity_range, score.balanced_accuracy_range,
                                   score.mcc_range};
        for (size_t k = 0; k < 9; k++) {
            assert_close(values[k], figures[k], 1e-11, 0);
        }
        for (size_t k = 0; k < 7; k++) {
            double tolerance = k == 6 ? 1e-7 : 1e-11; /* that of the MCC by numerical derivatives */
            assert_close(ranges[k].low, figures[9 + 2 * k], tolerance, 0);
            assert_close(ranges[k].high, figures[10 + 2 * k], tolerance, 0);
        }
    }
}

static void
extremes_have_intervals_or_none(void **state)
{
    (void)state;
    lb_error err;
    lb_classification score;
    const double logits[] = {2, -50, 1, 0, -3, 90, 0, 1};
    const int32_t labels[] = {0, 0, 1, 1}, ones[] = {1, 1, 1, 1};
    assert_ok(lb_classify_score(&score, logits, labels, 4, &err));
    assert_true(score.accuracy_range.high == 1 && score.accuracy_range.low > 0.5);
    assert_true(score.auroc_range.low == 1 && score.auroc_range.high == 1);
    assert_true(score.auprc_range.low == 1);
    assert_true(isnan(score.mcc_range.low));
    lb_classification swapped = score;
    score.sensitivity = 0.25;
    lb_classification_swap(&score);
    assert_true(score.specificity == 0.25 && score.sensitivity == swapped.specificity);
    assert_ok(lb_classify_score(&score, logits, ones, 4, &err));
    assert_true(isnan(score.auroc_range.low) && isnan(score.specificity_range.low) &&
                isnan(score.balanced_accuracy_range.high) && isnan(score.mcc_range.low));
    assert_true(score.sensitivity_range.low > 0 && score.sensitivity_range.high < 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_and_intervals_equal_their_definitions),
        cmocka_unit_test(extremes_have_intervals_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
