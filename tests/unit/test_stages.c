/* SPDX-License-Identifier: MIT */
/* A study's graph of stages, run with kinds whose work writes a line instead of training. */
#include "io_testing.h"

#include <omp.h>
#include <pthread.h>

#include "lesionbench/file_bytes.h"
#include "lesionbench/paths.h"
#include "workflow/kinds.h"
#include "workflow/run.h"

/* The names of the stages that ran, each between spaces; guarded by the lock. */
static char ran[8192];
static const char *failing; /* the name of a stage that fails */
static pthread_mutex_t ran_lock = PTHREAD_MUTEX_INITIALIZER;

/* Writes what the stage is made from: its settings, and what its inputs hold. */
static lb_status
write_inputs(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    (void)context;
    lb_status status = LB_OK;
    bool fails = false;
    pthread_mutex_lock(&ran_lock);
    size_t used = strlen(ran);
    snprintf(ran + used, sizeof ran - used, "%s ", self->name);
    fails = failing != NULL && strcmp(failing, self->name) == 0;
    pthread_mutex_unlock(&ran_lock);
    if (fails) {
        return lb_fail(err, LB_ERROR_NUMERIC, "is not to be");
    }
    for (size_t i = 0; i < MAX_OUTPUTS && self->outputs[i] != NULL; i++) {
        FILE *out = fopen(self->outputs[i], "w");
        if (out == NULL) {
            return lb_fail_path(err, self->outputs[i]);
        }
        fprintf(out, "%s %u %zu\n%s", self->name, self->kind->revision, i, self->settings);
        for (size_t j = 0; j < self->input_count && status == LB_OK; j++) {
            char *text = NULL;
            size_t size = 0;
            const stage_input *input = &self->inputs[j];
            const char *path =
                input->stage == NO_STAGE ? input->file : stage_path(list, input->stage, 0);
            status = lb_file_read(&text, &size, path, err);
            uint64_t key = status == LB_OK ? key_add_text(0, text) : 0;
            fprintf(out, "%s %016llx\n", stage_input_name(list, input), (unsigned long long)key);
            lb_free(text);
        }
        fclose(out);
    }
    return status;
}

/* Writes the first output alone. */
static lb_status
write_half(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    stage half = *self;
    half.outputs[1] = NULL;
    return write_inputs(list, &half, context, err);
}

static void
fake_kinds(stage_kind out[STAGE_KINDS])
{
    memcpy(out, study_kinds(), STAGE_KINDS * sizeof *out);
    for (size_t i = 0; i < STAGE_KINDS; i++) {
        out[i].run = write_inputs;
    }
}

/* A file in the test's folder. */
static void
write_text(void **state, const char *name, const char *text)
{
    char *path = test_path(state, name);
    test_write_bytes(path, text, strlen(text));
    lb_free(path);
}

static lb_study *
load(void **state, const char *finetuning)
{
    lb_error err;
    lb_study *study = NULL;
    char *template = test_path(state, "template.nii"), *path = test_path(state, "study.yaml");
    if (!test_exists(template)) {
        write_text(state, "template.nii", "a scan");
    }
    char *text = lb_format(&err,
                           "cohort:\n  template: %s\nnetwork:\n  architecture: vgg11\n"
                           "  width: 0.0625\ncorpora:\n  - name: mri\n  - name: other\n"
                           "finetuning:\n  degrees: [1, all]\n  seeds: [4, 5]\n%s",
                           template, finetuning);
    write_text(state, "study.yaml", text);
    assert_ok(lb_study_load(&study, path, &err));
    lb_free(text);
    lb_free(path);
    lb_free(template);
    return study;
}

/* What was said: all lines. */
typedef struct heard {
    char text[32768];
} heard;

static void
hear(void *data, const char *line)
{
    heard *all = data;
    size_t used = strlen(all->text);
    snprintf(all->text + used, sizeof all->text - used, "%s\n", line);
}

