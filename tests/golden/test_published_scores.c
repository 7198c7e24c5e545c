/* SPDX-License-Identifier: MIT */
/* The study's published results, where they are at hand, and small files like them, against what
 * NumPy and SciPy make of them. */
#include "testing.h"

#include <math.h>
#include <string.h>

#include "expected_published_scores.h"
#include "lesionbench/published.h"
#include "lesionbench/subgroups.h"

#define SMALL_FILE(name) LB_SOURCE "/tests/data/published/" name ".pkl"
#define PUBLISHED_FILE(name) LB_SHARED "/published/" name ".pkl"

static void
load(lb_published *out, const char *path, lb_published_kind kind, size_t groups)
{
    lb_error err = {0};
    assert_ok(lb_published_read(out, path, &err));
    assert_int_equal(out->kind, kind);
    assert_int_equal(out->count, groups);
}

static double
share_right(const lb_predictions *model)
{
    size_t right = 0;
    for (size_t i = 0; i < model->count; i++) {
        right += model->predicted[i] == model->labels[i];
    }
    return (double)right / (double)model->count;
}

/* stated: whether the file's own AUROC and AUPRC, which are single precision, are to be met. */
static void
check_predictions(const char *path, const double (*figures)[5], size_t models, bool stated)
{
    lb_published published = {0};
    load(&published, path, LB_PUBLISHED_PREDICTIONS, models);
    for (size_t m = 0; m < models; m++) {
        lb_error err = {0};
        lb_classification score;
        const lb_predictions *model = &published.groups[m].predictions;
        assert_ok(lb_predictions_score(&score, model, path, &err));
        assert_true(score.accuracy == figures[m][0] && share_right(model) == figures[m][0]);
        assert_close(score.auroc, figures[m][1], 1e-12, 0);
        assert_close(score.auprc, figures[m][2], 1e-12, 0);
        if (stated) {
            assert_close(score.auroc, figures[m][3], 1e-5, 0);
            assert_close(score.auprc, figures[m][4], 1e-5, 0);
        }
    }
    lb_published_release(&published);
}

static void
check_rates(const char *path, lb_published_kind kind, const double (*figures)[3], size_t groups)
{
    lb_error err = {0};
    lb_published published = {0};
    load(&published, path, kind, groups);
    for (size_t g = 0; g < groups; g++) {
        const lb_published_group *group = &published.groups[g];
        double *values = lb_alloc(group->count, sizeof *values, &err);
        assert_non_null(values);
        for (size_t i = 0; i < group->count; i++) {
            values[i] = group->counts != NULL ? lb_tpr(&group->counts[i]) : group->rate[i];
        }
        lb_box box = lb_box_of(values, group->count);
        assert_true(box.median == figures[g][0] && box.q1 == figures[g][1] &&
                    box.q3 == figures[g][2]);
        lb_free(values);
    }
    lb_published_release(&published);
}

static void
published_models(void **state)
{
    (void)state;
    skip_without(PUBLISHED_FILE("predictions_imagenet_best"));
    check_predictions(PUBLISHED_FILE("predictions_imagenet_best"), PUBLISHED_PREDICTIONS, 25, true);
}

static void
published_maps(void **state)
{
    (void)state;
    skip_without(PUBLISHED_FILE("best_random_explanations"));
    check_rates(PUBLISHED_FILE("best_random_explanations"), LB_PUBLISHED_COUNTS, PUBLISHED_COUNTS,
                8);
    check_rates(PUBLISHED_FILE("laplace_best"), LB_PUBLISHED_COUNTS, PUBLISHED_EDGES, 1);
    check_rates(PUBLISHED_FILE("ratios_incorrectly"), LB_PUBLISHED_RATES, PUBLISHED_RATES, 200);
}

/* The images that a file lists as wrong are those that the models' predictions have wrong. */
static void
check_indices(const char *predictions, const char *indices, size_t models)
{
    lb_error err = {0};
    lb_published said = {0}, listed = {0};
    lb_predictions *all = lb_alloc(models, sizeof *all, &err);
    assert_non_null(all);
    load(&said, predictions, LB_PUBLISHED_PREDICTIONS, models);
    load(&listed, indices, LB_PUBLISHED_INDICES, models);
    uint8_t *wrong = lb_alloc(said.groups[0].count, 1, &err);
    assert_non_null(wrong);
    for (size_t m = 0; m < models; m++) {
        all[m] = said.groups[m].predictions;
    }
    for (size_t m = 0; m < models; m++) {
        size_t found = 0;
        const lb_published_group *list = &listed.groups[m];
        assert_string_equal(list->model, said.groups[m].model);
        assert_ok(lb_select(wrong, all, models, m, LB_SELECT_WRONG, &err));
        for (size_t i = 0; i < said.groups[m].count; i++) {
            if (wrong[i]) {
                assert_true(found < list->count && list->index[found] == i);
                found++;
            }
        }
        assert_int_equal(found, list->count);
    }
    lb_free(wrong);
    lb_free(all);
    lb_published_release(&listed);
    lb_published_release(&said);
}

