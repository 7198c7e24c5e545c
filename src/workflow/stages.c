/* SPDX-License-Identifier: MIT */
#include "stage_keys.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lesionbench/image_list.h"
#include "lesionbench/paths.h"
#include "lesionbench/version.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
key_add_text(uint64_t key, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), key);
}

uint64_t
key_add_key(uint64_t key, uint64_t input)
{
    return XXH3_64bits_withSeed(&input, sizeof input, key);
}

static lb_status
add_file(uint64_t *key, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    enum { CHUNK = 1 << 16 };
    XXH3_state_t *state = XXH3_createState();
    FILE *stream = fopen(path, "rb");
    uint8_t *chunk = NULL;
    if (stream == NULL) {
        LB_TRY(lb_fail_path(err, path));
    }
    if (state == NULL) {
        LB_TRY(lb_fail(err, LB_ERROR_MEMORY, "out of memory"));
    }
    LB_ALLOC(chunk, CHUNK);
    XXH3_64bits_reset_withSeed(state, *key);
    for (size_t n = 0; (n = fread(chunk, 1, CHUNK, stream)) > 0;) {
        XXH3_64bits_update(state, chunk, n);
    }
    if (ferror(stream)) {
        LB_TRY(lb_fail_errno(err, "%s: cannot read", path));
    }
    *key = XXH3_64bits_digest(state);
cleanup:
    if (stream != NULL) {
        fclose(stream);
    }
    lb_free(chunk);
    XXH3_freeState(state);
    return status;
}

/* The pictures of a folder by name, size and time: reading all their bytes would take longer than
 * training does. */
static lb_status
add_folder(uint64_t *key, const char *folder, const char *labels, lb_error *err)
{
    lb_status status = LB_OK;
    image_list images = {0};
    LB_TRY(image_list_read(&images, folder, labels, err));
    for (size_t i = 0; i < images.count; i++) {
        struct stat about;
        char text[96];
        if (stat(images.paths[i], &about) != 0) {
            LB_TRY(lb_fail_path(err, images.paths[i]));
        }
        snprintf(text, sizeof text, " %u %jd %jd.%09ld", images.labels[i], (intmax_t)about.st_size,
                 (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
        *key = key_add_text(key_add_text(*key, images.paths[i]), text);
    }
cleanup:
    image_list_release(&images);
    return status;
}

static lb_status
add_section(uint64_t *key, const lb_study *study, const char *section, const plan_corpus *corpus,
            lb_error *err)
{
    char *text = plan_print_section(study, section, corpus, err);
    if (text == NULL) {
        return err->code;
    }
    *key = key_add_text(*key, text);
    lb_free(text);
    return LB_OK;
}

lb_status
key_add_settings(uint64_t *key, const void *target, lb_setting_table table, const char *const *but,
                 lb_error *err)
{
    for (size_t i = 0; i < table.count; i++) {
        size_t left_out = 0;
        while (but[left_out] != NULL && strcmp(but[left_out], table.settings[i].key) != 0) {
            left_out++;
        }
        if (but[left_out] != NULL) {
            continue;
        }
        char *value = lb_setting_print(target, &table.settings[i], err);
        if (value == NULL) {
            return err->code;
        }
        *key = key_add_text(*key, value);
        lb_free(value);
    }
    return LB_OK;
}

const char *
stage_path(const stage_list *list, size_t index, size_t output)
{
    return list->stages[index].outputs[output];
}

void
stages_release(stage_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < MAX_OUTPUTS; j++) {
            lb_free(list->stages[i].outputs[j]);
        }
    }
    lb_free(list->stages);
    lb_free(list->directory);
    *list = (stage_list){0};
}

uint64_t
stage_first_key(const char *kind)
{
    return key_add_text(key_add_text(0, lb_version()), kind);
}

lb_status
stage_add(stage_list *list, const char *kind, const char *detail, stage_function run,
          const char *first, const char *second, lb_error *err)
{
    stage *added = &list->stages[list->count++];
    added->kind = kind;
    snprintf(added->name, sizeof added->name, "%s%s%s", kind, detail[0] != '\0' ? "/" : "", detail);
    added->run = run;
    added->model = NO_MODEL;
    added->beside_others = run == run_pretrain || run == run_search || run == run_finetune ||
                           run == run_match || run == run_predict || run == run_explain;
    added->key = stage_first_key(kind);
    const char *paths[MAX_OUTPUTS] = {first, second};
    for (size_t i = 0; i < MAX_OUTPUTS && paths[i] != NULL; i++) {
        added->outputs[i] = lb_format(err, "%s/%s", list->directory, paths[i]);
        if (added->outputs[i] == NULL) {
            return err->code;
        }
    }
    return LB_OK;
}

stage *
stage_last(stage_list *list)
{
    return &list->stages[list->count - 1];
}

uint64_t
key_of_stage(const stage_list *list, size_t index)
{
    return list->stages[index].key;
}

/* What scans are made from: the section, the tables, and all files of the paths. */
static lb_status
add_imported(uint64_t *key, const lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_import_options *o = &study->import.request.import;
    LB_TRY(add_section(key, study, PLAN_IMPORT, NULL, err));
    for (size_t i = 0; i < o->path_count; i++) {
        LB_TRY(key_add_tree(key, o->paths[i], 0, err));
    }
    if (o->participants != NULL) {
        LB_TRY(key_add_tree(key, o->participants, 0, err));
    }
    if (o->masks != NULL) {
        LB_TRY(key_add_tree(key, o->masks, 0, err));
    }
cleanup:
    return status;
}