static lb_status
run(heard *lines, void **state, const char *finetuning, const stage_kind *kinds, const char *folder,
    lb_error *err)
{
    lb_study_summary summary;
    lb_study *study = load(state, finetuning);
    char *directory = test_path(state, folder);
    lines->text[0] = ran[0] = '\0';
    const lb_study_listener listener = {.say = hear, .data = lines};
    lb_status status = study_run(study, kinds, directory, NULL, &summary, &listener, NULL, err);
    lb_free(directory);
    lb_study_free(study);
    return status;
}

static size_t
count_words(const char *text, const char *start)
{
    size_t count = 0;
    for (const char *c = text; *c != '\0'; c = strchr(c, ' ') + 1) {
        count += strncmp(c, start, strlen(start)) == 0;
    }
    return count;
}

static void
assert_ran(const char *kind, size_t count)
{
    size_t seen = count_words(ran, kind);
    if (seen != count) {
        fail_msg("%zu stages of '%s' ran, not %zu: %s", seen, kind, count, ran);
    }
}

static void
assert_heard(const heard *lines, const char *part)
{
    if (strstr(lines->text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, lines->text);
    }
}

/* A raised revision redoes the stages of the kind and those that follow from them, and no other;
 * what will be redone is told before. */
static void
a_revision_redoes_what_follows(void **state)
{
    lb_error err;
    static heard lines;
    stage_kind kinds[STAGE_KINDS];
    fake_kinds(kinds);
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_ran("", 35);
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_ran("", 0);
    kinds[KIND_PREDICT].revision++;
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_ran("predict/", 8);
    assert_ran("explain/", 10);
    assert_ran("", 8 + 10 + 4); /* and evaluate, tables, compare, report */
    assert_heard(&lines,
                 "will be made anew: 8 stages of predict (revision 1 -> 2)\n"
                 "will be made anew: evaluate (the input predict/mri/degree_1_seed_4 changes)\n"
                 "will be made anew: 10 stages of explain (their inputs change)\n");
    kinds[KIND_LESIONS].revision++;
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_ran("slices", 0);
    assert_ran("pretrain/", 0);
    assert_ran("", 35 - 3);
    kinds[KIND_REPORT].revision++;
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_string_equal(ran, "report ");
}

/* The reason for which a stage is made anew names what differs. */
static void
reasons_name_what_differs(void **state)
{
    lb_error err;
    static heard lines;
    stage_kind kinds[STAGE_KINDS];
    fake_kinds(kinds);
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    assert_ok(run(&lines, state, "  momentum: 0.25\n", kinds, "out", &err));
    assert_heard(&lines, "will be made anew: 8 stages of finetune (momentum: 0.5 -> 0.25)\n");
    assert_ran("search/", 0);
    assert_ran("finetune/", 8);
    write_text(state, "template.nii", "a scab");
    assert_ok(run(&lines, state, "  momentum: 0.25\n", kinds, "out", &err));
    assert_heard(&lines, "will be made anew: slices (the input /");
    assert_heard(&lines, "/template.nii has changed)\n");
    assert_ran("lesions", 0);
    char *gone = test_path(state, "out/tables/search.csv");
    assert_int_equal(remove(gone), 0);
    assert_ok(run(&lines, state, "  momentum: 0.25\n", kinds, "out", &err));
    assert_heard(&lines, "will be made anew: evaluate (tables/search.csv is missing)\n");
    assert_string_equal(ran, "evaluate ");
    lb_free(gone);
    write_text(state, "out/manifest.json", "{\"stages\":[");
    assert_ok(run(&lines, state, "  momentum: 0.25\n", kinds, "out", &err));
    assert_heard(&lines,
                 "out/manifest.json cannot be read as JSON: all stages will be made anew\n");
    assert_ran("", 35);
}

