/* SPDX-License-Identifier: MIT */
/* The stage that explains: which images, by which network, with which methods. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kinds.h"
#include "lesionbench/explanations.h"
#include "lesionbench/loaders.h"
#include "lesionbench/network.h"

/* Which holdout images are right for all models of the condition, and which are wrong for the model
 * asked for: the first so many. What is no model (untrained, baseline) gets those of all models, to
 * stand beside each. */
typedef struct selection {
    size_t count;
    uint8_t *all_right; /* (count) */
    uint8_t *wrong;     /* (count) */
    uint8_t *example;   /* (count) wrong, and its map is kept */
} selection;

/* How many of each class make so many images. */
static void
halve(size_t out[2], size_t count)
{
    out[0] = (count + 1) / 2;
    out[1] = count / 2;
}

static lb_status
select_images(selection *out, const stage_list *list, const stage *self, const int32_t *labels,
              size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    size_t limit = list->study->explain.wrong;
    lb_predictions predictions = {0};
    out->count = count;
    LB_ALLOC(out->all_right, count);
    LB_ALLOC(out->wrong, count);
    LB_ALLOC(out->example, count);
    memset(out->all_right, 1, count);
    size_t models = stages_models(list->study);
    size_t first = self->condition == list->study->conditions[0] ? 0 : models;
    for (size_t m = first; m < first + models; m++) {
        const char *path = stage_path(list, list->predict + m, 0);
        LB_TRY(lb_predictions_load(&predictions, path, err));
        if (predictions.count != count) {
            LB_TRY(lb_fail(err, LB_ERROR_FORMAT, "%s: %zu images, the holdout has %zu", path,
                           predictions.count, count));
        }
        bool asked = self->model == NO_MODEL || self->model == m;
        size_t left = limit > 0 ? limit : count, examples[2];
        halve(examples, (list->study->explain.examples + 1) / 2);
        for (size_t i = 0; i < count; i++) {
            bool wrong = predictions.predicted[i] != labels[i];
            out->all_right[i] = out->all_right[i] && !wrong;
            if (wrong && asked && left > 0) {
                out->wrong[i] = 1;
                left--;
                if (examples[labels[i] != 0] > 0) {
                    out->example[i] = 1;
                    examples[labels[i] != 0]--;
                }
            }
        }
        lb_predictions_release(&predictions);
    }
cleanup:
    lb_predictions_release(&predictions);
    return status;
}

/* Of the images marked, the first of each class up to half of `limit` (0 all), so that a model
 * which hardly knows one class does not leave that class out. */
static size_t
add_items(lb_explain_item *items, const uint8_t *marked, const int32_t *labels, size_t count,
          size_t limit, const char *name)
{
    size_t added = 0,
           left[2] = {limit > 0 ? (limit + 1) / 2 : count, limit > 0 ? limit / 2 : count};
    for (size_t i = 0; i < count; i++) {
        size_t label = labels[i] != 0;
        if (marked[i] && left[label] > 0) {
            left[label]--;
            items[added++] = (lb_explain_item){.image = i, .target = labels[i], .selection = name};
        }
    }
    return added;
}

/* Examples come from the front of the list, as many of one class as of the other. They hang on the
 * images that are right for all models, so that every model shows the same ones. */
static void
mark_examples(lb_explain_item *items, size_t count, size_t examples)
{
    size_t left[2];
    halve(left, examples);
    for (size_t i = 0; i < count; i++) {
        size_t label = items[i].target != 0;
        if (left[label] > 0) {
            items[i].kept = true;
            left[label]--;
        }
    }
}

