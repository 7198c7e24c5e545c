/* SPDX-License-Identifier: MIT */
#include "stages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "key_files.h"
#include "lesionbench/paths.h"

static lb_status
needs_file(stage *one, const char *path, lb_error *err)
{
    uint64_t key = 0;
    lb_status status = key_add_file(&key, path, err);
    return status == LB_OK ? stage_needs_file(one, path, key, err) : status;
}

/* path may be NULL. */
static lb_status
needs_tree(stage *one, const char *path, lb_error *err)
{
    uint64_t key = 0;
    lb_status status = path != NULL ? key_add_tree(&key, path, err) : LB_OK;
    return status == LB_OK && path != NULL ? stage_needs_file(one, path, key, err) : status;
}

/* What scans are made from: the section, the tables, and all files of the paths. */
static lb_status
add_imported(stage *one, const lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_import_options *o = &study->import.request.import;
    LB_TRY(stage_add_section(one, study, PLAN_IMPORT, NULL, err));
    for (size_t i = 0; i < o->path_count; i++) {
        LB_TRY(needs_tree(one, o->paths[i], err));
    }
    LB_TRY(needs_tree(one, o->participants, err));
    LB_TRY(needs_tree(one, o->masks, err));
cleanup:
    return status;
}

static lb_status
add_data_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    list->slices = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_SLICES], "", "slices.h5", NULL, err));
    if (study->import.paths != NULL) {
        LB_TRY(add_imported(stage_last(list), study, err));
    } else {
        LB_TRY(stage_add_section(stage_last(list), study, PLAN_COHORT, NULL, err));
        LB_TRY(needs_file(stage_last(list),
                          study->slices != NULL ? study->slices : study->cohort.template_path,
                          err));
    }
    list->lesions = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_LESIONS], "", "lesions.h5", NULL, err));
    LB_TRY(stage_add_section(stage_last(list), study, "lesions", NULL, err));
    list->dataset = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_DATASET], "", "dataset.h5", NULL, err));
    LB_TRY(stage_add_section(stage_last(list), study, "compose", NULL, err));
    LB_TRY(stage_needs(stage_last(list), list->slices, err));
    LB_TRY(stage_needs(stage_last(list), list->lesions, err));
cleanup:
    return status;
}

/* What pre-training takes from the other sections: the network, and the size of its input. */
static lb_status
add_network(stage *one, const lb_study *study, lb_error *err)
{
    char text[160];
    snprintf(text, sizeof text, "architecture: %s\nwidth: %.17g\nsize: %zu\n",
             lb_architecture_names[study->network.architecture], study->network.width,
             study->compose.size);
    return stage_add_settings(one, text, err);
}

/* What decides on the slices that sex is learnt from, and on their brightness. */
static lb_status
add_split(stage *one, const lb_compose_options *compose, lb_error *err)
{
    char text[240];
    snprintf(text, sizeof text,
             "train: %zu\nvalidation: %zu\nholdout: %zu\ncompose seed: %" PRIu64
             "\nbrain_intensity: %.17g\n",
             compose->images[0], compose->images[1], compose->images[2], compose->seed,
             compose->brain_intensity);
    return stage_add_settings(one, text, err);
}

/* The images of a corpus with classes. */
static lb_status
needs_images(stage *one, const plan_corpus *corpus, lb_error *err)
{
    lb_status status = LB_OK;
    bool folder = false;
    uint64_t key = 0;
    LB_TRY(lb_path_is_folder(&folder, corpus->images, err));
    if (folder) {
        LB_TRY(key_add_pictures(&key, corpus->images, corpus->labels, err));
        LB_TRY(stage_needs_file(one, corpus->images, key, err));
    } else {
        LB_TRY(needs_file(one, corpus->images, err));
        LB_TRY(needs_file(one, corpus->labels, err));
    }
cleanup:
    return status;
}

static lb_status
add_pretraining(stage_list *list, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    const plan_corpus *corpus = &list->study->corpora[index];
    char model[160], history[160];
    snprintf(model, sizeof model, "models/%.64s/pretrained.safetensors", corpus->name);
    snprintf(history, sizeof history, "models/%.64s/pretraining_history.csv", corpus->name);
    bool trains = corpus->task != LB_TASK_NONE;
    LB_TRY(stage_add(list, &list->kinds[KIND_PRETRAIN], corpus->name, model,
                     trains ? history : NULL, err));
    stage *added = stage_last(list);
    added->corpus = index;
    if (corpus->from != NULL) {
        LB_TRY(needs_file(added, corpus->from, err));
    }
    /* How it is fine-tuned later does not matter here. */
    plan_corpus own = *corpus;
    own.finetuning_rates = own.matched_rates = own.search_rates = NULL;
    if (!trains) {
        lb_training_defaults(&own.training);
    }
    LB_TRY(stage_add_section(added, list->study, PLAN_CORPORA, &own, err));
    if (!trains) {
        return LB_OK;
    }
    LB_TRY(add_network(added, list->study, err));
    if (corpus->task == LB_TASK_SEX) {
        LB_TRY(add_split(added, &list->study->compose, err));
        LB_TRY(stage_needs(added, list->slices, err));
    } else {
        LB_TRY(needs_images(added, corpus, err));
    }
cleanup:
    return status;
}

/* The page reads all tables, the models' curves, the maps and the images. */
static lb_status
add_last_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    list->tables = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_TABLES], "", "tables/scores.csv",
                     "tables/explanation.csv", err));
    LB_TRY(stage_needs_range(stage_last(list), list->predict, list->evaluate, err));
    LB_TRY(stage_needs_range(stage_last(list), list->explain, list->tables, err));
    list->compare = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_COMPARE], "", "tables/summary.csv",
                     "tables/controls.csv", err));
    LB_TRY(stage_needs(stage_last(list), list->dataset, err));
    LB_TRY(stage_needs_range(stage_last(list), list->evaluate, list->compare, err));
    list->report = list->count;
    LB_TRY(stage_add(list, &list->kinds[KIND_REPORT], "", "report/index.html", NULL, err));
    LB_TRY(stage_needs_range(stage_last(list), 0, list->report, err));
cleanup:
    return status;
}

/* At least so many stages as the study has. */
static size_t
stages_capacity(const lb_study *study)
{
    enum { SINGLE_STAGES = 7, SINGLE_OF_CONDITION = 2 };
    size_t trials = study->corpus_count * study->degree_count * PLAN_MAX_RATES;
    return SINGLE_STAGES + study->corpus_count + trials +
           study->condition_count * (SINGLE_OF_CONDITION + 3 * stages_models(study));
}

lb_status
stages_make(stage_list *out, const lb_study *study, const stage_kind *kinds, const char *directory,
            lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {0};
    LB_TRY(stage_list_init(&list, directory, stages_capacity(study), err));
    list.study = study;
    list.kinds = kinds;
    list.models = study->condition_count * stages_models(study);
    LB_TRY(add_data_stages(&list, err));
    list.pretrain = list.count;
    for (size_t i = 0; i < study->corpus_count; i++) {
        LB_TRY(add_pretraining(&list, i, err));
    }
    LB_TRY(stages_add_models(&list, err));
    LB_TRY(add_last_stages(&list, err));
    LB_TRY(graph_keys(&list, err));
    *out = list;
    list = (stage_list){0};
cleanup:
    stages_release(&list);
    return status;
}