static lb_status
add_data_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    list->slices = list->count;
    LB_TRY(stage_add(list, "slices", "", run_slices, "slices.h5", NULL, err));
    if (study->import.paths != NULL) {
        LB_TRY(add_imported(&stage_last(list)->key, study, err));
    } else {
        LB_TRY(add_section(&stage_last(list)->key, study, PLAN_COHORT, NULL, err));
        LB_TRY(add_file(&stage_last(list)->key,
                        study->slices != NULL ? study->slices : study->cohort.template_path, err));
    }
    list->lesions = list->count;
    LB_TRY(stage_add(list, "lesions", "", run_lesions, "lesions.h5", NULL, err));
    LB_TRY(add_section(&stage_last(list)->key, study, "lesions", NULL, err));
    list->dataset = list->count;
    LB_TRY(stage_add(list, "dataset", "", run_dataset, "dataset.h5", NULL, err));
    LB_TRY(add_section(&stage_last(list)->key, study, "compose", NULL, err));
    stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, list->slices));
    stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, list->lesions));
cleanup:
    return status;
}

/* What pre-training takes from the other sections: the network, and the size of its input. */
static void
add_network(uint64_t *key, const lb_study *study)
{
    char text[96];
    snprintf(text, sizeof text, "%s width %.17g size %zu",
             LB_ARCHITECTURES[study->network.architecture], study->network.width,
             study->compose.size);
    *key = key_add_text(*key, text);
}

/* What decides on the slices that sex is learnt from, and on their brightness. */
static void
add_split(uint64_t *key, const lb_compose_options *compose)
{
    char text[128];
    snprintf(text, sizeof text, "split %zu %zu %zu seed %" PRIu64 " brain %.17g",
             compose->images[0], compose->images[1], compose->images[2], compose->seed,
             compose->brain_intensity);
    *key = key_add_text(*key, text);
}

static lb_status
add_pretraining(stage_list *list, size_t index, lb_error *err)
{
    lb_status status = LB_OK;
    const plan_corpus *corpus = &list->study->corpora[index];
    char model[160], history[160];
    snprintf(model, sizeof model, "models/%.64s/pretrained.safetensors", corpus->name);
    snprintf(history, sizeof history, "models/%.64s/pretraining_history.csv", corpus->name);
    bool trains = corpus->task != LB_TASK_NONE, folder = false;
    LB_TRY(stage_add(list, "pretrain", corpus->name, run_pretrain, model, trains ? history : NULL,
                     err));
    stage *added = stage_last(list);
    added->corpus = index;
    if (corpus->from != NULL) {
        LB_TRY(add_file(&added->key, corpus->from, err));
    }
    /* How it is fine-tuned later does not matter here. */
    plan_corpus own = *corpus;
    own.finetuning_rates = own.matched_rates = own.search_rates = NULL;
    if (!trains) {
        lb_training_defaults(&own.training);
    }
    LB_TRY(add_section(&added->key, list->study, PLAN_CORPORA, &own, err));
    if (!trains) {
        return LB_OK;
    }
    add_network(&added->key, list->study);
    if (corpus->task == LB_TASK_SEX) {
        add_split(&added->key, &list->study->compose);
        added->key = key_add_key(added->key, key_of_stage(list, list->slices));
        goto cleanup;
    }
    LB_TRY(lb_path_is_folder(&folder, corpus->images, err));
    if (folder) {
        LB_TRY(add_folder(&added->key, corpus->images, corpus->labels, err));
    } else {
        LB_TRY(add_file(&added->key, corpus->images, err));
        LB_TRY(add_file(&added->key, corpus->labels, err));
    }
cleanup:
    return status;
}

static lb_status
add_last_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    list->tables = list->count;
    LB_TRY(stage_add(list, "tables", "", run_tables, "tables/scores.csv", "tables/explanation.csv",
                     err));
    for (size_t i = list->explain; i < list->tables; i++) {
        stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, i));
    }
    list->compare = list->count;
    LB_TRY(stage_add(list, "compare", "", run_compare, "tables/summary.csv", "tables/controls.csv",
                     err));
    stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, list->evaluate));
    stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, list->tables));
    list->report = list->count;
    LB_TRY(stage_add(list, "report", "", run_report, "report/index.html", NULL, err));
    stage_last(list)->key = key_add_key(stage_last(list)->key, key_of_stage(list, list->compare));
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
stages_make(stage_list *out, const lb_study *study, const char *directory, lb_error *err)
{
    lb_status status = LB_OK;
    stage_list list = {.study = study};
    list.models = study->condition_count * stages_models(study);
    list.directory = lb_strdup(directory, err);
    if (list.directory == NULL) {
        LB_TRY(err->code);
    }
    list.capacity = stages_capacity(study);
    LB_ALLOC(list.stages, list.capacity);
    LB_TRY(add_data_stages(&list, err));
    list.pretrain = list.count;
    for (size_t i = 0; i < study->corpus_count; i++) {
        LB_TRY(add_pretraining(&list, i, err));
    }
    LB_TRY(stages_add_models(&list, err));
    LB_TRY(add_last_stages(&list, err));
    *out = list;
    list = (stage_list){0};
cleanup:
    stages_release(&list);
    return status;
}
