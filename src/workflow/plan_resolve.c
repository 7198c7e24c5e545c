/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <stdio.h>
#include <string.h>

#include "lesionbench/explanations.h"
#include "lesionbench/paths.h"

/* Where complaints point to. */
typedef struct source_text {
    const char *name, *text;
} source_text;

/* Puts "FILE:LINE: section.key" in front of the message. */
static lb_status
locate(const source_text *source, const char *section, size_t entry, const char *key, lb_error *err)
{
    unsigned line = plan_find_line(source->text, section, entry, key);
    if (line == 0) { /* left out, or a default */
        return lb_fail_context(err, "%s: %s.%s", source->name, section, key);
    }
    return lb_fail_context(err, "%s:%u: %s.%s", source->name, line, section, key);
}

static lb_status
resolve_degrees(lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, study->finetuning.degrees, err));
    for (size_t i = 0; i < list.count; i++) {
        lb_degree degree = LB_DEGREE_ALL;
        LB_TRY(lb_degree_parse(&degree, list.items[i], err));
        for (size_t j = 0; j < study->degree_count; j++) {
            if (study->degrees[j] == degree) {
                LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' stands twice", list.items[i]));
            }
        }
        study->degrees[study->degree_count++] = degree;
    }
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
resolve_seeds(lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, study->finetuning.seeds, err));
    LB_ALLOC(study->seeds, list.count);
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(lb_parse_u64(&study->seeds[i], list.items[i], 0, UINT64_MAX, err));
        for (size_t j = 0; j < i; j++) {
            if (study->seeds[j] == study->seeds[i]) {
                LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' stands twice", list.items[i]));
            }
        }
        study->seed_count++;
    }
cleanup:
    lb_list_release(&list);
    return status;
}

/* [all] has had two meanings: a file that does not say which has to. */
static lb_status
check_all(const lb_study *study, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    lb_method_list all = {0};
    const lb_method_filter filter = {.background = true, .of_network = true};
    LB_TRY(lb_list_parse(&list, text, err));
    LB_TRY(lb_method_list_parse(&all, "all", filter, err));
    for (size_t i = 0; study->version == PLAN_VERSION_0_1 && i < list.count; i++) {
        if (strcmp(list.items[i], "all") == 0) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                           "'all' was the study's %zu methods in files of version 0.1: write "
                           "[study] for these, or 'version: 0.2' at the top of the file for all "
                           "%zu methods",
                           lb_method_study_set(NULL), all.count));
        }
    }
cleanup:
    lb_method_list_release(&all);
    lb_list_release(&list);
    return status;
}

static lb_status
resolve_methods(const lb_method ***out, size_t *count, const char *text, bool baselines,
                lb_error *err)
{
    lb_status status = LB_OK;
    const char *other = baselines ? "methods" : "baselines";
    const lb_method_filter filter = {
        .background = true, .of_network = !baselines, .of_image = baselines};
    lb_method_list list = {0};
    LB_TRY(lb_method_list_parse(&list, text, filter, err));
    for (size_t i = 0; i < list.count; i++) {
        if (lb_method_is_control(list.methods[i]) != baselines) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' belongs under explain.%s",
                           list.methods[i]->name, other));
        }
    }
    if (list.count == 0) { /* a group of the other kind */
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' belongs under explain.%s", text, other));
    }
    *count = list.count;
    *out = list.methods;
    list.methods = NULL;
cleanup:
    lb_method_list_release(&list);
    return status;
}

/* A corpus is a folder's name, and a column in tables. */
static lb_status
check_name(const lb_study *study, size_t index, lb_error *err)
{
    static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    const char *name = study->corpora[index].name;
    if (name == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "is missing");
    }
    if (strspn(name, ALLOWED) != strlen(name) || strlen(name) > 40) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' must be at most 40 letters, digits or -",
                       name);
    }
    bool reserved = strcmp(name, "untrained") == 0 || strcmp(name, "baseline") == 0;
    for (size_t i = 0; i < index; i++) {
        reserved = reserved || strcmp(study->corpora[i].name, name) == 0;
    }
    return reserved ? lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is taken", name) : LB_OK;
}

