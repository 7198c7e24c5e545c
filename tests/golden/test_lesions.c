/* SPDX-License-Identifier: MIT */
/* The lesion library against the same made in Python (expected_lesions.py), which equals the
 * lesions that the study published. */
#include "unit/io_testing.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

#include "expected_lesions.h"
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

static double
sum_of(const lb_lesion *lesion)
{
    double sum = 0;
    for (size_t i = 0; i < lesion->height * lesion->width; i++) {
        sum += lesion->mask[i];
    }
    return sum;
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
        assert_true(l->compactness > 0.52 && l->compactness < 0.68);
        for (size_t k = 0; k < l->height * l->width; k++) {
            assert_true(l->mask[k] == 0 || l->mask[k] >= 0.175 / 16); /* corners */
        }
        assert_close(sum_of(l), 4 * 67.4, 4 * 1.5, 0);
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
assert_compactness(const lb_lesion_library *library, lb_shape shape, double low, double high)
{
    assert_true(library->count[shape] > 0);
    for (size_t i = 0; i < library->count[shape]; i++) {
        double compactness = library->lesions[shape][i].compactness;
        assert_true(compactness > low && compactness < high);
    }
}

static void
dials_of_shape(void **state)
{
    (void)state;
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library library = {0}, smoother = {0};
    lb_lesion_defaults(&options);
    options.count = 2;
    options.distractors = 5;
    options.max_fields = 600;
    options.round_above = 0.85;
    options.irregular_below = 0.3;
    options.distractor_above = 0.4;
    options.distractor_below = 0.45;
    assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
    assert_compactness(&library, LB_ROUND, 0.85, 2);
    assert_compactness(&library, LB_IRREGULAR, 0, 0.3);
    assert_compactness(&library, LB_DISTRACTOR, 0.4, 0.45);
    options.noise_sigma = 2.5;
    assert_ok(lb_lesions_generate(&smoother, &options, NULL, &err));
    assert_true(smoother.lesions[LB_ROUND][0].compactness !=
                library.lesions[LB_ROUND][0].compactness);
    lb_lesions_release(&smoother);
    lb_lesions_release(&library);
}

/* Whatever the softness, a lesion's mass is its area less what the cut of its edge takes: 0.05
 * sigma sqrt(70 area). Enlarging by an integer multiplies it, but for what touches the box. */
static void
dials_of_mass(void **state)
{
    (void)state;
    lb_error err;
    const struct {
        size_t area;
        double sigma;
    } cases[] = {{70, 0}, {70, 0.3}, {70, 1}, {70, 2}, {30, 0.75}, {100, 0.75}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_lesion_options options;
        lb_lesion_library library = {0};
        double area = (double)cases[i].area;
        double mass = area - 0.05 * cases[i].sigma * sqrt(70 * area);
        lb_lesion_defaults(&options);
        options.count = 2;
        options.distractors = 2;
        options.scale = 1;
        options.max_fields = 1000;
        options.area = cases[i].area;
        options.edge_sigma = cases[i].sigma;
        assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
        for (int shape = 0; shape < LB_SHAPES; shape++) {
            for (size_t k = 0; k < library.count[shape]; k++) {
                assert_close(sum_of(library.lesions[shape] + k), mass, 1.3, 0);
            }
        }
        lb_lesions_release(&library);
    }
}

static int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The values above 0 in ascending order. */
static size_t
sorted_values(double *out, const lb_lesion *lesion)
{
    size_t count = 0;
    for (size_t i = 0; i < lesion->height * lesion->width; i++) {
        if (lesion->mask[i] > 0) {
            out[count++] = lesion->mask[i];
        }
    }
    qsort(out, count, sizeof *out, compare_doubles);
    return count;
}

/* Of the same blobs as without; what they have in common are their values, bit for bit. */
static void
matched_lesions_have_the_same_values(void **state)
{
    (void)state;
    enum { LARGEST = 200 * 200 };
    const struct {
        size_t area, scale;
        double sigma;
    } cases[] = {{70, 2, 0.75}, {70, 1, 0.75}, {40, 3, 0}, {70, 2, 2}};
    double *first = calloc(2 * LARGEST, sizeof *first), *values = first + LARGEST;
    assert_non_null(first);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err;
        lb_lesion_options options;
        lb_lesion_library plain = {0}, matched = {0};
        lb_lesion_defaults(&options);
        options.count = 3;
        options.distractors = 6;
        options.max_fields = 1000;
        options.area = cases[i].area;
        options.scale = cases[i].scale;
        options.edge_sigma = cases[i].sigma;
        assert_ok(lb_lesions_generate(&plain, &options, NULL, &err));
        options.matched = true;
        assert_ok(lb_lesions_generate(&matched, &options, NULL, &err));
        assert_int_equal(matched.last_seed, plain.last_seed);
        size_t count = sorted_values(first, &matched.lesions[LB_ROUND][0]);
        assert_in_range(count, 10, LARGEST);
        assert_true(first[count - 1] == 1);
        for (int shape = 0; shape < LB_SHAPES; shape++) {
            assert_int_equal(matched.found[shape], plain.found[shape]);
            for (size_t k = 0; k < matched.count[shape]; k++) {
                const lb_lesion *lesion = matched.lesions[shape] + k;
                assert_true(lesion->compactness == plain.lesions[shape][k].compactness);
                assert_in_range(lesion->height * lesion->width, count, LARGEST);
                assert_int_equal(sorted_values(values, lesion), count);
                assert_memory_equal(values, first, count * sizeof *first);
            }
        }
        lb_lesions_release(&matched);
        lb_lesions_release(&plain);
    }
    free(first);
}

