/* SPDX-License-Identifier: MIT */
#include "stages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image_list.h"
#include "lesionbench/output.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t
add_text(uint64_t key, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), key);
}

static uint64_t
add_key(uint64_t key, uint64_t input)
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
    if (stream == NULL || state == NULL) {
        LB_TRY(lb_fail_errno(err, "%s: cannot read", path));
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
            LB_TRY(lb_fail_errno(err, "%s", images.paths[i]));
        }
        snprintf(text, sizeof text, " %u %jd %jd.%09ld", images.labels[i], (intmax_t)about.st_size,
                 (intmax_t)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
        *key = add_text(add_text(*key, images.paths[i]), text);
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
    *key = add_text(*key, text);
    lb_free(text);
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

/* Appends a stage called kind/detail (detail may be ""), with its outputs in the study's folder
 * (second may be NULL). Its key starts from the program's version and the kind. */
static lb_status
add_stage(stage_list *list, const char *kind, const char *detail, stage_function run,
          const char *first, const char *second, lb_error *err)
{
    stage *added = &list->stages[list->count++];
    added->kind = kind;
    snprintf(added->name, sizeof added->name, "%s%s%s", kind, detail[0] != '\0' ? "/" : "", detail);
    added->run = run;
    added->model = NO_MODEL;
    added->beside_others =
        run == run_pretrain || run == run_finetune || run == run_predict || run == run_explain;
    added->key = add_text(add_text(0, LB_VERSION), kind);
    const char *paths[MAX_OUTPUTS] = {first, second};
    for (size_t i = 0; i < MAX_OUTPUTS && paths[i] != NULL; i++) {
        added->outputs[i] = lb_format(err, "%s/%s", list->directory, paths[i]);
        if (added->outputs[i] == NULL) {
            return err->code;
        }
    }
    return LB_OK;
}

/* The list's last stage. */
static stage *
last(stage_list *list)
{
    return &list->stages[list->count - 1];
}

static uint64_t
key_of(const stage_list *list, size_t index)
{
    return list->stages[index].key;
}

static lb_status
add_data_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    list->slices = list->count;
    LB_TRY(add_stage(list, "slices", "", run_slices, "slices.h5", NULL, err));
    LB_TRY(add_section(&last(list)->key, study, "cohort", NULL, err));
    LB_TRY(add_file(&last(list)->key,
                    study->slices != NULL ? study->slices : study->cohort.template_path, err));
    list->lesions = list->count;
    LB_TRY(add_stage(list, "lesions", "", run_lesions, "lesions.h5", NULL, err));
    LB_TRY(add_section(&last(list)->key, study, "lesions", NULL, err));
    list->dataset = list->count;
    LB_TRY(add_stage(list, "dataset", "", run_dataset, "dataset.h5", NULL, err));
    LB_TRY(add_section(&last(list)->key, study, "compose", NULL, err));
    last(list)->key = add_key(last(list)->key, key_of(list, list->slices));
    last(list)->key = add_key(last(list)->key, key_of(list, list->lesions));
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
    *key = add_text(*key, text);
}

/* What decides on the slices that sex is learnt from, and on their brightness. */
static void
add_split(uint64_t *key, const lb_compose_options *compose)
{
    char text[128];
    snprintf(text, sizeof text, "split %zu %zu %zu seed %" PRIu64 " brain %.17g",
             compose->images[0], compose->images[1], compose->images[2], compose->seed,
             compose->brain_intensity);
    *key = add_text(*key, text);
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
    LB_TRY(add_stage(list, "pretrain", corpus->name, run_pretrain, model, trains ? history : NULL,
                     err));
    stage *added = last(list);
    added->corpus = index;
    if (corpus->from != NULL) {
        LB_TRY(add_file(&added->key, corpus->from, err));
    }
    /* How it is fine-tuned later does not matter here. */
    plan_corpus own = *corpus;
    own.finetuning_rates = NULL;
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
        added->key = add_key(added->key, key_of(list, list->slices));
    } else if (lb_is_folder(corpus->images)) {
        LB_TRY(add_folder(&added->key, corpus->images, corpus->labels, err));
    } else {
        LB_TRY(add_file(&added->key, corpus->images, err));
        LB_TRY(add_file(&added->key, corpus->labels, err));
    }
