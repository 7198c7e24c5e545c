/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/explanations.h"
#include "lesionbench/loaders.h"
#include "lesionbench/network.h"
#include "lesionbench/quirks.h"

typedef struct options {
    const char *model, *data, *images, *targets, *methods, *alphas, *scores, *background, *quirks;
    const char *randomise, *similarity, *output, *layout;
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
    OPT_ROW(options, "images", images, LB_SETTING_TEXT,
            "X.npy instead: (N, 3, H, W) or, for grey ones, (N, 1, H, W) or (N, H, W); real "
            "numbers, or "
            "uint8 from 0 to 255"),
    OPT_ROW(options, "layout", layout, LB_SETTING_TEXT,
            "of --images and --background with three axes: nhw, grey images, or chw, one image; to "
            "be said of (3, H, W)"),
    OPT_ROW(options, "targets", targets, LB_SETTING_LIST,
            "the class to explain of each of --images, 0,1,.. or 0-3; one number: of all"),
    OPT_ROW(options, "methods", methods, LB_SETTING_LIST,
            "names or groups of them: study, controls, quick, all; untrained:NAME for new weights"),
    {"keep", LB_SETTING_CHOICE, offsetof(options, keep), 0, 0,
     "none, maps, or raw: signed attributions besides", KEEPS},
    OPT_ROW(options, "alphas", alphas, LB_SETTING_LIST, "of GradientSHAP, one for each sample"),
    OPT_ROW(options, "background", background, LB_SETTING_TEXT,
            "X.npy: images to compare with and to fit patterns on; else --data's training split"),
    OPT_ROW(options, "randomise", randomise, LB_SETTING_LIST,
            "layers (features.28, classifier.6): explain also networks with new weights from this "
            "layer to the last; cascade: each in turn"),
    OPT_ROW(options, "similarity", similarity, LB_SETTING_TEXT,
            "similarity.csv to write: similarity of the model's maps and those on new weights"),
    OPT_ROW(options, "quirks", quirks, LB_SETTING_LIST,
            "sobel_is_laplace, on or off, upon the dataset's own"),
    OPT_ROW(options, "scores", scores, LB_SETTING_TEXT, "scores.csv to write, with --data"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "explanations.h5 to write"),
};

/* What the options become. */
typedef struct work {
    lb_explain_job job;
    lb_image_loader images, background;
    lb_layout layout; /* of both */
    lb_explain_item *items;
    lb_method_list methods;
    lb_explain_control *controls;
    const lb_method **of_network; /* methods, without controls */
    size_t of_network_count;
    double *alphas;
} work;

static lb_status
read_methods(cli *self, work *out, const options *given, lb_error *err)
{
    const lb_method_filter filter = {.background = given->background != NULL || given->data != NULL,
                                     .controls = true};
    lb_status status = lb_method_list_parse(&out->methods, given->methods, filter, err);
    if (status != LB_OK) {
        self->wrong_usage = true;
        return lb_fail_context(err, "--methods");
    }
    out->job.methods = out->methods.methods;
    out->job.method_count = out->methods.count;
    LB_ALLOC(out->of_network, out->methods.count);
    for (size_t i = 0; i < out->methods.count; i++) {
        if (!lb_method_is_control(out->methods.methods[i])) {
            out->of_network[out->of_network_count++] = out->methods.methods[i];
        }
    }
cleanup:
    return status;
}

/* The controls by new weights: layers of --randomise, with all methods of networks that are named;
 * and the untrained network. */