static lb_status
check_task(const plan_corpus *corpus, lb_error *err)
{
    bool folder = false;
    if (corpus->images != NULL && lb_path_is_folder(&folder, corpus->images, err) != LB_OK) {
        return err->code;
    }
    bool files = corpus->images != NULL && (corpus->labels != NULL || folder);
    if (corpus->task == LB_TASK_CLASSES && !files) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "'classes' needs the key images, a folder, or images and labels");
    }
    if (corpus->task == LB_TASK_NONE && corpus->from == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'none' needs the key from");
    }
    return LB_OK;
}

static bool
same_layers(const lb_architecture *a, const lb_architecture *b)
{
    return a->depth == b->depth && a->hidden == b->hidden &&
           memcmp(a->channels, b->channels, sizeof a->channels) == 0;
}

/* The file that a corpus starts from must be there, and be such a network as the study's others. */
static lb_status
check_from(const plan_network *network, const char *from, lb_error *err)
{
    lb_status status = LB_OK;
    lb_architecture found, wanted;
    LB_TRY(lb_network_inspect(&found, from, err));
    LB_TRY(lb_architecture_init(&wanted, lb_architecture_names[network->architecture],
                                network->width, found.classes, err));
    if (!same_layers(&found, &wanted)) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%s is a vgg%u of %zu to %zu channels and %zu hidden units, but "
                       "network.architecture and network.width ask for a vgg%u of %zu to %zu and "
                       "%zu",
                       from, found.depth, found.channels[0], found.channels[LB_BLOCKS - 1],
                       found.hidden, wanted.depth, wanted.channels[0],
                       wanted.channels[LB_BLOCKS - 1], wanted.hidden));
    }
cleanup:
    return status;
}

static lb_status
check_corpus(lb_study *study, size_t index, const source_text *source, lb_error *err)
{
    plan_corpus *corpus = &study->corpora[index];
    if (check_name(study, index, err) != LB_OK) {
        return locate(source, PLAN_CORPORA, index, "name", err);
    }
    if (check_task(corpus, err) != LB_OK) {
        return locate(source, PLAN_CORPORA, index, "task", err);
    }
    if (corpus->from != NULL && check_from(&study->network, corpus->from, err) != LB_OK) {
        return locate(source, PLAN_CORPORA, index, "from", err);
    }
    const char *weights = corpus->training.class_weights;
    double pair[2];
    if (corpus->task == LB_TASK_SEX && weights != NULL &&
        lb_class_weights(pair, weights, NULL, 0, 2, err) != LB_OK) {
        return locate(source, PLAN_CORPORA, index, "class_weights", err);
    }
    const char *key = NULL;
    if (plan_check_rates(study, corpus, &key, err) != LB_OK) {
        return locate(source, PLAN_CORPORA, index, key, err);
    }
    return LB_OK;
}

/* The first key of a section that the file gives; NULL where it gives none. */
static const char *
key_given(const source_text *source, const char *section)
{
    plan_part parts[PLAN_PARTS];
    plan_parts(parts);
    for (size_t i = 0; i < PLAN_PARTS; i++) {
        for (size_t j = 0; strcmp(parts[i].section, section) == 0 && j < parts[i].table.count;
             j++) {
            const char *key = parts[i].table.settings[j].key;
            if (plan_find_line(source->text, section, 0, key) != 0) {
                return key;
            }
        }
    }
    return NULL;
}

static lb_status
check_there(const source_text *source, const char *key, const char *path, lb_error *err)
{
    bool there = true;
    if (path != NULL && lb_path_exists(&there, path, err) != LB_OK) {
        return locate(source, PLAN_IMPORT, 0, key, err);
    }
    if (!there) {
        lb_fail(err, LB_ERROR_IO, "%s: No such file or directory", path);
        return locate(source, PLAN_IMPORT, 0, key, err);
    }
    return LB_OK;
}

