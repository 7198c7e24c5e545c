/* SPDX-License-Identifier: MIT */
#include "search.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/csv.h"

search_choice
search_pick(const lb_history *trainings, size_t count, const lb_training_options *options)
{
    search_choice best = {count, 0};
    for (size_t t = 0; t < count; t++) {
        for (size_t e = 0; e < trainings[t].count; e++) {
            if (best.training == count ||
                lb_epoch_is_better(&trainings[t].epochs[e],
                                   &trainings[best.training].epochs[best.epoch], options)) {
                best = (search_choice){t, e};
            }
        }
    }
    return best;
}

size_t
search_trial(const stage_list *list, size_t corpus, size_t degree, size_t rate)
{
    size_t i = list->search;
    while (list->stages[i].corpus != corpus || list->stages[i].degree != degree ||
           list->stages[i].rate != rate) {
        i++;
    }
    return i;
}

char *
search_trial_model(const stage *trial, lb_error *err)
{
    const char *curve = trial->outputs[0];
    return lb_format(err, "%.*s/model.safetensors", (int)(strrchr(curve, '/') - curve), curve);
}

/* The accuracies of a training curve, and which epoch was kept. */
static lb_status
read_history(lb_history *out, const char *path, lb_error *err)
{
    enum { TRAIN, VALIDATION, KEPT, COLUMNS };
    static const char *const names[COLUMNS] = {"train_accuracy", "validation_accuracy", "kept"};
    lb_status status = LB_OK;
    lb_csv csv = {0};
    size_t at[COLUMNS];
    lb_history history = {0};
    LB_TRY(lb_csv_read(&csv, path, err));
    for (size_t k = 0; k < COLUMNS; k++) {
        LB_TRY(lb_csv_column(&at[k], &csv, names[k], path, err));
    }
    LB_ALLOC(history.epochs, csv.rows + 1);
    for (size_t i = 0; i < csv.rows; i++) {
        double value[COLUMNS];
        for (size_t k = 0; k < COLUMNS; k++) {
            LB_TRY(lb_csv_number(&value[k], &csv, i, at[k], path, err));
        }
        history.epochs[i] =
            (lb_epoch){.train_accuracy = value[TRAIN], .validation_accuracy = value[VALIDATION]};
        history.kept = value[KEPT] > 0 ? i : history.kept;
    }
    history.count = csv.rows;
    *out = history;
    history = (lb_history){0};
cleanup:
    lb_history_release(&history);
    lb_csv_release(&csv);
    return status;
}

/* The curves of all rates. The caller releases so many as were read. */
static lb_status
read_trials(lb_history out[PLAN_MAX_RATES], const stage_list *list, size_t count, size_t corpus,
            size_t degree, lb_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *path = stage_path(list, search_trial(list, corpus, degree, i), 0);
        lb_status status = read_history(&out[i], path, err);
        if (status != LB_OK) {
            return status;
        }
    }
    return LB_OK;
}

static void
release_trials(lb_history trials[PLAN_MAX_RATES])
{
    for (size_t i = 0; i < PLAN_MAX_RATES; i++) {
        lb_history_release(&trials[i]);
    }
}

static lb_training_options
rule_of(const stage_list *list, double target)
{
    lb_training_options options = list->study->finetuning.training;
    options.target_accuracy = target;
    return options;
}

lb_status
search_choose(size_t *rate, const stage_list *list, const plan_rates *rates, size_t corpus,
              size_t degree, double target, lb_error *err)
{
    lb_history trials[PLAN_MAX_RATES] = {{0}};
    const lb_training_options rule = rule_of(list, target);
    *rate = 0;
    if (rates->count == 1) {
        return LB_OK;
    }
    lb_status status = read_trials(trials, list, rates->count, corpus, degree, err);
    if (status == LB_OK) {
        *rate = search_pick(trials, rates->count, &rule).training;
    }
    release_trials(trials);
    if (status == LB_OK && *rate == rates->count) {
        status = lb_fail(err, LB_ERROR_NUMERIC,
                         "%s, degree %s: training diverged at every rate of search_rates; smaller "
                         "ones are needed",
                         list->study->corpora[corpus].name,
                         lb_degree_name(list->study->degrees[degree]));
    }
    return status;
}

bool
search_target_hangs_on(const lb_study *study, size_t degree, size_t other)
{
    plan_target_kind kind = study->targets[degree].kind;
    return (kind == TARGET_LOWEST && other == degree) ||
           (kind == TARGET_LOWEST_OF_ALL && study->targets[other].kind == kind);
}

