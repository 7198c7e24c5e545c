/* SPDX-License-Identifier: MIT */
/* What was done, as a paragraph for a paper: made of the data, the tables and the study file. What
 * none of them tells is left out. */
#include "page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "html.h"
#include "lesionbench/method.h"
#include "lesionbench/version.h"

static const char *
setting(const page_facts *facts, const char *path)
{
    const char *text = lb_yaml_value_of(&facts->settings, path);
    return text != NULL && *text != '\0' ? text : NULL;
}

/* A setting of one entry of a list of sections: "corpora[1].task". */
static const char *
entry_setting(const page_facts *facts, const char *list, size_t entry, const char *key)
{
    char path[120];
    snprintf(path, sizeof path, "%s[%zu].%s", list, entry, key);
    return setting(facts, path);
}

/* "before TEXT after" where the setting is there. */
static bool
say_setting(FILE *page, const char *before, const char *text, const char *after)
{
    if (text == NULL) {
        return false;
    }
    fputs(before, page);
    html_text(page, text);
    fputs(after, page);
    return true;
}

/* 0.29999998211860657, as a file has a float, as 0.3. */
static bool
say_number(FILE *page, const char *before, const char *text, const char *after)
{
    char *end = NULL, number[40];
    double value = text != NULL ? strtod(text, &end) : NAN;
    if (text == NULL || *end != '\0' || !isfinite(value)) {
        return say_setting(page, before, text, after);
    }
    snprintf(number, sizeof number, "%.6g", value);
    return say_setting(page, before, number, after);
}

static void
list_item(FILE *page, size_t index, size_t count)
{
    fputs(index == 0 ? "" : (index + 1 == count ? " and " : ", "), page);
}

static void
say_program(FILE *page, const page_facts *facts)
{
    const char *version = facts->run.version != NULL ? facts->run.version : lb_version();
    fputs("The study was run with lesionbench ", page);
    html_text(page, version);
    cJSON *root = facts->provenance != NULL ? cJSON_Parse(facts->provenance) : NULL;
    const cJSON *one = NULL;
    size_t said = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, "libraries"))
    {
        if (cJSON_IsString(one) && one->string != NULL) {
            fputs(said++ > 0 ? ", " : " (", page);
            html_text(page, one->string);
            fputs(" ", page);
            html_text(page, one->valuestring);
        }
    }
    cJSON_Delete(root);
    fputs(said > 0 ? "). " : ". ", page);
}

static void
say_backgrounds(FILE *page, const page_facts *facts)
{
    if (facts->subjects > 0) {
        fprintf(page, "The backgrounds are %zu axial slices of %zu %ssubjects", facts->slices,
                facts->subjects, facts->simulated ? "simulated " : "");
        const char *name =
            facts->template_name != NULL ? facts->template_name : setting(facts, "cohort.template");
        if (facts->simulated) {
            fputs(", each a deformation of one T1-weighted scan", page);
            const char *slash = name != NULL ? strrchr(name, '/') : NULL;
            say_setting(page, " (", slash != NULL ? slash + 1 : name, ")");
        }
        fputs(". ", page);
    }
    if (facts->holdout > 0) {
        fprintf(page,
                "The training, validation and holdout sets have %zu, %zu and %zu images of %zu × "
                "%zu pixels. ",
                facts->train, facts->validation, facts->holdout, facts->height, facts->width);
    }
}

static void
say_lesions(FILE *page, const page_facts *facts)
{
    const char *min = setting(facts, "compose.minimum_lesions");
    const char *max = setting(facts, "compose.maximum_lesions");
    if (min != NULL && max != NULL) {
        say_setting(page, "Each image has ", min, "");
        say_setting(page, " to ", max, " artificial lesions of one class, round or irregular");
        say_number(page, " (lesion intensity ", setting(facts, "compose.lesion_intensity"), "");
        say_number(page, ", brain intensity ", setting(facts, "compose.brain_intensity"), ")");
        if (facts->distractors > 0) {
            fprintf(page, ", and %g distractors of a third shape for each lesion",
                    facts->distractors);
        }
        fputs(". ", page);
    }
    if (facts->protocol != NULL) {
        say_setting(page, "The images follow the protocol “", facts->protocol, "”");
        if (facts->quirks != NULL && *facts->quirks != '\0') {
            say_setting(page, " with these defects of the published study: ", facts->quirks, "");
        } else if (facts->quirks != NULL) {
            fputs(", without the published study’s defects", page);
        }
        fputs(". ", page);
    }
}

