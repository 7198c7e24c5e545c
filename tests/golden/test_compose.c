/* SPDX-License-Identifier: MIT */
/* Composed images against the same made in Python (expected_compose.py). */
#include "testing.h"

#include <math.h>
#include <stdlib.h>

#include "composition.h"
#include "expected_compose.h"
#include "lesionbench/lesions.h"

enum { HEIGHT = 260, WIDTH = 311, LARGEST = 224 * 224 };

typedef struct fixture {
    lb_lesion_library library;
    float image[LARGEST], truth[LARGEST];
} fixture;

static int
prepare(void **state)
{
    lb_error err;
    lb_lesion_options options;
    fixture *f = calloc(1, sizeof *f);
    lb_lesion_defaults(&options);
    options.count = LESIONS;
    *state = f;
    if (f == NULL || lb_lesions_generate(&f->library, &options, NULL, &err) != LB_OK) {
        return -1;
    }
    return 0;
}

static int
discard(void **state)
{
    fixture *f = *state;
    lb_lesions_release(&f->library);
    free(f);
    return 0;
}

/* The tilted ellipse of expected_compose.py. */
static void
draw_background(double *slice, int index)
{
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            double v = y - 130 - index, u = x - 155 + 2 * index;
            double inside = (u + 0.1 * v) * (u + 0.1 * v) / (130 * 130) + v * v / (100 * 100);
            slice[y * WIDTH + x] = inside < 1 ? 60 + 40 * sin(0.05 * y + index) * cos(0.07 * x) : 0;
        }
    }
}

static void
assert_figure(const float *values, size_t size, const figure *expected)
{
    double sum = 0, weighted = 0;
    for (size_t i = 0; i < size * size; i++) {
        sum += values[i];
        weighted += values[i] * (double)(i * 37 % 101);
    }
    assert_close(sum, expected->sum, 0, 1e-7);
    assert_close(weighted, expected->weighted, 0, 1e-7);
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t at = (size / 2 + 4 * i - 12) * size + size * (i + 1) / (SAMPLES + 1);
        assert_close(values[at], expected->samples[i], 1e-6, 0);
    }
}

static void
compose(fixture *f, const composed_figure *expected, double threshold)
{
    int index = expected->index;
    lb_error err;
    lb_composition composition = {0};
    lb_image_spec spec;
    lb_box boxes[LB_MAX_ITEMS];
    size_t order[4 * LESIONS];
    const lb_composition_rules rules = {.size = expected->size,
                                        .brain_intensity = 0.7,
                                        .lesion_intensity = 0.5,
                                        .truth_threshold = threshold,
                                        .minimum_lesions = 3,
                                        .maximum_lesions = 5,
                                        .shuffle_round = expected->shuffle_round != 0};
    assert_ok(lb_composition_init(&composition, HEIGHT, WIDTH, rules.size, &err));
    lb_image_spec_draw(&spec, FIRST_SEED + (uint32_t)index, &f->library, &rules, order);
    assert_int_equal(spec.label, expected->label);
    assert_int_equal(spec.count, expected->lesions);
    draw_background(composition.slice, index);
    assert_ok(lb_composition_index_brain(&composition, &err));
    assert_true(lb_composition_place(boxes, &composition, &spec, &f->library, &rules, spec.label));
    for (size_t i = 0; i < spec.count; i++) {
        assert_int_equal(boxes[i].top, expected->corners[i][0]);
        assert_int_equal(boxes[i].left, expected->corners[i][1]);
    }
    assert_ok(lb_composition_compose(f->image, f->truth, NULL, &composition, &spec, boxes,
                                     &f->library, &rules, &err));
    lb_composition_release(&composition);
}

static void
assert_whole(fixture *f, const composed_figure *expected)
{
    compose(f, expected, 0);
    assert_figure(f->image, expected->size, &expected->image);
    assert_figure(f->truth, expected->size, &expected->truth);
}

/* Every lesion resized on its own has the same true pixels as all resized together. */
static void
assert_true_pixels(fixture *f, const composed_figure *expected)
{
    int pixels = 0;
    compose(f, expected, 0.5);
    for (size_t p = 0; p < expected->size * expected->size; p++) {
        pixels += f->truth[p] > 0;
    }
    assert_int_equal(pixels, expected->true_pixels);
}

static void
images_and_whole_truth(void **state)
{
    for (size_t i = 0; i < sizeof COMPOSED / sizeof *COMPOSED; i++) {
        assert_whole(*state, COMPOSED + i);
    }
}

static void
truth_at_half_of_each_peak(void **state)
{
    for (size_t i = 0; i < sizeof COMPOSED / sizeof *COMPOSED; i++) {
        assert_true_pixels(*state, COMPOSED + i);
    }
}

/* A lesion takes the pixels of its shape, not its box: the places are others than with whole boxes.
 */
static void
lesions_may_touch(void **state)
{
    for (size_t i = 0; i < sizeof TOUCHING / sizeof *TOUCHING; i++) {
        assert_whole(*state, TOUCHING + i);
    }
}

/* ... where another lesion's pixels lie in a lesion's box. */
static void
truth_of_lesions_that_touch(void **state)
{
    for (size_t i = 0; i < sizeof TOUCHING / sizeof *TOUCHING; i++) {
        assert_true_pixels(*state, TOUCHING + i);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_and_whole_truth),
        cmocka_unit_test(truth_at_half_of_each_peak),
        cmocka_unit_test(lesions_may_touch),
        cmocka_unit_test(truth_of_lesions_that_touch),
    };
    return cmocka_run_group_tests_name("golden compose", tests, prepare, discard);
}
