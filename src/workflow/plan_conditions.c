/* SPDX-License-Identifier: MIT */
/* Conditions, the accuracies that networks are matched at, and learning rates. */
#include "plan.h"

#include <math.h>
#include <string.h>

const char *const CONDITION_NAMES[CONDITIONS] = {"best", "matched"};

static lb_status
read_conditions(lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    bool asked[CONDITIONS] = {false};
    LB_TRY(lb_list_parse(&list, study->finetuning.conditions, err));
    for (size_t i = 0; i < list.count; i++) {
        size_t condition = 0;
        while (condition < CONDITIONS && strcmp(list.items[i], CONDITION_NAMES[condition]) != 0) {
            condition++;
        }
        if (condition == CONDITIONS) {
            LB_TRY(
                lb_fail(err, LB_ERROR_ARGUMENT, "'%s' is not one of best, matched", list.items[i]));
        }
        if (asked[condition]) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' stands twice", list.items[i]));
        }
        asked[condition] = true;
    }
    for (size_t i = 0; i < CONDITIONS; i++) {
        if (asked[i]) {
            study->conditions[study->condition_count++] = (plan_condition)i;
        }
    }
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
read_target(plan_target *out, const char *text, bool has_best, lb_error *err)
{
    *out = (plan_target){.kind = TARGET_NUMBER};
    if (strcmp(text, "none") == 0) {
        out->kind = TARGET_NONE;
    } else if (strcmp(text, "lowest") == 0) {
        out->kind = TARGET_LOWEST;
    } else if (strcmp(text, "lowest_of_all") == 0) {
        out->kind = TARGET_LOWEST_OF_ALL;
    } else if (lb_parse_real(&out->accuracy, text, 1e-6, 1, err) != LB_OK) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "'%s' is not an accuracy above 0 and up to 1, nor lowest, lowest_of_all or "
                       "none",
                       text);
    }
    if (!has_best && (out->kind == TARGET_LOWEST || out->kind == TARGET_LOWEST_OF_ALL)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "'%s' needs the condition best beside matched",
                       text);
    }
    return LB_OK;
}

static lb_status
read_targets(lb_study *study, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    if (study->conditions[study->condition_count - 1] != CONDITION_MATCHED) {
        return LB_OK;
    }
    LB_TRY(lb_list_parse(&list, study->finetuning.matched_accuracy, err));
    if (list.count != 1 && list.count != study->degree_count) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu accuracies for %zu degrees: give one, or one for each", list.count,
                       study->degree_count));
    }
    for (size_t i = 0; i < study->degree_count; i++) {
        LB_TRY(read_target(&study->targets[i], list.items[list.count == 1 ? 0 : i],
                           study->conditions[0] == CONDITION_BEST, err));
    }
cleanup:
    lb_list_release(&list);
    return status;
}

/* One rate for all degrees, or one for each. */
static lb_status
read_given(plan_rates *out, const char *text, size_t degrees, size_t degree, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    if (list.count != 1 && list.count != degrees) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "%zu learning rates for %zu degrees: give one, or "
                       "one for each",
                       list.count, degrees));
    }
    out->count = 1;
    LB_TRY(lb_parse_real(&out->rate[0], list.items[list.count == 1 ? 0 : degree], 1e-9, 100, err));
cleanup:
    lb_list_release(&list);
    return status;
}

static lb_status
read_candidates(plan_rates *out, const char *text, lb_error *err)
{
    lb_status status = LB_OK;
    lb_list list = {0};
    LB_TRY(lb_list_parse(&list, text, err));
    if (list.count > PLAN_MAX_RATES) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%zu learning rates to search: at most %d",
                       list.count, (int)PLAN_MAX_RATES));
    }
    for (size_t i = 0; i < list.count; i++) {
        LB_TRY(lb_parse_real(&out->rate[i], list.items[i], 1e-9, 100, err));
        for (size_t j = 0; j < i; j++) {
            if (fabs(out->rate[j] - out->rate[i]) <= 1e-8 * out->rate[i]) { /* one folder */
                LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "'%s' stands twice", list.items[i]));
            }
        }
    }
    out->count = list.count;
cleanup:
    lb_list_release(&list);
    return status;
}

lb_status
plan_resolve_conditions(lb_study *study, const char **key, lb_error *err)
{
    plan_rates rates;
    *key = "conditions";
    lb_status status = read_conditions(study, err);
    if (status == LB_OK) {
        *key = "matched_accuracy";
        status = read_targets(study, err);
    }
    if (status == LB_OK && study->finetuning.search_rates != NULL) {
        *key = "search_rates";
        status = read_candidates(&rates, study->finetuning.search_rates, err);
    }
    return status;
}

/* Where a condition's rates come from: the setting that gives them, and its key. */
typedef struct rate_source {
    const char *text, *key; /* NULL: the one learning rate of finetuning */
    bool searched;
} rate_source;

static rate_source
find_rates(const lb_study *study, const plan_corpus *corpus, plan_condition condition)
{
    const char *search =
        corpus->search_rates != NULL ? corpus->search_rates : study->finetuning.search_rates;
    if (condition == CONDITION_MATCHED && corpus->matched_rates != NULL) {
        return (rate_source){corpus->matched_rates, "matched_rates", false};
    }
    if (condition == CONDITION_MATCHED && search != NULL) {
        return (rate_source){search, "search_rates", true};
    }
    if (corpus->finetuning_rates != NULL) {
        return (rate_source){corpus->finetuning_rates, "finetuning_rates", false};
    }
    return (rate_source){search, "search_rates", true};
}

lb_status
plan_learning_rates(plan_rates *out, const lb_study *study, const plan_corpus *corpus,
                    size_t degree, plan_condition condition, lb_error *err)
{
    const rate_source source = find_rates(study, corpus, condition);
    if (source.text == NULL) {
        *out = (plan_rates){.count = 1, .rate = {study->finetuning.training.learning_rate}};
        return LB_OK;
    }
    return source.searched ? read_candidates(out, source.text, err)
                           : read_given(out, source.text, study->degree_count, degree, err);
}

lb_status
plan_check_rates(const lb_study *study, const plan_corpus *corpus, const char **key, lb_error *err)
{
    lb_status status = LB_OK;
    plan_rates rates;
    for (size_t c = 0; c < study->condition_count && status == LB_OK; c++) {
        *key = find_rates(study, corpus, study->conditions[c]).key;
        for (size_t d = 0; d < study->degree_count && status == LB_OK; d++) {
            status = plan_learning_rates(&rates, study, corpus, d, study->conditions[c], err);
        }
    }
    return status;
}
