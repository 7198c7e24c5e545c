/* SPDX-License-Identifier: MIT */
/* Pictures as Pillow reads them and resizes them (expected_raster.py). */
#include "testing.h"

#include <string.h>

#include "expected_raster.h"
#include "lesionbench/image_reader.h"
#include "lesionbench/resize_crop.h"

static void
compare(const char *name, const float *values, size_t count, double sum, double weighted)
{
    double own = 0, weighed = 0;
    for (size_t i = 0; i < count; i++) {
        own += (double)values[i];
        weighed += (double)values[i] * (double)(i * 37 % 101);
    }
    print_message("%-24s %g and %g off\n", name, own - sum, weighed - weighted);
    assert_close(own, sum, 1e-5, 1e-6); /* float32 */
    assert_close(weighed, weighted, 1e-4, 1e-6);
}

static void
pictures_are_those_of_pillow(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof PICTURES / sizeof *PICTURES; i++) {
        lb_error err = {0};
        lb_image_reader *raster = NULL;
        float values[HEIGHT][WIDTH][LB_IMAGE_CHANNELS];
        char *path = lb_format(&err, LB_SOURCE "/tests/fuzz/corpus/%s", PICTURES[i].file);
        assert_ok(lb_image_reader_open(&raster, path, &err));
        assert_int_equal(lb_image_reader_height(raster), HEIGHT);
        assert_int_equal(lb_image_reader_width(raster), WIDTH);
        for (size_t y = 0; y < HEIGHT; y++) {
            assert_ok(lb_image_reader_read(values[y][0], raster, &err));
        }
        assert_int_equal(lb_image_reader_read(values[0][0], raster, &err), LB_ERROR_ARGUMENT);
        compare(PICTURES[i].file, values[0][0], sizeof values / sizeof(float), PICTURES[i].sum,
                PICTURES[i].weighted);
        lb_image_reader_close(raster);
        lb_free(path);
    }
}

/* Damage is an error where it is met, and an error alone: nothing is printed. */
static void
spoiled_pictures_are_refused(void **state)
{
    static const struct {
        const char *file, *words;
    } CASES[] = {
        {"png/spoiled_truncated", "it ends too early"},
        {"png/spoiled_no_end", "it ends too early"},
        {"png/spoiled_huge", "claims 60000 x 60000 pixels, which its"},
        {"png/spoiled_short_rows", "damaged or truncated"},
        {"png/spoiled_checksum", "incorrect data check"},
        {"jpeg/spoiled_truncated", "Premature end"},
        {"jpeg/spoiled_no_end", "Premature end"},
        {"jpeg/spoiled_huge", "claims 60000 x 60000 pixels, which its"},
        {"jpeg/spoiled_no_tables", "Quantization table"},
        {"idx/empty_but_huge", "is neither a PNG nor a JPEG picture"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        lb_error err = {0};
        lb_image_reader *raster = NULL;
        float row[WIDTH * LB_IMAGE_CHANNELS];
        char *path = lb_format(&err, LB_SOURCE "/tests/fuzz/corpus/%s", CASES[i].file);
        lb_status status = lb_image_reader_open(&raster, path, &err);
        for (size_t y = 0; status == LB_OK && y < HEIGHT; y++) {
            status = lb_image_reader_read(row, raster, &err);
        }
        assert_int_equal(status, LB_ERROR_FORMAT);
        if (strstr(err.message, CASES[i].file) == NULL ||
            strstr(err.message, CASES[i].words) == NULL) {
            fail_msg("%s: %s", CASES[i].file, err.message);
        }
        lb_image_reader_close(raster);
        lb_free(path);
    }
}

/* Three channels, of which the second is twice and the third thrice the first. */
static void
squares_are_those_of_pillow(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof FITS / sizeof *FITS; i++) {
        lb_error err = {0};
        lb_resize_crop *fit = NULL;
        size_t height = FITS[i].height, width = FITS[i].width, side = FITS[i].side;
        static float row[3 * 512], out[3 * 24 * 24];
        assert_ok(lb_resize_crop_create(&fit, height, width, 3, side, &err));
        for (size_t y = 0; y < height; y++) {
            for (size_t x = 0; x < width; x++) {
                for (size_t c = 0; c < 3; c++) {
                    row[3 * x + c] = (float)((y * 13 + x * 7 + y * x) % 101) * (float)(c + 1);
                }
            }
            lb_resize_crop_row(fit, row);
        }
        lb_resize_crop_take(out, fit);
        for (size_t c = 0; c < 3; c++) {
            double factor = (double)(c + 1);
            compare("square", out + c * side * side, side * side, factor * FITS[i].sum,
                    factor * FITS[i].weighted);
        }
        lb_resize_crop_free(fit);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(pictures_are_those_of_pillow),
                                       cmocka_unit_test(spoiled_pictures_are_refused),
                                       cmocka_unit_test(squares_are_those_of_pillow)};
    return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
