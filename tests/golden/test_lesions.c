/* SPDX-License-Identifier: MIT */
/* The lesion library against the same made in Python (figures_lesions.py), which equals the lesions
 * that the study published. */
#include "unit/io_testing.h"

#include <omp.h>

#include "figures_lesions.h"
#include "lesionbench/h5.h"
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
    for (int shape = 0; shape < LB_SHAPES; shape++) {
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

/* Distractors come from the classes' fields and change nothing about the classes, even where they
 * need fields beyond theirs. */
static void
distractors_are_between_the_classes(void **state)
{
    (void)state;
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library few = {0}, many = {0};
    lb_lesion_defaults(&options);
    assert_int_equal(options.distractors, 2 * options.count);
    options.count = 2;
    options.max_fields = 500;
    options.distractors = 0;
    assert_ok(lb_lesions_generate(&few, &options, NULL, &err));
    assert_int_equal(few.count[LB_DISTRACTOR], 0);
    assert_null(few.lesions[LB_DISTRACTOR]);
    options.distractors = 40;
    assert_ok(lb_lesions_generate(&many, &options, NULL, &err));
    assert_int_equal(many.count[LB_DISTRACTOR], 40);
    assert_int_equal(many.found[LB_DISTRACTOR], 40);
    for (size_t i = 0; i < 40; i++) {
        const lb_lesion *l = many.lesions[LB_DISTRACTOR] + i;
        double sum = 0;
        assert_true(l->compactness > 0.52 && l->compactness < 0.68);
        for (size_t k = 0; k < l->height * l->width; k++) {
            assert_true(l->mask[k] == 0 || l->mask[k] >= 0.175 / 16); /* corners */
            sum += l->mask[k];
        }
        assert_close(sum, 4 * 67.4, 4 * 1.5, 0);
    }
    options.count = 2;
    options.distractors = 5000;
    assert_int_equal(lb_lesions_generate(&few, &options, NULL, &err), LB_ERROR_NUMERIC);
    assert_message(&err, "distractors");
    /* The rest is as it is without them. */
    lb_lesion_library classes = many;
    classes.count[LB_DISTRACTOR] = classes.found[LB_DISTRACTOR] = 0;
    assert_same(&few, &classes);
    lb_lesions_release(&few);
    lb_lesions_release(&many);
}

static void
libraries_without_distractors_load(void **state)
{
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library library = {0}, loaded = {0};
    char *path = test_path(state, "lesions.h5");
    lb_lesion_defaults(&options);
    options.count = 1;
    options.distractors = 0;
    assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
    assert_ok(lb_lesions_save(&library, &options, path, NULL, &err));
    lb_h5 *file = NULL;
    assert_ok(lb_h5_open(&file, path, "lesions", &err));
    assert_false(lb_h5_has(file, "distractor"));
    lb_h5_close(file);
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

/* A library of one lesion of each shape whose width or values are not what they should be. */
static void
damaged_libraries_are_refused(void **state)
{
    lb_error err;
    char *path = test_path(state, "lesions.h5");
    const size_t shape[3] = {1, 3, 3};
    const struct {
        int32_t width;
        double middle;
        const char *message;
    } cases[] = {{4, 1, "3 x 4 pixels"},
                 {0, 1, "3 x 0 pixels"},
                 {3, -1, "value -1"},
                 {3, 0, "empty"},
                 {3, 1, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_h5 *file = NULL;
        lb_lesion_library library = {0};
        const double mask[9] = {0, 0, 0, 0, cases[i].middle}, compactness = 0.9;
        const int32_t height = 3;
        assert_ok(lb_h5_create(&file, path, "lesions", 1, NULL, &err));
        for (int s = 0; s < 2; s++) {
            const char *const names[2][4] = {
                {"round/mask", "round/height", "round/width", "round/compactness"},
                {"irregular/mask", "irregular/height", "irregular/width", "irregular/compactness"}};
            assert_ok(lb_h5_write(file, names[s][0], LB_F64, 3, shape, mask, &err));
            assert_ok(lb_h5_write(file, names[s][1], LB_I32, 1, shape, &height, &err));
            assert_ok(lb_h5_write(file, names[s][2], LB_I32, 1, shape, &cases[i].width, &err));
            assert_ok(lb_h5_write(file, names[s][3], LB_F64, 1, shape, &compactness, &err));
        }
        assert_ok(lb_h5_commit(file, &err));
        lb_h5_close(file);
        lb_status status = lb_lesions_load(&library, path, &err);
        if (cases[i].message == NULL) {
            assert_int_equal(status, LB_OK);
            assert_int_equal(library.found[LB_ROUND], 1);
        } else {
            assert_int_equal(status, LB_ERROR_FORMAT);
            assert_message(&err, cases[i].message);
            assert_message(&err, "lesions.h5");
        }
        lb_lesions_release(&library);
    }
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_study_s_library, test_setup, test_teardown),
        cmocka_unit_test(distractors_are_between_the_classes),
        cmocka_unit_test_setup_teardown(libraries_without_distractors_load, test_setup,
                                        test_teardown),
        cmocka_unit_test(the_same_for_any_number_of_threads),
        cmocka_unit_test(refusals),
        cmocka_unit_test_setup_teardown(damaged_libraries_are_refused, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("golden lesions", tests, NULL, NULL);
}
