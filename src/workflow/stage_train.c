/* SPDX-License-Identifier: MIT */
/* The stages that fine-tune: the search, the best models, the matched ones. */
#include <stdio.h>
#include <unistd.h>

#include "kinds.h"
#include "lesionbench/atomic_file.h"
#include "lesionbench/file_bytes.h"
#include "lesionbench/network.h"
#include "lesionbench/paths.h"
#include "lesionbench/predictions.h"
#include "search.h"

static lb_status
train_to(const char *model, const char *history, const stage_list *list, const stage *self,
         double rate, double target, const lb_context *context, lb_error *err)
{
    const lb_study *study = list->study;
    lb_finetune_job job = {.from = stage_path(list, list->pretrain + self->corpus, 0),
                           .data = stage_path(list, list->dataset, 0),
                           .fresh = study->finetuning.fresh,
                           .slices = stage_path(list, list->slices, 0),
                           .lesions = stage_path(list, list->lesions, 0),
                           .condition = CONDITION_NAMES[self->condition],
                           .training = study->finetuning.training};
    job.training.degree = study->degrees[self->degree];
    job.training.seed = study->seeds[self->seed];
    job.training.learning_rate = rate;
    job.training.target_accuracy = target;
    return lb_finetune(&job, model, history, context, err);
}

static lb_status
train(const stage_list *list, const stage *self, double rate, double target,
      const lb_context *context, lb_error *err)
{
    return train_to(self->outputs[0], self->outputs[1], list, self, rate, target, context, err);
}

static lb_status
copy_text(const char *to, const char *from, lb_error *err)
{
    lb_status status = LB_OK;
    lb_atomic_file *output = NULL;
    char *text = NULL;
    size_t length = 0;
    LB_TRY(lb_file_read(&text, &length, from, err));
    LB_TRY(lb_atomic_file_open(&output, to, err));
    fwrite(text, 1, length, lb_atomic_file_stream(output));
    LB_TRY(lb_atomic_file_commit(output, err));
cleanup:
    lb_atomic_file_close(output);
    lb_free(text);
    return status;
}

/* Takes over what another stage has trained already, under the own condition's name. */
static lb_status
adopt(const stage *self, const char *model, const char *history, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    lb_model_name name;
    LB_TRY(lb_network_load(&network, model, err));
    lb_model_name_read(&name, network);
    snprintf(name.condition, sizeof name.condition, "%s", CONDITION_NAMES[self->condition]);
    LB_TRY(lb_model_name_write(network, &name, err));
    LB_TRY(copy_text(self->outputs[1], history, err));
    LB_TRY(lb_network_save(network, self->outputs[0], err));
cleanup:
    lb_network_free(network);
    return status;
}

static lb_status
rates_of(plan_rates *out, const stage_list *list, const stage *self, plan_condition condition,
         lb_error *err)
{
    const plan_corpus *corpus = &list->study->corpora[self->corpus];
    return plan_learning_rates(out, list->study, corpus, self->degree, condition, err);
}

/* A rate that diverges has lost, and is no reason to stop: its curve has no epoch. */
lb_status
run_search(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_history none = {0};
    char *last_good = NULL, *model = search_trial_model(self, err);
    LB_TRY(model == NULL ? err->code : LB_OK);
    last_good = lb_format(err, "%s.last_good", model);
    LB_TRY(last_good == NULL ? err->code : LB_OK);
    status = train_to(model, self->outputs[0], list, self, self->learning_rate, 0, context, err);
    if (status == LB_ERROR_NUMERIC) {
        (void)unlink(model); /* of other settings */
        (void)unlink(last_good);
        status = lb_history_write(&none, self->outputs[0], err);
    }
cleanup:
    lb_free(last_good);
    lb_free(model);
    return status;
}

lb_status
run_finetune(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    plan_rates rates;
    size_t rate = 0;
    char *model = NULL;
    bool there = false;
    LB_TRY(rates_of(&rates, list, self, CONDITION_BEST, err));
    LB_TRY(search_choose(&rate, list, &rates, self->corpus, self->degree, 0, err));
    if (rates.count > 1 && self->seed == 0) {
        size_t trial = search_trial(list, self->corpus, self->degree, rate);
        model = search_trial_model(&list->stages[trial], err);
        LB_TRY(model == NULL ? err->code : LB_OK);
        LB_TRY(lb_path_exists(&there, model, err));
        if (there) {
            LB_TRY(adopt(self, model, stage_path(list, trial, 0), err));
            goto cleanup;
        }
    }
    LB_TRY(train(list, self, rates.rate[rate], 0, context, err));
cleanup:
    lb_free(model);
    return status;
}

lb_status
run_match(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    plan_rates rates;
    double target = 0;
    size_t rate = 0;
    bool shared = false;
    LB_TRY(search_shares_best(&shared, study, self->corpus, self->degree, err));
    if (shared) {
        size_t best =
            list->finetune + stages_model(study, 0, self->corpus, self->degree, self->seed);
        return adopt(self, stage_path(list, best, 0), stage_path(list, best, 1), err);
    }
    LB_TRY(search_target(&target, list, self->degree, err));
    LB_TRY(rates_of(&rates, list, self, CONDITION_MATCHED, err));
    LB_TRY(search_choose(&rate, list, &rates, self->corpus, self->degree, target, err));
    LB_TRY(train(list, self, rates.rate[rate], target, context, err));
cleanup:
    return status;
}
