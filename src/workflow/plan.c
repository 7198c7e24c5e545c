/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/json.h"

static const lb_setting network_rows[] = {
    {"architecture", LB_SETTING_CHOICE, offsetof(plan_network, architecture), 0, 0,
     "vgg11, vgg13, vgg16 or vgg19", lb_architecture_names},
    {"width", LB_SETTING_REAL, offsetof(plan_network, width), 0.01, 4,
     "factor of channels and hidden units", NULL},
    {"seed", LB_SETTING_U64, offsetof(plan_network, seed), 0, 0x1p64, "of the untrained network",
     NULL},
};

static const lb_setting corpus_rows[] = {
    {"name", LB_SETTING_TEXT, offsetof(plan_corpus, name), 0, 0, "folder under models/", NULL},
    {"task", LB_SETTING_CHOICE, offsetof(plan_corpus, task), 0, 0,
     "sex (of the slices' subjects), classes (of images), or none: the weights of "
     "`from` as they are",
     LB_TASKS},
    {"from", LB_SETTING_TEXT, offsetof(plan_corpus, from), 0, 0,
     "model that pre-training starts from; absent: new weights", NULL},
    {"images", LB_SETTING_TEXT, offsetof(plan_corpus, images), 0, 0,
     "IDX file, or a folder with a folder of PNG and JPEG pictures for each class", NULL},
    {"labels", LB_SETTING_TEXT, offsetof(plan_corpus, labels), 0, 0,
     "IDX file; of a folder without classes, a CSV file with the columns file and label", NULL},
    {"limit", LB_SETTING_SIZE, offsetof(plan_corpus, limit), 0, 1e9,
     "images at most; 0 all, else at least 2", NULL},
    {"finetuning_rates", LB_SETTING_LIST, offsetof(plan_corpus, finetuning_rates), 0, 0,
     "learning rate of fine-tuning, for all degrees or one for each", NULL},
    {"matched_rates", LB_SETTING_LIST, offsetof(plan_corpus, matched_rates), 0, 0,
     "the same for the condition matched", NULL},
    {"search_rates", LB_SETTING_LIST, offsetof(plan_corpus, search_rates), 0, 0,
     "learning rates to choose from where none is given", NULL},
};

static const lb_setting slices_rows[] = {
    {"slices", LB_SETTING_TEXT, offsetof(lb_study, slices), 0, 0,
     "slices.h5 to use instead of simulating, as 'lesionbench slices import' makes it; the other "
     "keys of this section then count for nothing",
     NULL},
};

static const lb_setting import_rows[] = {
    {"paths", LB_SETTING_LIST, offsetof(plan_import, paths), 0, 0,
     "to take slices of instead of simulating: BIDS or HCP folders, NIfTI files, arrays; a "
     "relative "
     "path is from the folder in which the command runs; this and the following as for "
     "'lesionbench slices import'",
     NULL},
};

static const lb_setting finetuning_rows[] = {
    {"degrees", LB_SETTING_LIST, offsetof(plan_finetuning, degrees), 0, 0, "of 1, 2, 3, 4, all",
     NULL},
    {"seeds", LB_SETTING_LIST, offsetof(plan_finetuning, seeds), 0, 0, "one model for each", NULL},
    {"conditions", LB_SETTING_LIST, offsetof(plan_finetuning, conditions), 0, 0, "of best, matched",
     NULL},
    {"matched_accuracy", LB_SETTING_LIST, offsetof(plan_finetuning, matched_accuracy), 0, 0,
     "on validation, for all degrees or one for each: a number, lowest, lowest_of_all or none",
     NULL},
    {"search_rates", LB_SETTING_LIST, offsetof(plan_finetuning, search_rates), 0, 0,
     "learning rates to choose from, on the first seed, where a corpus gives none", NULL},
    {"fresh", LB_SETTING_FLAG, offsetof(plan_finetuning, fresh), 0, 0,
     "compose the training images afresh for every epoch", NULL},
};

static const lb_setting explain_rows[] = {
    {"methods", LB_SETTING_LIST, offsetof(plan_explain, methods), 0, 0,
     "names, or study, quick, all: see 'lesionbench help explain'", NULL},
    {"baselines", LB_SETTING_LIST, offsetof(plan_explain, baselines), 0, 0, "names", NULL},
    {"correct", LB_SETTING_SIZE, offsetof(plan_explain, correct), 0, 1e7,
     "images that all models classify correctly, at most; 0 all", NULL},
    {"wrong", LB_SETTING_SIZE, offsetof(plan_explain, wrong), 0, 1e7,
     "images that each model gets wrong, at most; 0 all", NULL},
    {"examples", LB_SETTING_SIZE, offsetof(plan_explain, examples), 0, 1e5,
     "images right for all whose maps are kept; of those wrong for each, half as many", NULL},
};

/* The seed of a network's training comes from `seeds`, so its row, the table's last, is left out.
 */
static lb_setting_table
training_without_seed(void)
{
    lb_setting_table table = lb_training_settings();
    table.count--;
    assert(strcmp(table.settings[table.count].key, "seed") == 0);
    return table;
}

