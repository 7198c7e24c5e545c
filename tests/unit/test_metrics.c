/* SPDX-License-Identifier: MIT */
/* Metrics of maps by hand, and what a scorer refuses; equality with the definitions is in
 * tests/golden. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "lesionbench/metrics.h"

enum { HEIGHT = 3, WIDTH = 4, PIXELS = HEIGHT * WIDTH };

static lb_map_score
score(const float *map, const float *truth, lb_metric_set wanted, lb_ties ties)
{
    lb_error err;
    lb_scorer *scorer = NULL;
    lb_map_score out;
    assert_ok(lb_scorer_create(&scorer, HEIGHT, WIDTH, &err));
    assert_ok(lb_scorer_set_truth(scorer, truth, &err));
    assert_ok(lb_scorer_score(&out, scorer, map, wanted, ties, &err));
    lb_scorer_free(scorer);
    return out;
}

/* Two lesions of two and one pixels; the map finds the first and a pixel beside it. */
static void
worked_by_hand(void **state)
{
    (void)state;
    const float truth[PIXELS] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const float map[PIXELS] = {4, 3, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    lb_map_score s = score(map, truth, lb_metrics_all(), LB_TIES_STRICT);
    assert_int_equal(s.counts.tp, 2);
    assert_int_equal(s.counts.fp, 1);
    assert_int_equal(s.counts.fn, 1);
    assert_int_equal(s.counts.tn, 8);
    assert_int_equal(s.counts.ties, 1);
    const double expected[LB_MAX_METRICS] = {
        [LB_METRIC_IOU] = 0.5,
        [LB_METRIC_PIXEL_AUROC] = 26.0 / 27,
        [LB_METRIC_PIXEL_AUPRC] = (1 + 1 + 0.75) / 3,
        [LB_METRIC_RELEVANCE_MASS] = 0.8,
        [LB_METRIC_RELEVANCE_RANK] = 2.0 / 3,
        [LB_METRIC_IMPORTANCE_MASS] = 0.8,
        [LB_METRIC_POINTING_GAME] = 1,
        [LB_METRIC_LESIONS] = 2,
        [LB_METRIC_LESION_DETECTION] = 0.5,
        [LB_METRIC_LESION_MASS_MIN] = 0.1,
        [LB_METRIC_LESION_MASS_MAX] = 0.7,
        [LB_METRIC_EMD] = 5.0 / 3, /* one of three pixels moves by (2, 1) */
    };
    for (size_t m = 0; m < LB_METRIC_EMD_MAP; m++) {
        assert_close(s.value[m], expected[m], 1e-12, 0);
    }
    /* In thirtieths (0, 0) has 2 too many, (0, 1) lacks 1, (0, 2) has 6 too many, (2, 3) lacks 7:
     * one of (0, 0) moves by 1, the other and the six all the way. */
    assert_close(s.value[LB_METRIC_EMD_MAP], (1 + hypot(2, 3) + 6 * hypot(2, 1)) / 30, 1e-9, 0);
    assert_close(s.value[LB_METRIC_EMD_ACCURACY],
                 1 - s.value[LB_METRIC_EMD_MAP] / hypot(HEIGHT - 1, WIDTH - 1), 1e-12, 0);
    /* Only the six thirtieths at (0, 2) lie outside, and (0, 1) is near; (2, 0) is farthest. */
    assert_close(s.value[LB_METRIC_EMD_FNI], 1 - 0.2 / ((2 + hypot(2, 1) + 3) / 3), 1e-9, 0);
}

/* A map of one lesion alone is no worse for leaving the other out, but by what lies outside. */
static void
part_of_the_truth_is_enough(void **state)
{
    (void)state;
    const float truth[PIXELS] = {1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    const float part[PIXELS] = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    const float worst[PIXELS] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0};
    lb_map_score s = score(part, truth, lb_metrics_all(), LB_TIES_STRICT);
    assert_close(s.value[LB_METRIC_EMD_FNI], 1, 1e-12, 0);
    assert_true(s.value[LB_METRIC_EMD_ACCURACY] < 0.8);
    assert_close(s.value[LB_METRIC_EMD_MAP], (1 + 0 + hypot(2, 2)) / 3, 1e-9, 0);
    double far = 0; /* the worst pixel is that which is farthest on average: (2, 0) or (0, 3) */
    far = fmax((2 + hypot(2, 1) + 3) / 3, (3 + 2 + 2) / 3.0);
    s = score(worst, truth, lb_metrics_all(), LB_TIES_STRICT);
    assert_close(s.value[LB_METRIC_EMD_FNI], 1 - (2 + hypot(2, 1) + 3) / 3 / far, 1e-9, 0);
}

static void
degenerate_cases_are_defined(void **state)
{
    (void)state;
    const float zero[PIXELS] = {0}, truth[PIXELS] = {0, 1, 1};
    float full[PIXELS], negative[PIXELS];
    for (int i = 0; i < PIXELS; i++) {
        full[i] = 1;
        negative[i] = -1 - (float)i;
    }
    lb_map_score s = score(zero, truth, lb_metrics_all(), LB_TIES_STRICT);
    assert_int_equal(s.counts.tp + s.counts.fp, 0);
    assert_int_equal(s.counts.ties, PIXELS);
    for (size_t m = 0; m < lb_metric_count(); m++) {
        assert_true(s.value[m] == s.value[m]); /* not NaN */
    }
    assert_true(s.value[LB_METRIC_PIXEL_AUROC] == 0.5);
    assert_close(s.value[LB_METRIC_PIXEL_AUPRC], 2.0 / PIXELS, 1e-15, 0);
    assert_true(s.value[LB_METRIC_EMD_ACCURACY] == 0 && s.value[LB_METRIC_EMD_FNI] == 0);
    s = score(zero, truth, lb_metrics_cheap(), LB_TIES_STABLE); /* the first two pixels */
    assert_int_equal(s.counts.tp, 1);
    assert_int_equal(s.counts.fp, 1);
    assert_true(isnan(s.value[LB_METRIC_EMD])); /* not asked for */
    s = score(full, zero, lb_metrics_all(), LB_TIES_STABLE);
    assert_int_equal(s.counts.tn, PIXELS);
    for (size_t m = 0; m < lb_metric_count(); m++) {
        assert_true(isnan(s.value[m]));
    }
    s = score(zero, full, lb_metrics_all(), LB_TIES_STRICT);
    assert_int_equal(s.counts.tp, PIXELS);
    assert_true(isnan(s.value[LB_METRIC_PIXEL_AUROC]) && isnan(s.value[LB_METRIC_EMD_FNI]));
    assert_true(s.value[LB_METRIC_IOU] == 1 && s.value[LB_METRIC_PIXEL_AUPRC] == 1);
    s = score(negative, truth, lb_metrics_cheap(), LB_TIES_STRICT);
    assert_true(s.value[LB_METRIC_RELEVANCE_MASS] == 0);
    assert_close(s.value[LB_METRIC_IMPORTANCE_MASS], 5.0 / 78, 1e-12, 0);
    assert_int_equal(s.counts.tp, 1);
}

static void
refuses_what_is_no_map(void **state)
{
    (void)state;
    lb_error err;
    lb_scorer *scorer = NULL;
    lb_map_score out = {.counts = {.tp = 7}};
    float map[PIXELS] = {0}, truth[PIXELS] = {1};
    assert_int_equal(lb_scorer_create(&scorer, 0, 4, &err), LB_ERROR_ARGUMENT);
    assert_ok(lb_scorer_create(&scorer, HEIGHT, WIDTH, &err));
    assert_ok(lb_scorer_set_truth(scorer, truth, &err));
    map[5] = NAN;
    assert_int_equal(lb_scorer_score(&out, scorer, map, 0, LB_TIES_STRICT, &err), LB_ERROR_NUMERIC);
    assert_non_null(strstr(err.message, "pixel 5"));
    map[5] = -INFINITY;
    assert_int_equal(lb_scorer_score(&out, scorer, map, 0, LB_TIES_STRICT, &err), LB_ERROR_NUMERIC);
    assert_int_equal(out.counts.tp, 7);
    truth[3] = NAN;
    assert_int_equal(lb_scorer_set_truth(scorer, truth, &err), LB_ERROR_NUMERIC);
    map[5] = 1; /* the truth before it still holds */
    assert_ok(lb_scorer_score(&out, scorer, map, lb_metrics_cheap(), LB_TIES_STRICT, &err));
    assert_int_equal(out.counts.fn, 1);
    lb_scorer_free(scorer);
    lb_scorer_free(NULL);
}

static void
names(void **state)
{
    (void)state;
    lb_error err;
    lb_metric_set set = 0;
    assert_ok(lb_metrics_parse(&set, "iou, emd", &err));
    assert_int_equal(set, LB_METRIC_BIT(LB_METRIC_IOU) | LB_METRIC_BIT(LB_METRIC_EMD));
    assert_ok(lb_metrics_parse(&set, "all", &err));
    assert_int_equal(set, lb_metrics_all());
    assert_ok(lb_metrics_parse(&set, "cheap", &err));
    assert_int_equal(set, lb_metrics_cheap());
    assert_int_equal(lb_metrics_parse(&set, "pixel_auoc", &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "'pixel_auroc'"));
    assert_int_equal(set, lb_metrics_cheap());
    for (size_t m = 0; m < lb_metric_count(); m++) {
        assert_non_null(lb_metric_at(m)->name);
        assert_non_null(lb_metric_at(m)->summary);
    }
    assert_null(lb_metric_at(lb_metric_count()));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_by_hand),
        cmocka_unit_test(part_of_the_truth_is_enough),
        cmocka_unit_test(degenerate_cases_are_defined),
        cmocka_unit_test(refuses_what_is_no_map),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
