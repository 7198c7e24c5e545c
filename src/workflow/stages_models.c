/* SPDX-License-Identifier: MIT */
/* The stages of models: the search, fine-tuning, predictions, explanations. */
#include "search.h"
#include "stage_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t
stages_models(const lb_study *study)
{
    return study->corpus_count * study->degree_count * study->seed_count;
}

size_t
stages_model(const lb_study *study, size_t condition, size_t corpus, size_t degree, size_t seed)
{
    size_t cell = (condition * study->corpus_count + corpus) * study->degree_count + degree;
    return cell * study->seed_count + seed;
}

/* One stage of a fine-tuned model: fills where it stands in the plan. */
static void
place_model(stage *added, const lb_study *study, size_t model)
{
    added->model = model;
    added->seed = model % study->seed_count;
    added->degree = model / study->seed_count % study->degree_count;
    added->corpus = model / study->seed_count / study->degree_count % study->corpus_count;
    added->condition = study->conditions[model / stages_models(study)];
}

static const char *
condition_suffix(plan_condition condition)
{
    return condition == CONDITION_BEST ? "" : "_matched";
}

/* "mri/degree_1_seed_0" with separator '/', the models' names in folders and tables; with
 * "_matched" behind it in the other condition. */
static void
model_name(char *out, size_t size, const stage_list *list, size_t model, char separator)
{
    const lb_study *study = list->study;
    stage place;
    place_model(&place, study, model);
    snprintf(out, size, "%.64s%cdegree_%s_seed_%" PRIu64 "%s", study->corpora[place.corpus].name,
             separator, lb_degree_name(study->degrees[place.degree]), study->seeds[place.seed],
             condition_suffix(place.condition));
}

static void
mix(stage *added, const stage_list *list, size_t index)
{
    added->key = key_add_key(added->key, key_of_stage(list, index));
}

/* The settings of one model's fine-tuning: not the lists of degrees and seeds, so that a longer
 * list leaves the models that are there as they are. rate NULL: it is searched. */
static lb_status
add_finetuning_key(stage_list *list, stage *added, const double *rate, lb_error *err)
{
    static const char *const OWN[] = {"seed", "learning_rate", NULL};
    const lb_study *study = list->study;
    char text[160], number[40] = "searched";
    if (rate != NULL) {
        snprintf(number, sizeof number, "%.17g", *rate);
    }
    snprintf(text, sizeof text, "degree %s seed %" PRIu64 " rate %s%s",
             lb_degree_name(study->degrees[added->degree]), study->seeds[added->seed], number,
             study->finetuning.fresh ? " fresh" : "");
    added->key = key_add_text(added->key, text);
    lb_status status = key_add_settings(&added->key, &study->finetuning.training,
                                        lb_training_settings(), OWN, err);
    mix(added, list, list->dataset);
    mix(added, list, list->pretrain + added->corpus);
    return status;
}

static lb_status
add_trial(stage_list *list, size_t corpus, size_t degree, size_t index, double rate, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    const char *name = study->corpora[corpus].name;
    char training[96], detail[192], curve[256];
    snprintf(training, sizeof training, "degree_%.8s_seed_%" PRIu64 "_rate_%.9g",
             lb_degree_name(study->degrees[degree]), study->seeds[0], rate);
    snprintf(detail, sizeof detail, "%.64s/%s", name, training);
    snprintf(curve, sizeof curve, "models/%.64s/search/%s/history.csv", name, training);
    LB_TRY(stage_add(list, "search", detail, run_search, curve, NULL, err));
    stage *added = stage_last(list);
    added->corpus = corpus;
    added->degree = degree;
    added->rate = index;
    added->learning_rate = rate;
    LB_TRY(add_finetuning_key(list, added, &rate, err));
cleanup:
    return status;
}

/* The rates that a corpus is searched for, under whatever condition; none where none is searched.
 */
static lb_status
find_candidates(plan_rates *out, const lb_study *study, size_t corpus, lb_error *err)
{
    lb_status status = LB_OK;
    plan_rates rates;
    out->count = 0;
    for (size_t c = 0; c < study->condition_count; c++) {
        LB_TRY(plan_learning_rates(&rates, study, &study->corpora[corpus], 0, study->conditions[c],
                                   err));
        if (rates.count > 1) {
            *out = rates;
        }
    }
cleanup:
    return status;
}

static lb_status
add_search(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    plan_rates rates;
    for (size_t corpus = 0; corpus < study->corpus_count; corpus++) {
        LB_TRY(find_candidates(&rates, study, corpus, err));
        for (size_t i = 0; i < study->degree_count * rates.count; i++) {
            size_t rate = i % rates.count;
            LB_TRY(add_trial(list, corpus, i / rates.count, rate, rates.rate[rate], err));
        }
    }
cleanup:
    return status;
}

/* What a matched model hangs on beside its training: the target, and the models that set it. */
static lb_status
add_matching_key(stage_list *list, stage *added, lb_error *err)
{
    const lb_study *study = list->study;
    const plan_target *target = &study->targets[added->degree];
    bool shared = false;
    char text[64];
    snprintf(text, sizeof text, "target %d %.17g", (int)target->kind, target->accuracy);
    added->key = key_add_text(added->key, text);
    for (size_t i = 0; i < stages_models(study); i++) {
        stage best = {0};
        place_model(&best, study, i);
        if (search_target_hangs_on(study, added->degree, best.degree)) {
            mix(added, list, list->finetune + i);
        }
    }
    lb_status status = search_shares_best(&shared, study, added->corpus, added->degree, err);
    if (shared) {
        mix(added, list,
            list->finetune + stages_model(study, 0, added->corpus, added->degree, added->seed));
    }
    return status;
}

