/* SPDX-License-Identifier: MIT */
/* The pieces that the report's figures and page are made of. */
#include "io_testing.h"

#include <math.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lesionbench/atomic_file.h"
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

static const colour BLACK = {0, 0, 0};

static int
level(const canvas *picture, size_t x, size_t y)
{
    return canvas_pixel(picture, x, y).g;
}

static void
canvas_draws_within_itself(void **state)
{
    (void)state;
    lb_error err;
    canvas picture = {.targets = NULL};
    const float image[4] = {0, 1, 1, 0};
    const segment across = {-50, -50, 500, 400};
    assert_ok(canvas_init(&picture, 20, 30, &err));
    assert_int_equal(level(&picture, 0, 0), 255);
    canvas_outline(&picture, 0, 0, 1, &across, 1, 3, BLACK);
    canvas_box(&picture, 25, 15, 100, 100, BLACK);
    canvas_image(&picture, 28, 18, image, 2, 2, 9, 1, true);
    canvas_text(&picture, -20, 5, 40, "Wg%\xc3\xa9~", BLACK);
    assert_int_equal(level(&picture, 26, 16), 0); /* the box */
    canvas_image(&picture, 0, 0, image, 2, 2, 2, 1, false);
    assert_int_equal(level(&picture, 0, 0), 0);            /* the pixel's centre and beyond */
    assert_int_equal(level(&picture, 3, 0), 255);          /* its right neighbour's */
    assert_in_range(level(&picture, 1, 0), 60, 68);        /* a quarter of the way */
    assert_int_equal(level(&picture, 5, 0), 255);          /* nothing beside the image */
    canvas_image(&picture, 0, 0, image, 2, 2, 5, 1, true); /* not interpolated */
    colour low = colour_map(0), high = colour_map(1), left = canvas_pixel(&picture, 4, 4);
    colour right = canvas_pixel(&picture, 5, 4);
    assert_memory_equal(&left, &low, sizeof left);
    assert_memory_equal(&right, &high, sizeof right);
    canvas_release(&picture);
}

/* The first and the last column with ink; false where there is none. */
static bool
inked(size_t *first, size_t *last, const canvas *picture)
{
    bool any = false;
    for (size_t x = 0; x < picture->width; x++) {
        bool ink = false;
        for (size_t y = 0; y < picture->height; y++) {
            ink = ink || level(picture, x, y) < 128;
        }
        *first = ink && !any ? x : *first;
        *last = ink ? x : *last;
        any = any || ink;
    }
    return any;
}

/* Text is as wide as it says, as high as asked, and cut where it must be. */
static void
text_has_its_size(void **state)
{
    (void)state;
    lb_error err;
    canvas picture = {.targets = NULL};
    size_t first = 0, last = 0, top = 0;
    assert_ok(canvas_init(&picture, 60, 400, &err));
    canvas_text(&picture, 10, 40, 24, "Heat map", BLACK);
    assert_true(inked(&first, &last, &picture));
    assert_close(first, 10, 4, 0);
    assert_close(last, 10 + canvas_text_width(24, "Heat map"), 4, 0);
    for (top = 0; level(&picture, first, top) >= 128; top++) { /* the H's left stem */
    }
    assert_close(top, 40 - 24, 2, 0);
    assert_int_equal(level(&picture, first, 41), 255); /* nothing below the baseline */
    assert_true(canvas_text_width(24, "") == 0);
    canvas_release(&picture);
    assert_ok(canvas_init(&picture, 60, 400, &err));
    canvas_text_within(&picture, 10, 40, 24, 90, "A heading that is too long", BLACK);
    assert_true(inked(&first, &last, &picture));
    assert_in_range(last, 50, 100);
    canvas_release(&picture);
}

/* Where the system has no font, text is drawn in another one. In a process of its own, before this
 * one looks for fonts. */