void
plan_parts(plan_part out[PLAN_PARTS])
{
    const plan_part parts[PLAN_PARTS] = {
        {PLAN_COHORT, LB_SETTING_TABLE(slices_rows), 0},
        {PLAN_COHORT, lb_cohort_settings(), offsetof(lb_study, cohort)},
        {PLAN_IMPORT, LB_SETTING_TABLE(import_rows), offsetof(lb_study, import)},
        {PLAN_IMPORT, lb_import_settings(), offsetof(lb_study, import.request)},
        {"lesions", lb_lesion_settings(), offsetof(lb_study, lesions)},
        {"compose", lb_compose_settings(), offsetof(lb_study, compose)},
        {"network", LB_SETTING_TABLE(network_rows), offsetof(lb_study, network)},
        {PLAN_CORPORA, LB_SETTING_TABLE(corpus_rows), 0},
        {PLAN_CORPORA, lb_training_settings(), offsetof(plan_corpus, training)},
        {"finetuning", LB_SETTING_TABLE(finetuning_rows), offsetof(lb_study, finetuning)},
        {"finetuning", training_without_seed(), offsetof(lb_study, finetuning.training)},
        {"explain", LB_SETTING_TABLE(explain_rows), offsetof(lb_study, explain)},
        {"explain", lb_explain_settings(), offsetof(lb_study, explain.options)},
    };
    memcpy(out, parts, sizeof parts);
}

void *
plan_place(lb_study *study, const plan_part *part, plan_corpus *corpus)
{
    void *base = strcmp(part->section, PLAN_CORPORA) == 0 ? (void *)corpus : (void *)study;
    return (char *)base + part->offset;
}

bool
plan_has_section(const lb_study *study, const char *section)
{
    bool imports = study->import.paths != NULL;
    return strcmp(section, imports ? PLAN_COHORT : PLAN_IMPORT) != 0;
}

void
plan_defaults(lb_study *study)
{
    lb_cohort_defaults(&study->cohort);
    lb_import_request_defaults(&study->import.request);
    lb_lesion_defaults(&study->lesions);
    lb_compose_defaults(&study->compose);
    study->network =
        (plan_network){.architecture = LB_DEFAULT_ARCHITECTURE, .width = 1.0, .seed = 0};
    study->finetuning = (plan_finetuning){
        .degrees = "1,2,3,4,all", .seeds = "0", .conditions = "best", .matched_accuracy = "lowest"};
    lb_training_defaults(&study->finetuning.training);
    study->explain = (plan_explain){
        .methods = "study",
        .baselines = "sobel,laplace,random,raw_input,inverted_input,difference_of_gaussians"};
    study->explain.examples = 4;
    lb_explain_defaults(&study->explain.options);
}

void
plan_corpus_defaults(plan_corpus *corpus)
{
    *corpus = (plan_corpus){0};
    lb_training_defaults(&corpus->training);
}

const char *
plan_keep_text(lb_study *study, const char *text, lb_error *err)
{
    char **texts = lb_alloc(study->text_count + 1, sizeof *texts, err);
    char *copy = texts != NULL ? lb_strdup(text, err) : NULL;
    if (copy == NULL) {
        lb_free(texts);
        return NULL;
    }
    if (study->text_count > 0) {
        memcpy(texts, study->texts, study->text_count * sizeof *texts);
    }
    lb_free(study->texts);
    study->texts = texts;
    study->texts[study->text_count++] = copy;
    return copy;
}

/* Lists in brackets, texts in quotes, so that YAML reads back what was meant. */
static lb_status
print_setting(FILE *stream, const void *place, const lb_setting *setting, const char *indent,
              lb_error *err)
{
    char *text = lb_setting_print(place, setting, err);
    if (text == NULL) {
        return err->code;
    }
    if (text[0] != '\0') {
        fprintf(stream, "%s%s: ", indent, setting->key);
        bool channels = setting->kind == LB_SETTING_CHANNELS && strchr(text, ',') != NULL;
        if (setting->kind == LB_SETTING_LIST || channels) {
            fprintf(stream, "[%s]", text);
        } else if (setting->kind == LB_SETTING_TEXT) {
            lb_json_text(stream, text, false); /* which is YAML too */
        } else {
            fputs(text, stream);
        }
        fputc('\n', stream);
    }
    lb_free(text);
    return LB_OK;
}

char *
plan_print_section(const lb_study *study, const char *section, const plan_corpus *corpus,
                   lb_error *err)
{
    lb_status status = LB_OK;
    char *text = NULL, *copy = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL) {
        lb_fail_errno(err, "cannot print section %s", section);
        return NULL;
    }
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    bool first = true;
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        if (strcmp(parts[i].section, section) != 0) {
            continue;
        }
        const void *base = corpus != NULL ? (const void *)corpus : (const void *)study;
        for (size_t j = 0; j < parts[i].table.count; j++) {
            LB_TRY(print_setting(stream, (const char *)base + parts[i].offset,
                                 &parts[i].table.settings[j],
                                 corpus == NULL ? "  " : (first ? "  - " : "    "), err));
            first = false;
        }
    }
cleanup:
    if (fclose(stream) != 0 && status == LB_OK) {
        status = lb_fail_errno(err, "cannot print section %s", section);
    }
    copy = status == LB_OK ? lb_strdup(text, err) : NULL;
    free(text);
    return copy;
}
