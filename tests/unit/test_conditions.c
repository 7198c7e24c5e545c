/* SPDX-License-Identifier: MIT */
/* Conditions and the search: what a study file asks for, what is chosen, which stages hang on what.
 */
#include "io_testing.h"

#include <math.h>

#include "history_testing.h"
#include "lesionbench/atomic_file.h"
#include "workflow/kinds.h"
#include "workflow/search.h"

/* Loads a study of two corpora whose template is a file that is there, with further text. */
static lb_status
load(lb_study **out, void **state, const char *corpora, const char *finetuning, lb_error *err)
{
    char *template = test_path(state, "template"), *path = test_path(state, "study.yaml");
    test_write_bytes(template, "x", 1);
    char *text = lb_format(err,
                           "cohort:\n  template: %s\ncorpora:\n  - name: mri\n%s  - name: b\n"
                           "finetuning:\n  degrees: [1, 2, all]\n  seeds: [4, 5]\n%s",
                           template, corpora, finetuning);
    test_write_bytes(path, text, strlen(text));
    lb_status status = lb_study_load(out, path, err);
    lb_free(text);
    lb_free(path);
    lb_free(template);
    return status;
}

static void
the_best_rate_is_picked(void **state)
{
    (void)state;
    /* The second training has the best epoch, but outside the gap; the third equals the first. */
    const double accuracies[3][3][2] = {{{0.5, 0.5}, {0.8, 0.8}, {0.8, 0.78}},
                                        {{0.2, 0.5}, {0.99, 0.9}, {0.7, 0.7}},
                                        {{0.8, 0.8}, {0.8, 0.8}, {0.8, 0.8}}};
    lb_epoch epochs[3][3];
    lb_history trainings[3];
    for (size_t t = 0; t < 3; t++) {
        trainings[t] = history_of(epochs[t], accuracies[t], 3);
    }
    lb_training_options rule = {.maximum_gap = 0.05};
    search_choice best = search_pick(trainings, 3, &rule);
    assert_int_equal(best.training, 0);
    assert_int_equal(best.epoch, 1);
    best = search_pick(trainings + 1, 1, &rule);
    assert_int_equal(best.epoch, 2);
    rule.maximum_gap = 1;
    best = search_pick(trainings, 3, &rule);
    assert_int_equal(best.training, 1);
    assert_int_equal(best.epoch, 1);
}

static void
the_nearest_rate_is_picked(void **state)
{
    (void)state;
    /* 0.72 and 0.68 are as far from 0.7; the gap to training does not count. */
    const double accuracies[3][2][2] = {
        {{0.5, 0.5}, {0.8, 0.9}}, {{0.9, 0.72}, {0.9, 0.68}}, {{0.7, 0.68}, {0.7, 0.72}}};
    lb_epoch epochs[3][2];
    lb_history trainings[3];
    for (size_t t = 0; t < 3; t++) {
        trainings[t] = history_of(epochs[t], accuracies[t], 2);
    }
    lb_training_options rule = {.maximum_gap = 0.05, .target_accuracy = 0.7};
    search_choice nearest = search_pick(trainings, 3, &rule);
    assert_int_equal(nearest.training, 1);
    assert_int_equal(nearest.epoch, 0);
    rule.target_accuracy = 1; /* out of reach: still the nearest */
    nearest = search_pick(trainings, 3, &rule);
    assert_int_equal(nearest.training, 0);
    assert_int_equal(nearest.epoch, 1);
    nearest = search_pick(trainings + 1, 2, &rule);
    assert_int_equal(nearest.training, 0);
    assert_int_equal(nearest.epoch, 0);
}

static void
what_diverged_is_not_picked(void **state)
{
    (void)state;
    const double accuracies[1][2] = {{0.5, 0.5}};
    lb_epoch epochs[1];
    lb_history trainings[3] = {{0}};
    const lb_training_options rules[] = {{.maximum_gap = 1}, {.target_accuracy = 0.9}};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(search_pick(trainings, 3, &rules[i]).training, 3);
        trainings[1] = history_of(epochs, accuracies, 1);
        assert_int_equal(search_pick(trainings, 3, &rules[i]).training, 1);
        trainings[1].count = 0;
    }
}

static void
assert_rates(const lb_study *study, size_t corpus, size_t degree, plan_condition condition,
             const double *expected, size_t count)
{
    lb_error err;
    plan_rates rates;
    assert_ok(plan_learning_rates(&rates, study, &study->corpora[corpus], degree, condition, &err));
    assert_int_equal(rates.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(rates.rate[i] == expected[i]);
    }
}

