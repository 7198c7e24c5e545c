/* SPDX-License-Identifier: MIT */
/* The report's pictures: box plots by their structure, against quartiles by NumPy of made-up rates
 * and of the published ones; heat maps pixel by pixel. */
#include "report_testing.h"

#include <math.h>
#include <png.h>

#include "expected_report.h"
#include "lesionbench/published.h"
#include "lesionbench/report.h"
#include "report/canvas.h"

enum { DEGREES = 5, MADE_UP_IMAGES = 23 };
static const char *const degrees[DEGREES] = {"1", "2", "3", "4", "all"};

/* Where boxplot.c puts a panel, in units of a figure of 1240 x 780. */
static double
panel_left(int panel)
{
    return 1240 * (0.062 + 0.2235 * (panel % 4));
}

static double
value_at(int panel, double y)
{
    double bottom = panel < 4 ? 0.62 : 0.205;
    return (1 - y / 780 - bottom) / 0.325;
}

typedef struct drawn_box {
    int panel, degree;
    double middle; /* x of its middle, in degrees: 1 to 5 */
    double q1, median, q3;
} drawn_box;

/* The panel and the degree that a place is in. */
static void
locate(drawn_box *out, double x, double y)
{
    out->panel = y < 780 * (1 - 0.56) ? 0 : 4;
    while (out->panel % 4 < 3 && x > panel_left(out->panel + 1)) {
        out->panel++;
    }
    out->middle = 0.4 + 5.2 * (x - panel_left(out->panel)) / (1240 * 0.2095);
    out->degree = (int)lround(out->middle);
}

/* The boxes of a figure with their medians; those of the key, below the panels, are left out. */
static size_t
read_boxes(drawn_box *out, size_t capacity, void **state, const char *name)
{
    lb_error err;
    size_t size = 0, count = 0, medians = 0;
    char *path = test_path(state, name);
    uint8_t *bytes = test_read_bytes(&size, path);
    char *text = lb_format(&err, "%.*s", (int)size, (const char *)bytes);
    for (char *at = text; (at = strstr(at, "fill-opacity = '0.800000' points = '")) != NULL;) {
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0;
        at += strlen("fill-opacity = '0.800000' points = '");
        assert_int_equal(sscanf(at, "%lf,%lf %lf,%lf %lf,%lf", &x0, &y0, &x1, &y1, &x2, &y2), 6);
        if (y0 < 780 * (1 - 0.18)) {
            assert_true(count < capacity);
            locate(&out[count], (x0 + x1) / 2, y0);
            out[count].q1 = value_at(out[count].panel, fmax(y0, y2));
            out[count].q3 = value_at(out[count].panel, fmin(y0, y2));
            out[count++].median = NAN;
        }
    }
    for (char *at = text; (at = strstr(at, "<path stroke='rgb(  0,   0,   0)'  d='")) != NULL;) {
        char *end = strchr(at + 40, '\'');
        at += strlen("<path stroke='rgb(  0,   0,   0)'  d='");
        for (char *line = at; line < end; line++) {
            double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
            if (*line != 'M' || sscanf(line, "M%lf,%lf L%lf,%lf", &x0, &y0, &x1, &y1) != 4) {
                continue;
            }
            drawn_box where;
            assert_true(y0 == y1);
            locate(&where, (x0 + x1) / 2, y0);
            for (size_t i = 0; i < count; i++) {
                if (out[i].panel == where.panel && fabs(out[i].middle - where.middle) < 0.05) {
                    out[i].median = value_at(where.panel, y0);
                    medians++;
                }
            }
        }
    }
    assert_int_equal(medians, count);
    lb_free(text);
    lb_free(bytes);
    lb_free(path);
    return count;
}

/* gnuplot has hundredths of a unit, of 257 for the axis. */
static void
check_box(const drawn_box *b, const double expected[3])
{
    assert_close(b->q1, expected[0], 1e-4, 0);
    assert_close(b->median, expected[1], 1e-4, 0);
    assert_close(b->q3, expected[2], 1e-4, 0);
}

static FILE *
open_scores(void **state)
{
    char *path = test_path(state, "tables/scores.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision\n",
          table);
    lb_free(path);
    return table;
}

