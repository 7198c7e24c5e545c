/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/explanations.h"

typedef struct options {
    const char *maps, *data, *truth, *output;
    size_t split;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "maps", maps, LB_SETTING_TEXT, "explanations.h5, or X.npy with --truth"),
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5 that explanations.h5 is of"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "truth", truth, LB_SETTING_TEXT, "T.npy: the truth of X.npy, both (N, H, W)"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "scores.csv to write"),
};

lb_status
cmd_score(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT};
    lb_dataset *dataset = NULL;
    lb_score_rows rows = {0};
    const opt_spec spec = {
        .usage = "lesionbench score --maps explanations.h5 --data dataset.h5 [--split holdout] | "
                 "--maps X.npy\n       --truth T.npy -o scores.csv",
        .help = "Compares each map's brightest pixels with the true ones, as many as are true.",
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
    if (given.data != NULL) {
        LB_TRY(lb_dataset_open(&dataset, given.data, err));
        LB_TRY(lb_score_explanations(&rows, given.maps, dataset, (lb_split)given.split,
                                     &self->context, err));
    } else {
        LB_TRY(lb_score_arrays(&rows, given.maps, given.truth, err));
    }
    LB_TRY(lb_scores_write(&rows, given.output, err));
cleanup:
    lb_score_rows_release(&rows);
    lb_dataset_close(dataset);
    return status;
}
