/* SPDX-License-Identifier: MIT */
/* The program: finds the command, runs it, turns its outcome into one line and an exit code: 0
 * done, 1 failed or interrupted, 2 wrong usage. */
#include "cli.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/platform.h"

#include "lesionbench/version.h"

static const cli_command COMMANDS[] = {
    {"demo", "run the embedded study, from nothing to a page", cmd_demo},
    {"study", "run the study of a study file; resumes", cmd_study},
    {"slices", "make brain slices: the backgrounds", cmd_slices},
    {"lesions", "make round and irregular lesions", cmd_lesions},
    {"compose", "put lesions on slices: the benchmark", cmd_compose},
    {"audit", "check a dataset for shortcuts and for subjects in two splits", cmd_audit},
    {"pretrain", "train a network on a corpus", cmd_pretrain},
    {"finetune", "fine-tune it to classify the shape of lesions", cmd_finetune},
    {"predict", "predict the class of images", cmd_predict},
    {"evaluate", "accuracy, AUROC and other metrics of predictions", cmd_evaluate},
    {"explain", "attribution maps of its predictions", cmd_explain},
    {"score", "score maps against the ground truth", cmd_score},
    {"compare", "compare methods, controls and corpora by their scores", cmd_compare},
    {"report", "figures and the page of a study folder", cmd_report},
    {"convert", "pickles and .npy files as HDF5 or .npy", cmd_convert},
    {"info", "what a file is", cmd_info},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0], EXIT_USAGE = 2 };

/* A signal handler can reach nothing else. */
static volatile sig_atomic_t cancelled = 0;

static void
cancel(int signal_number)
{
    (void)signal_number;
    cancelled = 1;
}

static void
print_commands(FILE *stream)
{
    fputs("usage: lesionbench COMMAND [arguments]\n\n"
          "A benchmark with ground truth for explanations of brain-MRI classifiers.\n\n",
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stream, "  %-10s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    }
    fputs("\n'lesionbench help COMMAND' lists a command's options. Every command has --threads "
          "N, --quiet\nand --no-provenance. Exit codes: 0 done, 1 failed or interrupted, 2 wrong "
          "usage.\n",
          stream);
}

static const cli_command *
find_command(cli *self, const char *name, lb_error *err)
{
    const char *names[COMMAND_COUNT];
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        names[i] = COMMANDS[i].name;
        if (strcmp(name, names[i]) == 0) {
            return &COMMANDS[i];
        }
    }
    opt_unknown(self, "command", name, names, COMMAND_COUNT, err);
    return NULL;
}

/* The command line as one text, for the files' provenance. */
static char *
join(int argc, char **argv, lb_error *err)
{
    char *text = lb_strdup("lesionbench", err);
    for (int i = 1; i < argc && text != NULL; i++) {
        char *longer = lb_format(err, "%s %s", text, argv[i]);
        lb_free(text);
        text = longer;
    }
    return text;
}

static lb_status
run_command(cli *self, int argc, char **argv, lb_error *err)
{
    static const char HELP[] = "--help";
    char *help[] = {argv[1], (char *)HELP, NULL};
    const char *name = argv[0];
    bool wants_help = strcmp(name, "help") == 0 && argc > 1;
    const cli_command *command = find_command(self, wants_help ? argv[1] : name, err);
    if (command == NULL) {
        return err->code;
    }
    return wants_help ? command->run(self, 2, help, err) : command->run(self, argc, argv, err);
}

static void
print_note(void *data, const char *line)
{
    cli_clear_progress(data);
    fprintf(stderr, "lesionbench: note: %s\n", line);
}

static int
finish(cli *self, lb_status status, const lb_error *err)
{
    cli_clear_progress(self);
    if (status == LB_ERROR_INTERRUPTED || (status != LB_OK && cancelled)) {
        fputs("lesionbench: interrupted\n", stderr);
        return EXIT_FAILURE;
    }
    if (status != LB_OK) {
        fprintf(stderr, "lesionbench: %s\n", err->message);
        if (self->wrong_usage) {
            fputs("'lesionbench help' and 'lesionbench COMMAND --help' tell more\n", stderr);
        }
        return self->wrong_usage ? EXIT_USAGE : EXIT_FAILURE;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fputs("lesionbench: cannot write to standard output\n", stderr);
        return EXIT_FAILURE;
    }
    cli_print_result(self);
    return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
    cli self = {.threads = (size_t)omp_get_max_threads()};
    lb_error err = {.code = LB_OK};
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    bool alone = argc == 2;
    if (alone && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
                  strcmp(argv[1], "help") == 0)) {
        print_commands(stdout);
        return finish(&self, LB_OK, &err);
    }
    if (alone && strcmp(argv[1], "--version") == 0) {
        printf("lesionbench %s\n", lb_version());
        if (strcmp(lb_commit(), "unknown") != 0) {
            printf("commit %s\n", lb_commit());
        }
        return finish(&self, LB_OK, &err);
    }
    lb_platform_catch_signals(cancel);
    cli_begin_progress(&self);
    char *command_line = join(argc, argv, &err);
    self.context = (lb_context){.progress = cli_show_progress,
                                .progress_data = &self,
                                .cancelled = &cancelled,
                                .command_line = command_line,
                                .note = print_note,
                                .note_data = &self};
    const char *instruction_set;
    lb_status status = lb_instruction_set(&instruction_set, &err);
    if (status == LB_OK) {
        status = command_line != NULL ? run_command(&self, argc - 1, argv + 1, &err) : err.code;
    }
    int code = finish(&self, status, &err);
    lb_free(command_line);
    for (size_t i = 0; i < sizeof self.lists / sizeof *self.lists; i++) {
        lb_free(self.lists[i].text);
    }
    return code;
}