/* What is given for a condition comes before what is searched, and that before the one rate. */
static void
rates_come_from_the_nearest_setting(void **state)
{
    lb_error err;
    lb_study *study = NULL;
    assert_ok(load(&study, state, "    finetuning_rates: [1, 2, 3]\n    matched_rates: [0.5]\n",
                   "  conditions: [matched, best]\n  search_rates: [0.1, 0.2]\n", &err));
    assert_int_equal(study->condition_count, 2);
    assert_int_equal(study->conditions[0], CONDITION_BEST);
    assert_rates(study, 0, 1, CONDITION_BEST, (const double[]){2}, 1);
    assert_rates(study, 0, 1, CONDITION_MATCHED, (const double[]){0.5}, 1);
    assert_rates(study, 1, 1, CONDITION_BEST, (const double[]){0.1, 0.2}, 2);
    assert_rates(study, 1, 1, CONDITION_MATCHED, (const double[]){0.1, 0.2}, 2);
    lb_study_free(study);
    assert_ok(load(&study, state, "    finetuning_rates: [1, 2, 3]\n    search_rates: [7]\n",
                   "  learning_rate: 0.3\n", &err));
    assert_int_equal(study->condition_count, 1);
    assert_rates(study, 0, 2, CONDITION_BEST, (const double[]){3}, 1);
    assert_rates(study, 0, 2, CONDITION_MATCHED, (const double[]){7}, 1);
    assert_rates(study, 1, 2, CONDITION_MATCHED, (const double[]){0.3}, 1);
    lb_study_free(study);
}

static void
mistakes_are_named(void **state)
{
    static const struct {
        const char *corpora, *finetuning, *place, *words;
    } cases[] = {
        {"", "  conditions: [best, same]\n", "study.yaml:9: finetuning.conditions",
         "'same' is not one of"},
        {"", "  conditions: [best, best]\n", ":9: finetuning.conditions", "stands twice"},
        {"", "  conditions: [matched]\n  matched_accuracy: [0.9, 0.8]\n",
         ":10: finetuning.matched_accuracy", "2 accuracies for 3 degrees"},
        {"", "  conditions: [matched]\n  matched_accuracy: [1.5]\n",
         ":10:", "'1.5' is not an accuracy"},
        {"", "  conditions: [matched]\n  matched_accuracy: [0]\n",
         ":10:", "'0' is not an accuracy"},
        {"", "  conditions: [matched]\n  matched_accuracy: [lowest]\n",
         ":10:", "'lowest' needs the condition best"},
        {"", "  conditions: [matched]\n", "finetuning.matched_accuracy",
         "'lowest' needs the condition best"},
        {"", "  search_rates: [0.1, 0.10]\n", ":9: finetuning.search_rates", "stands twice"},
        {"", "  search_rates: [0.1, x]\n", ":9: finetuning.search_rates", "'x' is not a number"},
        {"    search_rates: [0.1, -1]\n", "", ":5: corpora.search_rates", "not within"},
        {"    matched_rates: [0.1, 1]\n", "  conditions: [best, matched]\n",
         ":5: corpora.matched_rates", "2 learning rates for 3 degrees"},
        {"    search_rates: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]\n", "",
         ":5: corpora.search_rates", "at most 16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lb_error err = {.code = LB_OK};
        lb_study *study = NULL;
        assert_int_not_equal(load(&study, state, cases[i].corpora, cases[i].finetuning, &err),
                             LB_OK);
        if (strstr(err.message, cases[i].place) == NULL ||
            strstr(err.message, cases[i].words) == NULL) {
            fail_msg("case %zu says '%s'", i, err.message);
        }
    }
}

/* The key of the stage of this name; 0 where there is none. */
static uint64_t
key_of(const stage_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->stages[i].name, name) == 0) {
            return list->stages[i].key;
        }
    }
    return 0;
}

