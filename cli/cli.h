/* SPDX-License-Identifier: MIT */
/* What the commands share: options, progress, and how they are called. */
#ifndef LB_CLI_CLI_H
#define LB_CLI_CLI_H

#include <stdio.h>

#include "lesionbench/base.h"
#include "lesionbench/recognise.h"
#include "lesionbench/settings.h"

/* The progress bar's memory. */
typedef struct cli_progress {
    bool terminal;
    bool shown;            /* a bar is on the line now */
    char what[320];        /* the phase: what is under way */
    double begun;          /* when the command began, ... */
    double start;          /* ... and the phase ... */
    double share_at_start; /* ... with this much of it done */
    double last_told;
} cli_progress;

typedef struct cli {
    lb_context context;
    size_t threads; /* 0: as many as there are */
    bool quiet;
    bool no_provenance;
    bool help; /* --help was given and answered */
    bool wrong_usage;
    cli_progress progress;
    char result[512]; /* what came of the command, see cli_result() */
    /* Lists given item by item, joined; main frees them. */
    struct {
        const lb_setting *setting;
        char *text;
    } lists[4];
} cli;

/* Outcome in err; exit codes are main's. argv[0] is the command's name. */
typedef lb_status (*cli_function)(cli *self, int argc, char **argv, lb_error *err);

typedef struct cli_command {
    const char *name;
    const char *summary; /* one line */
    cli_function run;
} cli_command;

/* Settings and the struct they are read into. */
typedef struct opt_group {
    lb_setting_table table;
    void *target;
} opt_group;

enum { OPT_MAX_GROUPS = 6 };

typedef struct opt_spec {
    const char *usage;                /* "lesionbench lesions [options] -o lesions.h5" */
    const char *help;                 /* one or more lines, or NULL */
    opt_group groups[OPT_MAX_GROUPS]; /* ended by one without settings */
    size_t min_operands, max_operands;
} opt_spec;

/* A setting of a struct `type`. */
#define OPT_ROW(type, name, member, kind, help) \
    {name, kind, offsetof(type, member), 0, 1e9, help, NULL}

/* Choices of --split, in the order of lb_split. */
extern const char *const OPT_SPLITS[];

/* Reads options into the groups' targets; lists may be given several times, also by their singular
 * (--quirks A,B or --quirk A --quirk B). Moves the operands to argv[1 ..], their number to
 * *operands. --help prints the help and sets self->help; the command then returns LB_OK at once.
 * Errors are wrong usage. */
lb_status opt_parse(size_t *operands, cli *self, const opt_spec *spec, int argc, char **argv,
                    lb_error *err);
/* A line of help: what stands on its left, what the setting is, its choices or range, and its value
 * in target, where that is not NULL. */
void opt_print_setting(const char *left, const lb_setting *setting, const void *target);
/* Whether an option, like "--seed", is among the arguments. For commands without operands. */
bool opt_given(int argc, char **argv, const char *option);
/* Wrong usage: LB_ERROR_ARGUMENT that asks for the option where value is NULL. */
lb_status opt_need(cli *self, const void *value, const char *option, lb_error *err);
/* LB_ERROR_ARGUMENT as wrong usage. */
lb_status opt_wrong(cli *self, lb_error *err, const char *format, ...) LB_PRINTF(3, 4);

/* "PLACE: unknown WHAT 'text'; did you mean ...?" as wrong usage. */
lb_status opt_unknown(cli *self, const char *what, const char *text, const char *const *names,
                      size_t count, lb_error *err);

/* What stands out on a terminal: text that a colour is put around, never a colour alone. */
typedef enum cli_ink { CLI_PLAIN, CLI_BOLD, CLI_GOOD, CLI_DOUBTFUL, CLI_BAD } cli_ink;
/* printf() of a text in an ink, padded to a width; without colours where standard output is no
 * terminal, TERM is dumb or NO_COLOR is set (no-color.org). */
void cli_print(cli_ink ink, int width, const char *text);
/* "316 MB": bytes in the unit that leaves three digits. */
void cli_bytes(char *out, size_t size, double bytes);

/* The clock starts. */
void cli_begin_progress(cli *self);
/* For lb_context: data is the cli. */
void cli_show_progress(void *data, const char *what, size_t done, size_t total);
/* Takes the bar off the line before something else is printed to standard error. */
void cli_clear_progress(cli *self);
/* The one line that says what came of a command: what was written, what it holds, how good it is.
 * Printed to standard error when the command has succeeded, where that is a terminal and --quiet is
 * not given, with the time it took. The last one counts. */
void cli_result(cli *self, const char *format, ...) LB_PRINTF(2, 3);
void cli_print_result(const cli *self);
/* One line on standard error, unless --quiet: what the user should know of a command that did what
 * it was asked for. */
void cli_note(cli *self, const char *format, ...) LB_PRINTF(2, 3);
/* The note that a model was trained on subjects of a dataset's holdout, where it was. */
lb_status cli_note_leak(cli *self, const char *model, const char *data, lb_error *err);

lb_status cmd_audit(cli *, int, char **, lb_error *);
lb_status cmd_compare(cli *, int, char **, lb_error *);
lb_status cmd_compose(cli *, int, char **, lb_error *);
lb_status cmd_convert(cli *, int, char **, lb_error *);
lb_status cmd_demo(cli *, int, char **, lb_error *);
lb_status cmd_evaluate(cli *, int, char **, lb_error *);
lb_status cmd_explain(cli *, int, char **, lb_error *);
lb_status cmd_finetune(cli *, int, char **, lb_error *);
lb_status cmd_info(cli *, int, char **, lb_error *);
lb_status cmd_lesions(cli *, int, char **, lb_error *);
lb_status cmd_predict(cli *, int, char **, lb_error *);
lb_status cmd_pretrain(cli *, int, char **, lb_error *);
lb_status cmd_report(cli *, int, char **, lb_error *);
lb_status cmd_score(cli *, int, char **, lb_error *);
lb_status cmd_slices(cli *, int, char **, lb_error *);
lb_status cmd_study(cli *, int, char **, lb_error *);

/* Parts of `info`. Names of lb_type; the attributes and the metadata shown, NULL-terminated. */
extern const char *const INFO_TYPES[], *const INFO_H5_KEYS[], *const INFO_MODEL_KEYS[];
lb_status info_pickle(const char *path, lb_error *err);
/* What a file is; one that `info` does not know is LB_ERROR_UNSUPPORTED. */
lb_status info_kind_of(lb_file_kind *out, size_t *bytes, const char *path, lb_error *err);
/* Notes the tensors of a model's file that are no part of the network, where there are any. */
void cli_note_ignored(cli *self, const char *model);
/* A file's kind and contents as a JSON object. */
lb_status info_json(const char *path, lb_error *err);

#endif