/* The mean over the seeds of what the best models reached on validation. */
static lb_status
mean_accuracy(double *out, const stage_list *list, size_t corpus, size_t degree, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    lb_history history = {0};
    *out = 0;
    for (size_t s = 0; s < study->seed_count; s++) {
        size_t model = stages_model(study, 0, corpus, degree, s);
        LB_TRY(read_history(&history, stage_path(list, list->finetune + model, 1), err));
        *out += history.epochs[history.kept].validation_accuracy / (double)study->seed_count;
        lb_history_release(&history);
    }
cleanup:
    return status;
}

lb_status
search_target(double *out, const stage_list *list, size_t degree, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    const plan_target *target = &study->targets[degree];
    double mean = 0, lowest = 1, min = 1e-6; /* as 0 would be no target */
    *out = 0;
    if (target->kind == TARGET_NUMBER || target->kind == TARGET_NONE) {
        *out = target->kind == TARGET_NUMBER ? target->accuracy : 0;
        return LB_OK;
    }
    for (size_t d = 0; d < study->degree_count; d++) {
        for (size_t c = 0; search_target_hangs_on(study, degree, d) && c < study->corpus_count;
             c++) {
            LB_TRY(mean_accuracy(&mean, list, c, d, err));
            lowest = fmin(lowest, mean);
        }
    }
    *out = fmax(lowest, min);
cleanup:
    return status;
}

lb_status
search_shares_best(bool *out, const lb_study *study, size_t corpus, size_t degree, lb_error *err)
{
    lb_status status = LB_OK;
    plan_rates rates[CONDITIONS];
    *out = study->targets[degree].kind == TARGET_NONE && study->conditions[0] == CONDITION_BEST;
    for (size_t c = 0; c < CONDITIONS; c++) {
        LB_TRY(plan_learning_rates(&rates[c], study, &study->corpora[corpus], degree,
                                   (plan_condition)c, err));
    }
    *out = *out && rates[0].count == rates[1].count;
    for (size_t i = 0; *out && i < rates[0].count; i++) {
        *out = rates[0].rate[i] == rates[1].rate[i];
    }
cleanup:
    return status;
}

/* What a row says of a training: of one that diverged, epoch 0 and nothing else. */
static void
put_training(FILE *stream, const stage_list *list, const stage *model, double rate,
             const lb_history *history, size_t epoch, bool chosen, double target)
{
    const lb_study *study = list->study;
    lb_csv_field(stream, study->corpora[model->corpus].name);
    fprintf(stream, ",%s,%" PRIu64 ",%s,%.9g,", lb_degree_name(study->degrees[model->degree]),
            study->seeds[model->seed], CONDITION_NAMES[model->condition], rate);
    if (history->count == 0) {
        fputs("0,,,0,,\n", stream);
        return;
    }
    const lb_epoch *kept = &history->epochs[epoch];
    fprintf(stream, "%zu,%.9g,%.9g,%d,", epoch + 1, kept->validation_accuracy, kept->train_accuracy,
            chosen);
    if (target > 0) {
        fprintf(stream, "%.9g,%.9g\n", target, kept->validation_accuracy - target);
    } else {
        fputs(",\n", stream);
    }
}

/* The model, and on the first seed the other rates, each with the epoch it would have kept. */
static lb_status
put_model(FILE *stream, const stage_list *list, const stage *model, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    lb_history trials[PLAN_MAX_RATES] = {{0}}, own = {0};
    plan_rates rates;
    double target = 0;
    size_t chosen = 0;
    if (model->condition == CONDITION_MATCHED) {
        LB_TRY(search_target(&target, list, model->degree, err));
    }
    const lb_training_options rule = rule_of(list, target);
    LB_TRY(plan_learning_rates(&rates, study, &study->corpora[model->corpus], model->degree,
                               model->condition, err));
    LB_TRY(read_history(&own, model->outputs[1], err));
    if (rates.count > 1) {
        LB_TRY(read_trials(trials, list, rates.count, model->corpus, model->degree, err));
        chosen = search_pick(trials, rates.count, &rule).training;
    }
    for (size_t i = 0; i < rates.count; i++) {
        if (i == chosen) {
            put_training(stream, list, model, rates.rate[i], &own, own.kept, true, target);
        } else if (model->seed == 0) {
            put_training(stream, list, model, rates.rate[i], &trials[i],
                         search_pick(&trials[i], 1, &rule).epoch, false, target);
        }
    }
cleanup:
    lb_history_release(&own);
    release_trials(trials);
    return status;
}

lb_status
search_table_write(const stage_list *list, const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    LB_TRY(lb_atomic_file_open(&output, path, err));
    FILE *stream = lb_atomic_file_stream(output);
    fputs("corpus,degree,seed,condition,learning_rate,epoch,validation_accuracy,train_accuracy,"
          "chosen,target_accuracy,gap\n",
          stream);
    for (size_t i = 0; i < list->models; i++) {
        LB_TRY(put_model(stream, list, &list->stages[list->finetune + i], err));
    }
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    return status;
}
