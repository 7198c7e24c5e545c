/* SPDX-License-Identifier: MIT */
/* The pieces that the report's figures and page are made of. */
#include "io_testing.h"

#include <math.h>
#include <stdlib.h>

#include "report/canvas.h"
#include "report/figures.h"
#include "report/gnuplot.h"
#include "report/html.h"
#include "report/report_summary.h"

/* What a function writes to a stream, as text (free it). */
#define WRITTEN(stream, call)                           \
    do {                                                \
        size_t lb_size = 0;                             \
        FILE *stream = open_memstream(&text, &lb_size); \
        assert_non_null(stream);                        \
        call;                                           \
        fclose(stream);                                 \
    } while (0)

static double
contour_length(const float *image, size_t height, size_t width, size_t *count)
{
    lb_error err;
    segment *lines = NULL;
    double length = 0;
    assert_ok(contour_trace(&lines, count, image, height, width, &err));
    for (size_t i = 0; i < *count; i++) {
        length += hypot(lines[i].x1 - lines[i].x0, lines[i].y1 - lines[i].y0);
    }
    lb_free(lines);
    return length;
}

static void
contour_of_known_shapes(void **state)
{
    (void)state;
    size_t count = 0;
    const float none[4] = {0}, dot[9] = {0, 0, 0, 0, 1, 0, 0, 0, 0};
    const float full[6] = {1, 1, 1, 1, 1, 1};
    assert_true(contour_length(none, 2, 2, &count) == 0 && count == 0);
    assert_close(contour_length(dot, 3, 3, &count), 4 * sqrt(0.5), 1e-12, 0);
    assert_int_equal(count, 4);
    /* 2 x 3 pixels at the image's border: straight sides of 1 + 2, twice, and 4 cut corners. */
    assert_close(contour_length(full, 2, 3, &count), 6 + 4 * sqrt(0.5), 1e-12, 0);
    assert_int_equal(count, 10);
}

/* Pixels that touch by a corner are two regions: every line is near the pixel that it goes round.
 */
static void
contour_parts_corners(void **state)
{
    (void)state;
    lb_error err;
    const float saddles[2][4] = {{1, 0, 0, 1}, {0, 1, 1, 0}};
    for (int k = 0; k < 2; k++) {
        segment *lines = NULL;
        size_t count = 0;
        double first = k == 0 ? 0.5 : 1.5, second = 2 - first; /* columns of the two pixels */
        assert_ok(contour_trace(&lines, &count, saddles[k], 2, 2, &err));
        assert_int_equal(count, 8);
        for (size_t i = 0; i < count; i++) {
            double x = (lines[i].x0 + lines[i].x1) / 2, y = (lines[i].y0 + lines[i].y1) / 2;
            assert_close(fmin(hypot(x - first, y - 0.5), hypot(x - second, y - 1.5)), sqrt(0.125),
                         1e-12, 0);
        }
        lb_free(lines);
    }
}

/* Every end of a line is the start of another: all 512 images of 3 x 3 pixels. */
static void
contours_are_closed(void **state)
{
    (void)state;
    lb_error err;
    for (unsigned code = 0; code < 512; code++) {
        float image[9];
        for (unsigned i = 0; i < 9; i++) {
            image[i] = (float)(code >> i & 1);
        }
        segment *lines = NULL;
        size_t count = 0;
        assert_ok(contour_trace(&lines, &count, image, 3, 3, &err));
        for (size_t i = 0; i < count; i++) {
            int meets = 0;
            for (size_t j = 0; j < count; j++) {
                meets += lines[i].x1 == lines[j].x0 && lines[i].y1 == lines[j].y0;
                meets += j != i && lines[i].x1 == lines[j].x1 && lines[i].y1 == lines[j].y1;
            }
            assert_int_equal(meets, 1);
        }
        lb_free(lines);
    }
}

static double
lightness(colour c)
{
    return 0.2126 * c.r + 0.7152 * c.g + 0.0722 * c.b;
}

/* As people without red cones see it: Vienot, Brettel and Mollon, Color Research and Application
 * 1999, in linear light approximated by the plain values; order is all that is asked. */
static double
lightness_without_red(colour c)
{
    double yellow = 0.11238 * c.r + 0.88762 * c.g;
    return 0.9278 * yellow + 0.0722 * c.b;
}

static void
colours_rise_in_lightness(void **state)
{
    (void)state;
    for (int i = 1; i <= 100; i++) {
        colour low = colour_map((i - 1) / 100.0), high = colour_map(i / 100.0);
        assert_true(lightness(high) > lightness(low));
        assert_true(lightness_without_red(high) > lightness_without_red(low));
    }
    colour first = colour_map(0), below = colour_map(-3), nothing = colour_map(NAN);
    colour last = colour_map(1), above = colour_map(7);
    assert_memory_equal(&first, &below, sizeof first);
    assert_memory_equal(&first, &nothing, sizeof first);
    assert_memory_equal(&last, &above, sizeof last);
    assert_int_equal(last.r, 255);
}

