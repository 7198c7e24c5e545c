/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/audit_report.h"
#include "lesionbench/compose.h"
#include "lesionbench/dataset.h"

typedef struct options {
    lb_compose_options compose;
    const char *slices, *lesions, *output;
    uint32_t first_seed;
} options;

static const char *const EVERY_SLICE[] = {"no", "train", "validation", "holdout", NULL};

static const lb_setting ROWS[] = {
    OPT_ROW(options, "slices", slices, LB_SETTING_TEXT, "slices.h5"),
    OPT_ROW(options, "lesions", lesions, LB_SETTING_TEXT, "lesions.h5"),
    {"every_slice", LB_SETTING_CHOICE, offsetof(options, compose.every_slice), 0, 0,
     "each slice once, in file order, into this split alone", EVERY_SLICE},
    {"first_seed", LB_SETTING_U32, offsetof(options, first_seed), 0, UINT32_MAX - 50000,
     "first seed of training; validation's is 30000 more, holdout's 50000, unless given", NULL},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "dataset.h5 to write"),
};

/* Moves the first seeds by --first-seed, but those that were given themselves. */
static void
move_first_seeds(options *given, int argc, char **argv)
{
    static const char *const OWN[LB_SPLITS] = {"--train-first-seed", "--validation-first-seed",
                                               "--holdout-first-seed"};
    for (size_t split = 0; split < LB_SPLITS; split++) {
        given->compose.first_seed[split] +=
            opt_given(argc, argv, OWN[split]) ? 0 : given->first_seed;
    }
}

/* Of each split so many images are audited: enough for what matters, in a small part of the time
 * that composing takes. */
enum { AUDITED_IMAGES = 500, AUDITED_CONTROLS = 50 };

/* Adds text behind what is there, if there is room and it is not there yet. */
static void
append(char *out, size_t size, const char *separator, const char *text)
{
    size_t used = strlen(out);
    if (strstr(out, text) == NULL && used + strlen(separator) + strlen(text) < size) {
        snprintf(out + used, size - used, "%s%s", used > 0 ? separator : "", text);
    }
}

/* The note that names the lines of the audit that the dataset fails, and what passes them. */
static void
note_failures(cli *self, const lb_audit *audit, const options *given, const lb_dataset *made,
              bool has_distractors)
{
    static const char FAIR[] = "--protocol fair";
    char failed[512] = "", passing[192] = "", other[192] = "", line[48];
    for (size_t i = 0; i < audit->count; i++) {
        const lb_check *check = audit->checks + i;
        if (check->verdict != LB_VERDICT_FAIL) {
            continue;
        }
        snprintf(line, sizeof line, "(%c) %s", check->part, check->name);
        append(failed, sizeof failed, ", ", line);
        bool by_options = strncmp(check->remedy, LB_REMEDY_COMPOSE, strlen(LB_REMEDY_COMPOSE)) == 0;
        if (by_options && check->remedy[strlen(LB_REMEDY_COMPOSE)] == '-') {
            append(passing, sizeof passing, " ", check->remedy + strlen(LB_REMEDY_COMPOSE));
        } else {
            append(other, sizeof other, "; ", check->remedy);
        }
    }
    bool lacks = !has_distractors && strstr(passing, FAIR) != NULL;
    bool sampled = false;
    for (int split = 0; split < LB_SPLITS; split++) {
        sampled = sampled || (audit->images[split] == AUDITED_IMAGES &&
                              lb_dataset_count(made, (lb_split)split) > AUDITED_IMAGES);
    }
    line[0] = '\0';
    if (sampled) {
        snprintf(line, sizeof line, " (first %d images of each split)", AUDITED_IMAGES);
    }
    cli_note(self, "%s fails the audit%s: %s; what passes: %s%s%s%s", given->output, line, failed,
             passing, passing[0] != '\0' && other[0] != '\0' ? "; " : "", other,
             lacks ? " (with distractors, which 'lesionbench lesions' makes)" : "");
}

/* Says what of the audit the dataset fails. It is whole already, so a check that cannot be made is
 * no failure of the command. */
