/* SPDX-License-Identifier: MIT */
/* The tables of conclusions against pandas and SciPy (expected_conclusions.py). */
#include "unit/io_testing.h"

#include <math.h>

#include "expected_conclusions.h"
#include "lesionbench/analysis.h"
#include "lesionbench/csv.h"
#include "lesionbench/random.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

enum { IMAGES = 36, SUBJECTS = 11 };
static const char *const METHOD_NAMES[] = {"saliency", "lrp", "deeplift"};
static const char *const CORPUS_NAMES[] = {"mri", "natural"};
static const char *const DEGREE_NAMES[] = {"3", "all"};
static const char *const SEED_NAMES[] = {"1", "2"};

static void
put(FILE *stream, int image, const char *corpus, const char *degree, const char *seed,
    const char *method, double tpr)
{
    fprintf(stream, "%d,%s,%s,%s,%s,correct,%.17g,best,%d\n", image, corpus, degree, seed, method,
            tpr, image * 7 % SUBJECTS);
}

/* The scores and accuracies that the figures were made from. */
static void
write_inputs(const char *scores, const char *accuracies)
{
    lb_numpy_random random;
    FILE *stream = fopen(scores, "wb"), *models = fopen(accuracies, "wb");
    assert_true(stream != NULL && models != NULL);
    lb_numpy_seed(&random, 21);
    fputs("image,corpus,degree,seed,method,selection,tpr,condition,subject\n", stream);
    fputs("corpus,degree,seed,split,accuracy,condition\n", models);
    for (int model = 0; model < 8; model++) {
        int c = model / 4, d = model / 2 % 2, s = model % 2;
        fprintf(models, "%s,%s,%s,holdout,%.17g,best\n", CORPUS_NAMES[c], DEGREE_NAMES[d],
                SEED_NAMES[s], 0.8 + 0.02 * (model * 5 % 8));
        for (int m = 0; m < 3; m++) {
            for (int i = 0; i < IMAGES; i++) {
                double value = lb_numpy_rand(&random);
                if ((i != 35 || s == 0) && (i != 34 || d == 1) && (i != 33 || s == 0 || m != 1)) {
                    put(stream, i, CORPUS_NAMES[c], DEGREE_NAMES[d], SEED_NAMES[s], METHOD_NAMES[m],
                        (20 * value + m - 2 * c + d + 5 + i % 7) / 64);
                }
            }
        }
    }
    for (int i = 0; i < 2 * IMAGES; i++) {
        put(stream, i % IMAGES, i < IMAGES ? "baseline" : "untrained", "none", "0",
            i < IMAGES ? "raw_input" : "saliency", (20 * lb_numpy_rand(&random) + 7) / 64);
    }
    fclose(stream);
    fclose(models);
}

static char *folder;

static int
conclude(void **state)
{
    lb_error err;
    lb_analysis_options options;
    if (test_setup(state) != 0) {
        return -1;
    }
    char *scores = test_path(state, "scores.csv"), *accuracies = test_path(state, "c.csv");
    folder = test_path(state, "tables");
    write_inputs(scores, accuracies);
    lb_analysis_defaults(&options);
    const char *const paths[] = {scores};
    const lb_analysis_inputs inputs = {.scores = paths, .score_count = 1, .accuracies = accuracies};
    assert_ok(lb_analyse(NULL, &inputs, folder, &options, NULL, &err));
    lb_free(accuracies);
    lb_free(scores);
    return 0;
}

static int
clean(void **state)
{
    lb_free(folder);
    return test_teardown(state);
}

static void
read_table(lb_csv *out, const char *name)
{
    lb_error err;
    char *path = lb_format(&err, "%s/%s.csv", folder, name);
    assert_non_null(path);
    assert_ok(lb_csv_read(out, path, &err));
    lb_free(path);
}