static void
canvas_draws_within_itself(void **state)
{
    (void)state;
    lb_error err;
    canvas picture = {0};
    const float image[4] = {0, 1, 1, 0};
    const colour black = {0, 0, 0};
    assert_ok(canvas_init(&picture, 20, 30, &err));
    assert_int_equal(picture.pixels[0], 255);
    canvas_line(&picture, (segment){-50, -50, 500, 400}, 3, black);
    canvas_box(&picture, 25, 15, 100, 100, black);
    canvas_image(&picture, 28, 18, image, 2, 2, 9, 1, true);
    canvas_text(&picture, -20, 5, 40, "Wg%\xc3\xa9~", black);
    assert_int_equal(picture.pixels[3 * (16 * 30 + 26)], 0); /* the box */
    canvas_image(&picture, 0, 0, image, 2, 2, 2, 1, false);
    assert_int_equal(picture.pixels[0], 0);       /* the pixel's centre and beyond: its value */
    assert_int_equal(picture.pixels[3 * 3], 255); /* its right neighbour's */
    assert_in_range(picture.pixels[3], 60, 68);   /* a quarter of the way */
    canvas_release(&picture);
}

/* Text is as wide as it says: nothing right of it, something at its end. */
static void
text_has_its_width(void **state)
{
    (void)state;
    lb_error err;
    canvas picture = {0};
    assert_ok(canvas_init(&picture, 60, 400, &err));
    canvas_text(&picture, 10, 40, 24, "Heat map", (colour){0, 0, 0});
    size_t rightmost = 0;
    for (size_t i = 0; i < picture.height * picture.width; i++) {
        if (picture.pixels[3 * i] < 128 && i % picture.width > rightmost) {
            rightmost = i % picture.width;
        }
    }
    assert_close(rightmost, 10 + canvas_text_width(24, "Heat map"), 4, 0);
    assert_true(canvas_text_width(24, "") == 0);
    canvas_release(&picture);
}

static void
text_is_escaped(void **state)
{
    (void)state;
    char *text = NULL;
    WRITTEN(page, html_text(page, "<a href=\"x\">R&D's\x01 é</a>"));
    assert_string_equal(text, "&lt;a href=&quot;x&quot;&gt;R&amp;D&#39;s é&lt;/a&gt;");
    free(text);
    WRITTEN(script, gnuplot_quote(script, "it's `date`\nexit"));
    assert_string_equal(text, "'it''s `date` exit'");
    free(text);
}

/* The test vectors of RFC 4648, section 10. */
static void
base64_known_answers(void **state)
{
    (void)state;
    static const char *const vectors[][2] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        char *text = NULL;
        const uint8_t *bytes = (const uint8_t *)vectors[i][0];
        WRITTEN(page, html_base64(page, bytes, strlen(vectors[i][0])));
        assert_string_equal(text, vectors[i][1]);
        free(text);
    }
}

static void
rates_are_readable(void **state)
{
    (void)state;
    char *text = NULL;
    WRITTEN(page, (html_rate(page, 0.0344), fputc(' ', page), html_rate(page, 0.5),
                   fputc(' ', page), html_rate(page, NAN)));
    assert_string_equal(text, "0.034 0.50 –");
    free(text);
}

/* Figures of scipy.stats.spearmanr. */
static void
rank_correlation_equals_scipy(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 7}, y[] = {2, 1, 4, 3, 7, 7, 5};
    const double constant[] = {3, 3, 3, 3, 3, 3, 3};
    assert_close(rank_correlation(x, y, 7), 0.8108437164260032, 1e-14, 0);
    assert_close(rank_correlation(x, x, 7), 1, 1e-15, 0);
    assert_true(isnan(rank_correlation(x, constant, 7)));
    assert_true(isnan(rank_correlation(x, y, 2)));
}

/* Lines come from rows of the selection that is drawn, and from no other. */
static void
reference_lines_by_selection(void **state)
{
    (void)state;
    explanation_row rows[] = {
        {.corpus = "baseline",
         .degree = "none",
         .method = "raw_input",
         .selection = "correct",
         .tpr_median = 0.8,
         .chance = 0.05},
        {.corpus = "mri",
         .degree = "1",
         .method = "lrp",
         .selection = "wrong",
         .tpr_median = 0.5,
         .chance = 0.02},
        {.corpus = "untrained",
         .degree = "none",
         .method = "lrp",
         .selection = "wrong",
         .tpr_median = 0.3,
         .chance = 0.02},
    };
    study_folder folder = {.explanations = rows, .explanation_count = 3};
    folder.method_count = folder.attribution_count = STUDY_METHODS;
    for (size_t i = 0; i < STUDY_METHODS; i++) {
        method_entry_init(&folder.methods[i], study_method(i));
    }
    reference_line lines[LINES];
    reference_key(lines, &folder, WRONG);
    assert_true(isnan(lines[0].value) != 0);
    assert_close(lines[1].value, 0.3, 1e-12, 0); /* the eighth panel's */
    assert_close(lines[3].value, 0.02, 1e-12, 0);
    reference_key(lines, &folder, CORRECT);
    assert_close(lines[0].value, 0.8, 1e-12, 0);
    assert_true(isnan(lines[1].value) != 0);
    assert_close(lines[3].value, 0.05, 1e-12, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contour_of_known_shapes),
        cmocka_unit_test(contour_parts_corners),
        cmocka_unit_test(contours_are_closed),
        cmocka_unit_test(colours_rise_in_lightness),
        cmocka_unit_test(canvas_draws_within_itself),
        cmocka_unit_test(text_has_its_width),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(base64_known_answers),
        cmocka_unit_test(rates_are_readable),
        cmocka_unit_test(rank_correlation_equals_scipy),
        cmocka_unit_test(reference_lines_by_selection),
    };
    return cmocka_run_group_tests_name("report_parts", tests, NULL, NULL);
}
