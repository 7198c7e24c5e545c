/* SPDX-License-Identifier: MIT */
/* What theory says of optimal transport; equality with other solvers is in tests/golden. */
#include "testing.h"

#include <math.h>
#include <stdlib.h>

#include "lesionbench/random.h"
#include "lesionbench/transport.h"

enum { MANY = 600 };

typedef struct cloud {
    double y[MANY], x[MANY], mass[MANY];
    lb_point_masses points;
} cloud;

static void
fill(cloud *out, size_t count, uint64_t seed, double extent)
{
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_TEST, 0);
    for (size_t i = 0; i < count; i++) {
        out->y[i] = floor(lb_random_uniform(&random) * extent);
        out->x[i] = floor(lb_random_uniform(&random) * extent);
        out->mass[i] = lb_random_uniform(&random);
    }
    out->points = (lb_point_masses){count, out->y, out->x, out->mass};
}

static double
distance(const cloud *a, const cloud *b, lb_ground ground)
{
    lb_error err;
    double out = NAN;
    assert_ok(lb_transport(&out, &a->points, &b->points, 0, ground, &err));
    return out;
}

static int
ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* On a line the plan keeps the order, whatever the convex cost. */
static void
on_a_line_the_order_is_kept(void **state)
{
    (void)state;
    static cloud a, b;
    fill(&a, MANY, 1, 1000);
    fill(&b, MANY, 2, 1000);
    for (size_t i = 0; i < MANY; i++) {
        a.x[i] = b.x[i] = 7;
        a.mass[i] = b.mass[i] = 0.5;
    }
    double straight = distance(&a, &b, LB_GROUND_EUCLIDEAN);
    double squared = distance(&a, &b, LB_GROUND_SQUARED);
    qsort(a.y, MANY, sizeof *a.y, ascending);
    qsort(b.y, MANY, sizeof *b.y, ascending);
    double expected = 0, expected_squared = 0;
    for (size_t i = 0; i < MANY; i++) {
        expected += fabs(a.y[i] - b.y[i]) / MANY;
        expected_squared += (a.y[i] - b.y[i]) * (a.y[i] - b.y[i]) / MANY;
    }
    assert_close(straight, expected, 1e-9, 0);
    assert_close(squared, expected_squared, 0, 1e-12);
}

static void
moving_everything_alike(void **state)
{
    (void)state;
    static cloud a, b;
    fill(&a, MANY, 3, 200);
    b = a;
    b.points = (lb_point_masses){MANY, b.y, b.x, b.mass};
    assert_close(distance(&a, &b, LB_GROUND_SQUARED), 0, 0, 0);
    for (size_t i = 0; i < MANY; i++) {
        b.y[i] += 3;
        b.x[i] += 4;
        b.mass[i] *= 17; /* only shares count */
    }
    assert_close(distance(&a, &b, LB_GROUND_EUCLIDEAN), 5, 1e-9, 0);
    assert_close(distance(&a, &b, LB_GROUND_SQUARED), 25, 1e-9, 0);
}

static void
is_a_metric(void **state)
{
    (void)state;
    static cloud a, b, c;
    for (uint64_t seed = 0; seed < 8; seed++) {
        fill(&a, 40 + 60 * seed, 3 * seed, 100);
        fill(&b, 500 - 55 * seed, 3 * seed + 1, 100);
        fill(&c, 33, 3 * seed + 2, 100);
        double ab = distance(&a, &b, LB_GROUND_EUCLIDEAN);
        assert_close(distance(&b, &a, LB_GROUND_EUCLIDEAN), ab, 1e-9, 0);
        double ac = distance(&a, &c, LB_GROUND_EUCLIDEAN);
        double bc = distance(&b, &c, LB_GROUND_EUCLIDEAN);
        assert_true(ab > 0 && ab <= ac + bc + 1e-9);
        double means[2] = {0, 0}, total = 0; /* the means are nearer than the masses */
        for (size_t i = 0; i < a.points.count; i++) {
            total += a.mass[i];
            means[0] += a.mass[i] * a.y[i];
            means[1] += a.mass[i] * a.x[i];
        }
        double from_y = means[0] / total, from_x = means[1] / total;
        means[0] = means[1] = total = 0;
        for (size_t i = 0; i < c.points.count; i++) {
            total += c.mass[i];
            means[0] += c.mass[i] * c.y[i];
            means[1] += c.mass[i] * c.x[i];
        }
        assert_true(ac >= hypot(from_y - means[0] / total, from_x - means[1] / total) - 1e-9);
        assert_true(sqrt(distance(&a, &c, LB_GROUND_SQUARED)) >= ac - 1e-9);
    }
}

static void
extremes(void **state)
{
    (void)state;
    lb_error err;
    static cloud a, b;
    fill(&a, MANY, 9, 60000);
    fill(&b, 1, 10, 2);
    double mean = 0, total = 0;
    for (size_t i = 0; i < MANY; i++) {
        a.mass[i] = pow(10, -20 * a.mass[i]); /* twenty decades of mass */
        total += a.mass[i];
        mean += a.mass[i] * hypot(a.y[i] - b.y[0], a.x[i] - b.x[0]);
    }
    assert_close(distance(&a, &b, LB_GROUND_EUCLIDEAN), mean / total, 0, 1e-12);
    for (size_t i = 0; i < MANY; i++) { /* all in one place, most without mass */
        a.y[i] = a.x[i] = 5;
        a.mass[i] = i < 3;
    }
    assert_close(distance(&a, &b, LB_GROUND_EUCLIDEAN), hypot(5 - b.y[0], 5 - b.x[0]), 0, 1e-12);
    double out = 1;
    a.points.count = 0;
    assert_int_equal(lb_transport(&out, &a.points, &b.points, 0, LB_GROUND_SQUARED, &err),
                     LB_ERROR_ARGUMENT);
    assert_ok(lb_transport(&out, &a.points, &b.points, 2, LB_GROUND_SQUARED, &err));
    assert_true(out == 0);
    b.mass[0] = NAN;
    a.points.count = 3;
    assert_int_equal(lb_transport(&out, &a.points, &b.points, 0, LB_GROUND_SQUARED, &err),
                     LB_ERROR_ARGUMENT);
    b.mass[0] = 1;
    b.y[0] = -1;
    assert_int_equal(lb_transport(&out, &a.points, &b.points, 0, LB_GROUND_SQUARED, &err),
                     LB_ERROR_ARGUMENT);
}

/* Free mass takes the places it likes: those that are far. */
static void
free_mass_takes_what_is_far(void **state)
{
    (void)state;
    lb_error err;
    double near_y = 0, near_x = 0, mass = 1, out = NAN;
    const double y[2] = {0, 0}, x[2] = {2, 100}, masses[2] = {1, 3};
    lb_point_masses from = {1, &near_y, &near_x, &mass}, to = {2, y, x, masses};
    assert_ok(lb_transport(&out, &from, &to, 3, LB_GROUND_EUCLIDEAN, &err));
    assert_close(out, 0.25 * 2, 1e-12, 0);
    assert_ok(lb_transport(&out, &from, &to, 1, LB_GROUND_EUCLIDEAN, &err));
    assert_close(out, 0.25 * 2 + 0.25 * 100, 1e-9, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_line_the_order_is_kept),
        cmocka_unit_test(moving_everything_alike),
        cmocka_unit_test(is_a_metric),
        cmocka_unit_test(extremes),
        cmocka_unit_test(free_mass_takes_what_is_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
