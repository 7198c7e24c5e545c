/* SPDX-License-Identifier: MIT */
/* Properties of the image operators; their figures are in tests/golden/test_image.c. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "lesionbench/image.h"
#include "lesionbench/random.h"

enum { HEIGHT = 9, WIDTH = 13, PIXELS = HEIGHT * WIDTH };

static void
fill(double *image)
{
    for (size_t i = 0; i < PIXELS; i++) {
        image[i] = sin(0.7 * (double)i) + 0.01 * (double)(i % 7);
    }
}

static void
gaussian_keeps_the_sum_and_works_in_place(void **state)
{
    (void)state;
    lb_error err;
    double image[PIXELS], out[PIXELS], sum = 0, smooth = 0;
    fill(image);
    assert_ok(lb_gaussian_filter(out, image, HEIGHT, WIDTH, 1.5, 0.75, &err));
    for (size_t i = 0; i < PIXELS; i++) {
        sum += image[i];
        smooth += out[i];
    }
    assert_close(smooth, sum, 1e-12, 0);
    assert_ok(lb_gaussian_filter(image, image, HEIGHT, WIDTH, 1.5, 0.75, &err));
    assert_memory_equal(image, out, sizeof out);
    assert_ok(lb_gaussian_filter(out, image, HEIGHT, WIDTH, 0, 0, &err));
    assert_memory_equal(image, out, sizeof out);
    assert_int_equal(lb_gaussian_filter(out, image, HEIGHT, WIDTH, -1, 1, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_gaussian_filter(out, image, HEIGHT, WIDTH, NAN, 1, &err),
                     LB_ERROR_ARGUMENT);
}

static void
derivatives_of_a_ramp(void **state)
{
    (void)state;
    lb_error err;
    double image[PIXELS], out[PIXELS];
    for (size_t i = 0; i < PIXELS; i++) {
        image[i] = 3.0 * (double)(i % WIDTH) - 2.0 * (double)(i / WIDTH);
    }
    size_t inner = 4 * WIDTH + 6;
    lb_laplace(out, image, HEIGHT, WIDTH);
    assert_close(out[inner], 0, 1e-12, 0);
    assert_ok(lb_sobel(out, image, HEIGHT, WIDTH, 1, &err));
    assert_close(out[inner], 24, 1e-12, 0);
    assert_ok(lb_sobel(out, image, HEIGHT, WIDTH, 0, &err));
    assert_close(out[inner], -16, 1e-12, 0);
    assert_int_equal(lb_sobel(out, image, HEIGHT, WIDTH, 2, &err), LB_ERROR_ARGUMENT);
}

static void
otsu_of_two_levels_and_of_one(void **state)
{
    (void)state;
    double image[100];
    for (size_t i = 0; i < 100; i++) {
        image[i] = i < 30 ? -1 : 4;
    }
    double threshold = lb_otsu(image, 100);
    assert_true(threshold >= -1 && threshold < 4);
    for (size_t i = 0; i < 100; i++) {
        image[i] = 2.5;
    }
    assert_true(lb_otsu(image, 100) == 2.5);
}

static void
opening_keeps_a_cross_and_drops_a_line(void **state)
{
    (void)state;
    lb_error err;
    const uint8_t image[5 * 7] = {
        0, 1, 0, 0, 0, 0, 0, /* the cross ends at column 2 */
        1, 1, 1, 0, 1, 1, 1, /* */
        0, 1, 0, 0, 0, 0, 0, /* */
        0, 0, 0, 0, 0, 0, 0, /* */
        1, 1, 1, 1, 1, 1, 1,
    };
    uint8_t out[5 * 7], eroded[5 * 7];
    assert_ok(lb_binary_opening(out, image, 5, 7, &err));
    lb_binary_erosion(eroded, image, 5, 7);
    for (size_t i = 0; i < 35; i++) {
        bool cross = image[i] != 0 && i < 28 && i % 7 < 3;
        assert_int_equal(out[i], cross);
        assert_int_equal(eroded[i], i == 8);
    }
}

static void
labels_do_not_join_corners(void **state)
{
    (void)state;
    lb_error err;
    const uint8_t image[4 * 5] = {
        0, 1, 0, 1, 1, /* */
        1, 0, 1, 0, 1, /* */
        1, 1, 1, 0, 1, /* */
        0, 0, 0, 1, 0,
    };
    const int32_t expected[4 * 5] = {0, 1, 0, 2, 2, 3, 0, 3, 0, 2, 3, 3, 3, 0, 2, 0, 0, 0, 4, 0};
    int32_t labels[4 * 5];
    size_t count = 0;
    assert_ok(lb_connected_components(labels, &count, image, 4, 5, &err));
    assert_int_equal(count, 4);
    assert_memory_equal(labels, expected, sizeof expected);
}

enum { RUN_HEIGHT = 40, RUN_WIDTH = 131, RUN_PIXELS = RUN_HEIGHT * RUN_WIDTH };