static void
dials_that_contradict_each_other(void **state)
{
    (void)state;
    const struct {
        double round, irregular, above, below, noise, edge;
        const char *message;
    } cases[] = {{0.3, 0.4, 0.32, 0.38, 2, 0.75, "irregular_below"},
                 {2.5, 0.4, 0.5, 0.6, 2, 0.75, "round_above"},
                 {NAN, 0.4, 0.5, 0.6, 2, 0.75, "round_above"},
                 {0.8, 0, 0.5, 0.6, 2, 0.75, "irregular_below"},
                 {0.8, 0.55, 0.52, 0.68, 2, 0.75, "0.52 to 0.68"},
                 {0.65, 0.4, 0.52, 0.68, 2, 0.75, "distractor_below"},
                 {0.8, 0.4, 0.6, 0.6, 2, 0.75, "distractor_above"},
                 {0.8, 0.4, NAN, 0.68, 2, 0.75, "distractor_above"},
                 {0.8, 0.4, 0.52, 0.68, 0, 0.75, "noise_sigma"},
                 {0.8, 0.4, 0.52, 0.68, 2, -1, "edge_sigma"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lb_error err;
        lb_lesion_options options;
        lb_lesion_library library = {0};
        lb_lesion_defaults(&options);
        options.max_fields = 3; /* so that a missing check fails soon */
        options.round_above = cases[i].round;
        options.irregular_below = cases[i].irregular;
        options.distractor_above = cases[i].above;
        options.distractor_below = cases[i].below;
        options.noise_sigma = cases[i].noise;
        options.edge_sigma = cases[i].edge;
        assert_int_equal(lb_lesions_generate(&library, &options, NULL, &err), LB_ERROR_ARGUMENT);
        assert_message(&err, cases[i].message);
    }
    /* Without distractors their range does not matter. */
    lb_error err;
    lb_lesion_options options;
    lb_lesion_library library = {0};
    lb_lesion_defaults(&options);
    options.count = 1;
    options.distractors = 0;
    options.irregular_below = 0.55;
    assert_ok(lb_lesions_generate(&library, &options, NULL, &err));
    lb_lesions_release(&library);
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
        cmocka_unit_test(dials_of_shape),
        cmocka_unit_test(dials_of_mass),
        cmocka_unit_test(matched_lesions_have_the_same_values),
        cmocka_unit_test(dials_that_contradict_each_other),
        cmocka_unit_test(refusals),
        cmocka_unit_test_setup_teardown(damaged_libraries_are_refused, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("golden lesions", tests, NULL, NULL);
}