static void
text_without_fonts(void **state)
{
    lb_error err;
    int ends[2];
    double width = 0;
    char *path = test_path(state, "fonts.conf");
    static const char none[] = "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM "
                               "\"fonts.dtd\"><fontconfig><dir>/nowhere</dir></fontconfig>";
    test_write_bytes(path, none, sizeof none - 1);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        canvas picture = {.targets = NULL};
        size_t first = 0, last = 0;
        bool ok = setenv("FONTCONFIG_FILE", path, 1) == 0 &&
                  canvas_init(&picture, 60, 400, &err) == LB_OK;
        width = canvas_text_width(24, "Heat map");
        canvas_text(&picture, 10, 40, 24, "Heat map", BLACK);
        ok = ok && inked(&first, &last, &picture) && fabs((double)last - 10 - width) < 6;
        /* letters, not boxes of one width */
        ok = ok && 2 * canvas_text_width(24, "iiii") < canvas_text_width(24, "WWWW");
        ok = ok && write(ends[1], &width, sizeof width) == sizeof width;
        _exit(ok ? 0 : 1);
    }
    int code = 0;
    assert_int_equal(waitpid(child, &code, 0), child);
    assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
    assert_int_equal(read(ends[0], &width, sizeof width), sizeof width);
    assert_true(width > 50 && width < 300);
    assert_true(fabs(width - canvas_text_width(24, "Heat map")) > 0.5); /* another font indeed */
    assert_int_equal(close(ends[0]) + close(ends[1]), 0);
    lb_free(path);
}

/* Threads that draw at once draw what one draws. */
static void
threads_draw_the_same(void **state)
{
    (void)state;
    enum { THREADS = 4, ROWS = 60, COLUMNS = 300 };
    static colour drawn[THREADS + 1][ROWS * COLUMNS];
    int failed = 0;
#pragma omp parallel for num_threads(THREADS) reduction(+ : failed) schedule(static, 1)
    for (int i = 0; i < THREADS; i++) {
        lb_error err;
        canvas picture = {.targets = NULL};
        failed += canvas_init_figure(&picture, ROWS, COLUMNS, CANVAS_PAGE, &err) != LB_OK;
        for (size_t k = 0; k < 20 && failed == 0; k++) {
            canvas_text(&picture, 10, 40, 20 + (double)k / 4, "Heat maps", BLACK);
        }
        for (size_t k = 0; k < ROWS * COLUMNS && failed == 0; k++) {
            drawn[i][k] = canvas_pixel(&picture, k % COLUMNS, k / COLUMNS);
        }
        canvas_release(&picture);
    }
    assert_int_equal(failed, 0);
    for (int i = 1; i < THREADS; i++) {
        assert_memory_equal(drawn[i], drawn[0], sizeof drawn[0]);
    }
}

static void
draw_some(canvas *picture)
{
    lb_error err;
    const float image[4] = {0, 1, 0.5f, 0};
    const segment line = {0, 0, 2, 2};
    assert_ok(canvas_init_figure(picture, 100, 200, CANVAS_COLUMN, &err));
    canvas_image(picture, 10, 10, image, 2, 2, 20, 1, true);
    canvas_image(picture, 60, 10, image, 2, 2, 20, 1, false);
    canvas_outline(picture, 10, 10, 20, &line, 1, 2, BLACK);
    canvas_text(picture, 10, 80, 12, "Degree 1", BLACK);
}

/* A figure drawn again, in another second, has the same bytes: no date is in it. The width of its
 * page is right. */
