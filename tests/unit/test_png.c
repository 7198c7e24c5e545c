/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <png.h>

#include "lesionbench/png.h"

static void
comes_back(size_t channels)
{
    lb_error err = {0};
    uint8_t pixels[5 * 7 * 3], loaded[5 * 7 * 3] = {0};
    uint8_t *encoded = NULL;
    size_t size = 0;
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37);
    }
    assert_ok(lb_png_encode(&encoded, &size, 5, 7, channels, pixels, &err));
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_int_equal(png_image_begin_read_from_memory(&image, encoded, size), 1);
    assert_int_equal(image.height, 5);
    assert_int_equal(image.width, 7);
    assert_int_equal(image.format, channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB);
    assert_int_equal(png_image_finish_read(&image, NULL, loaded, 0, NULL), 1);
    assert_memory_equal(loaded, pixels, 5 * 7 * channels);
    lb_free(encoded);
}

static void
grey(void **state)
{
    (void)state;
    comes_back(1);
}

static void
colour(void **state)
{
    (void)state;
    comes_back(3);
}

static void
impossible_pictures(void **state)
{
    lb_error err = {0};
    uint8_t pixels[4] = {0};
    uint8_t *none = NULL;
    size_t size = 0;
    (void)state;
    assert_int_equal(lb_png_encode(&none, &size, 2, 1, 2, pixels, &err), LB_ERROR_ARGUMENT);
    assert_message(&err, "2 x 1 x 2");
    assert_int_equal(lb_png_encode(&none, &size, 0, 1, 1, pixels, &err), LB_ERROR_ARGUMENT);
    assert_null(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey),
        cmocka_unit_test(colour),
        cmocka_unit_test(impossible_pictures),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
