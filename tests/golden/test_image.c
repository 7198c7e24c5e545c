/* SPDX-License-Identifier: MIT */
/* The image operators against SciPy and scikit-image (expected_image.py). */
#include "testing.h"

#include <stdlib.h>

#include "expected_image.h"
#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { SIDE = 256, PIXELS = SIDE * SIDE, LARGEST = 400 * 512 };

typedef struct fixture {
    double noise[PIXELS], smooth[PIXELS], out[LARGEST];
    uint8_t binary[PIXELS], eroded[PIXELS], opened[PIXELS];
    int32_t labels[PIXELS];
} fixture;

static void
assert_figure(const double *values, size_t count, const figure *expected, double absolute)
{
    double sum = 0, weighted = 0;
    for (size_t i = 0; i < count; i++) {
        sum += values[i];
        weighted += values[i] * (double)(i * 37 % 101);
    }
    /* Only the order of summation may differ from NumPy's. */
    assert_close(sum, expected->sum, 1e-8, 1e-12);
    assert_close(weighted, expected->weighted, 1e-6, 1e-12);
    for (size_t i = 0; i < SAMPLES; i++) {
        assert_close(values[i * (count - 1) / (SAMPLES - 1)], expected->samples[i], absolute, 0);
    }
}

static void
assert_bytes(fixture *f, const uint8_t *image, const figure *expected)
{
    for (size_t i = 0; i < PIXELS; i++) {
        f->out[i] = image[i];
    }
    assert_figure(f->out, PIXELS, expected, 0);
}

static int
prepare(void **state)
{
    lb_error err;
    fixture *f = calloc(1, sizeof *f);
    if (f == NULL) {
        return -1;
    }
    lb_numpy_random random;
    lb_numpy_seed(&random, 7);
    for (size_t i = 0; i < PIXELS; i++) {
        f->noise[i] = lb_numpy_rand(&random);
    }
    lb_status status = lb_gaussian_filter(f->smooth, f->noise, SIDE, SIDE, 2, 2, &err);
    double threshold = lb_otsu(f->smooth, PIXELS);
    for (size_t i = 0; i < PIXELS; i++) {
        f->binary[i] = f->smooth[i] > threshold;
    }
    lb_binary_erosion(f->eroded, f->binary, SIDE, SIDE);
    if (status != LB_OK || lb_binary_opening(f->opened, f->eroded, SIDE, SIDE, &err) != LB_OK) {
        return -1;
    }
    *state = f;
    return 0;
}

static int
discard(void **state)
{
    free(*state);
    return 0;
}

static void
gaussian(void **state)
{
    lb_error err;
    fixture *f = *state;
    assert_figure(f->noise, PIXELS, &FIGURE_NOISE, 0);
    assert_figure(f->smooth, PIXELS, &FIGURE_GAUSSIAN, 1e-15);
    assert_ok(lb_gaussian_filter(f->out, f->noise, SIDE, SIDE, 0, 3.3, &err));
    assert_figure(f->out, PIXELS, &FIGURE_GAUSSIAN_UNEQUAL, 1e-15);
    /* The kernel reaches several times beyond the edges of 3 x 5 pixels. */
    double small[15];
    for (size_t i = 0; i < 15; i++) {
        small[i] = f->noise[i / 5 * SIDE + i % 5];
    }
    assert_ok(lb_gaussian_filter(small, small, 3, 5, 2.5, 4, &err));
    assert_figure(small, 15, &FIGURE_GAUSSIAN_SMALL, 1e-15);
}

static void
otsu(void **state)
{
    fixture *f = *state;
    assert_close(lb_otsu(f->smooth, PIXELS), OTSU, 1e-15, 0);
}

static void
morphology(void **state)
{
    lb_error err;
    fixture *f = *state;
    assert_bytes(f, f->binary, &FIGURE_BINARY);
    assert_bytes(f, f->eroded, &FIGURE_ERODED);
    assert_bytes(f, f->opened, &FIGURE_OPENED);
    uint8_t *dense = (uint8_t *)f->labels; /* spare room */
    uint8_t *opened = dense + PIXELS;
    for (size_t i = 0; i < PIXELS; i++) {
        dense[i] = f->noise[i] > 0.15;
    }
    assert_ok(lb_binary_opening(opened, dense, SIDE, SIDE, &err));
    assert_bytes(f, opened, &FIGURE_OPENED_WHOLE);
}

