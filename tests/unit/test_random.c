/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "lesionbench/random.h"

/* Known answer of Philox4x32-10 for counter 0 and key 0, from Random123's test vectors. */
static void
philox_known_answer(void **state)
{
    (void)state;
    lb_random random;
    lb_random_init(&random, 0, LB_PURPOSE_TEST, 0);
    assert_int_equal(lb_random_u32(&random), 0x6627e8d5u);
    assert_int_equal(lb_random_u32(&random), 0xe169c58du);
    assert_int_equal(lb_random_u32(&random), 0xbc57ac4cu);
    assert_int_equal(lb_random_u32(&random), 0x9b00dbd8u);
}

static void
streams_differ_by_every_key(void **state)
{
    (void)state;
    lb_random a, b, c, d;
    lb_random_init(&a, 1, LB_PURPOSE_TEST, 1);
    lb_random_init(&b, 2, LB_PURPOSE_TEST, 1);
    lb_random_init(&c, 1, LB_PURPOSE_NOISE, 1);
    lb_random_init(&d, 1, LB_PURPOSE_TEST, 2);
    uint32_t first = lb_random_u32(&a);
    assert_int_not_equal(first, lb_random_u32(&b));
    assert_int_not_equal(first, lb_random_u32(&c));
    assert_int_not_equal(first, lb_random_u32(&d));
}

static void
moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    lb_random random;
    lb_random_init(&random, 7, LB_PURPOSE_TEST, 0);
    double sum = 0, normal = 0, square = 0;
    for (int i = 0; i < N; i++) {
        sum += lb_random_uniform(&random);
        double z = lb_random_normal(&random);
        normal += z;
        square += z * z;
    }
    assert_close(sum / N, 0.5, 0.005, 0);
    assert_close(normal / N, 0.0, 0.01, 0);
    assert_close(square / N, 1.0, 0.02, 0);
}

static void
below_and_shuffle_cover_all(void **state)
{
    (void)state;
    lb_random random;
    lb_random_init(&random, 3, LB_PURPOSE_TEST, 0);
    size_t hits[5] = {0}, items[5] = {0, 1, 2, 3, 4};
    for (int i = 0; i < 5000; i++) {
        hits[lb_random_below(&random, 5)]++;
    }
    lb_random_shuffle(&random, items, 5);
    size_t sum = 0;
    for (int i = 0; i < 5; i++) {
        assert_in_range(hits[i], 850, 1150);
        sum += (size_t)1 << items[i];
    }
    assert_int_equal(sum, 31);
}

/* Figures printed by NumPy 1.24. */
static void
numpy_rand(void **state)
{
    (void)state;
    lb_numpy_random random;
    lb_numpy_seed(&random, 0);
    assert_true(lb_numpy_rand(&random) == 0.5488135039273248);
    assert_true(lb_numpy_rand(&random) == 0.7151893663724195);
    assert_true(lb_numpy_rand(&random) == 0.6027633760716439);
    lb_numpy_seed(&random, 886);
    double last = 0;
    for (int i = 0; i < 65536; i++) {
        last = lb_numpy_rand(&random);
    }
    assert_true(last == 0.4958417478105547);
}

/* The same numbers in one go, from any place in the state. */
static void
numpy_fill(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    lb_numpy_random one, many;
    static double values[COUNT];
    lb_numpy_seed(&one, 42);
    many = one;
    for (size_t count = 0; count < COUNT; count = 2 * count + 3) {
        (void)lb_numpy_randint(&one, 0, 7);
        (void)lb_numpy_randint(&many, 0, 7); /* so that doubles start at odd words, too */
        lb_numpy_fill(&many, values, count);
        for (size_t i = 0; i < count; i++) {
            assert_true(values[i] == lb_numpy_rand(&one));
        }
    }
    assert_true(lb_numpy_rand(&many) == lb_numpy_rand(&one));
}

static void
numpy_integers_and_shuffle(void **state)
{
    (void)state;
    lb_numpy_random random;
    lb_numpy_seed(&random, 30007);
    assert_int_equal(lb_numpy_randint(&random, 3, 6), 4);
    assert_int_equal(lb_numpy_randint(&random, 0, 2), 0);
    size_t items[50];
    for (size_t i = 0; i < 50; i++) {
        items[i] = i;
    }
    lb_numpy_shuffle_list(&random, items, 50);
    const size_t expected[] = {2, 38, 6, 8, 13, 19, 15, 42};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(items[i], expected[i]);
    }
    assert_int_equal(lb_numpy_randint(&random, 0, 31234), 1268);
    assert_int_equal(lb_numpy_randint(&random, 0, 31234), 26585);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_known_answer),
        cmocka_unit_test(streams_differ_by_every_key),
        cmocka_unit_test(moments),
        cmocka_unit_test(below_and_shuffle_cover_all),
        cmocka_unit_test(numpy_rand),
        cmocka_unit_test(numpy_fill),
        cmocka_unit_test(numpy_integers_and_shuffle),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