/* Which of two studies' stages have the same key, '=', or another, '!', or are in one alone. */
static void
assert_changes(void **state, const char *corpora, const char *first, const char *second,
               const char *const (*expected)[2])
{
    lb_error err;
    lb_study *studies[2] = {NULL, NULL};
    stage_list lists[2] = {{0}, {0}};
    assert_ok(load(&studies[0], state, corpora, first, &err));
    assert_ok(load(&studies[1], state, corpora, second, &err));
    for (size_t i = 0; i < 2; i++) {
        assert_ok(stages_make(&lists[i], studies[i], study_kinds(), *state, &err));
    }
    for (size_t i = 0; expected[i][0] != NULL; i++) {
        uint64_t a = key_of(&lists[0], expected[i][1]), b = key_of(&lists[1], expected[i][1]);
        const char *seen = a == 0 ? "new" : b == 0 ? "gone" : a == b ? "=" : "!";
        if (strcmp(seen, expected[i][0]) != 0) {
            fail_msg("%s is '%s', not '%s'", expected[i][1], seen, expected[i][0]);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < lists[i].count * lists[i].count; j++) { /* no two share one */
            size_t a = j / lists[i].count, b = j % lists[i].count;
            assert_true(a == b || lists[i].stages[a].key != lists[i].stages[b].key);
        }
        stages_release(&lists[i]);
        lb_study_free(studies[i]);
    }
}

/* A further condition or rate, another target: what does not hang on it keeps its key. */
static void
only_what_hangs_on_a_change_is_made_anew(void **state)
{
    static const char *const condition[][2] = {{"=", "finetune/mri/degree_1_seed_4"},
                                               {"=", "predict/mri/degree_1_seed_4"},
                                               {"=", "explain/mri/degree_1_seed_4"},
                                               {"=", "explain/untrained"},
                                               {"new", "match/mri/degree_1_seed_4_matched"},
                                               {"new", "explain/baseline_matched"},
                                               {"!", "evaluate"},
                                               {"!", "tables"},
                                               {NULL, NULL}};
    assert_changes(state, "", "", "  conditions: [best, matched]\n", condition);
    static const char *const rate[][2] = {
        {"=", "search/b/degree_1_seed_4_rate_0.1"},    {"new", "search/b/degree_1_seed_4_rate_0.3"},
        {"gone", "search/b/degree_1_seed_4_rate_0.2"}, {"!", "finetune/b/degree_1_seed_4"},
        {"=", "finetune/mri/degree_1_seed_5"},         {NULL, NULL}};
    assert_changes(state, "    finetuning_rates: [9]\n", "  search_rates: [0.1, 0.2]\n",
                   "  search_rates: [0.3, 0.1]\n", rate);
    static const char *const target[][2] = {
        {"=", "finetune/mri/degree_all_seed_4"},    {"=", "match/mri/degree_1_seed_4_matched"},
        {"=", "match/b/degree_2_seed_4_matched"},   {"!", "match/b/degree_all_seed_4_matched"},
        {"=", "predict/b/degree_2_seed_4_matched"}, {"=", "explain/b/degree_2_seed_4"},
        {"!", "explain/b/degree_2_seed_4_matched"}, {NULL, NULL}};
    assert_changes(state, "",
                   "  conditions: [best, matched]\n  matched_accuracy: [none, 0.8, 0.8]\n",
                   "  conditions: [best, matched]\n  matched_accuracy: [none, 0.8, 0.9]\n", target);
}

/* A matched model hangs on the best ones that set its accuracy, or that it is the same as. */
static void
matched_models_hang_on_best_ones(void **state)
{
    static const char MATCHED[] = "  conditions: [best, matched]\n";
    char texts[2][160];
    static const char *const lowest[][2] = {{"=", "pretrain/mri"},
                                            {"!", "finetune/mri/degree_2_seed_5"},
                                            {"!", "match/b/degree_2_seed_4_matched"},
                                            {"!", "match/b/degree_1_seed_4_matched"},
                                            {"=", "match/b/degree_all_seed_4_matched"},
                                            {NULL, NULL}};
    lb_error err;
    stage_list lists[2] = {{0}, {0}};
    lb_study *studies[2] = {NULL, NULL};
    snprintf(texts[0], sizeof texts[0],
             "%s  matched_accuracy: [lowest_of_all, lowest_of_all, %s]\n", MATCHED, "lowest");
    const char *const rates[] = {
        "    finetuning_rates: [1, 2, 3]\n    matched_rates: [5]\n    search_rates: [7]\n",
        "    finetuning_rates: [1, 4, 3]\n    matched_rates: [6]\n    search_rates: [8]\n"};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(load(&studies[i], state, rates[i], texts[0], &err));
        assert_ok(stages_make(&lists[i], studies[i], study_kinds(), *state, &err));
    }
    for (size_t i = 0; lowest[i][0] != NULL; i++) {
        bool same = key_of(&lists[0], lowest[i][1]) == key_of(&lists[1], lowest[i][1]);
        assert_int_equal(same, lowest[i][0][0] == '=');
    }
    bool shared = true;
    assert_ok(search_shares_best(&shared, studies[0], 0, 0, &err));
    assert_false(shared); /* has a target */
    for (size_t i = 0; i < 2; i++) {
        stages_release(&lists[i]);
        lb_study_free(studies[i]);
    }
    snprintf(texts[1], sizeof texts[1], "%s  matched_accuracy: [none]\n", MATCHED);
    assert_ok(load(&studies[0], state,
                   "    finetuning_rates: [1, 2, 3]\n    matched_rates: [1, 3, 3]\n", texts[1],
                   &err));
    for (size_t degree = 0; degree < 3; degree++) {
        assert_ok(search_shares_best(&shared, studies[0], 0, degree, &err));
        assert_int_equal(shared, degree != 1); /* the same rate */
    }
    lb_study_free(studies[0]);
}

