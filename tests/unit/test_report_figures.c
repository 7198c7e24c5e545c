/* SPDX-License-Identifier: MIT */
/* What stands in the figures: every text within its figure, none on another, every entry in the
 * key. */
#include "report_testing.h"

#include <math.h>

#include "lesionbench/report.h"

enum { MAX_TEXTS = 600 };

/* A text of an SVG by gnuplot with the box that it takes up at the least, whatever the font. */
typedef struct placed {
    char text[120];
    double left, right, top, bottom;
} placed;

static void
place(placed *out, double x, double y, bool turned, double size, char anchor)
{
    double length = 0.45 * size * (double)strlen(out->text);
    double before = anchor == 's' ? 0 : (anchor == 'm' ? length / 2 : length);
    if (turned) { /* upwards */
        *out = (placed){
            .left = x - 0.7 * size, .right = x, .top = y + before - length, .bottom = y + before};
    } else {
        *out = (placed){
            .left = x - before, .right = x - before + length, .top = y - 0.7 * size, .bottom = y};
    }
}

/* The texts of a figure; *width and *height are the figure's. */
static size_t
read_texts(placed *out, double *width, double *height, void **state, const char *name)
{
    lb_error err;
    size_t size = 0, count = 0;
    char *path = test_path(state, name);
    uint8_t *bytes = test_read_bytes(&size, path);
    char *svg = lb_format(&err, "%.*s", (int)size, (const char *)bytes);
    assert_int_equal(sscanf(strstr(svg, "width=\""), "width=\"%lf\" height=\"%lf\"", width, height),
                     2);
    for (char *at = svg; (at = strstr(at, "<g transform=\"translate(")) != NULL; at++) {
        double x = 0, y = 0, turn = 0, points = 0;
        char anchor = 0, text[120] = "";
        char *end = strstr(at, "</g>");
        char *font = strstr(at, "font-size=\""), *where = strstr(at, "text-anchor=\"");
        char *body = strstr(at, "<text>");
        if (end == NULL || font == NULL || where == NULL || body == NULL || body > end) {
            continue;
        }
        assert_true(sscanf(at, "<g transform=\"translate(%lf,%lf) rotate(%lf)", &x, &y, &turn) >=
                    2);
        assert_int_equal(sscanf(font, "font-size=\"%lf\"", &points), 1);
        assert_int_equal(sscanf(where, "text-anchor=\"%c", &anchor), 1);
        snprintf(text, sizeof text, "%.*s", (int)strcspn(body + 6, "<"), body + 6);
        if (text[strspn(text, " ")] == '\0') {
            continue;
        }
        assert_true(count < MAX_TEXTS);
        assert_true(turn == 0 || turn == 270);
        placed one = {.left = 0};
        snprintf(one.text, sizeof one.text, "%s", text + strspn(text, " "));
        placed box = one;
        place(&box, x, y, turn != 0, points, anchor);
        snprintf(box.text, sizeof box.text, "%s", one.text);
        out[count++] = box;
    }
    lb_free(svg);
    lb_free(bytes);
    lb_free(path);
    return count;
}

static bool
overlap(const placed *a, const placed *b)
{
    return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

/* Every text lies in the figure, and none on another. */
static void
check_texts(const placed *texts, size_t count, double width, double height, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const placed *t = &texts[i];
        if (t->left < 0 || t->right > width || t->top < 0 || t->bottom > height) {
            fail_msg("%s: '%s' leaves the figure: %g to %g of %g, %g to %g of %g", name, t->text,
                     t->left, t->right, width, t->top, t->bottom, height);
        }
        for (size_t k = 0; k < i; k++) {
            if (overlap(t, &texts[k])) {
                fail_msg("%s: '%s' stands on '%s'", name, t->text, texts[k].text);
            }
        }
    }
}

static void
check_figure(void **state, const char *name)
{
    placed texts[MAX_TEXTS];
    double width = 0, height = 0;
    size_t count = read_texts(texts, &width, &height, state, name);
    assert_true(count > 5);
    check_texts(texts, count, width, height, name);
}

static void
assert_text(void **state, const char *name, const char *wanted, bool there)
{
    placed texts[MAX_TEXTS];
    double width = 0, height = 0;
    size_t count = read_texts(texts, &width, &height, state, name), found = 0;
    for (size_t i = 0; i < count; i++) {
        found += strcmp(texts[i].text, wanted) == 0;
    }
    if ((found > 0) != there) {
        fail_msg("%s: '%s' %s", name, wanted, there ? "is missing" : "should not be there");
    }
}

