/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "lesionbench/analysis.h"

typedef struct options {
    const char *accuracies, *methods, *maps, *data, *output;
    size_t split;
    lb_analysis_options conclude;
} options;

static const lb_setting ROWS[] = {
    OPT_ROW(options, "accuracies", accuracies, LB_SETTING_TEXT,
            "classification.csv with the networks' accuracies"),
    OPT_ROW(options, "methods", methods, LB_SETTING_LIST,
            "what the files' methods are called, one for each file, in place of their own names"),
    OPT_ROW(options, "maps", maps, LB_SETTING_LIST,
            "explanations.h5 files, whose maps are compared with each other"),
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5 that the maps are of"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "metric", conclude.metric, LB_SETTING_TEXT, "column of the scores"),
    {"class", LB_SETTING_CHOICE, offsetof(options, conclude.images), 0, 0,
     "of the images that count", LB_IMAGE_CLASSES},
    {"draws", LB_SETTING_SIZE, offsetof(options, conclude.draws), 1, 1000000,
     "of bootstraps over subjects", NULL},
    {"flips", LB_SETTING_SIZE, offsetof(options, conclude.flips), 1, 10000000,
     "of sign-flip tests with more than 20 subjects", NULL},
    {"level", LB_SETTING_REAL, offsetof(options, conclude.level), 0.5, 0.9999, "of intervals",
     NULL},
    {"seed", LB_SETTING_U64, offsetof(options, conclude.seed), 0, 0x1p64, "of both", NULL},
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "folder for the tables"),
};

static void
print_notes(cli *self, const lb_analysis_notes *notes, const lb_analysis_inputs *inputs,
            const char *metric)
{
    for (size_t i = 0; i < inputs->score_count; i++) {
        if (notes->missing[i] > 0) {
            cli_note(self, "%s: rows without a value in the column \"%s\": %zu (left out)",
                     inputs->scores[i], metric, notes->missing[i]);
        }
    }
    if (notes->no_subjects) {
        cli_note(self,
                 "no column \"subject\": each image counts as a subject of its own, and intervals "
                 "are too narrow where subjects have several images");
    }
    if (notes->few_subjects > 0) {
        cli_note(self, "intervals of fewer than %d subjects are left empty (fewest here: %zu)",
                 (int)LB_FEWEST_SUBJECTS, notes->few_subjects);
    }
}

lb_status
cmd_compare(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT};
    lb_dataset *dataset = NULL;
    lb_list maps = {0}, methods = {0};
    lb_analysis_notes notes = {0};
    lb_analysis_defaults(&given.conclude);
    const opt_spec spec = {
        .usage = "lesionbench compare scores.csv ... [--accuracies classification.csv] [--maps "
                 "explanations.h5,...\n       --data dataset.h5] [options] -o DIR",
        .help = "Medians, rankings, paired tests, effect sizes and correlations of scores, with "
                "subjects\nas the unit, as CSV, Markdown and LaTeX.",
        .groups = {{LB_SETTING_TABLE(ROWS), &given}},
        .min_operands = 1,
        .max_operands = 100000};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(opt_need(self, given.output, "-o", err));
    if (given.methods != NULL) {
        LB_TRY(lb_list_parse(&methods, given.methods, err));
        if (methods.count != operands) {
            LB_TRY(opt_wrong(self, err, "--methods has %zu names for %zu files", methods.count,
                             operands));
        }
    }
    if (given.maps != NULL) {
        LB_TRY(opt_need(self, given.data, "--data", err));
        LB_TRY(lb_list_parse(&maps, given.maps, err));
        LB_TRY(lb_dataset_open(&dataset, given.data, err));
    }
    const lb_analysis_inputs inputs = {.scores = (const char *const *)argv + 1,
                                       .score_count = operands,
                                       .methods = (const char *const *)methods.items,
                                       .accuracies = given.accuracies,
                                       .maps = (const char *const *)maps.items,
                                       .map_count = maps.count,
                                       .dataset = dataset,
                                       .split = (lb_split)given.split,
                                       .must_pair = true};
    LB_ALLOC(notes.missing, operands);
    LB_TRY(lb_analyse(&notes, &inputs, given.output, &given.conclude, &self->context, err));
    print_notes(self, &notes, &inputs, given.conclude.metric);
    cli_result(self, "%s: tables of %zu file%s of scores, as CSV, Markdown and LaTeX", given.output,
               operands, operands == 1 ? "" : "s");
cleanup:
    lb_free(notes.missing);
    lb_dataset_close(dataset);
    lb_list_release(&methods);
    lb_list_release(&maps);
    return status;
}
