/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <unistd.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/paths.h"
#include "lesionbench/pipeline.h"
#include "outcome.h"

typedef struct options {
    lb_finetune_job job;
    const char *output;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "from", job.from, LB_SETTING_TEXT, "pre-trained model"),
    OPT_ROW(options, "degree", job.training.degree, LB_SETTING_DEGREE,
            "deepest block trained, from the back; all: everything"),
    OPT_ROW(options, "data", job.data, LB_SETTING_TEXT, "dataset.h5"),
    OPT_ROW(options, "fresh", job.fresh, LB_SETTING_FLAG,
            "compose the training images afresh for every epoch, from --slices and --lesions"),
    OPT_ROW(options, "slices", job.slices, LB_SETTING_TEXT, "slices.h5, for --fresh"),
    OPT_ROW(options, "lesions", job.lesions, LB_SETTING_TEXT, "lesions.h5, for --fresh"),
    OPT_ROW(options, "quirks", job.quirks, LB_SETTING_LIST,
            "defects of the study to switch upon the dataset's own: dropout_at_inference, "
            "first_block_conv_frozen"),
    {"target_accuracy", LB_SETTING_REAL, offsetof(options, job.training.target_accuracy), 0, 1,
     "keep the epoch whose validation accuracy is nearest to this; 0: the best epoch", NULL},
    OPT_ROW(options, "checkpoint_seconds", job.training.checkpoint_seconds, LB_SETTING_REAL,
            "least time between two states saved, from which a killed run goes on"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT,
            "folder for model.safetensors and history.csv"),
};

lb_status
cmd_finetune(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.output = NULL};
    char *model = NULL, *history = NULL;
    bool made = false;
    lb_training_outcome outcome = {0};
    lb_training_defaults(&given.job.training);
    const opt_spec spec = {
        .usage = "lesionbench finetune --from MODEL --degree 1|2|3|4|all --data dataset.h5 "
                 "[options] -o DIR",
        .help =
            "Replaces the head by one of two classes and trains the model to classify round and "
            "irregular\nlesions. The classifier is always trained; the degree says how many "
            "blocks of convolutions are.",
        .groups = {{LB_SETTING_TABLE(ROWS), &given},
                   {lb_training_settings(), &given.job.training}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.job.from, "--from", err));
    LB_TRY(opt_need(self, given.job.data, "--data", err));
    LB_TRY(opt_need(self, given.output, "-o", err));
    if (given.job.fresh) {
        LB_TRY(opt_need(self, given.job.slices, "--slices (for --fresh)", err));
        LB_TRY(opt_need(self, given.job.lesions, "--lesions (for --fresh)", err));
    } else if (given.job.slices != NULL || given.job.lesions != NULL) {
        LB_TRY(opt_wrong(self, err, "--slices and --lesions are for --fresh"));
    }
    model = lb_format(err, "%s/model.safetensors", given.output);
    history = lb_format(err, "%s/history.csv", given.output);
    if (model == NULL || history == NULL) {
        LB_TRY(err->code);
    }
    made = !lb_path_is_taken(given.output);
    LB_TRY(lb_make_directories(given.output, err));
    LB_TRY(cli_note_leak(self, given.job.from, given.job.data, err));
    given.job.outcome = &outcome;
    cli_note_ignored(self, given.job.from);
    LB_TRY(lb_finetune(&given.job, model, history, &self->context, err));
    outcome_training(self, model, &outcome);
cleanup:
    if (status != LB_OK && made) {
        rmdir(given.output); /* stays where anything is in it */
    }
    lb_free(history);
    lb_free(model);
    return status;
}