static void
figures_have_no_date(void **state)
{
    static const char *const files[] = {"figures/a.png", "figures/a.svg", "figures/a.pdf"};
    lb_error err;
    uint8_t *first[3] = {NULL, NULL, NULL};
    size_t size[3] = {0, 0, 0};
    char *folder = test_path(state, "figures");
    assert_ok(lb_make_directories(folder, &err));
    for (int run = 0; run < 2; run++) {
        canvas picture = {.targets = NULL};
        draw_some(&picture);
        assert_ok(canvas_write(&picture, *state, "a", &err));
        canvas_release(&picture);
        for (size_t i = 0; i < 3; i++) {
            size_t now = 0;
            char *path = test_path(state, files[i]);
            uint8_t *bytes = test_read_bytes(&now, path);
            if (run == 0) {
                first[i] = bytes;
                size[i] = now;
            } else {
                assert_int_equal(now, size[i]);
                assert_memory_equal(bytes, first[i], now);
                lb_free(first[i]);
                lb_free(bytes);
            }
            lb_free(path);
        }
        assert_int_equal(run == 0 ? sleep(1) : 0, 0);
    }
    lb_free(folder);
}

/* The same of what gnuplot draws. */
static void
plots_have_no_date(void **state)
{
    static const char *const files[] = {"figures/p.png", "figures/p.svg", "figures/p.pdf"};
    lb_error err;
    char *folder = test_path(state, "figures"), *first[3] = {NULL, NULL, NULL};
    assert_ok(lb_make_directories(folder, &err));
    for (int run = 0; run < 2; run++) {
        plot figure = {0};
        assert_ok(plot_open(&figure, &err));
        fprintf(figure.script, "set title 'Accuracy'\nplot x\n");
        assert_ok(plot_draw(&figure, *state, "p", 300, 200, &err));
        plot_close(&figure);
        for (size_t i = 0; i < 3; i++) {
            size_t size = 0, again = 0;
            char *path = test_path(state, files[i]), *copy = test_path(state, files[i] + 8);
            if (run == 0) {
                assert_int_equal(rename(path, copy), 0);
                first[i] = copy;
            } else {
                uint8_t *bytes = test_read_bytes(&size, first[i]);
                uint8_t *same = test_read_bytes(&again, path);
                assert_int_equal(size, again);
                assert_memory_equal(bytes, same, size);
                lb_free(same);
                lb_free(bytes);
                lb_free(copy);
                lb_free(first[i]);
            }
            lb_free(path);
        }
        assert_int_equal(run == 0 ? sleep(1) : 0, 0);
    }
    lb_free(folder);
}

/* Larger than cairo's images may be: the image is reduced. */
static void
large_figures_are_reduced(void **state)
{
    lb_error err;
    size_t size = 0;
    canvas picture = {.targets = NULL};
    char *path = test_path(state, "large.png");
    assert_ok(canvas_init(&picture, 10, 64000, &err));
    canvas_box(&picture, 32000, 0, 32000, 10, BLACK);
    assert_int_equal(level(&picture, 15990, 2), 255);
    assert_int_equal(level(&picture, 16010, 2), 0);
    assert_ok(canvas_write_png(&picture, path, &err));
    uint8_t *bytes = test_read_bytes(&size, path);
    assert_int_equal(bytes[18] << 8 | bytes[19], 32000);
    assert_int_equal(bytes[22] << 8 | bytes[23], 5);
    lb_free(bytes);
    lb_free(path);
    canvas_release(&picture);
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
        cmocka_unit_test_setup_teardown(text_without_fonts, test_setup, test_teardown),
        cmocka_unit_test(contour_of_known_shapes),
        cmocka_unit_test(contour_parts_corners),
        cmocka_unit_test(contours_are_closed),
        cmocka_unit_test(colours_rise_in_lightness),
        cmocka_unit_test(canvas_draws_within_itself),
        cmocka_unit_test(text_has_its_size),
        cmocka_unit_test(threads_draw_the_same),
        cmocka_unit_test_setup_teardown(figures_have_no_date, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(plots_have_no_date, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(large_figures_are_reduced, test_setup, test_teardown),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(base64_known_answers),
        cmocka_unit_test(rates_are_readable),
        cmocka_unit_test(rank_correlation_equals_scipy),
        cmocka_unit_test(reference_lines_by_selection),
    };
    return cmocka_run_group_tests_name("report_parts", tests, NULL, NULL);
}
