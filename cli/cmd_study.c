/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/study.h"

typedef struct options {
    const char *output;
    bool plan;
    double memory; /* GB */
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "output", output, LB_SETTING_TEXT,
            "folder of the study; if absent the study file's name, or for DIR/study.yaml DIR"),
    OPT_ROW(options, "plan", plan, LB_SETTING_FLAG,
            "print the stages, which of them are done and why the others are not, and run nothing"),
    OPT_ROW(options, "memory", memory, LB_SETTING_REAL,
            "GB that stages side by side may take, as estimated; 0: four fifths of what is free"),
};

static void
say(void *data, const char *line)
{
    cli *self = data;
    cli_clear_progress(self);
    if (!self->quiet) {
        fprintf(stderr, "%s\n", line);
    }
}

static void
print_line(void *data, const char *line)
{
    (void)data;
    puts(line);
}

static void
print_key(void *data, const char *section, const lb_setting *setting, const void *defaults)
{
    const char **last = data;
    if (*last == NULL || strcmp(*last, section) != 0) {
        printf("  %s:\n", section);
        *last = section;
    }
    char left[80];
    snprintf(left, sizeof left, "  %s:", setting->key);
    opt_print_setting(left, setting, defaults);
}

/* path NULL: the demo. */
static lb_status
run(cli *self, const char *path, const char *directory, const lb_study_options *wanted,
    lb_error *err)
{
    lb_status status = LB_OK;
    lb_study *study = NULL;
    lb_study_summary summary;
    const lb_study_listener listener = {.say = say, .data = self};
    LB_TRY(lb_study_load(&study, path, err));
    LB_TRY(lb_study_run(study, directory, wanted, &summary, &listener, &self->context, err));
    cli_clear_progress(self);
    printf("%sthe page: %s/report/index.html\n", summary.text, directory);
    cli_result(self, "%s: the study is done", directory);
cleanup:
    lb_study_free(study);
    return status;
}

lb_status
cmd_demo(cli *self, int argc, char **argv, lb_error *err)
{
    size_t operands = 0;
    const opt_spec spec = {
        .usage = "lesionbench demo [DIR]",
        .help =
            "Runs the embedded study in DIR (lesionbench-demo if absent); run again, it goes "
            "on where it was.\nThe study file it follows is written to DIR/study.yaml: change a "
            "copy of it and run\n'lesionbench study COPY.yaml -o DIR'.",
        .max_operands = 1};
    lb_status status = opt_parse(&operands, self, &spec, argc, argv, err);
    if (status != LB_OK || self->help) {
        return status;
    }
    return run(self, NULL, operands > 0 ? argv[1] : "lesionbench-demo", NULL, err);
}

static lb_status
plan(const char *path, const char *directory, lb_error *err)
{
    lb_status status = LB_OK;
    lb_study *study = NULL;
    const lb_study_listener listener = {.say = print_line};
    LB_TRY(lb_study_load(&study, path, err));
    LB_TRY(lb_study_plan(study, directory, &listener, err));
cleanup:
    lb_study_free(study);
    return status;
}

/* "studies/mine.yaml" -> "mine"; a study's own "DIR/study.yaml" -> "DIR" */
static char *
default_folder(const char *path, lb_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    if (strcmp(name, "study.yaml") == 0) {
        return slash != NULL ? lb_format(err, "%.*s", (int)(slash - path), path)
                             : lb_strdup(".", err);
    }
    if (dot == NULL || dot == name) {
        return lb_format(err, "%s-study", name);
    }
    return lb_format(err, "%.*s", (int)(dot - name), name);
}

lb_status
cmd_study(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.output = NULL};
    char *folder = NULL;
    const opt_spec spec = {
        .usage = "lesionbench study FILE.yaml [-o DIR] [--plan]",
        .help =
            "Runs every stage of the study that is not done or whose inputs have changed. Stages "
            "whose\ninputs are there run side by side.",
        .groups = {{LB_SETTING_TABLE(ROWS), &given}},
        .min_operands = 1,
        .max_operands = 1};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        const char *last = NULL;
        printf("\nkeys of study files, each in its section (range) [default]:\n");
        lb_study_settings(print_key, &last);
        return LB_OK;
    }
    folder = given.output != NULL ? lb_strdup(given.output, err) : default_folder(argv[1], err);
    if (folder == NULL) {
        LB_TRY(err->code);
    }
    const lb_study_options run_options = {.memory = (size_t)(given.memory * 1e9)};
    LB_TRY(given.plan ? plan(argv[1], folder, err) : run(self, argv[1], folder, &run_options, err));
cleanup:
    lb_free(folder);
    return status;
}