static lb_status
read_controls(cli *self, work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = 0;
    lb_explain_job *job = &out->job;
    if (given->randomise == NULL) {
        LB_ALLOC(out->controls, 1);
    } else if (out->of_network_count == 0) {
        LB_TRY(opt_wrong(self, err, "--randomise: no method of networks is named"));
    } else if (lb_randomised_controls(&out->controls, &count, job->network, given->randomise,
                                      err) != LB_OK) {
        self->wrong_usage = true;
        LB_TRY(lb_fail_context(err, "--randomise"));
    }
    for (size_t i = 0; i < count; i++) {
        out->controls[i].methods = out->of_network;
        out->controls[i].method_count = out->of_network_count;
    }
    if (out->methods.untrained_count > 0) {
        out->controls[count++] = (lb_explain_control){.name = "untrained",
                                                      .methods = out->methods.untrained,
                                                      .method_count = out->methods.untrained_count};
    }
    job->controls = out->controls;
    job->control_count = count;
cleanup:
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

static lb_status
check_target(cli *self, size_t target, size_t classes, const char *which, lb_error *err)
{
    return target < classes ? LB_OK
                            : opt_wrong(self, err, "%s %zu: the model has %zu classes, 0 to %zu",
                                        which, target, classes, classes - 1);
}

/* The targets: labels, or the list given, whose only item stands for all images. Without a network
 * there are no classes, and what a target may be at most is the bound. */
static lb_status
read_targets(cli *self, work *out, const options *given, size_t classes, lb_error *err)
{
    lb_status status = LB_OK;
    size_t *targets = NULL, count = 0;
    classes = classes > 0 && classes < LB_MAX_CLASSES ? classes : LB_MAX_CLASSES;
    if (given->images != NULL) {
        if (lb_parse_indices(&targets, &count, given->targets, 0, SIZE_MAX, err) != LB_OK) {
            self->wrong_usage = true;
            LB_TRY(lb_fail_context(err, "--targets"));
        }
        if (count != out->images.count && count != 1) {
            LB_TRY(opt_wrong(self, err,
                             "--targets: %zu classes for %zu images (one for each, or "
                             "one for all)",
                             count, out->images.count));
        }
    }
    for (size_t i = 0; i < count; i++) {
        LB_TRY(check_target(self, targets[i], classes, "--targets:", err));
    }
    for (size_t i = 0; i < out->job.count; i++) {
        size_t target = count == 0 ? (size_t)out->images.labels[i] : targets[count == 1 ? 0 : i];
        LB_TRY(check_target(self, target, classes, "the dataset's label", err));
        out->items[i] =
            (lb_explain_item){.image = i, .target = (int32_t)target, .selection = "", .kept = true};
    }
cleanup:
    lb_free(targets);
    return status;
}

static lb_status
open_images(cli *self, work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    if (given->data != NULL) {
        LB_TRY(lb_dataset_open(&out->job.dataset, given->data, err));
        LB_TRY(lb_loader_dataset(&out->images, out->job.dataset, (lb_split)given->split, err));
        LB_TRY(lb_loader_check_range(&out->images, given->data, &self->context, err));
    } else {
        LB_TRY(lb_loader_npy(&out->images, given->images, out->layout, &self->context, err));
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
open_background(cli *self, work *out, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    bool needed = false;
    for (size_t i = 0; i < out->job.method_count; i++) {
        needed = needed || (out->job.methods[i]->needs & LB_NEEDS_BACKGROUND) != 0;
    }
    for (size_t i = 0; i < out->methods.untrained_count; i++) {
        needed = needed || (out->methods.untrained[i]->needs & LB_NEEDS_BACKGROUND) != 0;
    }
    if (needed && given->background != NULL) {
        LB_TRY(
            lb_loader_npy(&out->background, given->background, out->layout, &self->context, err));
    } else if (needed && given->data != NULL) {
        LB_TRY(lb_loader_dataset(&out->background, out->job.dataset, LB_TRAIN, err));
    }
    out->job.options.background = out->background.read != NULL ? &out->background : NULL;
cleanup:
    return status;
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
    if (given->similarity != NULL && given->randomise == NULL &&
        strstr(given->methods, "untrained") == NULL) {
        LB_TRY(opt_wrong(self, err, "--similarity needs --randomise, or an untrained method"));
    }
cleanup:
    return status;
}

/* The quirks of the dataset, and those given. */
static lb_status
read_quirks(cli *self, work *doing, const options *given, lb_error *err)
{
    lb_quirk_set quirks = doing->job.dataset != NULL ? lb_dataset_quirks(doing->job.dataset) : 0;
    lb_status status = lb_quirks_switch(&quirks, given->quirks, LB_EXPLANATION_QUIRKS, err);
    if (status != LB_OK) {
        self->wrong_usage = true;
        return lb_fail_context(err, "--quirk");
    }
    doing->job.options.sobel_is_laplace = lb_quirk_is_on(quirks, LB_QUIRK_SOBEL_IS_LAPLACE);
    return LB_OK;
}

/* All that the job needs. */
static lb_status
prepare(cli *self, work *doing, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    size_t classes = 0;
    doing->job.keep = (lb_keep)given->keep;
    doing->job.options = given->explain;
    LB_TRY(read_methods(self, doing, given, err));
    if (given->alphas != NULL) {
        LB_TRY(read_alphas(self, doing, given->alphas, err));
    }
    if (doing->of_network_count + doing->methods.untrained_count > 0) {
        LB_TRY(opt_need(self, given->model, "--model", err));
        LB_TRY(lb_network_load(&doing->job.network, given->model, err));
        cli_note_ignored(self, given->model);
        lb_model_name_read(&doing->job.name, doing->job.network);
        classes = lb_network_architecture(doing->job.network)->classes;
    } else {
        doing->job.name = (lb_model_name){.corpus = "baseline", .degree = "none"};
    }
    LB_TRY(read_controls(self, doing, given, err));
    if (lb_layout_parse(&doing->layout, given->layout, err) != LB_OK) {
        LB_TRY(opt_wrong(self, err, "--layout: %s", err->message));
    }
    LB_TRY(open_images(self, doing, given, err));
    LB_TRY(open_background(self, doing, given, err));
    LB_TRY(read_quirks(self, doing, given, err));
    LB_TRY(read_targets(self, doing, given, classes, err));
cleanup:
    return status;
}

static void
say_result(cli *self, const lb_explain_job *job, const options *given)
{
    size_t methods = job->method_count;
    for (size_t c = 0; c < job->control_count; c++) {
        methods += job->controls[c].method_count;
    }
    cli_result(self, "%s: %zu method%s on %zu image%s%s%s", given->output, methods,
               methods == 1 ? "" : "s", job->count, job->count == 1 ? "" : "s",
               given->scores != NULL ? "; scores in " : "",
               given->scores != NULL ? given->scores : "");
}

static lb_status
explain(cli *self, work *doing, const options *given, lb_error *err)
{
    lb_status status = LB_OK;
    lb_score_rows rows = {0};
    lb_similarity_rows alike = {0};
    LB_TRY(prepare(self, doing, given, err));
    if (doing->job.network != NULL && given->data != NULL && given->split == LB_HOLDOUT) {
        LB_TRY(cli_note_leak(self, given->model, given->data, err));
    }
    LB_TRY(lb_explain_to_file(&doing->job, given->output, given->scores != NULL ? &rows : NULL,
                              given->similarity != NULL ? &alike : NULL, &self->context, err));
    if (given->scores != NULL) {
        LB_TRY(lb_score_rows_write(&rows, given->scores, err));
    }
    if (given->similarity != NULL) {
        LB_TRY(lb_similarities_write(&alike, &doing->job.name, given->similarity, err));
    }
    say_result(self, &doing->job, given);
cleanup:
    lb_free(alike.rows);
    lb_score_rows_release(&rows);
    return status;
}

/* The methods by their descriptors; the caller's (lb_free). NULL with err set. */
static char *
method_help(lb_error *err)
{
    const lb_method *method = NULL;
    char *help = lb_format(err, "Methods:"), *longer = NULL;
    for (size_t m = 0; help != NULL && (method = lb_method_at(m)) != NULL; m++) {
        bool slow = (method->flags & LB_METHOD_SLOW) != 0;
        longer = lb_format(err, "%s\n  %-28s %s%s%s", help, method->name,
                           lb_method_is_control(method) ? "control: " : "", method->summary,
                           slow ? " (slow)" : "");
        lb_free(help);
        help = longer;
    }
    if (help != NULL) {
        longer = lb_format(
            err,
            "%s\n  %-28s the method NAME on new weights, beside the model's own; untrained alone: "
            "all\n  %-28s that are named\n"
            "Groups: study, the eight of the reference study; controls, which look at the image "
            "alone; quick,\nall but the slow ones; all. study,controls is the default.\n\n"
            "A map is one grey image of each: 0.2989 |R| + 0.5870 |G| + 0.1140 |B| of the "
            "attribution, whose\nsign only --keep raw keeps.",
            help, "untrained:NAME", "");
        lb_free(help);
        help = longer;
    }
    return help;
}

lb_status
cmd_explain(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    options given = {.split = LB_HOLDOUT, .keep = LB_KEEP_MAPS, .methods = "study,controls"};
    work doing = {.job = {.scoring = {.metrics = lb_metrics_cheap()}}};
    lb_explain_defaults(&given.explain);
    char *help = method_help(err);
    LB_TRY(help == NULL ? err->code : LB_OK);
    const opt_spec spec = {
        .usage = "lesionbench explain --model MODEL --data dataset.h5 [--split holdout] | "
                 "--images X.npy --targets 0,1,..|N\n       --methods study,controls,NAME,.. "
                 "[options] -o "
                 "explanations.h5",
        .help = help,
        .groups = {{LB_SETTING_TABLE(ROWS), &given}, {lb_explain_settings(), &given.explain}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        goto cleanup;
    }
    LB_TRY(check(self, &given, err));
    LB_TRY(explain(self, &doing, &given, err));
cleanup:
    lb_free(help);
    lb_free(doing.alphas);
    lb_free(doing.of_network);
    lb_free(doing.controls);
    lb_method_list_release(&doing.methods);
    lb_free(doing.items);
    lb_loader_release(&doing.images);
    lb_loader_release(&doing.background);
    lb_dataset_close(doing.job.dataset);
    lb_network_free(doing.job.network);
    return status;
}