/* Tables that name these corpora, which the report takes them from. */
static void
write_tables(void **state, const char *first, const char *second)
{
    make_folder(state, "tables");
    char text[1024];
    snprintf(text, sizeof text,
             "corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
             "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch\n"
             "%s,1,0,holdout,4,0.75,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2\n"
             "%s,1,0,holdout,4,0.95,0.99,0.99,0.9,1,0.95,0.9,0.01,3,2\n",
             first, second);
    write_text(state, "tables/classification.csv", text);
}

static void
boxes_of_made_up_rates(void **state)
{
    lb_error err;
    drawn_box boxes[100];
    static const char *const corpora[] = {"mri", "imagenet"};
    write_tables(state, corpora[0], corpora[1]);
    FILE *table = open_scores(state);
    for (int i = 0; i < MADE_UP_IMAGES * 2 * DEGREES * METHODS; i++) {
        int image = i % MADE_UP_IMAGES, row = i / MADE_UP_IMAGES;
        int method = row % 8, degree = row / 8 % 5, corpus = row / 40;
        int code = (image * 37 + method * 11 + degree * 17 + corpus * 29 + image * image) % 101;
        fprintf(table, "%d,0,3,%s,%s,0,%s,correct,1,1,1,1,%.9g,0.9,0.5\n", image, corpora[corpus],
                degrees[degree], methods[method], code / 125.0);
    }
    assert_int_equal(fclose(table), 0);
    assert_ok(lb_report(*state, NULL, &err));
    size_t count = read_boxes(boxes, 100, state, "figures/boxplot_correct.svg");
    assert_int_equal(count, 2 * DEGREES * METHODS);
    for (size_t i = 0; i < count; i++) {
        int corpus = boxes[i].middle > boxes[i].degree; /* side by side, in the table's order */
        check_box(&boxes[i], MADE_UP[(corpus * 5 + boxes[i].degree - 1) * 8 + boxes[i].panel]);
    }
}

static void
write_rates(FILE *table, const lb_published *published, const char *corpus, const char *only)
{
    for (size_t g = 0; g < published->count; g++) {
        const lb_published_group *group = &published->groups[g];
        if (strcmp(group->selection, only) != 0) {
            continue;
        }
        for (size_t i = 0; i < group->count; i++) {
            double rate = group->rate != NULL ? group->rate[i] : lb_tpr(&group->counts[i]);
            fprintf(table, "%zu,0,3,%s,%s,%zu,%s,wrong,1,1,1,1,%.9g,0.9,0.5\n", i, corpus,
                    group->rate != NULL ? group->name.degree : "1", g, group->method, rate);
        }
    }
}

/* The published figure of wrongly classified images, and the untrained network as a second corpus.
 */
static void
published_boxes(void **state)
{
    static const char wrong[] = LB_SHARED "/published/ratios_incorrectly.pkl";
    static const char random[] = LB_SHARED "/published/best_random_explanations.pkl";
    /* As digitised from the published figures, which is good to 0.003. */
    static const double printed[8] = {0.19, 0.19, 0.19, 0.08, 0.19, 0.17, 0.10, 0.19};
    lb_error err;
    lb_published published = {0}, untrained = {0};
    drawn_box boxes[60];
    skip_without(wrong);
    skip_without(random);
    assert_ok(lb_published_read(&published, wrong, &err));
    assert_ok(lb_published_read(&untrained, random, &err));
    write_tables(state, "imagenet", "none");
    FILE *table = open_scores(state);
    write_rates(table, &published, "imagenet", "wrong");
    write_rates(table, &untrained, "none", "");
    assert_int_equal(fclose(table), 0);
    assert_ok(lb_report(*state, NULL, &err));
    size_t count = read_boxes(boxes, 60, state, "figures/boxplot_wrong.svg");
    assert_int_equal(count, 5 * 8 + 8);
    for (size_t i = 0; i < count; i++) {
        if (boxes[i].middle > boxes[i].degree) {
            check_box(&boxes[i], PUBLISHED_UNTRAINED[boxes[i].panel]);
            assert_close(boxes[i].median, printed[boxes[i].panel], 0.006, 0);
        } else {
            check_box(&boxes[i], PUBLISHED_WRONG[(boxes[i].degree - 1) * 8 + boxes[i].panel]);
        }
    }
    lb_published_release(&untrained);
    lb_published_release(&published);
}

