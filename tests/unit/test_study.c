/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesionbench/settings.h"
#include "lesionbench/study.h"
#include "lesionbench/tables.h"
#include "workflow/estimate.h"
#include "workflow/kinds.h"
#include "workflow/stages.h"

static void
numbers_are_strict(void **state)
{
    (void)state;
    lb_error err;
    uint64_t whole = 7;
    double real = 7;
    assert_ok(lb_parse_u64(&whole, "12", 1, 12, &err));
    assert_int_equal(whole, 12);
    const char *const wrong[] = {
        "", "-1", "+1", "3x", " 3", "1.5", "13", "0", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(lb_parse_u64(&whole, wrong[i], 1, 12, &err), LB_ERROR_ARGUMENT);
    }
    assert_int_equal(whole, 12);
    assert_ok(lb_parse_real(&real, "3e-4", 0, 1, &err));
    assert_close(real, 3e-4, 0, 1e-15);
    const char *const unreal[] = {"", "x", "0.5x", "nan", "inf", "2", "-0.1"};
    for (size_t i = 0; i < sizeof unreal / sizeof unreal[0]; i++) {
        assert_int_equal(lb_parse_real(&real, unreal[i], 0, 1, &err), LB_ERROR_ARGUMENT);
    }
}

static void
lists_and_near_misses(void **state)
{
    (void)state;
    lb_error err;
    lb_list list = {0};
    assert_ok(lb_list_parse(&list, "1, 2 ,all", &err));
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[1], "2");
    assert_string_equal(list.items[2], "all");
    lb_list_release(&list);
    assert_int_equal(lb_list_parse(&list, "1,,2", &err), LB_ERROR_ARGUMENT);
    static const size_t numbers[] = {0, 1, 2, 3, 4, 9};
    const char *const bad[] = {"", "0-", "-1", "4-2", "0-10", "1-2-3", "0- x", "0,", "1.5"};
    size_t *indices = NULL, count = 0;
    assert_ok(lb_parse_indices(&indices, &count, "0-4, 9", 0, 9, &err));
    assert_int_equal(count, 6);
    assert_memory_equal(indices, numbers, sizeof numbers);
    lb_free(indices);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(lb_parse_indices(&indices, &count, bad[i], 0, 9, &err), LB_ERROR_ARGUMENT);
    }
    assert_int_equal(lb_parse_indices(&indices, &count, "0-99999999999", 0, SIZE_MAX, &err),
                     LB_ERROR_ARGUMENT);
    const char *const names[] = {"slices", "lesions", "compose"};
    assert_string_equal(lb_nearest("lesion", names, 3), "lesions");
    assert_string_equal(lb_nearest("slcies", names, 3), "slices");
    assert_null(lb_nearest("xyz", names, 3));
}

/* Loads text as a study file called study.yaml. */
static lb_status
load(lb_study **out, const char *text, lb_error *err)
{
    char path[] = "/tmp/lesionbench_test_XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
    lb_status status = lb_study_load(out, path, err);
    unlink(path);
    return status;
}

#define CORPUS "corpora:\n  - name: mri\n"
#define TEMPLATE "cohort:\n  template: /nowhere.nii\n"

static void
study_is_read(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    assert_ok(load(&study,
                   TEMPLATE "  subjects: 12\n" CORPUS "    epochs: 2\n"
                            "    finetuning_rates: [1e-3, 2e-3]\n"
                            "finetuning:\n  degrees: [2, all]\n  seeds: [3, 4]\n  optimizer: adam\n"
                            "explain:\n  methods: [saliency]\n  steps: 9\n",
                   &err));
    assert_int_equal(study->cohort.subjects, 12);
    assert_int_equal(study->corpora[0].training.epochs, 2);
    assert_int_equal(study->degree_count, 2);
    assert_int_equal(study->degrees[1], LB_DEGREE_ALL);
    assert_int_equal(study->seeds[1], 4);
    assert_int_equal(study->finetuning.training.optimizer, LB_ADAM);
    assert_int_equal(study->method_count, 1);
    assert_int_equal(study->explain.options.steps, 9);
    plan_rates rates;
    assert_ok(plan_learning_rates(&rates, study, &study->corpora[0], 1, CONDITION_BEST, &err));
    assert_int_equal(rates.count, 1);
    assert_close(rates.rate[0], 2e-3, 0, 1e-15);
    lb_study_free(study);
}