static lb_status
add_finetuning(stage_list *list, size_t model, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    char name[128], first[192], second[192];
    plan_rates rates;
    stage place = {0};
    place_model(&place, study, model);
    bool best = place.condition == CONDITION_BEST;
    model_name(name, sizeof name, list, model, '/');
    snprintf(first, sizeof first, "models/%s/model.safetensors", name);
    snprintf(second, sizeof second, "models/%s/history.csv", name);
    /* Two kinds, as matching may have to wait for the best. */
    LB_TRY(stage_add(list, best ? "finetune" : "match", name, best ? run_finetune : run_match,
                     first, second, err));
    stage *added = stage_last(list);
    place_model(added, study, model);
    LB_TRY(plan_learning_rates(&rates, study, &study->corpora[added->corpus], added->degree,
                               added->condition, err));
    LB_TRY(add_finetuning_key(list, added, rates.count == 1 ? rates.rate : NULL, err));
    for (size_t i = 0; rates.count > 1 && i < rates.count; i++) {
        mix(added, list, search_trial(list, added->corpus, added->degree, i));
    }
    if (!best) {
        LB_TRY(add_matching_key(list, added, err));
    }
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
    LB_TRY(stage_add(list, "predict", detail, run_predict, path, NULL, err));
    place_model(stage_last(list), list->study, model);
    mix(stage_last(list), list, list->finetune + model);
cleanup:
    return status;
}

/* The settings of one explanation: of the lists of methods only its own. */
static lb_status
add_explanation_key(uint64_t *key, const plan_explain *plan, const lb_method *const *methods,
                    size_t count, lb_error *err)
{
    static const char *const NONE[] = {NULL};
    char text[128];
    snprintf(text, sizeof text, "correct %zu wrong %zu examples %zu", plan->correct, plan->wrong,
             plan->examples);
    *key = key_add_text(*key, text);
    for (size_t i = 0; i < count; i++) {
        *key = key_add_text(*key, methods[i]->name);
    }
    return key_add_settings(key, &plan->options, lb_explain_settings(), NONE, err);
}

/* Explanations hang on all predictions of their condition, since these say which images are chosen.
 */
static uint64_t
predictions_key(const stage_list *list, size_t condition)
{
    size_t models = stages_models(list->study);
    uint64_t key = stage_first_key("evaluate");
    for (size_t i = condition * models; i < (condition + 1) * models; i++) {
        key = key_add_key(key, key_of_stage(list, list->predict + i));
    }
    return key;
}

static lb_status
add_explanation(stage_list *list, const char *detail, const char *name, size_t condition,
                bool baseline, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    char maps[192], scores[192];
    snprintf(maps, sizeof maps, "explanations/%s.h5", name);
    snprintf(scores, sizeof scores, "explanations/%s.scores.csv", name);
    LB_TRY(stage_add(list, "explain", detail, run_explain, maps, scores, err));
    stage *added = stage_last(list);
    added->condition = study->conditions[condition];
    LB_TRY(add_explanation_key(&added->key, &study->explain,
                               baseline ? study->baselines : study->methods,
                               baseline ? study->baseline_count : study->method_count, err));
    added->key = key_add_text(added->key, detail);
    added->key = key_add_key(added->key, predictions_key(list, condition));
cleanup:
    return status;
}

static lb_status
add_explanations(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    char name[128], detail[128];
    list->explain = list->count;
    for (size_t i = 0; i < list->models; i++) {
        model_name(name, sizeof name, list, i, '_');
        model_name(detail, sizeof detail, list, i, '/');
        LB_TRY(add_explanation(list, detail, name, i / stages_models(study), false, err));
        place_model(stage_last(list), study, i);
    }
    list->untrained = list->count;
    for (size_t c = 0; c < study->condition_count; c++) {
        snprintf(name, sizeof name, "untrained%s", condition_suffix(study->conditions[c]));
        LB_TRY(add_explanation(list, name, name, c, false, err));
        char *text = plan_print_section(study, "network", NULL, err);
        LB_TRY(text == NULL ? err->code : LB_OK);
        stage_last(list)->key = key_add_text(stage_last(list)->key, text);
        lb_free(text);
    }
    list->baseline = list->count;
    for (size_t c = 0; c < study->condition_count; c++) {
        snprintf(name, sizeof name, "baseline%s", condition_suffix(study->conditions[c]));
        LB_TRY(add_explanation(list, name, name, c, true, err));
    }
cleanup:
    return status;
}

lb_status
stages_add_models(stage_list *list, lb_error *err)
{
    lb_status status = LB_OK;
    list->search = list->count;
    LB_TRY(add_search(list, err));
    list->finetune = list->count;
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(add_finetuning(list, i, err));
    }
    list->predict = list->count;
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(add_prediction(list, i, err));
    }
    list->evaluate = list->count;
    LB_TRY(stage_add(list, "evaluate", "", run_evaluate, "tables/classification.csv",
                     "tables/search.csv", err));
    for (size_t i = 0; i < list->models; i++) {
        mix(stage_last(list), list, list->predict + i);
    }
    LB_TRY(add_explanations(list, err));
cleanup:
    return status;
}
