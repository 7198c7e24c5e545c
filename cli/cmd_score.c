/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/explanations.h"
#include "outcome.h"
#include "published.h"

typedef struct options {
    const char *maps, *data, *truth, *index, *metrics, *model, *predictions, *quirks, *output;
    size_t split, ties, images, format, by;
} options;

/* What a box of published rates is of. */
static const char *const GROUPS[] = {"model", "degree", NULL};

static const lb_setting ROWS[] = {
    OPT_ROW(options, "maps", maps, LB_SETTING_TEXT,
            "explanations.h5; or [METHOD=]X.npy, .. made elsewhere: maps (N, H, W), attributions "
            "(N, 3, H, W)"),
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5 that the maps are of"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "truth", truth, LB_SETTING_TEXT,
            "T.npy: the truth of X.npy, (N, H, W), without --data"),
    OPT_ROW(options, "index", index, LB_SETTING_LIST,
            "the image that each map of X.npy is of, 0-19,25; without it all, in their order"),
    OPT_ROW(options, "model", model, LB_SETTING_TEXT,
            "that the maps of X.npy are of: its file, or its predictions.h5 or explanations.h5; "
            "fills corpus, degree, seed and condition, by which 'compare' pairs scores"),
    OPT_ROW(options, "metrics", metrics, LB_SETTING_TEXT, "all, cheap, or names of the above"),
    {"ties", LB_SETTING_CHOICE, offsetof(options, ties), 0, 0,
     "of equal values: strict selects none beyond the p-th, stable the first ones",
     lb_tie_rule_names},
    OPT_ROW(options, "predictions", predictions, LB_SETTING_LIST,
            "of all models, for the column selection and for --images; of one model, --model too"),
    {"images", LB_SETTING_CHOICE, offsetof(options, images), 0, 0,
     "those that all models get right, the maps' model gets wrong, or all do", LB_SELECTIONS},
    OPT_ROW(options, "quirks", quirks, LB_SETTING_LIST,
            "baseline_tpr_uses_fp[=on|off], over what the dataset records"),
    {"format", LB_SETTING_CHOICE, offsetof(options, format), 0, 0,
     "how published files are printed", FORMATS},
    {"by", LB_SETTING_CHOICE, offsetof(options, by), 0, 0,
     "what boxes of published files are of; degree: of each corpus", GROUPS},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "scores.csv to write"),
};

/* The study's files: rates instead of maps. */
static lb_status
score_published(cli *self, const options *given, char **paths, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_rows rows = {0};
    if (given->maps != NULL || given->data != NULL || given->truth != NULL) {
        LB_TRY(opt_wrong(self, err, "published files go without --maps, --data and --truth"));
    }
    LB_TRY(print_published_scores(given->output != NULL ? &rows : NULL, paths, count, given->format,
                                  given->by == 1, err));
    if (given->output != NULL) {
        LB_TRY(lb_score_rows_write(&rows, given->output, err));
        cli_result(self, "%s: %zu rows", given->output, rows.count);
    }
cleanup:
    lb_score_rows_release(&rows);
    return status;
}

/* The predictions of a list of files; *models is the caller's, also on failure. */
static lb_status
load_models(lb_predictions **models, size_t *count, const options *given, const lb_dataset *dataset,
            lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, given->predictions, err));
    LB_ALLOC(*models, list.count);
    for (*count = 0; *count < list.count; ++*count) {
        LB_TRY(lb_predictions_load(&(*models)[*count], list.items[*count], err));
    }
    for (size_t m = 0; m < list.count; m++) {
        LB_TRY(lb_predictions_check(&(*models)[m], list.items[m], dataset, (lb_split)given->split,
                                    err));
    }
cleanup:
    lb_list_release(&list);
    return status;
}

/* The model that maps made elsewhere are of. */
static lb_status
read_model(lb_model_name *out, cli *self, const options *given, const lb_scoring *scoring,
           lb_error *err)
{
    const lb_model_name *predicted = scoring->model_count == 1 ? &scoring->models[0].name : NULL;
    lb_status status = LB_OK;
    if (given->model == NULL) {
        *out = predicted != NULL ? *predicted : *out;
        return LB_OK;
    }
    LB_TRY(lb_model_name_load(out, given->model, err));
    if (predicted != NULL && !lb_model_name_same(out, predicted)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "--model and --predictions are of different models: %.100s has corpus '%s', "
                       "degree '%s', seed '%s', condition '%s', %.100s has corpus '%s', degree "
                       "'%s', seed '%s', condition '%s'",
                       given->model, out->corpus, out->degree, out->seed, out->condition,
                       given->predictions, predicted->corpus, predicted->degree, predicted->seed,
                       predicted->condition));
    }
    if (out->corpus[0] == '\0' || out->degree[0] == '\0' || out->seed[0] == '\0') {
        cli_note(
            self,
            "%s: does not name corpus, degree and seed: 'compare' cannot pair these scores with "
            "those of a model that does (give the model.safetensors of 'lesionbench finetune', "
            "or predictions.h5 or explanations.h5 made by it)",
            given->model);
    }