/* "vgg16" as "VGG-16". */
static void
say_network(FILE *page, const page_facts *facts)
{
    const char *architecture = setting(facts, "network.architecture");
    const char *width = setting(facts, "network.width");
    if (architecture == NULL) {
        return;
    }
    bool vgg = strncmp(architecture, "vgg", 3) == 0;
    say_setting(page, vgg ? "The classifier is VGG-" : "The classifier is ",
                architecture + (vgg ? 3 : 0), "");
    if (width != NULL && strtod(width, NULL) != 1) {
        say_number(page, " with ", width, " times its channels");
    }
    fputs(". ", page);
}

/* "Adam; learning rate 0.0003; batches of 32; at most 12 epochs", as much of it as is known. */
static bool
say_training(FILE *page, const page_facts *facts, const char *section, const char *learning_rate)
{
    static const char *const names[][2] = {{"sgd", "SGD"}, {"adam", "Adam"}, {"adamw", "AdamW"}};
    char path[120];
    snprintf(path, sizeof path, "%s.optimizer", section);
    const char *optimizer = setting(facts, path);
    for (size_t i = 0; optimizer != NULL && i < sizeof names / sizeof *names; i++) {
        optimizer = strcmp(optimizer, names[i][0]) == 0 ? names[i][1] : optimizer;
    }
    bool said = say_setting(page, "", optimizer, "");
    if (said && strcmp(optimizer, "SGD") == 0) {
        snprintf(path, sizeof path, "%s.momentum", section);
        say_number(page, " with momentum ", setting(facts, path), "");
    }
    said =
        say_number(page, said ? ", learning rate " : "learning rate ", learning_rate, "") || said;
    snprintf(path, sizeof path, "%s.batch", section);
    said =
        say_setting(page, said ? ", batches of " : "batches of ", setting(facts, path), "") || said;
    snprintf(path, sizeof path, "%s.epochs", section);
    return say_setting(page, said ? ", at most " : "at most ", setting(facts, path), " epochs") ||
           said;
}

static void
say_pretraining(FILE *page, const page_facts *facts)
{
    size_t count = 0;
    while (entry_setting(facts, "corpora", count, "name") != NULL) {
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        char section[40];
        const char *task = entry_setting(facts, "corpora", i, "task");
        const char *limit = entry_setting(facts, "corpora", i, "limit");
        snprintf(section, sizeof section, "corpora[%zu]", i);
        fputs(i == 0 ? "It was pre-trained on " : "", page);
        list_item(page, i, count);
        html_text(page, corpus_title(entry_setting(facts, "corpora", i, "name")));
        if (task == NULL || strcmp(task, "none") == 0) {
            fputs(" (weights as given)", page);
            continue;
        }
        say_setting(page, " (task “", task, "”");
        say_setting(page, limit != NULL && strcmp(limit, "0") != 0 ? ", at most " : "",
                    limit != NULL && strcmp(limit, "0") != 0 ? limit : NULL, " images");
        fputs("; ", page);
        say_training(page, facts, section, entry_setting(facts, "corpora", i, "learning_rate"));
        fputs(")", page);
    }
    fputs(count > 0 ? ". " : "", page);
}

/* The learning rates that the networks were trained at, which a search may have chosen. */
static const char *
used_rates(char *out, size_t size, const study_folder *folder)
{
    double min = INFINITY, max = -INFINITY;
    for (size_t i = 0; i < folder->model_count; i++) {
        double used = folder->models[i].learning_rate;
        min = isfinite(used) ? fmin(min, used) : min;
        max = isfinite(used) ? fmax(max, used) : max;
    }
    if (min > max) {
        return NULL;
    }
    snprintf(out, size, min < max ? "%g to %g" : "%g", min, max);
    return out;
}

/* Each of a column's texts once. */
static size_t
say_each(FILE *page, const study_folder *folder, bool seeds)
{
    const char *found[64];
    size_t count = 0;
    for (size_t i = 0; i < folder->model_count; i++) {
        const char *text = seeds ? folder->models[i].seed : folder->models[i].degree;
        bool before = false;
        for (size_t k = 0; k < count; k++) {
            before = before || strcmp(found[k], text) == 0;
        }
        if (!before && count < sizeof found / sizeof *found) {
            found[count++] = text;
        }
    }
    for (size_t i = 0; i < count; i++) {
        list_item(page, i, count);
        html_text(page, found[i]);
    }
    return count;
}