static lb_status
open_network(lb_network **out, lb_model_name *name, const stage_list *list, const stage *self,
             lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    size_t index = (size_t)(self - list->stages);
    lb_architecture architecture;
    const char *condition = CONDITION_NAMES[self->condition];
    if (self->model != NO_MODEL) {
        LB_TRY(lb_network_load(out, stage_path(list, list->finetune + self->model, 0), err));
        lb_model_name_read(name, *out);
        snprintf(name->condition, sizeof name->condition, "%s", condition);
        return LB_OK;
    }
    bool untrained = index < list->baseline;
    *name = (lb_model_name){.degree = "none"};
    snprintf(name->condition, sizeof name->condition, "%s", condition);
    snprintf(name->corpus, sizeof name->corpus, "%s", untrained ? "untrained" : "baseline");
    snprintf(name->seed, sizeof name->seed, "%" PRIu64,
             untrained ? study->network.seed : study->explain.options.seed);
    if (untrained) {
        LB_TRY(lb_architecture_init(&architecture,
                                    lb_architecture_names[study->network.architecture],
                                    study->network.width, 2, err));
        LB_TRY(lb_network_create(out, &architecture, study->network.seed, err));
    }
cleanup:
    return status;
}

static lb_status
explain_and_score(lb_explain_job *job, const stage_list *list, const stage *self,
                  const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const plan_explain *plan = &list->study->explain;
    const int32_t *labels = job->images->labels;
    selection chosen = {0};
    lb_explain_item *items = NULL;
    lb_score_rows scores = {0};
    LB_TRY(select_images(&chosen, list, self, labels, job->images->count, err));
    LB_ALLOC(items, 2 * chosen.count);
    job->items = items;
    job->count = add_items(items, chosen.all_right, labels, chosen.count, plan->correct, "correct");
    mark_examples(items, job->count, plan->examples);
    size_t wrong = job->count;
    job->count += add_items(items + job->count, chosen.wrong, labels, chosen.count, 0, "wrong");
    for (size_t i = wrong; i < job->count; i++) {
        items[i].kept = chosen.example[items[i].image] != 0;
    }
    LB_TRY(lb_explain_to_file(job, self->outputs[0], &scores, NULL, context, err));
    LB_TRY(lb_score_rows_write(&scores, self->outputs[1], err));
cleanup:
    lb_score_rows_release(&scores);
    lb_free(items);
    lb_free(chosen.all_right);
    lb_free(chosen.example);
    lb_free(chosen.wrong);
    return status;
}

/* Background images come from the training split, for methods that compare with them. */
static lb_status
open_background(lb_image_loader *out, lb_explain_job *job, lb_error *err)
{
    for (size_t i = 0; i < job->method_count; i++) {
        if ((job->methods[i]->needs & LB_NEEDS_BACKGROUND) != 0) {
            job->options.background = out;
            return lb_loader_dataset(out, job->dataset, LB_TRAIN, err);
        }
    }
    return LB_OK;
}

lb_status
run_explain(const stage_list *list, const stage *self, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_study *study = list->study;
    bool baseline = (size_t)(self - list->stages) >= list->baseline;
    lb_image_loader images = {0}, background = {0};
    lb_explain_job job = {.images = &images,
                          .split = LB_HOLDOUT,
                          .methods = baseline ? study->baselines : study->methods,
                          .method_count = baseline ? study->baseline_count : study->method_count,
                          .options = study->explain.options,
                          .scoring = {.metrics = lb_metrics_cheap()},
                          .keep = LB_KEEP_MAPS};
    LB_TRY(lb_dataset_open(&job.dataset, stage_path(list, list->dataset, 0), err));
    job.options.sobel_is_laplace =
        lb_quirk_is_on(lb_dataset_quirks(job.dataset), LB_QUIRK_SOBEL_IS_LAPLACE);
    LB_TRY(lb_loader_dataset(&images, job.dataset, LB_HOLDOUT, err));
    LB_TRY(open_background(&background, &job, err));
    LB_TRY(open_network(&job.network, &job.name, list, self, err));
    LB_TRY(explain_and_score(&job, list, self, context, err));
cleanup:
    lb_network_free(job.network);
    lb_loader_release(&images);
    lb_loader_release(&background);
    lb_dataset_close(job.dataset);
    return status;
}