/* Anchors, quotes and sections without keys are YAML as everywhere. */
static void
yaml_is_read_as_elsewhere(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    assert_ok(
        load(&study,
             "%YAML 1.1\n---\n" TEMPLATE "  subjects: \"12\"\ncompose:\n" CORPUS
             "    learning_rate: &rate 1e-3\n  - {name: b, learning_rate: *rate}\n...\n# end\n",
             &err));
    assert_int_equal(study->cohort.subjects, 12);
    assert_int_equal(study->corpus_count, 2);
    assert_close(study->corpora[1].training.learning_rate, 1e-3, 0, 1e-15);
    lb_study_free(study);
}

/* The eight are [study] everywhere; all of them are asked for by a file that says its version. */
static void
groups_of_methods(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    static const char *const eight[] = {
        TEMPLATE CORPUS, TEMPLATE CORPUS "explain:\n  methods: [study]\n",
        "version: 0.2\n" TEMPLATE CORPUS "explain:\n  methods: [study]\n"};
    const lb_method *set[8];
    assert_int_equal(lb_method_study_set(set), 8);
    for (size_t i = 0; i < 3; i++) {
        assert_ok(load(&study, eight[i], &err));
        assert_int_equal(study->method_count, 8);
        assert_memory_equal(study->methods, set, sizeof set);
        lb_study_free(study);
    }
    assert_ok(load(&study,
                   "version: 0.2\n" TEMPLATE CORPUS
                   "explain:\n  methods: [all]\n  baselines: [controls]\n",
                   &err));
    size_t methods = 0, controls = 0;
    const lb_method *method = NULL;
    for (size_t m = 0; (method = lb_method_at(m)) != NULL; m++) {
        methods += !lb_method_is_control(method);
        controls += lb_method_is_control(method);
    }
    assert_int_equal(study->method_count, methods);
    assert_int_equal(study->baseline_count, controls);
    lb_study_free(study);
}

