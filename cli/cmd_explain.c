/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/explanations.h"
#include "lesionbench/network.h"
#include "lesionbench/sources.h"

typedef struct options {
    const char *model, *data, *images, *targets, *methods, *alphas, *scores, *background, *output;
    size_t split, keep, limit;
    lb_explain_options explain;
} options;

/* In the order of lb_keep. */
static const char *const KEEPS[] = {"none", "maps", "raw", NULL};

static const lb_setting ROWS[] = {
    OPT_ROW(options, "model", model, LB_SETTING_TEXT, "model.safetensors"),
    OPT_ROW(options, "data", data, LB_SETTING_TEXT, "dataset.h5; explains the true labels"),
    {"split", LB_SETTING_CHOICE, offsetof(options, split), 0, 0, "of the dataset", OPT_SPLITS},
    OPT_ROW(options, "limit", limit, LB_SETTING_SIZE, "the first N images only; 0 all"),
    OPT_ROW(options, "images", images, LB_SETTING_TEXT, "X.npy instead: (N, 3, H, W) or (N, H, W)"),
    OPT_ROW(options, "targets", targets, LB_SETTING_LIST,
            "the class to explain of each of --images"),
    OPT_ROW(options, "methods", methods, LB_SETTING_LIST,
            "names, all of the above, or quick: all not marked slow"),
    {"keep", LB_SETTING_CHOICE, offsetof(options, keep), 0, 0,
     "none, maps, or raw: signed attributions besides", KEEPS},
    OPT_ROW(options, "alphas", alphas, LB_SETTING_LIST, "those of GradientSHAP, one per sample"),
    OPT_ROW(options, "background", background, LB_SETTING_TEXT,
            "X.npy: images to compare with and to fit patterns on; else --data's training split"),
    OPT_ROW(options, "scores", scores, LB_SETTING_TEXT, "scores.csv to write, with --data"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "explanations.h5 to write"),
};

/* What the options become. */
typedef struct work {
    lb_explain_job job;
    lb_image_source images, background;
    lb_explain_item *items;
    size_t *methods;
    double *alphas;
    bool untrained; /* explain a network of new weights in the model's place */
} work;

/* The control among the method names that is no method, but another network. */
static const char UNTRAINED[] = "untrained";

static lb_status
read_methods(cli *self, work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    size_t count = 0;
    const char *text = given->methods;
    bool quick = strcmp(text, "quick") == 0, all = quick || strcmp(text, "all") == 0;
    bool background = given->background != NULL || given->data != NULL;
    LB_TRY(lb_list_parse(&list, text, err));
    while (lb_method_name(count) != NULL) {
        count++;
    }
    count = all ? count : list.count;
    LB_ALLOC(out->methods, count + lb_method_study_set(NULL));
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        out->methods[found] = i;
        if ((all && !background && lb_method_needs_background(i)) ||
            (quick && lb_method_is_slow(i))) {
            continue;
        }
        if (!all && strcmp(list.items[i], UNTRAINED) == 0) {
            out->untrained = true;
            continue;
        }
        if (!all && lb_method_find(&out->methods[found], list.items[i], err) != LB_OK) {
            self->wrong_usage = true;
            LB_TRY(lb_fail_context(err, "--methods"));
        }
        for (size_t j = 0; j < found; j++) {
            if (out->methods[j] == out->methods[found]) {
                LB_TRY(opt_wrong(self, err, "--methods: '%s' is there twice", list.items[i]));
            }
        }
        found++;
    }
    out->job.methods = out->methods;
    out->job.method_count = found > 0 ? found : lb_method_study_set(out->methods);
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
read_alphas(cli *self, work *out, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    LB_ALLOC(out->alphas, list.count);
    for (size_t i = 0; i < list.count; i++) {
        if (lb_parse_real(&out->alphas[i], list.items[i], 0, 1, err) != LB_OK) {
            self->wrong_usage = true;
            LB_TRY(lb_fail_context(err, "--alphas"));
        }
    }
    out->job.options.alphas = out->alphas;
    out->job.options.samples = list.count;
cleanup:
    lb_list_release(&list);
    return status;
}