cleanup:
    return status;
}

/* One stage of a fine-tuned model: fills where it stands in the plan. */
static void
place_model(stage_list *list, size_t model)
{
    const lb_study *study = list->study;
    stage *added = last(list);
    added->model = model;
    added->seed = model % study->seed_count;
    added->degree = model / study->seed_count % study->degree_count;
    added->corpus = model / study->seed_count / study->degree_count;
}

/* "mri/degree_1_seed_0" with separator '/', the models' names in folders and tables. */
static void
model_name(char *out, size_t size, const stage_list *list, size_t model, char separator)
{
    const lb_study *study = list->study;
    size_t degree = model / study->seed_count % study->degree_count;
    snprintf(out, size, "%.64s%cdegree_%s_seed_%" PRIu64,
             study->corpora[model / study->seed_count / study->degree_count].name, separator,
             lb_degree_name(study->degrees[degree]), study->seeds[model % study->seed_count]);
}

/* The settings of one model's fine-tuning: not the lists of degrees and seeds, so that a longer
 * list leaves the models that are there as they are. */
static lb_status
add_finetuning_key(stage_list *list, stage *added, lb_error *err)
{
    const lb_study *study = list->study;
    double rate = 0;
    lb_status status =
        plan_learning_rate(&rate, study, &study->corpora[added->corpus], added->degree, err);
    char text[96];
    snprintf(text, sizeof text, "degree %s seed %" PRIu64 " rate %.17g%s",
             lb_degree_name(study->degrees[added->degree]), study->seeds[added->seed], rate,
             study->finetuning.fresh ? " fresh" : "");
    added->key = add_text(added->key, text);
    lb_setting_table table = lb_training_settings();
    for (size_t i = 0; status == LB_OK && i < table.count; i++) {
        const char *key = table.settings[i].key;
        if (strcmp(key, "seed") == 0 || strcmp(key, "learning_rate") == 0) {
            continue;
        }
        char *value = lb_setting_print(&study->finetuning.training, &table.settings[i], err);
        if (value == NULL) {
            return err->code;
        }
        added->key = add_text(added->key, value);
        lb_free(value);
    }
    return status;
}

static lb_status
add_finetuning(stage_list *list, size_t model, lb_error *err)
{
    lb_status status = LB_OK;
    char name[128], first[192], second[192];
    model_name(name, sizeof name, list, model, '/');
    snprintf(first, sizeof first, "models/%s/model.safetensors", name);
    snprintf(second, sizeof second, "models/%s/history.csv", name);
    LB_TRY(add_stage(list, "finetune", name, run_finetune, first, second, err));
    place_model(list, model);
    LB_TRY(add_finetuning_key(list, last(list), err));
    last(list)->key = add_key(last(list)->key, key_of(list, list->dataset));
    last(list)->key = add_key(last(list)->key, key_of(list, list->pretrain + last(list)->corpus));
cleanup:
    return status;
}

static lb_status
add_prediction(stage_list *list, size_t model, lb_error *err)
{
    lb_status status = LB_OK;
    char name[128], detail[128], path[192];
    model_name(name, sizeof name, list, model, '_');
    model_name(detail, sizeof detail, list, model, '/');
    snprintf(path, sizeof path, "predictions/%s.h5", name);
    LB_TRY(add_stage(list, "predict", detail, run_predict, path, NULL, err));
    place_model(list, model);
    last(list)->key = add_key(last(list)->key, key_of(list, list->finetune + model));
cleanup:
    return status;
}