/* Labels one component by spreading from neighbour to neighbour until nothing changes. */
static void
spread(int32_t *labels, const uint8_t *image, size_t first, int32_t label)
{
    labels[first] = label;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < RUN_PIXELS; i++) {
            size_t y = i / RUN_WIDTH, x = i % RUN_WIDTH;
            bool touches = (y > 0 && labels[i - RUN_WIDTH] == label) ||
                           (y + 1 < RUN_HEIGHT && labels[i + RUN_WIDTH] == label) ||
                           (x > 0 && labels[i - 1] == label) ||
                           (x + 1 < RUN_WIDTH && labels[i + 1] == label);
            if (image[i] != 0 && labels[i] == 0 && touches) {
                labels[i] = label;
                changed = true;
            }
        }
    }
}

/* Widths that no power of two divides, runs that end with the row, any value above 0. */
static void
labels_of_dense_noise(void **state)
{
    (void)state;
    lb_error err;
    static const uint8_t VALUES[4] = {1, 2, 128, 255};
    static uint8_t image[RUN_PIXELS];
    static int32_t labels[RUN_PIXELS], expected[RUN_PIXELS];
    lb_random random;
    lb_random_init(&random, 1, LB_PURPOSE_TEST, 0);
    for (size_t i = 0; i < RUN_PIXELS; i++) {
        uint32_t draw = lb_random_below(&random, 10);
        image[i] = draw < 6 ? VALUES[draw % 4] : 0;
    }
    memset(image + (size_t)3 * RUN_WIDTH, 1, 2 * RUN_WIDTH); /* whole rows */
    int32_t components = 0;
    for (size_t i = 0; i < RUN_PIXELS; i++) {
        if (image[i] != 0 && expected[i] == 0) {
            spread(expected, image, i, ++components);
        }
    }
    size_t count = 0;
    assert_ok(lb_connected_components(labels, &count, image, RUN_HEIGHT, RUN_WIDTH, &err));
    assert_int_equal(count, components);
    assert_memory_equal(labels, expected, sizeof labels);
}

/* Crofton's estimate of a disc's outline is good to a few per cent. */
static void
perimeter_of_a_disc(void **state)
{
    (void)state;
    enum { SIDE = 101 };
    static uint8_t image[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        image[i] = hypot(i / SIDE - 50, i % SIDE - 50) < 40;
    }
    assert_close(lb_perimeter_crofton(image, SIDE, SIDE), 2 * 3.14159265 * 40, 0, 0.02);
    memset(image, 1, sizeof image); /* the frame counts as outside */
    assert_close(lb_perimeter_crofton(image, SIDE, SIDE), 4 * SIDE, 0, 0.06);
}

static void
resizing_keeps_constants_and_range(void **state)
{
    (void)state;
    lb_error err;
    double image[PIXELS], out[40 * 40];
    for (size_t i = 0; i < PIXELS; i++) {
        image[i] = 0.1;
    }
    assert_ok(lb_resize(out, 40, 5, image, HEIGHT, WIDTH, &err));
    for (size_t i = 0; i < 200; i++) {
        assert_true(out[i] == 0.1); /* the range holds rounding in */
    }
    fill(image);
    assert_ok(lb_resize(out, HEIGHT, WIDTH, image, HEIGHT, WIDTH, &err));
    assert_memory_equal(out, image, sizeof image);
    assert_int_equal(lb_resize(out, 0, 5, image, HEIGHT, WIDTH, &err), LB_ERROR_ARGUMENT);
}

/* Rows in any order, whole or in part, of one image after another. */
static void
resizing_row_by_row(void **state)
{
    (void)state;
    enum { LARGEST = 30 };
    lb_error err;
    const struct {
        size_t height, width;
    } cases[] = {{2, 4}, {5, 30}, {30, 5}, {HEIGHT, WIDTH}, {30, 30}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        size_t height = cases[c].height, width = cases[c].width;
        lb_resizer *resizer = NULL;
        assert_ok(lb_resizer_create(&resizer, height, width, HEIGHT, WIDTH, &err));
        for (int round = 0; round < 2; round++) {
            double image[PIXELS], whole[LARGEST * LARGEST], low, high;
            fill(image);
            image[40] += round;
            assert_ok(lb_resize(whole, height, width, image, HEIGHT, WIDTH, &err));
            lb_find_range(&low, &high, image, PIXELS);
            lb_resizer_start(resizer, image, low, high);
            for (size_t i = 0; i < height; i++) {
                size_t y = i * 7 % height == 0 ? height - 1 - i : i, half = width / 2;
                const double *row = lb_resizer_row(resizer, y, half, width);
                assert_memory_equal(row + half, whole + y * width + half,
                                    (width - half) * sizeof *row);
                row = lb_resizer_row(resizer, y, 0, half);
                assert_memory_equal(row, whole + y * width, half * sizeof *row);
            }
        }
        lb_resizer_free(resizer);
    }
    lb_resizer *resizer = NULL;
    assert_int_equal(lb_resizer_create(&resizer, 3, 3, 0, 5, &err), LB_ERROR_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaussian_keeps_the_sum_and_works_in_place),
        cmocka_unit_test(derivatives_of_a_ramp),
        cmocka_unit_test(otsu_of_two_levels_and_of_one),
        cmocka_unit_test(opening_keeps_a_cross_and_drops_a_line),
        cmocka_unit_test(labels_do_not_join_corners),
        cmocka_unit_test(labels_of_dense_noise),
        cmocka_unit_test(perimeter_of_a_disc),
        cmocka_unit_test(resizing_keeps_constants_and_range),
        cmocka_unit_test(resizing_row_by_row),
    };
    return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