/* What is wrong in a study file is named with its line. */
static void
mistakes_have_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *place, *words;
    } cases[] = {
        {TEMPLATE "  subject: 3\n" CORPUS, ":3:", "did you mean 'subjects'"},
        {"cohrt:\n  subjects: 3\n", ":1:", "unknown section 'cohrt'; did you mean 'cohort'"},
        {"compose:\n  slices: s.h5\n", ":2:",
         "unknown key 'slices' in the section 'compose'; it belongs in the section 'cohort'"},
        {"subjects: 3\n", ":1:", "unknown section 'subjects'; it is a key of the section 'cohort'"},
        {TEMPLATE "  corpora:\n    - name: mri\n", ":3:", "it is a section: begin it at the left"},
        {TEMPLATE CORPUS "    slices: 3\n", ":5:", "unknown key 'slices' in the section 'corpora'"},
        {TEMPLATE CORPUS "    <<: {epochs: 3}\n", ":5:", "merge keys are not read"},
        {TEMPLATE CORPUS "---\n" TEMPLATE, ":5:", "a second document begins here"},
        {TEMPLATE "  seed: 1\n  seed: 2\n" CORPUS,
         ":4:", "cohort.seed stands twice, first on line 3"},
        {TEMPLATE CORPUS TEMPLATE, ":5:", "cohort stands twice, first on line 1"},
        {TEMPLATE CORPUS "    epochs: 1\n    epochs: 2\n", ":6:", "corpora.epochs stands twice"},
        {TEMPLATE CORPUS "finetuning:\n\tseeds: [1]\n", ":6:", "a tab indents this line"},
        {TEMPLATE CORPUS "finetuning:\n  seeds:\n", ":6:", "finetuning.seeds: has no value"},
        {TEMPLATE "  subjects: ~\n" CORPUS, ":3:", "cohort.subjects: has no value"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: 3\n", ":6:", "seeds: takes a list: write [3]"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: []\n", ":6:", "has 0 items"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: [\"1,2\"]\n", ":6:", "'1,2', has a comma"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: [1, [2]]\n",
         ":6:", "item 2 of the list must be one"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: [1,, 2]\n", ":6:", ""},
        {TEMPLATE CORPUS "finetuning:\n  seeds: {a: 1}\n", ":6:", "takes a list, not keys"},
        {TEMPLATE CORPUS "finetuning:\n  fresh: yes\n", ":6:", "'yes' is not one of false, true"},
        {TEMPLATE "  voxel: 1.4 mm\n" CORPUS, ":3:", "'1.4 mm' is not a number"},
        {"- cohort\n", ":1:", "must have sections"},
        {"corpora: mri\n", ":1:", "the section 'corpora' must be a list"},
        {"corpora:\n  - mri\n", ":2:", "an entry of corpora must have keys"},
        {"version: 0.3\n" CORPUS, ":1:", "version: '0.3' is not one of 0.1, 0.2"},
        {TEMPLATE CORPUS "explain:\n  methods: [all]\n", ":6:",
         "'all' was the study's 8 methods in files of version 0.1: write [study] for these, or "
         "'version: 0.2' at the top of the file for all "},
        {"version: 0.1\n" TEMPLATE CORPUS "explain:\n  methods: [lrp, all]\n", ":7:", "[study]"},
        {TEMPLATE CORPUS "explain:\n  methods: [controls]\n", ":6:", "explain.baselines"},
        {"import:\n  voxel: 2\n" CORPUS, ":2:", "import.voxel: needs the key paths"},
        {"import:\n  paths: /\n" CORPUS, ":2:", "import.paths: takes a list: write [/]"},
        {"import:\n  paths: [/nowhere]\n" CORPUS, ":2:", "import.paths: /nowhere: No such file"},
        {"import:\n  paths: [/]\n  participants: /nowhere\n" CORPUS,
         ":3:", "import.participants: /nowhere: No such file"},
        {"import:\n  paths: [/]\n  masks: /nowhere\n" CORPUS, ":3:", "import.masks: /nowhere"},
        {"import:\n  paths: [/]\n  size: 9x9\n" CORPUS, ":3:", "import.size: '9x9' is not like"},
        {"import:\n  paths: [/]\n  positions: [0]\n  minimum_brain: 0.1\n" CORPUS,
         ":3:", "import.positions: leaves nothing to minimum_brain"},
        {"import:\n  paths: [/]\n  volume: x\n" CORPUS, ":3:", "import.volume: 'x' is not a whole"},
        {"import:\n  paths: [/]\ncohort:\n  seed: 1\n" CORPUS,
         ":4:", "cohort.seed: goes without import.paths"},
        {TEMPLATE CORPUS "\ncompose:\n  # size: 1\n  seed: 1\n  size: 3x\n", ":9:", "compose.size"},
        {TEMPLATE CORPUS "compose:\n  size: 9\n", ":6:", "32 and 1024"},
        {TEMPLATE "  subjects: [1, 2]\n" CORPUS, ":3:", "subjects: takes one value, not a list"},
        {"cohort: 3\n" CORPUS, ":1:", "the section 'cohort' must have keys"},
        {TEMPLATE CORPUS "finetuning:\n  degrees: [1, 7]\n", ":6:", "finetuning.degrees"},
        {TEMPLATE CORPUS "finetuning:\n  seeds: [1, 1]\n", ":6:", "twice"},
        {TEMPLATE CORPUS "explain:\n  methods: [salency]\n", ":6:", "explain.methods"},
        {TEMPLATE CORPUS "explain:\n  methods: [sobel]\n", ":6:", "explain.baselines"},
        {TEMPLATE CORPUS "    epochs: 1\n  - name: mri\n", ":6:", "taken"},
        {TEMPLATE CORPUS "  - name: b\n    epochs: 0\n", ":6:", "corpora.epochs"},
        {TEMPLATE CORPUS "  - name: b\n    task: classes\n", ":6:", "images, a folder"},
        {TEMPLATE CORPUS "    finetuning_rates: [1, 2]\n", ":5:", "2 learning rates for 5 degrees"},
        {TEMPLATE CORPUS "    class_weights: [1, 2, 3]\n", ":5:", "corpora.class_weights"},
        {TEMPLATE CORPUS "finetuning:\n  class_weights: [heavy]\n", ":6:", "nor 2 numbers"},
        {TEMPLATE CORPUS "    task: none\n", ":5:", "corpora.task: 'none' needs the key from"},
        {TEMPLATE CORPUS "    from: nowhere.pth\n",
         ":5:", "corpora.from: nowhere.pth: No such file or directory"},
        {TEMPLATE "  subjects: 3\n   seed: :\n", ":", "mapping values"},
        {TEMPLATE, ":", "no corpora"},
        {"", ":", "no corpora"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lb_error err = {.code = LB_OK};
        lb_study *study = NULL;
        assert_int_not_equal(load(&study, cases[i].text, &err), LB_OK);
        assert_null(study);
        if (strstr(err.message, cases[i].place) == NULL ||
            strstr(err.message, cases[i].words) == NULL) {
            fail_msg("case %zu says '%s'", i, err.message);
        }
    }
}

static void
write_network(const char *path, const char *name, double width, uint64_t seed)
{
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    assert_ok(lb_architecture_init(&architecture, name, width, 1000, &err));
    assert_ok(lb_network_create(&network, &architecture, seed, &err));
    assert_ok(lb_network_save(network, path, &err));
    lb_network_free(network);
}

/* The key of the stage that pre-trains the first corpus of a study file. */
static uint64_t
pretraining_key(const char *text)
{
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    assert_ok(load(&study, text, &err));
    assert_ok(stages_make(&list, study, study_kinds(), "folder", &err));
    uint64_t key = list.stages[list.pretrain].key;
    stages_release(&list);
    lb_study_free(study);
    return key;
}

/* What a corpus starts from fits the study's network, and its bytes are in the key. */
static void
corpora_start_from_weights(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    char path[] = "/tmp/lesionbench_test_XXXXXX", none[512], sex[512], more[512], other[512];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    const char *frame = "cohort:\n  template: %s\nnetwork:\n  architecture: vgg11\n"
                        "  width: %s\ncorpora:\n  - name: a\n    task: %s\n    from: %s\n%s";
    snprintf(none, sizeof none, frame, path, "0.0625", "none", path, "");
    snprintf(sex, sizeof sex, frame, path, "0.0625", "sex", path, "");
    snprintf(more, sizeof more, frame, path, "0.0625", "none", path, "    epochs: 3\n");
    snprintf(other, sizeof other, frame, path, "0.125", "none", path, "");
    write_network(path, "vgg11", 0.0625, 1);
    uint64_t first = pretraining_key(none), trained = pretraining_key(sex);
    assert_true(first != trained);
    assert_true(first == pretraining_key(more)); /* what trains nothing has no epochs */
    assert_int_equal(load(&study, other, &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, ":9: corpora.from: "));
    assert_non_null(
        strstr(err.message, "is a vgg11 of 4 to 32 channels and 256 hidden units, but"));
    write_network(path, "vgg11", 0.0625, 2);
    assert_true(first != pretraining_key(none));
    assert_true(trained != pretraining_key(sex));
    write_network(path, "vgg13", 0.0625, 2);
    assert_int_equal(load(&study, none, &err), LB_ERROR_ARGUMENT);
    unlink(path);
}

/* The pictures' names, sizes and times are in the key, and what else is there is not. */
static void
folders_are_in_keys(void **state)
{
    (void)state;
    char folder[] = "/tmp/lesionbench_test_XXXXXX", text[512], command[512];
    assert_non_null(mkdtemp(folder));
    snprintf(text, sizeof text,
             "cohort:\n  template: %s/a/1.png\ncorpora:\n  - name: a\n    task: classes\n"
             "    images: %s\n",
             folder, folder);
    uint64_t keys[5];
    static const char *const CHANGES[] = {"mkdir a b; touch -d @9 a/1.png b/2.png", "touch b/notes",
                                          "echo x >b/2.png; touch -d @9 b/2.png",
                                          "touch -d @10 b/2.png", "mv b/2.png b/3.png"};
    for (size_t i = 0; i < 5; i++) {
        snprintf(command, sizeof command, "cd %s && { %s; }", folder, CHANGES[i]);
        assert_int_equal(system(command), 0);
        keys[i] = pretraining_key(text);
    }
    assert_true(keys[0] == keys[1]);
    assert_true(keys[1] != keys[2] && keys[2] != keys[3] && keys[3] != keys[4]);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* The keys of all stages of the demo with one setting changed. */
static void
keys_of(uint64_t *out, size_t *count, const char *key, const char *value)
{
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    assert_ok(lb_study_load(&study, NULL, &err));
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    for (size_t i = 0; i < PLAN_PARTS && key != NULL; i++) {
        for (size_t j = 0; j < parts[i].table.count; j++) {
            char name[80];
            snprintf(name, sizeof name, "%s.%s", parts[i].section, parts[i].table.settings[j].key);
            if (strcmp(name, key) == 0) {
                assert_ok(lb_setting_read(plan_place(study, &parts[i], study->corpora),
                                          &parts[i].table.settings[j], value, &err));
            }
        }
    }
    assert_ok(stages_make(&list, study, study_kinds(), "folder", &err));
    *count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        out[i] = list.stages[i].key;
    }
    stages_release(&list);
    lb_study_free(study);
}

/* What is to come is reckoned from what was measured: studies/evening.yaml took 2,867 s on two
 * cores. What is done costs nothing. */
static void
an_estimate_is_near(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    study_estimate e;
    char lines[ESTIMATE_LINES][ESTIMATE_LINE];
    char path[] = "/tmp/lesionbench_test_XXXXXX", text[400];
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(text, sizeof text, "cohort:\n  template: %s\ncorpora:\n  - name: a\n", path);
    assert_ok(load(&study, text, &err));
    assert_ok(stages_make(&list, study, study_kinds(), "/", &err));
    estimate_study(&e, &list);
    assert_int_equal(e.trainings, 6);
    assert_int_equal(e.explanations, 7);
    /* 6 x 134,268,738 weights of VGG-16 with 2 classes, and 7,500 images with their truths */
    assert_close(e.bytes, 6 * 4.0 * 134268738 + 7500 * 8.0 * 224 * 224, 0, 1e-9);
    omp_set_num_threads(1);
    estimate_study(&e, &list);
    assert_true(e.seconds > 86400 && e.seconds < 7 * 86400);
    assert_in_range(estimate_print(lines, &e, &list), 2, 3);
    assert_non_null(
        strstr(lines[0], "6 trainings of vgg16, width 1, with 2500 images of 224 x 224"));
    assert_non_null(strstr(lines[1], " days on 1 thread, 6.2 GB of disk"));
    for (size_t i = 0; i < list.count; i++) {
        list.stages[i].state = STAGE_DONE;
    }
    estimate_study(&e, &list);
    assert_true(e.trainings == 0 && e.explanations == 0);
    assert_true(e.seconds <= 0 && e.bytes <= 0);
    assert_int_equal(estimate_print(lines, &e, &list), 0);
    stages_release(&list);
    lb_study_free(study);
    snprintf(text, sizeof text,
             "cohort:\n  template: %s\ncompose:\n  train: 2000\n  validation: 500\n  holdout: 500\n"
             "  size: 112\nnetwork:\n  architecture: vgg11\n  width: 0.25\ncorpora:\n  - name: a\n"
             "  - name: b\nfinetuning:\n  seeds: [1, 2, 3]\n  conditions: [best, matched]\n"
             "  search_rates: [1e-4, 3e-4, 6e-4]\n  epochs: 12\nexplain:\n  correct: 100\n"
             "  wrong: 30\n",
             path);
    assert_ok(load(&study, text, &err));
    assert_ok(stages_make(&list, study, study_kinds(), "/", &err));
    estimate_study(&e, &list);
    assert_close(e.seconds, 2 * 2867.0, 0, 0.5);
    stages_release(&list);
    lb_study_free(study);
    unlink(path);
}

/* A changed setting changes the keys of the stages it concerns, and of no others. */
static void
keys_follow_settings(void **state)
{
    (void)state;
    lb_error err;
    lb_study *study = NULL;
    stage_list list = {0};
    assert_ok(lb_study_load(&study, NULL, &err));
    skip_without(study->cohort.template_path);
    skip_without("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz");
    assert_ok(stages_make(&list, study, study_kinds(), "folder", &err));
    uint64_t before[256], after[256];
    size_t count = 0;
    keys_of(before, &count, NULL, NULL);
    assert_in_range(count, 20, 256);
    const struct {
        const char *key, *value;
        size_t first;  /* stage that changes */
        size_t spared; /* stage that does not */
    } cases[] = {
        {"cohort.seed", "99", list.slices, list.lesions},
        {"lesions.count", "40", list.dataset, list.slices},
        {"compose.seed", "99", list.pretrain, list.slices},
        {"corpora.epochs", "99", list.pretrain, list.pretrain + 1},
        {"finetuning.epochs", "99", list.finetune, list.pretrain},
        {"explain.steps", "3", list.explain, list.evaluate},
        {"explain.correct", "3", list.baseline, list.predict},
        {"network.seed", "99", list.untrained, list.dataset},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        keys_of(after, &count, cases[i].key, cases[i].value);
        assert_true(before[cases[i].first] != after[cases[i].first]);
        assert_true(before[cases[i].spared] == after[cases[i].spared]);
        assert_true(before[list.report] != after[list.report]);
    }
    for (size_t i = 0; i < count; i++) { /* and no two stages share one */
        for (size_t j = 0; j < i; j++) {
            assert_true(before[i] != before[j]);
        }
    }
    stages_release(&list);
    lb_study_free(study);
}

/* A resolved study reads back as itself. */
static void
resolved_reads_back(void **state)
{
    (void)state;
    lb_error err;
    lb_study *demo = NULL, *again = NULL;
    char text[16384] = "";
    assert_ok(lb_study_load(&demo, NULL, &err));
    demo->cohort.template_path = "/odd \"name\": #1\\.nii";
    static const char *const SECTIONS[] = {"cohort",  "lesions",    "compose", "network",
                                           "corpora", "finetuning", "explain"};
    char *sections[7][2] = {{NULL}};
    for (size_t i = 0; i < 7; i++) {
        bool corpora = i == 4;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s:\n", SECTIONS[i]);
        for (size_t j = 0; j < (corpora ? demo->corpus_count : 1); j++) {
            sections[i][j] =
                plan_print_section(demo, SECTIONS[i], corpora ? &demo->corpora[j] : NULL, &err);
            assert_non_null(sections[i][j]);
            used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s", sections[i][j]);
        }
    }
    assert_ok(load(&again, text, &err));
    for (size_t i = 0; i < 7; i++) {
        for (size_t j = 0; j < 2 && sections[i][j] != NULL; j++) {
            char *printed =
                plan_print_section(again, SECTIONS[i], i == 4 ? &again->corpora[j] : NULL, &err);
            assert_string_equal(printed, sections[i][j]);
            lb_free(printed);
            lb_free(sections[i][j]);
        }
    }
    lb_study_free(again);
    lb_study_free(demo);
}

static lb_score_row *
add_row(lb_score_rows *rows, const char *method, uint32_t tp, uint32_t fn)
{
    lb_error err;
    lb_score_row *row = lb_score_rows_add(rows, &err);
    assert_non_null(row);
    snprintf(row->corpus, sizeof row->corpus, "mri");
    snprintf(row->degree, sizeof row->degree, "all");
    snprintf(row->seed, sizeof row->seed, "1");
    snprintf(row->method, sizeof row->method, "%s", method);
    snprintf(row->selection, sizeof row->selection, "correct");
    snprintf(row->condition, sizeof row->condition, "best");
    row->score = (lb_localisation){.tp = tp, .fn = fn, .fp = fn, .tn = 100 - tp - 2 * fn};
    return row;
}

/* Medians and quartiles by hand: TPR 0.2, 0.4, 0.6, 0.8 and chance 10 / 100. */
static void
tables_hold_what_was_scored(void **state)
{
    (void)state;
    lb_error err;
    char path[] = "/tmp/lesionbench_test_XXXXXX", text[2048] = "";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    lb_score_rows rows = {0};
    lb_score_table table = {0}, again = {0};
    for (uint32_t i = 1; i <= 4; i++) {
        add_row(&rows, "saliency", 2 * i, 10 - 2 * i)->image = i;
    }
    add_row(&rows, "lrp", 5, 5)->lesion_count = 3;
    rows.rows[4].diagnostic = (lb_diagnostics){.sum = -0.5,
                                               .expected_sum = 0.25,
                                               .completeness_error = 3,
                                               .nan_share = 0,
                                               .zero_share = 0.125,
                                               .steps = 400};
    assert_ok(lb_score_rows_write(&rows, path, &err));
    assert_ok(lb_scores_read(&again, path, &err));
    assert_int_equal(again.count, rows.count);
    assert_ok(lb_scores_append(&table, &rows, &err));
    assert_int_equal(again.column_count, table.column_count);
    for (size_t i = 0; i < rows.count; i++) {
        for (size_t k = 0; k < LB_SCORE_KEYS; k++) {
            assert_string_equal(lb_score_table_text(&again, i, (lb_score_key)k),
                                lb_score_table_text(&table, i, (lb_score_key)k));
        }
        for (size_t c = 0; c < table.column_count; c++) {
            double wrote = table.columns[c].values[i], read = again.columns[c].values[i];
            assert_string_equal(again.columns[c].name, table.columns[c].name);
            assert_true(wrote == read || (isnan(wrote) && isnan(read)));
        }
        assert_string_equal(lb_score_table_text(&again, i, LB_KEY_METHOD), rows.rows[i].method);
        assert_true(again.columns[lb_score_table_find(&again, "image")].values[i] ==
                    rows.rows[i].image);
    }
    assert_true(again.columns[lb_score_table_find(&again, "lesion_count")].values[4] == 3);
    assert_true(again.columns[lb_score_table_find(&again, "steps_used")].values[4] == 400);
    assert_true(again.columns[lb_score_table_find(&again, "zero_share")].values[4] == 0.125);
    assert_true(isnan(again.columns[lb_score_table_find(&again, "zero_share")].values[0]));
    assert_true(isnan(again.columns[lb_score_table_find(&again, "steps_used")].values[0]));
    lb_score_table_release(&table);
    snprintf(add_row(&rows, "lrp", 2, 8)->condition, sizeof rows.rows->condition, "matched");
    const lb_model_accuracy models[] = {
        {.name = {.corpus = "mri", .degree = "all", .seed = "1", .condition = "matched"},
         .accuracy = 0.25},
        {.name = {.corpus = "mri", .degree = "all", .seed = "1", .condition = "best"},
         .accuracy = 0.75}};
    assert_ok(lb_scores_append(&table, &rows, &err));
    assert_ok(lb_explanation_table_write(&table, models, 2, path, &err));
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    assert_true(fread(text, 1, sizeof text - 1, stream) > 0);
    fclose(stream);
    assert_non_null(strstr(text, "mri,all,1,saliency,correct,4,0.75,0.5,0.35,0.65,"));
    assert_non_null(strstr(text, "mri,all,1,lrp,correct,1,0.75,0.5,0.5,0.5,"));
    assert_non_null(strstr(text, "mri,all,1,lrp,correct,1,0.25,0.2,0.2,0.2,"));
    assert_non_null(strstr(text, ",0.1,best\n"));
    assert_non_null(strstr(text, ",0.1,matched\n"));
    lb_score_rows_release(&rows);
    lb_score_table_release(&table);
    lb_score_table_release(&again);
    unlink(path);
}

/* The columns of 0.1 and their order; what a single class leaves undefined is an empty cell. */
static void
classification_table_is_as_before(void **state)
{
    static const char columns[] =
        "corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
        "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch,condition,target_accuracy,"
        "calibration_error,accuracy_low,accuracy_high,auroc_low,auroc_high,auprc_low,auprc_high,"
        "sensitivity_low,sensitivity_high,specificity_low,specificity_high,"
        "balanced_accuracy_low,balanced_accuracy_high,mcc_low,mcc_high\n";
    (void)state;
    lb_error err;
    double logits[] = {0, 1, 2, 1, 0, 3};
    int32_t predicted[] = {1, 0, 1};
    int32_t labels[] = {1, 1, 1};
    char table[] = "/tmp/lesionbench_test_XXXXXX", text[2048] = "";
    const lb_predictions one = {.name = {.corpus = "mri", .degree = "all", .seed = "1"},
                                .split = "holdout",
                                .count = 3,
                                .classes = 2,
                                .logits = logits,
                                .predicted = predicted,
                                .labels = labels};
    int file = mkstemp(table);
    assert_true(file >= 0);
    close(file);
    char *path = lb_format(&err, "%s.h5", table);
    const char *paths[] = {path};
    assert_ok(lb_predictions_save(&one, path, NULL, &err));
    assert_ok(lb_classification_table_write(paths, 1, table, &err));
    FILE *stream = fopen(table, "r");
    assert_non_null(stream);
    assert_true(fread(text, 1, sizeof text - 1, stream) > 0);
    fclose(stream);
    assert_true(strncmp(text, columns, strlen(columns)) == 0);
    assert_non_null(strstr(text, "\nmri,all,1,holdout,3,0.666666667,,"));
    assert_null(strstr(text, "nan"));
    unlink(path);
    unlink(table);
    lb_free(path);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_strict),
        cmocka_unit_test(lists_and_near_misses),
        cmocka_unit_test(study_is_read),
        cmocka_unit_test(yaml_is_read_as_elsewhere),
        cmocka_unit_test(groups_of_methods),
        cmocka_unit_test(mistakes_have_lines),
        cmocka_unit_test(corpora_start_from_weights),
        cmocka_unit_test(folders_are_in_keys),
        cmocka_unit_test(an_estimate_is_near),
        cmocka_unit_test(keys_follow_settings),
        cmocka_unit_test(resolved_reads_back),
        cmocka_unit_test(tables_hold_what_was_scored),
        cmocka_unit_test(classification_table_is_as_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