static uint8_t *
read_picture(png_image *image, const char *path)
{
    lb_error err;
    *image = (png_image){.version = PNG_IMAGE_VERSION};
    assert_int_equal(png_image_begin_read_from_file(image, path), 1);
    image->format = PNG_FORMAT_RGB;
    uint8_t *pixels = lb_alloc(PNG_IMAGE_SIZE(*image), 1, &err);
    assert_int_equal(png_image_finish_read(image, NULL, pixels, 0, NULL), 1);
    return pixels;
}

/* A panel is 208 pixels, 13 for each of the map; the truth is at columns 5 to 7 and, turned, at
 * rows 7 to 9; the number stands at the lower right. */
static bool
is_plain(size_t y, size_t x)
{
    bool outlined = y + 20 > 7 * 13 && y < 10 * 13 + 20 && x + 20 > 5 * 13 && x < 8 * 13 + 20;
    return !outlined && !(y > 155 && x > 100);
}

/* Where the picture has neither text nor a number's plate: `x` is from the panels' left. */
static bool
is_image(size_t y, ptrdiff_t x)
{
    size_t top = 28 + 208 + 150, panel = 208 + 6;
    if (x < 0) {
        return false;
    }
    if (y < top) {
        return y < 28 + 208 && (size_t)x < 2 * panel;
    }
    size_t column = (size_t)x - (size_t)x / (5 * panel + 26) * 26; /* the corpora stand apart */
    size_t row = (y - top) % panel; /* the others of the first corpus's panels say "none" */
    return !(row > 155 && column % panel > 100) && !(column > panel && row > 70 && row < 115);
}

/* Compares with the picture as it was looked at, but for its text, which is the system's font; the
 * labels at the left are as wide as they are. Outlines differ a little between versions of cairo.
 */
static void
compare_images(const png_image *image, const uint8_t *pixels, size_t left)
{
    png_image golden;
    uint8_t *expected = read_picture(&golden, LB_SOURCE "/tests/data/report/heatmaps.png");
    ptrdiff_t shift = (ptrdiff_t)golden.width - (ptrdiff_t)image->width;
    size_t different = 0, compared = 0;
    assert_int_equal(image->height, golden.height);
    assert_true((ptrdiff_t)left + shift >= 0);
    for (size_t y = 0; y < image->height; y++) {
        for (size_t x = 0; x < image->width; x++) {
            if (is_image(y, (ptrdiff_t)x - (ptrdiff_t)left)) {
                const uint8_t *found = pixels + 3 * (y * image->width + x);
                const uint8_t *known =
                    expected + 3 * (y * golden.width + (size_t)((ptrdiff_t)x + shift));
                for (size_t k = 0; k < 3; k++) {
                    different += abs(found[k] - known[k]) > 16;
                }
                compared++;
            }
        }
    }
    assert_true(compared > 1500000);
    assert_int_equal(different, 0);
    lb_free(expected);
}

/* The colours by the formula in the Python script; and all images with their outlines. */
static void
heat_maps_by_pixel(void **state)
{
    lb_error err;
    png_image image;
    write_study(state);
    assert_ok(lb_report(*state, NULL, &err));
    char *path = test_path(state, "figures/heatmaps.png");
    uint8_t *pixels = read_picture(&image, path);
    double widest = canvas_text_width(28, "Guided Backpropagation");
    size_t left = 28 + (size_t)widest + 20, top = 28 + 208 + 150, checked = 0;
    for (size_t row = 0; row < METHODS; row++) {
        for (size_t at = 0; at < 208 * 208; at++) {
            size_t y = at / 208, x = at % 208;
            const uint8_t *pixel = pixels + 3 * ((top + row * 214 + y) * image.width + left + x);
            if (is_plain(y, x)) {
                assert_memory_equal(pixel, MAP_COLOURS[1][y / 13 * 16 + x / 13], 3);
                checked++;
            }
        }
    }
    assert_true(checked > 150000);
    compare_images(&image, pixels, left);
    lb_free(pixels);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(boxes_of_made_up_rates, test_setup, teardown),
        cmocka_unit_test_setup_teardown(published_boxes, test_setup, teardown),
        cmocka_unit_test_setup_teardown(heat_maps_by_pixel, test_setup, teardown),
    };
    return cmocka_run_group_tests_name("golden report", tests, NULL, NULL);
}
