/* SPDX-License-Identifier: MIT */
/* The stages of models: the search, fine-tuning, predictions, explanations. */
#include "search.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

/* The settings of one model's fine-tuning: not the lists of degrees and seeds, so that a longer
 * list leaves the models that are there as they are. rate NULL: it is searched. Training on images
 * composed afresh reads what the dataset was made from. */
static lb_status
add_finetuning_inputs(stage_list *list, stage *added, const double *rate, lb_error *err)
{
    static const char *const OWN[] = {"seed", "learning_rate", NULL};
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    char text[200], number[40] = "searched";
    if (rate != NULL) {
        snprintf(number, sizeof number, "%.17g", *rate);
    }
    snprintf(text, sizeof text, "degree: %s\nseed: %" PRIu64 "\nlearning_rate: %s\nfresh: %s\n",
             lb_degree_name(study->degrees[added->degree]), study->seeds[added->seed], number,
             study->finetuning.fresh ? "true" : "false");
    LB_TRY(stage_add_settings(added, text, err));
    LB_TRY(stage_add_table(added, &study->finetuning.training, lb_training_settings(), OWN, err));
    if (study->finetuning.fresh) {
        LB_TRY(stage_needs_range(added, list->slices, list->dataset, err));
    }
    LB_TRY(stage_needs(added, list->dataset, err));
    LB_TRY(stage_needs(added, list->pretrain + added->corpus, err));
cleanup:
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
    LB_TRY(stage_add(list, &list->kinds[KIND_SEARCH], detail, curve, NULL, err));
    stage *added = stage_last(list);
    added->corpus = corpus;
    added->degree = degree;
    added->rate = index;
    added->learning_rate = rate;
    LB_TRY(add_finetuning_inputs(list, added, &rate, err));
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

/* What a matched model is made from beside its training: the target, and the models that set it. */
static lb_status
add_matching_inputs(stage_list *list, stage *added, lb_error *err)
{
    static const char *const KINDS[] = {"a number", "none", "lowest", "lowest_of_all"};
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    const plan_target *target = &study->targets[added->degree];
    bool shared = false;
    char text[96];
    snprintf(text, sizeof text, "target: %s %.17g\n", KINDS[target->kind], target->accuracy);
    LB_TRY(stage_add_settings(added, text, err));
    for (size_t i = 0; i < stages_models(study); i++) {
        stage best = {0};
        place_model(&best, study, i);
        if (search_target_hangs_on(study, added->degree, best.degree)) {
            LB_TRY(stage_needs(added, list->finetune + i, err));
        }
    }
    LB_TRY(search_shares_best(&shared, study, added->corpus, added->degree, err));
    if (shared) {
        size_t best = stages_model(study, 0, added->corpus, added->degree, added->seed);
        LB_TRY(stage_needs(added, list->finetune + best, err));
    }
cleanup:
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
    LB_TRY(
        stage_add(list, &list->kinds[best ? KIND_FINETUNE : KIND_MATCH], name, first, second, err));
    stage *added = stage_last(list);
    place_model(added, study, model);
    LB_TRY(plan_learning_rates(&rates, study, &study->corpora[added->corpus], added->degree,
                               added->condition, err));
    LB_TRY(add_finetuning_inputs(list, added, rates.count == 1 ? rates.rate : NULL, err));
    for (size_t i = 0; rates.count > 1 && i < rates.count; i++) {
        LB_TRY(stage_needs(added, search_trial(list, added->corpus, added->degree, i), err));
    }
    if (!best) {
        LB_TRY(add_matching_inputs(list, added, err));
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
    LB_TRY(stage_add(list, &list->kinds[KIND_PREDICT], detail, path, NULL, err));
    place_model(stage_last(list), list->study, model);
    LB_TRY(stage_needs(stage_last(list), list->dataset, err));
    LB_TRY(stage_needs(stage_last(list), list->finetune + model, err));
cleanup:
    return status;
}

/* The settings of one explanation: of the lists of methods only its own. */
static lb_status
add_explanation_settings(stage *added, const plan_explain *plan, const lb_method *const *methods,
                         size_t count, lb_error *err)
{
    static const char *const NONE[] = {NULL};
    lb_status status = LB_OK;
    char text[128];
    snprintf(text, sizeof text, "correct: %zu\nwrong: %zu\nexamples: %zu\n", plan->correct,
             plan->wrong, plan->examples);
    LB_TRY(stage_add_settings(added, text, err));
    for (size_t i = 0; i < count; i++) {
        LB_TRY(stage_add_setting(added, "method", methods[i]->name, err));
    }
    LB_TRY(stage_add_table(added, &plan->options, lb_explain_settings(), NONE, err));
cleanup:
    return status;
}

/* Explanations read all predictions of their condition, since these say which images are chosen. */
static lb_status
add_explanation(stage_list *list, const char *detail, const char *name, size_t condition,
                bool baseline, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    const size_t models = stages_models(study), first = list->predict + condition * models;
    char maps[192], scores[192];
    snprintf(maps, sizeof maps, "explanations/%s.h5", name);
    snprintf(scores, sizeof scores, "explanations/%s.scores.csv", name);
    LB_TRY(stage_add(list, &list->kinds[KIND_EXPLAIN], detail, maps, scores, err));
    stage *added = stage_last(list);
    added->condition = study->conditions[condition];
    LB_TRY(add_explanation_settings(added, &study->explain,
                                    baseline ? study->baselines : study->methods,
                                    baseline ? study->baseline_count : study->method_count, err));
    LB_TRY(stage_needs(added, list->dataset, err));
    LB_TRY(stage_needs_range(added, first, first + models, err));
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
        LB_TRY(stage_needs(stage_last(list), list->finetune + i, err));
    }
    list->untrained = list->count;
    for (size_t c = 0; c < study->condition_count; c++) {
        snprintf(name, sizeof name, "untrained%s", condition_suffix(study->conditions[c]));
        LB_TRY(add_explanation(list, name, name, c, false, err));
        LB_TRY(stage_add_section(stage_last(list), study, "network", NULL, err));
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
    LB_TRY(stage_add(list, &list->kinds[KIND_EVALUATE], "", "tables/classification.csv",
                     "tables/search.csv", err));
    /* The table of the search is made from the curves of trainings. */
    LB_TRY(stage_needs_range(stage_last(list), list->search, list->evaluate, err));
    LB_TRY(add_explanations(list, err));
cleanup:
    return status;
}