/* Writes the training curve of a stage: one epoch before, then the kept one. */
static void
write_curve(const stage *one, double validation)
{
    lb_error err;
    lb_epoch epochs[2] = {{.train_accuracy = 0.5, .validation_accuracy = 0.1},
                          {.train_accuracy = 0.5, .validation_accuracy = validation}};
    const lb_history history = {.count = 2, .kept = 1, .epochs = epochs};
    char *folder = lb_format(&err, "%.*s", (int)(strrchr(one->outputs[1], '/') - one->outputs[1]),
                             one->outputs[1]);
    assert_ok(lb_make_directories(folder, &err));
    assert_ok(lb_history_write(&history, one->outputs[1], &err));
    lb_free(folder);
}

/* The mean over seeds counts, and the lowest over corpora, or over these and degrees. */
static void
targets_come_from_the_curves(void **state)
{
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    double target = 0;
    assert_ok(load(&study, state, "",
                   "  conditions: [best, matched]\n  matched_accuracy: [lowest, lowest_of_all, "
                   "lowest_of_all]\n",
                   &err));
    assert_ok(stages_make(&list, study, study_kinds(), *state, &err));
    /* mri: degrees 1, 2, all with two seeds each; then b */
    const double accuracies[] = {0.7, 0.9, 0.9, 0.9, 0.8, 0.7, 0.6, 0.98, 0.6, 1, 0.9, 0.9};
    for (size_t i = 0; i < 12; i++) {
        write_curve(&list.stages[list.finetune + i], accuracies[i]);
    }
    const double expected[] = {0.79, 0.75, 0.75};
    for (size_t d = 0; d < 3; d++) {
        assert_ok(search_target(&target, &list, d, &err));
        assert_close(target, expected[d], 1e-12, 0);
    }
    assert_int_equal(remove(list.stages[list.finetune + 6].outputs[1]), 0);
    assert_int_equal(search_target(&target, &list, 0, &err), LB_ERROR_IO);
    assert_message(&err, "models/b/degree_1_seed_4/history.csv");
    stages_release(&list);
    lb_study_free(study);
}

/* A study file of the repository with the weights that it needs left out: pre-trained instead. */
static lb_study *
load_published(void **state, const char *path)
{
    static const char WEIGHTS[] = "    task: none\n    from: vgg16.pth\n";
    lb_error err;
    lb_study *study = NULL;
    size_t size = 0;
    char *bytes = (char *)test_read_bytes(&size, path), *copy = test_path(state, "study.yaml");
    char *text = lb_format(&err, "%.*s", (int)size, bytes), *place = strstr(text, WEIGHTS);
    assert_non_null(place);
    memset(place, ' ', strlen(WEIGHTS) - 1);
    test_write_bytes(copy, text, size);
    if (lb_study_load(&study, copy, &err) != LB_OK) {
        fail_msg("%s", err.message);
    }
    lb_free(text);
    lb_free(copy);
    lb_free(bytes);
    return study;
}