static void
say_finetuning(FILE *page, const page_facts *facts, const page_facts *matched)
{
    char rates[64];
    if (facts->folder->model_count == 0) {
        return;
    }
    fputs("Each pre-trained network was fine-tuned to the degrees ", page);
    say_each(page, facts->folder, false);
    fputs(", once for each of the seeds ", page);
    say_each(page, facts->folder, true);
    fputs(" (", page);
    if (!say_training(page, facts, "finetuning", used_rates(rates, sizeof rates, facts->folder))) {
        fputs("settings unknown", page);
    }
    fputs("). ", page);
    if (facts->folder->condition == MATCHED) {
        fputs("The epoch was kept whose validation accuracy is nearest to a target. ", page);
        return;
    }
    const char *gap = setting(facts, "finetuning.maximum_gap");
    fputs("The epoch with the best validation accuracy was kept", page);
    if (gap != NULL && strtod(gap, NULL) < 1) {
        say_number(page, ", of those where it differs from the training accuracy by at most ", gap,
                   "");
    }
    fputs(matched != NULL ? "; besides, networks were compared at the epoch whose validation "
                            "accuracy is nearest to a common target. "
                          : ". ",
          page);
}

/* A method's number of steps, samples or masks, behind its name: the first of its settings whose
 * key ends in one of these words. */
static void
say_method(FILE *page, const page_facts *facts, const char *name)
{
    static const char *const counts[] = {"steps", "samples", "masks"};
    const lb_method *method = lb_method_find(name);
    const char *const *key =
        method != NULL ? lb_method_settings(method) : (const char *const[]){NULL};
    for (; *key != NULL; key++) {
        const char *last = strrchr(*key, '_') != NULL ? strrchr(*key, '_') + 1 : *key;
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            if (strcmp(counts[i], last) == 0) {
                char path[80], after[16];
                snprintf(path, sizeof path, "explain.%s", *key);
                snprintf(after, sizeof after, " %s)", last);
                const char *value = setting(facts, path);
                if (value != NULL && strcmp(value, "0") != 0) {
                    say_setting(page, " (", value, after);
                }
                return;
            }
        }
    }
}

static bool
is_used(const study_folder *folder, size_t method)
{
    const method_entry *entry = &folder->methods[method];
    return entry->baseline || folder_explains_with(folder, entry->name);
}

static size_t
list_methods(FILE *page, const page_facts *facts, size_t from, size_t end)
{
    size_t count = 0, said = 0;
    for (size_t m = from; m < end; m++) {
        count += is_used(facts->folder, m);
    }
    for (size_t m = from; m < end; m++) {
        if (is_used(facts->folder, m)) {
            list_item(page, said++, count);
            html_text(page, facts->folder->methods[m].title);
            say_method(page, facts, facts->folder->methods[m].name);
        }
    }
    return count;
}

static void
say_explanations(FILE *page, const page_facts *facts)
{
    const study_folder *folder = facts->folder;
    char images[400];
    if (folder->explanation_count == 0) {
        return;
    }
    page_name_images(images, sizeof images, folder, CORRECT);
    fprintf(page, "Explained were %s, ", images);
    page_name_images(images, sizeof images, folder, WRONG);
    fprintf(page, "and %s. The methods are ", images);
    list_methods(page, facts, 0, folder->attribution_count);
    if (folder->method_count > folder->attribution_count) {
        fputs("; the controls, maps made of the image alone, are ", page);
        list_methods(page, facts, folder->attribution_count, folder->method_count);
    }
    fputs(". A map is the luminance of the attributions’ absolute values. With <var>p</var> true "
          "pixels, its <var>p</var> highest pixels are compared with the ground truth; reported "
          "are medians and quartiles over images of the true positive rate, averaged over seeds. ",
          page);
}

void
page_methods(FILE *page, const page_facts *facts, const page_facts *matched)
{
    fputs("<section aria-labelledby=\"methods-text\"><h2 id=\"methods-text\">Methods, ready to "
          "cite</h2>\n<p>For a paper’s methods section: made of this study’s own settings, data "
          "and tables.</p>\n<blockquote class=\"cite\"><p>",
          page);
    say_program(page, facts);
    say_backgrounds(page, facts);
    say_lesions(page, facts);
    say_network(page, facts);
    say_pretraining(page, facts);
    say_finetuning(page, facts, matched);
    say_explanations(page, facts);
    fputs("The design follows Oliveira et al. (2024), doi:10.3389/frai.2024.1330919.</p>"
          "</blockquote>\n</section>\n",
          page);
}
