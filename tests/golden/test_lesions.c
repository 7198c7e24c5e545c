/* SPDX-License-Identifier: MIT */
/* The lesion library against the same made in Python (figures_lesions.py), which equals the lesions
 * that the study published. */
#include "unit/io_testing.h"

#include <omp.h>

#include "figures_lesions.h"
#include "lesionbench/lesions.h"

static void
assert_lesion(const lb_lesion *lesion, const lesion_figure *expected)
{
    assert_int_equal(lesion->height, expected->height);
    assert_int_equal(lesion->width, expected->width);
    assert_close(lesion->compactness, expected->compactness, 1e-14, 0);
    double sum = 0, weighted = 0;
    for (size_t i = 0; i < lesion->height * lesion->width; i++) {
        sum += lesion->mask[i];
        weighted += lesion->mask[i] * (double)(i * 37 % 101);
    }
    assert_close(sum, expected->sum, 0, 1e-13);
    assert_close(weighted, expected->weighted, 0, 1e-13);
    assert_close(lesion->mask[lesion->height / 2 * lesion->width + lesion->width / 2],
                 expected->middle, 1e-14, 0);
}

static void
assert_same(const lb_lesion_library *a, const lb_lesion_library *b)
{
    assert_int_equal(a->last_seed, b->last_seed);
    for (int shape = 0; shape < 2; shape++) {
        assert_int_equal(a->count[shape], b->count[shape]);
        assert_int_equal(a->found[shape], b->found[shape]);
        for (size_t i = 0; i < a->count[shape]; i++) {
            const lb_lesion *left = a->lesions[shape] + i, *right = b->lesions[shape] + i;
            assert_int_equal(left->height, right->height);
            assert_int_equal(left->width, right->width);
            assert_true(left->compactness == right->compactness);
            assert_memory_equal(left->mask, right->mask,
                                left->height * left->width * sizeof *left->mask);
        }
    }
}

static void
the_study_s_library(void **state)
{
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library library = {0}, loaded = {0};
    char *path = test_path(state, "lesions.h5");
    lb_lesion_defaults(&options);
    options.max_fields = 2000; /* so that a wrong rule fails soon */
    assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
    assert_int_equal(library.last_seed, LAST_SEED);
    for (int shape = 0; shape < 2; shape++) {
        assert_int_equal(library.found[shape], FOUND[shape]);
        assert_int_equal(library.count[shape], WANTED);
        for (size_t i = 0; i < WANTED; i++) {
            assert_lesion(library.lesions[shape] + i, &LESIONS[shape][i]);
        }
    }
    assert_ok(lb_lesions_save(&library, &options, path, NULL, &err));
    assert_ok(lb_lesions_load(&loaded, path, &err));
    assert_same(&library, &loaded);
    lb_free(path);
    lb_lesions_release(&loaded);
    lb_lesions_release(&library);
}

static void
the_same_for_any_number_of_threads(void **state)
{
    (void)state;
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library one = {0}, three = {0};
    lb_lesion_defaults(&options);
    options.count = 3;
    options.scale = 1;
    options.seed = 100;
    int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_ok(lb_lesions_generate(&one, &options, NULL, &err));
    omp_set_num_threads(3);
    assert_ok(lb_lesions_generate(&three, &options, NULL, &err));
    omp_set_num_threads(threads);
    assert_same(&one, &three);
    lb_lesions_release(&one);
    lb_lesions_release(&three);
}

static void
refusals(void **state)
{
    (void)state;
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library library = {0};
    lb_lesion_defaults(&options);
    options.max_fields = 3;
    assert_int_equal(lb_lesions_generate(&library, &options, NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "3 noise fields");
    assert_null(library.lesions[0]);
    options.count = 0;
    assert_int_equal(lb_lesions_generate(&library, &options, NULL, &err), LB_ERROR_ARGUMENT);
    volatile sig_atomic_t cancelled = 1;
    lb_context context = {.cancelled = &cancelled};
    lb_lesion_defaults(&options);
    assert_int_equal(lb_lesions_generate(&library, &options, &context, &err), LB_ERROR_INTERRUPTED);
    assert_int_not_equal(lb_lesions_load(&library, "no/such/file.h5", &err), LB_OK);
    assert_message(&err, "no/such/file.h5");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_study_s_library, test_setup, test_teardown),
        cmocka_unit_test(the_same_for_any_number_of_threads),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests_name("golden lesions", tests, NULL, NULL);
}