static void
labels(void **state)
{
    lb_error err;
    fixture *f = *state;
    size_t count = 0;
    assert_ok(lb_connected_components(f->labels, &count, f->opened, SIDE, SIDE, &err));
    assert_int_equal(count, COMPONENTS);
    for (size_t i = 0; i < PIXELS; i++) {
        f->out[i] = f->labels[i];
    }
    assert_figure(f->out, PIXELS, &FIGURE_LABELS, 0);
    /* Noise with long winding components: most labels must be joined. */
    uint8_t *dense = f->eroded;
    for (size_t i = 0; i < PIXELS; i++) {
        dense[i] = f->noise[i] > 0.45;
    }
    assert_ok(lb_connected_components(f->labels, &count, dense, SIDE, SIDE, &err));
    for (size_t i = 0; i < PIXELS; i++) {
        f->out[i] = f->labels[i];
    }
    assert_figure(f->out, PIXELS, &FIGURE_LABELS_DENSE, 0);
}

static void
perimeters(void **state)
{
    lb_error err;
    fixture *f = *state;
    size_t count = 0;
    assert_ok(lb_connected_components(f->labels, &count, f->opened, SIDE, SIDE, &err));
    assert_int_equal(count, COMPONENTS);
    for (size_t component = 0; component < COMPONENTS; component++) {
        for (size_t i = 0; i < PIXELS; i++) {
            f->binary[i] = f->labels[i] == (int32_t)component + 1;
        }
        f->out[component] = lb_perimeter_crofton(f->binary, SIDE, SIDE);
    }
    assert_figure(f->out, COMPONENTS, &FIGURE_PERIMETERS, 1e-12);
}

static void
derivatives(void **state)
{
    lb_error err;
    fixture *f = *state;
    lb_laplace(f->out, f->noise, SIDE, SIDE);
    assert_figure(f->out, PIXELS, &FIGURE_LAPLACE, 1e-14);
    assert_ok(lb_sobel(f->out, f->noise, SIDE, SIDE, 0, &err));
    assert_figure(f->out, PIXELS, &FIGURE_SOBEL_0, 1e-14);
    assert_ok(lb_sobel(f->out, f->noise, SIDE, SIDE, 1, &err));
    assert_figure(f->out, PIXELS, &FIGURE_SOBEL_1, 1e-14);
}

static void
resizing(void **state)
{
    lb_error err;
    fixture *f = *state;
    const struct {
        size_t height, width;
        const figure *expected;
    } cases[] = {{112, 97, &FIGURE_RESIZE_SMALLER},
                 {400, 512, &FIGURE_RESIZE_LARGER},
                 {300, 100, &FIGURE_RESIZE_MIXED},
                 {3, 2, &FIGURE_RESIZE_TINY}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_ok(lb_resize(f->out, cases[i].height, cases[i].width, f->noise, SIDE, SIDE, &err));
        assert_figure(f->out, cases[i].height * cases[i].width, cases[i].expected, 1e-14);
    }
    assert_ok(lb_resize(f->out, 4, 512, f->noise, 1, SIDE, &err));
    assert_figure(f->out, (size_t)4 * 512, &FIGURE_RESIZE_LINE, 1e-14);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gaussian, prepare, discard),
        cmocka_unit_test_setup_teardown(otsu, prepare, discard),
        cmocka_unit_test_setup_teardown(morphology, prepare, discard),
        cmocka_unit_test_setup_teardown(labels, prepare, discard),
        cmocka_unit_test_setup_teardown(perimeters, prepare, discard),
        cmocka_unit_test_setup_teardown(derivatives, prepare, discard),
        cmocka_unit_test_setup_teardown(resizing, prepare, discard),
    };
    return cmocka_run_group_tests_name("golden image", tests, NULL, NULL);
}