/* The study's facts, and what the two protocols' files differ in. */
static void
the_published_study(void **state)
{
    static const double rates[2][2][5] = {
        {{.038, .03, .015, .03, .01}, {.038, .01, .005, .005, .005}},
        {{.02, .008, .008, .008, .004}, {.02, .0018, .0008, .0006, .0006}}};
    lb_error err;
    lb_study *study = load_published(state, "studies/paper.yaml");
    lb_study *reference = load_published(state, "studies/paper_reference.yaml");
    const lb_training_options *training = &study->finetuning.training;
    lb_training_options usual;
    lb_training_defaults(&usual);
    assert_int_equal(study->compose.images[LB_TRAIN] + study->compose.images[LB_VALIDATION] +
                         study->compose.images[LB_HOLDOUT],
                     7500);
    assert_int_equal(stages_models(study) * study->condition_count, 60);
    assert_int_equal(study->method_count, 8);
    assert_int_equal(study->explain.options.steps, 50);
    assert_int_equal(training->optimizer, LB_SGD);
    assert_true(training->momentum == usual.momentum && training->dropout == usual.dropout &&
                training->maximum_gap == usual.maximum_gap && training->batch == usual.batch &&
                training->stop_change == usual.stop_change && training->epochs == usual.epochs &&
                training->step_epochs == usual.step_epochs &&
                training->step_factor == usual.step_factor);
    for (size_t i = 0; i < 20; i++) {
        size_t corpus = i / 10, condition = i / 5 % 2, degree = i % 5;
        assert_rates(study, corpus, degree, (plan_condition)condition,
                     &rates[corpus][condition][degree], 1);
        assert_rates(reference, corpus, degree, (plan_condition)condition,
                     &rates[corpus][condition][degree], 1);
    }
    assert_int_equal(study->targets[0].kind, TARGET_NONE);
    assert_true(study->targets[4].accuracy == 0.888);
    assert_int_equal(reference->targets[4].kind, TARGET_NONE);
    assert_int_equal(study->compose.protocol, LB_PROTOCOL_CORRECTED);
    assert_int_equal(reference->compose.protocol, LB_PROTOCOL_REFERENCE);
    reference->compose.protocol = study->compose.protocol;
    reference->finetuning.matched_accuracy = study->finetuning.matched_accuracy;
    static const char *const SECTIONS[] = {"cohort",     "lesions", "compose", "network",
                                           "finetuning", "explain", "corpora", "corpora"};
    for (size_t i = 0; i < 8; i++) {
        const size_t corpus = i == 7;
        char *a =
            plan_print_section(study, SECTIONS[i], i < 6 ? NULL : &study->corpora[corpus], &err);
        char *b = plan_print_section(reference, SECTIONS[i],
                                     i < 6 ? NULL : &reference->corpora[corpus], &err);
        assert_string_equal(a, b);
        lb_free(a);
        lb_free(b);
    }
    lb_study_free(study);
    lb_study_free(reference);
}

/* The demo is as short as it was: one condition, nothing searched; the evening has both, and is. */
static void
the_other_studies(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    plan_rates rates;
    assert_ok(lb_study_load(&study, NULL, &err));
    assert_int_equal(study->condition_count * stages_models(study), 10);
    assert_ok(
        plan_learning_rates(&rates, study, &study->corpora[0], 0, study->conditions[0], &err));
    assert_int_equal(rates.count, 1);
    lb_study_free(study);
    assert_ok(lb_study_load(&study, "studies/evening.yaml", &err));
    assert_int_equal(study->condition_count * stages_models(study), 60);
    for (size_t c = 0; c < CONDITIONS; c++) {
        assert_ok(
            plan_learning_rates(&rates, study, &study->corpora[1], 4, study->conditions[c], &err));
        assert_int_equal(rates.count, 3);
    }
    assert_int_equal(study->targets[4].kind, TARGET_LOWEST);
    lb_study_free(study);
}

/* What a study needs and does not find is named. */
static void
missing_files_are_named(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    static const char *const files[] = {"studies/paper.yaml", "studies/paper_reference.yaml"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_not_equal(lb_study_load(&study, files[i], &err), LB_OK);
        assert_message(&err, files[i]);
        assert_message(&err, "corpora.from: vgg16.pth: No such file");
    }
    study = load_published(state, files[0]);
    assert_int_equal(stages_make(&list, study, study_kinds(), "folder", &err), LB_ERROR_IO);
    assert_message(&err, "slices.h5: No such file");
    lb_study_free(study);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_rate_is_picked),
        cmocka_unit_test(the_nearest_rate_is_picked),
        cmocka_unit_test(what_diverged_is_not_picked),
        cmocka_unit_test_setup_teardown(rates_come_from_the_nearest_setting, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_named, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(only_what_hangs_on_a_change_is_made_anew, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(matched_models_hang_on_best_ones, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(targets_come_from_the_curves, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(the_published_study, test_setup, test_teardown),
        cmocka_unit_test(the_other_studies),
        cmocka_unit_test_setup_teardown(missing_files_are_named, test_setup, test_teardown),
    };
    return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}