static double
number(const lb_csv *csv, size_t row, const char *name)
{
    lb_error err;
    size_t column = 0;
    assert_ok(lb_csv_column(&column, csv, name, "table", &err));
    return lb_csv_value(lb_csv_cell(csv, row, column));
}

/* The row whose first cells are these, up to NULL; "*" stands for any. */
static size_t
row_of(const lb_csv *csv, const char *const *labels)
{
    for (size_t row = 0; row < csv->rows; row++) {
        bool same = true;
        for (size_t i = 0; labels[i] != NULL; i++) {
            same = same && (strcmp(labels[i], "*") == 0 ||
                            strcmp(labels[i], lb_csv_cell(csv, row, i)) == 0);
        }
        if (same) {
            return row;
        }
    }
    fail_msg("no row of %s %s %s %s", labels[1], labels[2], labels[3], labels[4]);
    return 0;
}

#define ROW(csv, ...) row_of((csv), (const char *const[]){"best", "correct", __VA_ARGS__, NULL})

static void
check_comparison(const lb_csv *csv, size_t row, const double wanted[6])
{
    assert_close(number(csv, row, "images"), wanted[0], 0, 0);
    assert_close(number(csv, row, "subjects"), wanted[1], 0, 0);
    assert_close(number(csv, row, "difference"), wanted[2], 1e-8, 0);
    assert_close(number(csv, row, "mean_a") - number(csv, row, "mean_b"), wanted[2], 1e-8, 0);
    assert_close(number(csv, row, "p"), wanted[3], 0, 1e-8);
    assert_close(number(csv, row, "p_permutation"), wanted[4], 0, 1e-8);
    assert_close(number(csv, row, "p_holm"), wanted[5], 0, 1e-8);
    assert_true(number(csv, row, "low") <= wanted[2] && number(csv, row, "high") >= wanted[2]);
}

static void
corpora(void **state)
{
    (void)state;
    lb_csv csv;
    read_table(&csv, "corpora");
    assert_int_equal(csv.rows, 9);
    for (size_t i = 0; i < LENGTH(CORPORA); i++) {
        const char *degree = i < 6 ? DEGREE_NAMES[i / 3] : "pooled";
        check_comparison(&csv, ROW(&csv, degree, METHOD_NAMES[i % 3], "mri", "natural"),
                         CORPORA[i]);
    }
    lb_csv_release(&csv);
}

static void
controls(void **state)
{
    (void)state;
    lb_csv csv;
    read_table(&csv, "controls");
    assert_int_equal(csv.rows, 2 * 3 * 3 + 2 * 3);
    for (size_t i = 0; i < LENGTH(CONTROLS); i++) {
        bool raw = i < 6;
        check_comparison(&csv,
                         ROW(&csv, CORPUS_NAMES[raw ? i / 3 : i - 6], "pooled",
                             METHOD_NAMES[raw ? i % 3 : 0], raw ? "raw_input" : "untrained"),
                         CONTROLS[i]);
    }
    lb_csv_release(&csv);
}

