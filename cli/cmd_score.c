/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/explanations.h"

typedef struct options {
    const char *maps, *data, *truth, *metrics, *output;
    size_t split, ties;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "maps", maps, LB_SETTING_TEXT, "explanations.h5, or X.npy with --truth"),
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5 that explanations.h5 is of"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "truth", truth, LB_SETTING_TEXT, "T.npy: the truth of X.npy, both (N, H, W)"),
    OPT_ROW(options, "metrics", metrics, LB_SETTING_TEXT, "all, cheap, or names of the above"),
    {"ties", LB_SETTING_CHOICE, offsetof(options, ties), 0, 0,
     "of equal values: strict selects none beyond the p-th, stable the first ones", LB_TIE_RULES},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "scores.csv to write"),
};

lb_status
cmd_score(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT, .metrics = "cheap"};
    lb_scoring scoring = {0};
    lb_dataset *dataset = NULL;
    lb_score_rows rows = {0};
    char help[4096] = "Compares each map's p brightest pixels with the p true ones. Metrics:";
    for (size_t m = 0, used = strlen(help); lb_metric_name(m) != NULL && used < sizeof help; m++) {
        int length = snprintf(help + used, sizeof help - used, "\n  %-17s %s", lb_metric_name(m),
                              lb_metric_summary(m));
        used += length > 0 ? (size_t)length : 0;
    }
    const opt_spec spec = {
        .usage = "lesionbench score --maps explanations.h5 --data dataset.h5 [--split holdout] | "
                 "--maps X.npy\n       --truth T.npy [--metrics all|NAME,..] -o scores.csv",
        .help = help,
        .groups = {{LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.maps, "--maps", err));
    LB_TRY(opt_need(self, given.output, "-o", err));
    if ((given.data == NULL) == (given.truth == NULL)) {
        LB_TRY(opt_wrong(self, err, "either --data or --truth is needed"));
    }
    scoring.ties = (lb_ties)given.ties;
    if (lb_metrics_parse(&scoring.metrics, given.metrics, err) != LB_OK) {
        LB_TRY(opt_wrong(self, err, "--metrics: %s", err->message));
    }
    if (given.data != NULL) {
        LB_TRY(lb_dataset_open(&dataset, given.data, err));
        LB_TRY(lb_score_explanations(&rows, given.maps, dataset, (lb_split)given.split, &scoring,
                                     &self->context, err));
    } else {
        LB_TRY(lb_score_arrays(&rows, given.maps, given.truth, &scoring, &self->context, err));
    }
    LB_TRY(lb_scores_write(&rows, given.output, err));
cleanup:
    lb_score_rows_release(&rows);
    lb_dataset_close(dataset);
    return status;
}