/* Slices of scans: what they are of, and nothing that only a simulated cohort has. */
static lb_status
resolve_import(lb_study *study, const source_text *source, lb_error *err)
{
    lb_status status = LB_OK;
    plan_import *plan = &study->import;
    lb_import_options *o = &plan->request.import;
    const char *key = key_given(source, PLAN_IMPORT);
    if (plan->paths == NULL) {
        if (key != NULL) {
            lb_fail(err, LB_ERROR_ARGUMENT, "needs the key paths: what to import");
            status = locate(source, PLAN_IMPORT, 0, key, err);
        }
        return status;
    }
    key = key_given(source, PLAN_COHORT);
    if (key != NULL) {
        lb_fail(err, LB_ERROR_ARGUMENT,
                "goes without import.paths: a study has one kind of slices");
        LB_TRY(locate(source, PLAN_COHORT, 0, key, err));
    }
    if (lb_import_settle(&plan->request, &key, err) != LB_OK) {
        LB_TRY(locate(source, PLAN_IMPORT, 0, key, err));
    }
    LB_TRY(lb_list_parse(&plan->items, plan->paths, err));
    o->paths = (const char *const *)plan->items.items;
    o->path_count = plan->items.count;
    for (size_t i = 0; i < o->path_count; i++) {
        LB_TRY(check_there(source, "paths", o->paths[i], err));
    }
    LB_TRY(check_there(source, "participants", o->participants, err));
    LB_TRY(check_there(source, "masks", o->masks, err));
cleanup:
    return status;
}

lb_status
plan_resolve(lb_study *study, const char *name, const char *text, lb_error *err)
{
    lb_quirk_set quirks = 0;
    const source_text source = {name, text};
    if (resolve_import(study, &source, err) != LB_OK) {
        return err->code;
    }
    if (resolve_degrees(study, err) != LB_OK) {
        return locate(&source, "finetuning", 0, "degrees", err);
    }
    if (resolve_seeds(study, err) != LB_OK) {
        return locate(&source, "finetuning", 0, "seeds", err);
    }
    const char *key = NULL;
    if (plan_resolve_conditions(study, &key, err) != LB_OK) {
        return locate(&source, "finetuning", 0, key, err);
    }
    if (check_all(study, study->explain.methods, err) != LB_OK) {
        return locate(&source, "explain", 0, "methods", err);
    }
    if (resolve_methods(&study->methods, &study->method_count, study->explain.methods, false,
                        err) != LB_OK) {
        return locate(&source, "explain", 0, "methods", err);
    }
    if (resolve_methods(&study->baselines, &study->baseline_count, study->explain.baselines, true,
                        err) != LB_OK) {
        return locate(&source, "explain", 0, "baselines", err);
    }
    if (lb_compose_quirks(&quirks, &study->compose, err) != LB_OK) {
        return locate(&source, "compose", 0, "quirks", err);
    }
    if (study->compose.minimum_lesions > study->compose.maximum_lesions) {
        lb_fail(err, LB_ERROR_ARGUMENT, "is more than maximum_lesions");
        return locate(&source, "compose", 0, "minimum_lesions", err);
    }
    const char *weights = study->finetuning.training.class_weights;
    double pair[2];
    if (weights != NULL && lb_class_weights(pair, weights, NULL, 0, 2, err) != LB_OK) {
        return locate(&source, "finetuning", 0, "class_weights", err);
    }
    if (study->corpus_count == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: no corpora to pre-train on", name);
    }
    for (size_t i = 0; i < study->corpus_count; i++) {
        lb_status status = check_corpus(study, i, &source, err);
        if (status != LB_OK) {
            return status;
        }
    }
    return LB_OK;
}