cleanup:
    return status;
}

static lb_status
score_dataset(cli *self, lb_score_rows *rows, const options *given, lb_scoring *scoring,
              lb_error *err)
{
    lb_status status = LB_OK;
    lb_dataset *dataset = NULL;
    lb_predictions *models = NULL;
    size_t count = 0;
    LB_TRY(lb_dataset_open(&dataset, given->data, err));
    if (given->predictions != NULL) {
        LB_TRY(load_models(&models, &count, given, dataset, err));
        scoring->models = models;
        scoring->model_count = count;
        scoring->selection = (lb_selection)given->images;
    }
    lb_quirk_set quirks = lb_dataset_quirks(dataset);
    if (lb_quirks_switch(&quirks, given->quirks, LB_QUIRK_BIT(LB_QUIRK_BASELINE_TPR_USES_FP),
                         err) != LB_OK) {
        self->wrong_usage = true;
        LB_TRY(lb_fail_context(err, "--quirk"));
    }
    if (lb_is_array_list(given->maps)) {
        lb_array_truth truth = {
            .dataset = dataset, .split = (lb_split)given->split, .index = given->index};
        LB_TRY(read_model(&truth.model, self, given, scoring, err));
        LB_TRY(lb_score_arrays(rows, given->maps, &truth, scoring, &self->context, err));
    } else {
        LB_TRY(lb_score_explanations(rows, given->maps, dataset, (lb_split)given->split, scoring,
                                     &self->context, err));
    }
    for (size_t i = 0; i < rows->count; i++) {
        lb_score_row_set_quirks(&rows->rows[i], quirks);
    }
cleanup:
    for (size_t m = 0; m < count; m++) {
        lb_predictions_release(&models[m]);
    }
    lb_free(models);
    lb_dataset_close(dataset);
    return status;
}

lb_status
cmd_score(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT, .metrics = "cheap"};
    lb_scoring scoring = {0};
    lb_score_rows rows = {0};
    const lb_metric *metric = NULL;
    char *help =
        lb_format(err, "Compares each map's p brightest pixels with the p true ones. Metrics:");
    for (size_t m = 0; help != NULL && (metric = lb_metric_at(m)) != NULL; m++) {
        char *longer = lb_format(err, "%s\n  %-17s %s", help, metric->name, metric->summary);
        lb_free(help);
        help = longer;
    }
    LB_TRY(help == NULL ? err->code : LB_OK);
    const opt_spec spec = {
        .usage = "lesionbench score --maps explanations.h5|[METHOD=]X.npy,.. --data dataset.h5 "
                 "[--split holdout] [--model MODEL] |\n       --maps X.npy --truth T.npy "
                 "[--metrics all|NAME,..] "
                 "-o scores.csv\n       "
                 "lesionbench score "
                 "PUBLISHED.pkl ... [--format table|csv|json] [--by model|degree] [-o scores.csv]",
        .help = help,
        .max_operands = 100000,
        .groups = {{LB_SETTING_TABLE(ROWS), &given}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        goto cleanup;
    }
    if (operands > 0) {
        LB_TRY(score_published(self, &given, argv + 1, operands, err));
        goto cleanup;
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
    if ((given.predictions != NULL && given.data == NULL) ||
        (given.images != LB_SELECT_ALL && given.predictions == NULL)) {
        LB_TRY(opt_wrong(self, err, "--images goes with --predictions, and these with --data"));
    }
    if ((given.index != NULL || given.model != NULL) && given.data != NULL &&
        !lb_is_array_list(given.maps)) {
        LB_TRY(opt_wrong(self, err, "--%s is for maps in .npy files",
                         given.index != NULL ? "index" : "model"));
    }
    if (given.data != NULL) {
        LB_TRY(score_dataset(self, &rows, &given, &scoring, err));
    } else {
        lb_array_truth truth = {.path = given.truth, .index = given.index};
        LB_TRY(read_model(&truth.model, self, &given, &scoring, err));
        LB_TRY(lb_score_arrays(&rows, given.maps, &truth, &scoring, &self->context, err));
    }
    LB_TRY(lb_score_rows_write(&rows, given.output, err));
    LB_TRY(outcome_scores(self, given.output, &rows, err));
cleanup:
    lb_free(help);
    lb_score_rows_release(&rows);
    return status;
}
