/* SPDX-License-Identifier: MIT */
/* Arrays that grow, and the one factorisation. */
#include "testing.h"

#include <math.h>

#include "lesionbench/cholesky.h"
#include "lesionbench/grow.h"

typedef struct numbers {
    uint32_t *items;
    size_t count, capacity;
} numbers;

static lb_status
add(numbers *list, uint32_t number, lb_error *err)
{
    lb_status status = LB_OK;
    LB_GROW(list->items, list->count, list->capacity);
    list->items[list->count++] = number;
cleanup:
    return status;
}

/* What was added stays, what is beyond is zero, and memory is taken a few times only. */
static void
arrays_grow(void **state)
{
    (void)state;
    lb_error err;
    numbers list = {.items = NULL};
    size_t grown = 0;
    for (uint32_t i = 0; i < 10000; i++) {
        size_t before = list.capacity;
        assert_ok(add(&list, i * 7, &err));
        grown += list.capacity != before;
    }
    for (uint32_t i = 0; i < 10000; i++) {
        assert_int_equal(list.items[i], i * 7);
    }
    for (size_t i = list.count; i < list.capacity; i++) {
        assert_int_equal(list.items[i], 0);
    }
    assert_true(list.capacity >= 10000 && list.capacity < 20000);
    assert_in_range(grown, 2, 20);
    lb_free(list.items);
}

/* Far beyond the end too; where memory is out, the array is as it was. */
static void
arrays_that_cannot_grow(void **state)
{
    (void)state;
    lb_error err;
    numbers list = {.items = NULL};
    assert_ok(add(&list, 3, &err));
    uint32_t *further = lb_array_grow(list.items, 1000, &list.capacity, sizeof *further, &err);
    assert_non_null(further);
    assert_true(list.capacity > 1000);
    assert_int_equal(further[0], 3);
    assert_int_equal(further[1000], 0);
    size_t capacity = list.capacity;
    assert_null(lb_array_grow(further, SIZE_MAX / 2, &list.capacity, sizeof *further, &err));
    assert_int_equal(err.code, LB_ERROR_MEMORY);
    assert_int_equal(list.capacity, capacity);
    assert_int_equal(further[0], 3);
    lb_free(further);
}

/* A 3 x 3 matrix in rows of 4: L by hand, and the solution. */
static void
cholesky_by_hand(void **state)
{
    (void)state;
    double a[12] = {4, -1, -1, -1, 2, 5, -1, -1, 6, 7, 26, -1};
    const double l[12] = {2, -1, -1, -1, 1, 2, -1, -1, 3, 2, 3.6055512754639891, -1};
    double x[3] = {4 + 2 * 2 + 6 * 3, 2 + 5 * 2 + 7 * 3, 6 + 7 * 2 + 26 * 3};
    assert_true(lb_cholesky(a, 4, 3, 1e-12));
    for (size_t i = 0; i < 12; i++) {
        assert_close(a[i], l[i], 1e-14, 0);
    }
    lb_cholesky_solve(x, a, 4, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_close(x[i], (double)i + 1, 1e-13, 0);
    }
}

static void
not_positive_definite(void **state)
{
    (void)state;
    double singular[4] = {1, 0, 1, 1}, negative[1] = {-1}, nothing[1] = {(double)NAN};
    double near_singular[4] = {1, 0, 1, 1 + 1e-11};
    assert_false(lb_cholesky(singular, 2, 2, 0));
    assert_false(lb_cholesky(negative, 1, 1, 0));
    assert_false(lb_cholesky(nothing, 1, 1, 0));
    assert_false(lb_cholesky(near_singular, 2, 2, 1e-10));
    near_singular[2] = 1;
    near_singular[3] = 1 + 1e-11;
    assert_true(lb_cholesky(near_singular, 2, 2, 1e-12));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(arrays_that_cannot_grow),
        cmocka_unit_test(cholesky_by_hand),
        cmocka_unit_test(not_positive_definite),
    };
    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}