/* The plan has a line for each stage, and makes nothing. */
static void
a_plan_runs_nothing(void **state)
{
    lb_error err;
    static heard lines;
    stage_kind kinds[STAGE_KINDS];
    fake_kinds(kinds);
    lb_study *study = load(state, "");
    char *directory = test_path(state, "out");
    const lb_study_listener listener = {.say = hear, .data = &lines};
    lines.text[0] = ran[0] = '\0';
    assert_ok(study_plan(study, kinds, directory, &listener, &err));
    assert_false(test_exists(directory));
    assert_heard(&lines, "\ndataset ");
    assert_heard(&lines, " to do     slices, lesions\n");
    assert_heard(&lines, " to do     dataset, pretrain/other\n");
    assert_heard(&lines, " 10 stages of explain, tables\n");
    assert_ok(run(&lines, state, "", kinds, "out", &err));
    lines.text[0] = ran[0] = '\0';
    kinds[KIND_TABLES].revision = 7;
    assert_ok(study_plan(study, kinds, directory, &listener, &err));
    assert_string_equal(ran, "");
    assert_heard(&lines, " done ");
    assert_heard(&lines, "         7          0  changed: revision 1 -> 7 ");
    assert_heard(&lines, " changed: the input tables changes  ");
    assert_null(strstr(lines.text, "to do"));
    lb_free(directory);
    lb_study_free(study);
}

/* All that a folder holds but its manifest, whose times differ, as one key; stages are in the order
 * of the list. */
static uint64_t
folder_key(void **state, const char *folder, const stage_kind *kinds)
{
    lb_error err;
    uint64_t key = 0;
    stage_list list = {0};
    lb_study *study = load(state, "  search_rates: [0.1, 0.2]\n  conditions: [best, matched]\n");
    char *directory = test_path(state, folder);
    assert_ok(stages_make(&list, study, kinds, directory, &err));
    for (size_t i = 0; i < list.count; i++) {
        char *text = NULL;
        size_t size = 0;
        assert_ok(lb_file_read(&text, &size, stage_path(&list, i, 0), &err));
        key = key_add_text(key, text);
        lb_free(text);
    }
    stages_release(&list);
    lb_study_free(study);
    lb_free(directory);
    return key;
}

/* Any number of threads, and a run that broke off and went on, give the same files. */
static void
files_do_not_depend_on_the_order(void **state)
{
    lb_error err;
    static heard lines;
    static const char SETTINGS[] = "  search_rates: [0.1, 0.2]\n  conditions: [best, matched]\n";
    stage_kind kinds[STAGE_KINDS];
    fake_kinds(kinds);
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    assert_ok(run(&lines, state, SETTINGS, kinds, "one", &err));
    size_t stages = count_words(ran, "");
    omp_set_num_threads(5);
    assert_ok(run(&lines, state, SETTINGS, kinds, "five", &err));
    failing = "match/mri/degree_all_seed_5_matched";
    assert_int_equal(run(&lines, state, SETTINGS, kinds, "cut", &err), LB_ERROR_NUMERIC);
    assert_string_equal(err.message, "match/mri/degree_all_seed_5_matched: is not to be");
    failing = NULL;
    size_t first = count_words(ran, "");
    assert_true(first > 10 && first < stages);
    assert_ran("report", 0);
    assert_ok(run(&lines, state, SETTINGS, kinds, "cut", &err));
    assert_int_equal(count_words(ran, ""), stages - first + 1);
    uint64_t one = folder_key(state, "one", kinds);
    /* Inputs are named by their stages, so that folders can be compared. */
    assert_true(one == folder_key(state, "five", kinds));
    assert_true(one == folder_key(state, "cut", kinds));
    omp_set_num_threads(before);
}

/* A stage that leaves an output out has failed. */
static void
outputs_must_be_there(void **state)
{
    lb_error err;
    static heard lines;
    stage_kind kinds[STAGE_KINDS];
    fake_kinds(kinds);
    kinds[KIND_TABLES].run = write_half;
    assert_int_equal(run(&lines, state, "", kinds, "out", &err), LB_ERROR_IO);
    assert_message(&err, "tables: ");
    assert_message(&err, "out/tables/explanation.csv was not written");
    assert_ran("compare", 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_revision_redoes_what_follows, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(reasons_name_what_differs, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(a_plan_runs_nothing, test_setup, test_teardown),
        cmocka_unit_test_setup_teardown(files_do_not_depend_on_the_order, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(outputs_must_be_there, test_setup, test_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