/* The targets: labels, or the list given. */
static lb_status
read_targets(cli *self, work *out, const options *given, size_t classes, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    uint64_t target = 0;
    if (given->images != NULL) {
        LB_TRY(lb_list_parse(&list, given->targets, err));
        if (list.count != out->images.count) {
            LB_TRY(opt_wrong(self, err, "--targets: %zu classes for %zu images", list.count,
                             out->images.count));
        }
    }
    for (size_t i = 0; i < out->job.count; i++) {
        target = out->images.labels[i];
        if (list.count > 0 && lb_parse_u64(&target, list.items[i], 0, 255, err) != LB_OK) {
            self->wrong_usage = true;
            LB_TRY(lb_fail_context(err, "--targets"));
        }
        if (classes > 0 && target >= classes) {
            LB_TRY(opt_wrong(self, err, "the model has %zu classes, target %u is not one of them",
                             classes, (unsigned)target));
        }
        out->items[i] =
            (lb_explain_item){.image = i, .target = (uint8_t)target, .selection = "", .kept = true};
    }
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
open_images(work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    if (given->data != NULL) {
        LB_TRY(lb_dataset_open(&out->job.dataset, given->data, err));
        LB_TRY(lb_source_dataset(&out->images, out->job.dataset, (lb_split)given->split, err));
    } else {
        LB_TRY(lb_source_npy(&out->images, given->images, err));
    }
    out->job.images = &out->images;
    out->job.split = (lb_split)given->split;
    out->job.count = out->images.count;
    if (given->limit > 0 && given->limit < out->job.count) {
        out->job.count = given->limit;
    }
    LB_ALLOC(out->items, out->job.count);
    out->job.items = out->items;
cleanup:
    return status;
}

/* Where methods that compare with other images get them from. */
static lb_status
open_background(work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    bool needed = false;
    for (size_t i = 0; i < out->job.method_count; i++) {
        needed = needed || lb_method_needs_background(out->job.methods[i]);
    }
    if (needed && given->background != NULL) {
        LB_TRY(lb_source_npy(&out->background, given->background, err));
    } else if (needed && given->data != NULL) {
        LB_TRY(lb_source_dataset(&out->background, out->job.dataset, LB_TRAIN, err));
    }
    out->job.options.background = out->background.read != NULL ? &out->background : NULL;
cleanup:
    return status;
}

static bool
needs_network(const lb_explain_job *job)
{
    for (size_t i = 0; i < job->method_count; i++) {
        if (!lb_method_is_baseline(job->methods[i])) {
            return true;
        }
    }
    return false;
}

static lb_status
check(cli *self, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(opt_need(self, given->output, "-o", err));
    if ((given->data == NULL) == (given->images == NULL)) {
        LB_TRY(opt_wrong(self, err, "either --data or --images is needed"));
    }
    if (given->images != NULL) {
        LB_TRY(opt_need(self, given->targets, "--targets", err));
    } else if (given->targets != NULL) {
        LB_TRY(opt_wrong(self, err, "--targets goes with --images; --data has labels"));
    }
    if (given->scores != NULL && given->data == NULL) {
        LB_TRY(opt_wrong(self, err, "--scores needs the truth of --data"));
    }
cleanup:
    return status;
}

/* The model, or in its place one of the same architecture that has learnt nothing. */
static lb_status
open_network(cli *self, work *doing, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *fresh = NULL;
    lb_explain_job *job = &doing->job;
    LB_TRY(opt_need(self, given->model, "--model", err));
    LB_TRY(lb_network_load(&job->network, given->model, err));
    lb_model_name_read(&job->name, job->network);
    if (doing->untrained) {
        LB_TRY(lb_network_create(&fresh, lb_network_architecture(job->network), given->explain.seed,
                                 err));
        lb_network_free(job->network);
        job->network = fresh;
        job->name = (lb_model_name){.corpus = "untrained", .degree = "none"};
    }
cleanup:
    return status;
}

static lb_status
explain(cli *self, work *doing, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_rows rows = {0};
    size_t classes = 0;
    doing->job.keep = (lb_keep)given->keep;
    doing->job.options = given->explain;
    LB_TRY(read_methods(self, doing, given, err));
    if (given->alphas != NULL) {
        LB_TRY(read_alphas(self, doing, given->alphas, err));
    }
    if (needs_network(&doing->job)) {
        LB_TRY(open_network(self, doing, given, err));
        classes = lb_network_architecture(doing->job.network)->classes;
    } else {
        doing->job.name = (lb_model_name){.corpus = "baseline", .degree = "none"};
    }
    LB_TRY(open_images(doing, given, err));
    LB_TRY(open_background(doing, given, err));
    LB_TRY(read_targets(self, doing, given, classes, err));
    LB_TRY(lb_explain_to_file(&doing->job, given->output, given->scores != NULL ? &rows : NULL,
                              &self->context, err));
    if (given->scores != NULL) {
        LB_TRY(lb_scores_write(&rows, given->scores, err));
    }
cleanup:
    lb_score_rows_release(&rows);
    return status;
}

lb_status
cmd_explain(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT, .keep = LB_KEEP_MAPS, .methods = "quick"};
    work doing = {.job = {.scoring = {.metrics = LB_CHEAP_METRICS}}};
    lb_explain_defaults(&given.explain);
    char help[8192] = "Methods:";
    for (size_t i = 0, used = strlen(help); lb_method_name(i) != NULL && used < sizeof help; i++) {
        int length = snprintf(help + used, sizeof help - used, "\n  %-22s %s%s", lb_method_name(i),
                              lb_method_summary(i), lb_method_is_slow(i) ? " (slow)" : "");
        used += length > 0 ? (size_t)length : 0;
    }
    snprintf(help + strlen(help), sizeof help - strlen(help), "\n  %-22s %s", UNTRAINED,
             "the methods named beside it, or the study's eight, on new weights instead");
    size_t said = strlen(help);
    snprintf(help + said, sizeof help - said,
             "\n\nA map is one grey image of each: 0.2989 |R| + 0.5870 |G| + 0.1140 |B| of the "
             "attribution, whose\nsign only --keep raw keeps.");
    const opt_spec spec = {
        .usage = "lesionbench explain --model MODEL --data dataset.h5 [--split holdout] | "
                 "--images X.npy --targets 0,1,..\n       --methods all|NAME,.. [options] -o "
                 "explanations.h5",
        .help = help,
        .groups = {{LB_SETTING_TABLE(ROWS), &given}, {lb_explain_settings(), &given.explain}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(check(self, &given, err));
    LB_TRY(explain(self, &doing, &given, err));
cleanup:
    lb_free(doing.alphas);
    lb_free(doing.methods);
    lb_free(doing.items);
    lb_source_release(&doing.images);
    lb_source_release(&doing.background);
    lb_dataset_close(doing.job.dataset);
    lb_network_free(doing.job.network);
    return status;
}