static void
methods(void **state)
{
    (void)state;
    static const int pairs[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    lb_csv csv;
    read_table(&csv, "methods");
    assert_int_equal(csv.rows, 2 * 3 * 3);
    for (size_t i = 0; i < LENGTH(METHODS); i++) {
        check_comparison(&csv,
                         ROW(&csv, CORPUS_NAMES[i / 3], "pooled", METHOD_NAMES[pairs[i % 3][0]],
                             METHOD_NAMES[pairs[i % 3][1]]),
                         METHODS[i]);
    }
    lb_csv_release(&csv);
}

static void
summary(void **state)
{
    (void)state;
    lb_csv csv;
    read_table(&csv, "summary");
    assert_int_equal(csv.rows, 12 + 2);
    for (size_t i = 0; i < LENGTH(SUMMARY); i++) {
        size_t row = ROW(&csv, CORPUS_NAMES[i / 6], DEGREE_NAMES[i / 3 % 2], METHOD_NAMES[i % 3]);
        static const char *const names[] = {"mean", "median", "q1", "q3"};
        for (size_t k = 0; k < 4; k++) {
            assert_close(number(&csv, row, names[k]), SUMMARY[i][k + 1], 1e-8, 0);
        }
        assert_true(number(&csv, row, "median_low") < SUMMARY[i][2] &&
                    number(&csv, row, "median_high") > SUMMARY[i][2]);
        assert_true(number(&csv, row, "seeds") == 2 && number(&csv, row, "subjects") == SUBJECTS);
    }
    lb_csv_release(&csv);
}

static void
networks(void **state)
{
    (void)state;
    lb_csv accuracy, effect, variance;
    read_table(&accuracy, "accuracy");
    read_table(&effect, "corpus_effect");
    read_table(&variance, "variance");
    assert_int_equal(accuracy.rows, 3);
    assert_int_equal(effect.rows, 3);
    for (size_t m = 0; m < LENGTH(MODELS); m++) {
        size_t row = ROW(&accuracy, METHOD_NAMES[m]);
        assert_close(number(&accuracy, row, "spearman"), MODELS[m][0], 1e-8, 0);
        assert_close(number(&accuracy, row, "kendall"), MODELS[m][1], 1e-8, 0);
        row = ROW(&effect, METHOD_NAMES[m], "mri", "natural");
        assert_close(number(&effect, row, "partial_spearman"), MODELS[m][2], 1e-8, 0);
        assert_close(number(&effect, row, "adjusted"), MODELS[m][3], 1e-8, 0);
        assert_close(number(&effect, row, "accuracy_slope"), MODELS[m][4], 1e-8, 0);
        assert_true(number(&effect, row, "clusters") == 4);
    }
    /* Image 35 is there for one seed, 34 for degree all, 33 of lrp for one seed. */
    assert_int_equal(variance.rows, 12);
    assert_close(number(&variance, ROW(&variance, "mri", "3", "lrp"), "images"), 33, 0, 0);
    assert_close(number(&variance, ROW(&variance, "mri", "all", "deeplift"), "images"), 35, 0, 0);
    lb_csv_release(&variance);
    lb_csv_release(&effect);
    lb_csv_release(&accuracy);
}

static void
rankings_and_agreement(void **state)
{
    (void)state;
    static const int pairs[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    lb_csv ranking, agreement, maps;
    read_table(&ranking, "ranking");
    read_table(&agreement, "agreement");
    read_table(&maps, "map_agreement");
    assert_int_equal(maps.rows, 0);
    for (size_t i = 0; i < LENGTH(RANKS); i++) {
        size_t row = ROW(&ranking, CORPUS_NAMES[i / 3], METHOD_NAMES[i % 3]);
        assert_close(number(&ranking, row, "mean_rank"), RANKS[i][0], 1e-8, 0);
        assert_close(number(&ranking, row, "best_share"), RANKS[i][1], 1e-8, 0);
        row = ROW(&agreement, CORPUS_NAMES[i / 3], METHOD_NAMES[pairs[i % 3][0]],
                  METHOD_NAMES[pairs[i % 3][1]]);
        assert_close(number(&agreement, row, "spearman"), AGREEMENT[i][0], 1e-8, 0);
        assert_close(number(&agreement, row, "lowest"), AGREEMENT[i][1], 1e-8, 0);
        assert_close(number(&agreement, row, "highest"), AGREEMENT[i][2], 1e-8, 0);
    }
    lb_csv_release(&maps);
    lb_csv_release(&agreement);
    lb_csv_release(&ranking);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpora),  cmocka_unit_test(controls),
        cmocka_unit_test(methods),  cmocka_unit_test(summary),
        cmocka_unit_test(networks), cmocka_unit_test(rankings_and_agreement),
    };
    return cmocka_run_group_tests_name("golden_conclusions", tests, conclude, clean);
}
