/* SPDX-License-Identifier: MIT */
/* Every metric of 1,000 made-up maps against expected_metrics.py's. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "expected_metrics.h"
#include "lesionbench/metrics.h"

enum { SIDE = 15, PIXELS = SIDE * SIDE };

/* The same numbers as draw() of expected_metrics.py. */
static double
draw(uint64_t number, uint64_t k)
{
    uint64_t z = number * 0x9E3779B97F4A7C15u + (k + 1) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

typedef struct example {
    size_t height, width;
    float map[PIXELS], truth[PIXELS];
} example;

static bool
is_true(const example *self, uint64_t number, size_t pixel)
{
    long y = (long)(pixel / self->width), x = (long)(pixel % self->width);
    double v = draw(number, 1000 + pixel);
    switch (number % 7) {
    case 0:
        return v < 0.1;
    case 5:
        return v < 0.5;
    case 3:
        return true;
    case 4:
        return pixel == (size_t)(draw(number, 30) * (double)(self->height * self->width));
    case 2:
        return false;
    default:
        break;
    }
    for (uint64_t b = 0; b < 1 + number % 3; b++) {
        long cy = (long)(draw(number, 10 + b) * (double)self->height);
        long cx = (long)(draw(number, 20 + b) * (double)self->width);
        if ((y - cy) * (y - cy) + (x - cx) * (x - cx) <= (long)(1 + number % 4)) {
            return true;
        }
    }
    return false;
}

static double
value_at(uint64_t number, size_t pixel, bool true_pixel)
{
    double u = draw(number, 100 + pixel);
    const double values[10] = {
        u - 0.5,
        u,
        floor(u * 5) / 4,
        0.25,
        0,
        u < 0.1 ? u : 0,
        -u - 1,
        u * u * u * u * u * u * u * u,
        0.5 * true_pixel + floor(u * 8) / 8,
        u < 0.3 ? -0.0 : (u < 0.6 ? 0.0 : floor(u * 10) - 7),
    };
    return values[number % 10];
}

static void
make_example(example *out, uint64_t number)
{
    out->height = 3 + (size_t)(draw(number, 1) * 12);
    out->width = 3 + (size_t)(draw(number, 2) * 12);
    for (size_t i = 0; i < out->height * out->width; i++) {
        bool mine = is_true(out, number, i);
        out->truth[i] = mine ? 0.2f : 0.0f;
        out->map[i] = (float)value_at(number, i, mine);
    }
}

static void
check_counts(const lb_localisation *counts, const double *figures)
{
    assert_int_equal(counts->tp, figures[0]);
    assert_int_equal(counts->tn, figures[1]);
    assert_int_equal(counts->fp, figures[2]);
    assert_int_equal(counts->fn, figures[3]);
}

static void
check_example(uint64_t number)
{
    lb_error err;
    lb_scorer *scorer = NULL;
    lb_map_score score;
    example one;
    const double *figures = METRIC_FIGURES[number];
    bool emd = number < METRIC_CASES_WITH_EMD;
    make_example(&one, number);
    assert_ok(lb_scorer_create(&scorer, one.height, one.width, &err));
    assert_ok(lb_scorer_set_truth(scorer, one.truth, &err));
    assert_ok(lb_scorer_score(&score, scorer, one.map, lb_metrics_cheap(), LB_TIES_STABLE, &err));
    check_counts(&score.counts, figures + 4);
    assert_true(isnan(score.value[LB_METRIC_EMD]));
    assert_ok(lb_scorer_score(&score, scorer, one.map, emd ? lb_metrics_all() : lb_metrics_cheap(),
                              LB_TIES_STRICT, &err));
    check_counts(&score.counts, figures);
    assert_int_equal(score.counts.ties, figures[8]);
    for (size_t m = 0; m < (emd ? lb_metric_count() : LB_METRIC_EMD); m++) {
        double expected = figures[9 + m], got = score.value[m];
        if (isnan(expected) ? !isnan(got) : !(fabs(got - expected) <= 1e-9 + 1e-12 * expected)) {
            fail_msg("example %d: %s is %.15g, not %.15g", (int)number, lb_metric_at(m)->name, got,
                     expected);
        }
    }
    lb_scorer_free(scorer);
}

static void
metrics_equal_their_definitions(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < METRIC_CASES; number++) {
        check_example(number);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(metrics_equal_their_definitions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
