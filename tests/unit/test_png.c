/* SPDX-License-Identifier: MIT */
#include "io_testing.h"

#include <png.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/png.h"

static void
comes_back(void **state, size_t channels)
{
    lb_error err = {0};
    uint8_t pixels[5 * 7 * 3], loaded[5 * 7 * 3] = {0};
    char *path = test_path(state, "a.png");
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37);
    }
    assert_ok(lb_png_write(path, 5, 7, channels, pixels, &err));
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_int_equal(png_image_begin_read_from_file(&image, path), 1);
    assert_int_equal(image.height, 5);
    assert_int_equal(image.width, 7);
    assert_int_equal(image.format, channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB);
    assert_int_equal(png_image_finish_read(&image, NULL, loaded, 0, NULL), 1);
    assert_memory_equal(loaded, pixels, 5 * 7 * channels);
    /* In memory: the same bytes. */
    uint8_t *encoded = NULL;
    size_t size = 0, written = 0;
    assert_ok(lb_png_encode(&encoded, &size, 5, 7, channels, pixels, &err));
    uint8_t *bytes = test_read_bytes(&written, path);
    assert_int_equal(size, written);
    assert_memory_equal(encoded, bytes, size);
    lb_free(bytes);
    lb_free(encoded);
    lb_free(path);
}

static void
grey(void **state)
{
    comes_back(state, 1);
}

static void
colour(void **state)
{
    comes_back(state, 3);
}

static void
impossible_pictures(void **state)
{
    lb_error err = {0};
    uint8_t pixels[4] = {0};
    char *path = test_path(state, "a.png"), *nowhere = test_path(state, "none/a.png");
    assert_int_equal(lb_png_write(path, 2, 1, 2, pixels, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(lb_png_write(path, 0, 1, 1, pixels, &err), LB_ERROR_ARGUMENT);
    assert_false(test_exists(path));
    assert_int_equal(lb_png_write(nowhere, 2, 2, 1, pixels, &err), LB_ERROR_IO);
    assert_message(&err, "none/a.png: cannot write");
    lb_free(nowhere);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(grey, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(colour, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(impossible_pictures, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