static lb_status
audit_made(cli *self, const options *given, const lb_dataset *made, bool has_distractors,
           lb_error *err)
{
    lb_audit audit = {.count = 0};
    lb_audit_options todo;
    lb_audit_defaults(&todo);
    todo.images = AUDITED_IMAGES;
    todo.control_images = AUDITED_CONTROLS;
    if (self->quiet) {
        return LB_OK;
    }
    lb_status status = lb_audit_data(&audit, given->output, &todo, &self->context, err);
    /* Elsewhere controls that find the truth only warn. */
    if (status == LB_OK && given->compose.protocol == LB_PROTOCOL_FAIR) {
        status = lb_audit_controls(&audit, given->output, &todo, &self->context, err);
    }
    if (status != LB_OK && status != LB_ERROR_INTERRUPTED) {
        cli_note(self, "not audited: %s", err->message);
        status = LB_OK;
    } else if (lb_audit_tally(&audit, LB_VERDICT_FAIL) > 0) {
        note_failures(self, &audit, given, made, has_distractors);
    }
    lb_audit_release(&audit);
    return status;
}

lb_status
cmd_compose(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.output = NULL};
    lb_quirk_set quirks = 0;
    lb_slices *slices = NULL;
    lb_lesion_library library = {0};
    lb_dataset *made = NULL;
    lb_compose_defaults(&given.compose);
    const opt_spec spec = {
        .usage = "lesionbench compose --slices slices.h5 --lesions lesions.h5 [options] "
                 "-o dataset.h5",
        .help =
            "Puts lesions of one shape on each slice; the lesions are the true explanation. "
            "Subjects\nare never in two splits. At the end a note says which lines of the audit "
            "the dataset\nfails, by the first 500 images of each split, and which options pass "
            "them; not with --quiet.",
        .groups = {{LB_SETTING_TABLE(ROWS), &given}, {lb_compose_settings(), &given.compose}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.slices, "--slices", err));
    LB_TRY(opt_need(self, given.lesions, "--lesions", err));
    LB_TRY(opt_need(self, given.output, "-o", err));
    if (given.compose.minimum_lesions > given.compose.maximum_lesions) {
        LB_TRY(opt_wrong(self, err, "--minimum-lesions is more than --maximum-lesions"));
    }
    if (lb_compose_quirks(&quirks, &given.compose, err) != LB_OK) {
        self->wrong_usage = true;
        LB_TRY(lb_fail_context(err, "--quirk"));
    }
    if (given.compose.every_slice != 0 &&
        (opt_given(argc, argv, "--train") || opt_given(argc, argv, "--validation") ||
         opt_given(argc, argv, "--holdout"))) {
        LB_TRY(opt_wrong(self, err,
                         "--every-slice makes as many images as there are slices: leave "
                         "out --train, --validation and --holdout"));
    }
    if (given.compose.protocol != LB_PROTOCOL_FAIR &&
        (opt_given(argc, argv, "--distractors") || opt_given(argc, argv, "--plain-share"))) {
        LB_TRY(opt_wrong(self, err, "--distractors and --plain-share are for --protocol fair"));
    }
    move_first_seeds(&given, argc, argv);
    LB_TRY(lb_slices_open(&slices, given.slices, err));
    LB_TRY(lb_lesions_load(&library, given.lesions, err));
    LB_TRY(lb_compose(&given.compose, slices, &library, given.output, &self->context, err));
    LB_TRY(lb_dataset_open(&made, given.output, err));
    LB_TRY(audit_made(self, &given, made, library.count[LB_DISTRACTOR] > 0, err));
    cli_result(self, "%s: %zu training, %zu validation and %zu holdout images of %zu x %zu",
               given.output, lb_dataset_count(made, LB_TRAIN),
               lb_dataset_count(made, LB_VALIDATION), lb_dataset_count(made, LB_HOLDOUT),
               lb_dataset_height(made), lb_dataset_width(made));
cleanup:
    lb_dataset_close(made);
    lb_lesions_release(&library);
    lb_slices_close(slices);
    return status;
}