static void
published_selections(void **state)
{
    (void)state;
    skip_without(PUBLISHED_FILE("incorrectly_classified"));
    check_indices(PUBLISHED_FILE("predictions_imagenet_best"),
                  PUBLISHED_FILE("incorrectly_classified"), 25);
}

static void
small_files(void **state)
{
    (void)state;
    check_predictions(SMALL_FILE("predictions"), SMALL_PREDICTIONS, 3, false);
    check_rates(SMALL_FILE("counts"), LB_PUBLISHED_COUNTS, SMALL_COUNTS, 2);
    check_rates(SMALL_FILE("bare_counts"), LB_PUBLISHED_COUNTS, SMALL_COUNTS, 1);
    check_rates(SMALL_FILE("rates"), LB_PUBLISHED_RATES, SMALL_RATES, 9);
    check_indices(SMALL_FILE("predictions"), SMALL_FILE("indices"), 3);
}

static void
names_are_told_apart(void **state)
{
    (void)state;
    lb_published published = {0};
    load(&published, SMALL_FILE("rates"), LB_PUBLISHED_RATES, 9);
    const lb_published_group *group = &published.groups[3];
    assert_string_equal(group->model, "new_finetuning_all_0.5_mri_2500_0.01_8");
    assert_string_equal(group->name.corpus, "mri");
    assert_string_equal(group->name.degree, "all");
    assert_string_equal(group->name.learning_rate, "0.01");
    assert_string_equal(group->name.seed, "8");
    assert_string_equal(group->method, "integrated_gradients");
    assert_string_equal(group->selection, "wrong");
    assert_string_equal(published.groups[0].name.corpus, "imagenet");
    assert_string_equal(published.groups[0].name.degree, "1");
    assert_string_equal(published.groups[2].selection, "wrong_for_all");
    lb_published_release(&published);
    load(&published, SMALL_FILE("counts"), LB_PUBLISHED_COUNTS, 2);
    assert_string_equal(published.groups[1].method, "mine");
    lb_published_release(&published);
}

static void
selections(void **state)
{
    (void)state;
    lb_error err = {0};
    int32_t a[] = {0, 1, 1, 0}, b[] = {0, 0, 1, 1}, labels[] = {0, 1, 0, 0};
    uint8_t out[4];
    lb_predictions models[2] = {{.count = 4, .predicted = a, .labels = labels},
                                {.count = 4, .predicted = b, .labels = labels}};
    const uint8_t expected[4][4] = {{1, 1, 1, 1}, {1, 0, 0, 0}, {0, 1, 1, 1}, {0, 0, 1, 0}};
    for (int s = 0; s < 4; s++) {
        assert_ok(lb_select(out, models, 2, 1, (lb_selection)s, &err));
        assert_memory_equal(out, expected[s], 4);
    }
    models[1].count = 3;
    assert_int_equal(lb_select(out, models, 2, 0, LB_SELECT_ALL, &err), LB_ERROR_ARGUMENT);
    models[1] = (lb_predictions){.count = 4, .predicted = b};
    assert_int_equal(lb_select(out, models, 2, 0, LB_SELECT_ALL, &err), LB_ERROR_ARGUMENT);
}

static void
damaged_files_are_refused(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {SMALL_FILE("bad_classes"), "model 0: 'logits' are of 3 classes"},
        {SMALL_FILE("bad_label"), "'real_labels': 0.5 at 0 is not a whole number"},
        {SMALL_FILE("bad_length"), "'FN' has 2 entries, 'TP' has 9"},
        {SMALL_FILE("bad_count"), "'FN': -1 at 0"},
        {SMALL_FILE("bad_mixture"), "not of one kind"},
        {SMALL_FILE("bad_kind"), "holds none of the study's results"},
    };
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
        lb_error err = {0};
        lb_published published = {0};
        assert_int_equal(lb_published_read(&published, CASES[c][0], &err), LB_ERROR_FORMAT);
        if (strstr(err.message, CASES[c][1]) == NULL) {
            fail_msg("%s", err.message);
        }
        assert_int_equal(published.count, 0);
    }
    assert_false(lb_published_is(LB_SOURCE "/README.md"));
    assert_true(lb_published_is(SMALL_FILE("rates")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_models),          cmocka_unit_test(published_maps),
        cmocka_unit_test(published_selections),      cmocka_unit_test(small_files),
        cmocka_unit_test(names_are_told_apart),      cmocka_unit_test(selections),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
