/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "lesionbench/loaders.h"
#include "lesionbench/pipeline.h"
#include "outcome.h"

typedef struct options {
    lb_predict_job job;
    const char *output;
    size_t split;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "model", job.model, LB_SETTING_TEXT, "model.safetensors"),
    OPT_ROW(options, "data", job.data, LB_SETTING_TEXT, "dataset.h5"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "images", job.images, LB_SETTING_TEXT,
            "X.npy instead: (N, 3, H, W) or, for grey ones, (N, 1, H, W) or (N, H, W); real "
            "numbers, or "
            "uint8 from 0 to 255"),
    OPT_ROW(options, "layout", job.layout, LB_SETTING_TEXT,
            "of --images with three axes: nhw, grey images, or chw, one image; to be said of (3, "
            "H, W)"),
    OPT_ROW(options, "quirks", job.quirks, LB_SETTING_LIST,
            "defects of the study to switch upon the dataset's own: dropout_at_inference"),
    {"convolution", LB_SETTING_CHOICE, offsetof(options, job.compute.convolution), 0, 0,
     "algorithm: the fastest, or the direct one", lb_convolution_names},
    {"precision", LB_SETTING_CHOICE, offsetof(options, job.compute.precision), 0, 0,
     "of convolutions' operands; bf16 needs AVX-512", lb_precision_names},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "predictions.h5 to write"),
};

lb_status
cmd_predict(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT};
    lb_predictions predictions = {0};
    const opt_spec spec = {
        .usage = "lesionbench predict --model MODEL --data dataset.h5 [--split holdout] | "
                 "--images X.npy\n       -o predictions.h5",
        .groups = {{LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.job.model, "--model", err));
    LB_TRY(opt_need(self, given.output, "-o", err));
    cli_note_ignored(self, given.job.model);
    if ((given.job.data == NULL) == (given.job.images == NULL)) {
        LB_TRY(opt_wrong(self, err, "either --data or --images is needed"));
    }
    lb_layout layout = LB_LAYOUT_UNSAID;
    if (lb_layout_parse(&layout, given.job.layout, err) != LB_OK) {
        LB_TRY(opt_wrong(self, err, "--layout: %s", err->message));
    }
    given.job.split = (lb_split)given.split;
    LB_TRY(lb_predict_to_file(&given.job, given.output, &self->context, err));
    if (given.job.data != NULL && given.job.split == LB_HOLDOUT) {
        LB_TRY(cli_note_leak(self, given.job.model, given.job.data, err));
    }
    LB_TRY(lb_predictions_load(&predictions, given.output, err));
    outcome_predictions(self, given.output, &predictions);
cleanup:
    lb_predictions_release(&predictions);
    return status;
}
