/* SPDX-License-Identifier: MIT */
#include "cli.h"

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
        .help = "Puts lesions of one shape on each slice; the lesions are the true explanation. "
                "Subjects\nare never in two splits.",
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