/* scores.csv with completeness errors, of this many corpora. */
static void
write_certified(void **state, const char *const *corpora, size_t count)
{
    char *path = test_path(state, "tables/scores.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision,completeness_error\n",
          table);
    for (size_t c = 0; c < count; c++) {
        for (int m = 0; m < METHODS; m++) {
            for (int i = 0; i < IMAGES; i++) {
                fprintf(table, "%d,0,3,%s,1,0,%s,correct,1,1,1,1,0.%d,0.9,0.5,%g\n", i, corpora[c],
                        methods[m], m + i, pow(10, -2 - m - i));
            }
        }
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

static void
write_models(void **state, const char *const *corpora, size_t count)
{
    char *path = test_path(state, "tables/classification.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
          "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch\n",
          table);
    for (size_t c = 0; c < count; c++) {
        for (int degree = 1; degree < 4; degree++) {
            fprintf(table, "%s,%d,0,holdout,4,0.%d5,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2\n",
                    corpora[c], degree, 5 + degree);
        }
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

/* explanation.csv of all methods, and these rows: "method,median" of controls. */
static void
write_controls(void **state, const char *const *corpora, size_t count, const char *const *controls,
               size_t control_count)
{
    char *path = test_path(state, "tables/explanation.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,"
          "tnr_q1,tnr_q3,chance\n",
          table);
    for (size_t c = 0; c < count; c++) {
        for (int degree = 1; degree < 4; degree++) {
            for (int m = 0; m < METHODS; m++) {
                fprintf(table, "%s,%d,0,%s,correct,3,0.%d5,0.4%d,0.1,0.95,0.9,0.9,0.9,0.05\n",
                        corpora[c], degree, methods[m], 5 + degree, degree);
            }
        }
    }
    for (int m = 0; m < METHODS; m++) {
        fprintf(table, "untrained,none,0,%s,correct,3,0.5,0.12,0.1,0.2,0.9,0.9,0.9,0.05\n",
                methods[m]);
    }
    for (size_t i = 0; i < control_count; i++) {
        fprintf(table, "baseline,none,0,%.*s,correct,3,,%s,0,0.9,0.9,0.9,0.9,0.05\n",
                (int)strcspn(controls[i], ","), controls[i], strchr(controls[i], ',') + 1);
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

static const char *const FEW[] = {"mri", "imagenet"};
static const char *const MANY[] = {"mri",       "imagenet",           "natural",
                                   "scratch_2", "another_collection", "the_sixth"};
static const char *const CONTROLS[] = {"raw_input,0.2", "sobel,0.07",
                                       "difference_of_gaussians,0.61", "random,0.05"};

static void
prepare(void **state, const char *const *corpora, size_t count)
{
    lb_error err;
    write_study(state);
    write_models(state, corpora, count);
    write_controls(state, corpora, count, CONTROLS, 4);
    write_certified(state, corpora, count);
    write_text(state, "audit.json",
               "{\"checks\": [{\"part\": \"a\", \"name\": \"a check with quite a long name, as "
               "there are\", \"value\": 0.52, \"low\": 0.48, \"high\": 0.56, \"chance\": 0.5, "
               "\"limit\": 0.55, \"p\": 1, \"verdict\": \"pass\"}]}");
    assert_ok(lb_report(*state, NULL, &err));
}

static void
texts_stand_apart(void **state)
{
    static const char *const figures[] = {"training_curves",     "boxplot_correct",
                                          "boxplot_tnr_correct", "accuracy",
                                          "completeness",        "audit"};
    for (size_t many = 0; many < 2; many++) {
        prepare(state, many > 0 ? MANY : FEW, many > 0 ? 6 : 2);
        for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
            char name[80];
            snprintf(name, sizeof name, "figures/%s.svg", figures[i]);
            check_figure(state, name);
        }
    }
}

/* The same of figures that are drawn without gnuplot: a text is a run of glyphs on one line, of
 * which the file has the places; a glyph is at least this wide, and as high as small letters are.
 */
static size_t
read_glyphs(placed *out, double *width, double *height, void **state, const char *name,
            double letter)
{
    enum { GLYPH = 8 };
    size_t size = 0, count = 0;
    char *path = test_path(state, name), *next = NULL;
    uint8_t *bytes = test_read_bytes(&size, path);
    lb_error err;
    char *svg = lb_format(&err, "%.*s", (int)size, (const char *)bytes);
    bool in_text = false;
    assert_int_equal(
        sscanf(strstr(svg, "width=\""), "width=\"%lfpx\" height=\"%lfpx\"", width, height), 2);
    for (char *line = svg; line != NULL && *line != '\0'; line = next) {
        double x = 0, y = 0;
        next = strchr(line, '\n');
        next = next != NULL ? next + 1 : NULL;
        char *glyph = strstr(line, "<use xlink:href=\"#glyph");
        char *place = glyph != NULL && (next == NULL || glyph < next) ? strstr(glyph, " x=") : NULL;
        if (place == NULL || sscanf(place, " x=\"%lf\" y=\"%lf\"", &x, &y) != 2) {
            in_text = false;
            continue;
        }
        if (!in_text || out[count - 1].bottom != y) {
            assert_true(count < MAX_TEXTS);
            out[count] = (placed){.left = x, .top = y - letter, .bottom = y};
            snprintf(out[count].text, sizeof out->text, "text at %.0f, %.0f", x, y);
            count++;
        }
        out[count - 1].right = x + GLYPH;
        in_text = true;
    }
    lb_free(svg);
    lb_free(bytes);
    lb_free(path);
    return count;
}

static void
drawn_texts_stand_apart(void **state)
{
    static const struct {
        const char *name;
        size_t texts; /* at least */
        double letter;
    } figures[] = {{"heatmaps", 60, 20}, {"examples", 2, 13}, {"agreement", 80, 18}};
    prepare(state, FEW, 2);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        placed texts[MAX_TEXTS];
        char name[80];
        double width = 0, height = 0;
        snprintf(name, sizeof name, "figures/%s.svg", figures[i].name);
        size_t count = read_glyphs(texts, &width, &height, state, name, figures[i].letter);
        assert_true(count >= figures[i].texts);
        check_texts(texts, count, width, height, name);
    }
}

/* gnuplot leaves out of a key what does not fit. */
static void
keys_are_whole(void **state)
{
    static const char box[] = "figures/boxplot_correct.svg";
    prepare(state, MANY, 6);
    static const char *const entries[] = {"MRI",
                                          "the_sixth",
                                          "Accuracy, MRI",
                                          "Accuracy, the_sixth",
                                          "Raw input",
                                          "Edge filter (Sobel)",
                                          "Difference of Gaussians, strongest control",
                                          "Untrained network",
                                          "Chance"};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        assert_text(state, box, entries[i], true);
    }
    assert_text(state, "figures/accuracy.svg", "the_sixth", true);
    assert_text(state, "figures/accuracy.svg", "Least squares", true);
    assert_text(state, "figures/training_curves.svg", "Validation loss", true);
}

/* By the median, whichever control it is. */
static void
strongest_control_is_marked(void **state)
{
    lb_error err;
    static const char box[] = "figures/boxplot_correct.svg";
    static const char *const raw[] = {"sobel,0.07", "raw_input,0.61",
                                      "difference_of_gaussians,0.6"};
    static const char *const edge[] = {"sobel,0.3", "raw_input,0.2"};
    prepare(state, FEW, 2);
    assert_text(state, box, "Difference of Gaussians, strongest control", true);
    assert_text(state, box, "Raw input", true);
    write_controls(state, FEW, 2, raw, 3);
    assert_ok(lb_report(*state, NULL, &err));
    assert_text(state, box, "Raw input, strongest control", true);
    assert_text(state, box, "Difference of Gaussians, strongest control", false);
    write_controls(state, FEW, 2, edge, 2);
    assert_ok(lb_report(*state, NULL, &err));
    assert_text(state, box, "Edge filter (Sobel), strongest control", true);
    write_controls(state, FEW, 2, NULL, 0);
    assert_ok(lb_report(*state, NULL, &err));
    assert_text(state, box, "Raw input", false);
    assert_text(state, box, "Chance", true);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(texts_stand_apart, test_setup, teardown),
        cmocka_unit_test_setup_teardown(drawn_texts_stand_apart, test_setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_whole, test_setup, teardown),
        cmocka_unit_test_setup_teardown(strongest_control_is_marked, test_setup, teardown),
    };
    return cmocka_run_group_tests_name("report figures", tests, use_quick_gnuplot,
                                       use_real_gnuplot);
}