/* The settings of one explanation: of the lists of methods only its own. */
static lb_status
add_explanation_key(uint64_t *key, const plan_explain *plan, const size_t *methods, size_t count,
                    lb_error *err)
{
    char text[128];
    snprintf(text, sizeof text, "correct %zu wrong %zu examples %zu", plan->correct, plan->wrong,
             plan->examples);
    *key = add_text(*key, text);
    for (size_t i = 0; i < count; i++) {
        *key = add_text(*key, lb_method_name(methods[i]));
    }
    lb_setting_table table = lb_explain_settings();
    for (size_t i = 0; i < table.count; i++) {
        char *value = lb_setting_print(&plan->options, &table.settings[i], err);
        if (value == NULL) {
            return err->code;
        }
        *key = add_text(*key, value);
        lb_free(value);
    }
    return LB_OK;
}

/* Explanations hang on all predictions, since these say which images are chosen. */
static lb_status
add_explanation(stage_list *list, const char *detail, const char *name, bool baseline,
                lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    char maps[192], scores[192];
    snprintf(maps, sizeof maps, "explanations/%s.h5", name);
    snprintf(scores, sizeof scores, "explanations/%s.scores.csv", name);
    LB_TRY(add_stage(list, "explain", detail, run_explain, maps, scores, err));
    LB_TRY(add_explanation_key(&last(list)->key, &study->explain,
                               baseline ? study->baselines : study->methods,
                               baseline ? study->baseline_count : study->method_count, err));
    last(list)->key = add_text(last(list)->key, detail);
    last(list)->key = add_key(last(list)->key, key_of(list, list->evaluate));
cleanup:
    return status;
}

static lb_status
add_model_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    list->finetune = list->count;
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(add_finetuning(list, i, err));
    }
    list->predict = list->count;
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(add_prediction(list, i, err));
    }
    list->evaluate = list->count;
    LB_TRY(add_stage(list, "evaluate", "", run_evaluate, "tables/classification.csv", NULL, err));
    for (size_t i = 0; i < list->models; i++) {
        last(list)->key = add_key(last(list)->key, key_of(list, list->predict + i));
    }
    list->explain = list->count;
    for (size_t i = 0; i < list->models; i++) {
        char name[128], detail[128];
        model_name(name, sizeof name, list, i, '_');
        model_name(detail, sizeof detail, list, i, '/');
        LB_TRY(add_explanation(list, detail, name, false, err));
        place_model(list, i);
    }
cleanup:
    return status;
}

static lb_status
add_last_stages(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    list->untrained = list->count;
    LB_TRY(add_explanation(list, "untrained", "untrained", false, err));
    LB_TRY(add_section(&last(list)->key, list->study, "network", NULL, err));
    list->baseline = list->count;
    LB_TRY(add_explanation(list, "baseline", "baseline", true, err));
    list->tables = list->count;
    LB_TRY(add_stage(list, "tables", "", run_tables, "tables/scores.csv", "tables/explanation.csv",
                     err));
    for (size_t i = list->explain; i < list->tables; i++) {
        last(list)->key = add_key(last(list)->key, key_of(list, i));
    }
    list->report = list->count;
    LB_TRY(add_stage(list, "report", "", run_report, "report/index.html", NULL, err));
    last(list)->key = add_key(last(list)->key, key_of(list, list->tables));
cleanup:
    return status;
}

lb_status
stages_make(stage_list *out, const lb_study *study, const char *directory, lb_error *err)
{
    lb_status status = LB_OK;
    enum { SINGLE_STAGES = 8 };
    stage_list list = {.study = study};
    list.models = study->corpus_count * study->degree_count * study->seed_count;
    list.directory = lb_strdup(directory, err);
    if (list.directory == NULL) {
        LB_TRY(err->code);
    }
    list.capacity = SINGLE_STAGES + study->corpus_count + 3 * list.models;
    LB_ALLOC(list.stages, list.capacity);
    LB_TRY(add_data_stages(&list, err));
    list.pretrain = list.count;
    for (size_t i = 0; i < study->corpus_count; i++) {
        LB_TRY(add_pretraining(&list, i, err));
    }
    LB_TRY(add_model_stages(&list, err));
    LB_TRY(add_last_stages(&list, err));
    *out = list;
    list = (stage_list){0};
cleanup:
    stages_release(&list);
    return status;
}
