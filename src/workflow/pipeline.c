/* SPDX-License-Identifier: MIT */
#include "lesionbench/pipeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lesionbench/loaders.h"
#include "lesionbench/network.h"
#include "lesionbench/paths.h"
#include "lesionbench/predictions.h"
#include "lesionbench/seen.h"
#include "lesionbench/slices.h"

static lb_status
split_subjects(uint8_t *out, lb_slices *slices, const lb_pretrain_job *job, lb_error *err)
{
    const lb_compose_options *compose = &job->compose;
    if (job->data == NULL) {
        return lb_compose_split(out, compose, slices, err);
    }
    double share[LB_SPLITS];
    for (int split = 0; split < LB_SPLITS; split++) {
        share[split] = (double)compose->images[split];
    }
    return lb_split_as_dataset(out, slices, share, compose->seed, job->data, err);
}

static lb_status
open_sex(lb_image_loader *train, lb_image_loader *validation, char **seen,
         const lb_pretrain_job *job, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_slices *slices = NULL;
    uint8_t *split = NULL;
    lb_image_loader first = {0}, second = {0};
    const lb_compose_options *compose = &job->compose;
    LB_TRY(lb_slices_open(&slices, job->slices, err));
    LB_ALLOC(split, lb_slices_subjects(slices));
    LB_TRY(split_subjects(split, slices, job, err));
    LB_TRY(seen_slices(seen, slices, split, err));
    LB_TRY(lb_loader_sex(&first, slices, split, LB_TRAIN, compose->size, compose->brain_intensity,
                         context, err));
    LB_TRY(lb_loader_sex(&second, slices, split, LB_VALIDATION, compose->size,
                         compose->brain_intensity, context, err));
    *train = first;
    *validation = second;
    first = second = (lb_image_loader){0};
cleanup:
    lb_loader_release(&second);
    lb_loader_release(&first);
    lb_free(split);
    lb_slices_close(slices);
    return status;
}

static void
name_epochs(lb_model_name *name, const lb_history *history)
{
    snprintf(name->epochs, sizeof name->epochs, "%zu", history->count);
    snprintf(name->kept_epoch, sizeof name->kept_epoch, "%zu", history->kept + 1);
}

/* Where a training breaks off for its numbers, the weights kept until then are left under a name of
 * their own, and the message says so. */
static lb_status
leave_last_good(lb_network *network, lb_model_name *name, const lb_history *history,
                const char *path, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_error reason = *err;
    if (history->count == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "epoch 1: %s", reason.message));
    }
    name_epochs(name, history);
    LB_TRY(lb_model_name_write(network, name, err));
    LB_TRY(lb_network_save(network, path, err));
    status = lb_fail(err, LB_ERROR_NUMERIC, "epoch %zu: %s; the weights of epoch %zu are in %s",
                     history->count + 1, reason.message, history->kept + 1, path);
cleanup:
    return status;
}

static void
tell_outcome(lb_training_outcome *out, const lb_history *history, const lb_image_loader *validation)
{
    size_t images[256] = {0};
    *out = (lb_training_outcome){.epochs = history->count,
                                 .kept = history->kept + 1,
                                 .epoch = history->epochs[history->kept],
                                 .validation = validation->count};
    for (size_t i = 0; i < validation->count; i++) {
        size_t of_class = ++images[validation->labels[i]];
        out->largest = of_class > out->largest ? of_class : out->largest;
    }
}

/* Trains, names and saves. The training's checkpoint stands beside the model while it goes on. */
static lb_status
train_and_save(lb_network *network, lb_model_name *name, const lb_training_options *options,
               const lb_image_loader *train, const lb_image_loader *validation, const char *model,
               const char *history_path, lb_training_outcome *outcome, const lb_context *context,
               lb_error *err)
{
    lb_status status = LB_OK;
    lb_history history = {0};
    lb_training_options resumable = *options;
    char *checkpoint = lb_format(err, "%s.checkpoint", model);
    char *last_good = checkpoint != NULL ? lb_format(err, "%s.last_good", model) : NULL;
    LB_TRY(last_good == NULL ? err->code : LB_OK);
    resumable.checkpoint = checkpoint;
    snprintf(name->seed, sizeof name->seed, "%" PRIu64, options->seed);
    snprintf(name->learning_rate, sizeof name->learning_rate, "%g", options->learning_rate);
    status = lb_train(&history, network, &resumable, train, validation, context, err);
    if (status == LB_ERROR_NUMERIC) {
        (void)unlink(checkpoint); /* from which it would break off again */
        status = leave_last_good(network, name, &history, last_good, err);
    }
    LB_TRY(status);
    name_epochs(name, &history);
    LB_TRY(lb_model_name_write(network, name, err));
    if (options->permute_labels || lb_network_metadata(network, "permute_labels") != NULL) {
        const char *value = options->permute_labels ? "true" : "false";
        LB_TRY(lb_network_set_metadata(network, "permute_labels", value, err));
    }
    if (history_path != NULL) {
        LB_TRY(lb_history_write(&history, history_path, err));
    }
    LB_TRY(lb_network_save(network, model, err));
    (void)unlink(checkpoint);
    (void)unlink(last_good); /* of an earlier attempt */
    if (outcome != NULL) {
        tell_outcome(outcome, &history, validation);
    }
cleanup:
    lb_free(last_good);
    lb_free(checkpoint);
    lb_history_release(&history);
    return status;
}

const char *const LB_TASKS[] = {"sex", "classes", "none", NULL};

/* The network to pre-train: a new one, or that of a file with a last layer that fits. */
static lb_status
start_network(lb_network **out, const lb_pretrain_job *job, size_t classes, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    lb_architecture architecture;
    if (job->from == NULL) {
        LB_TRY(lb_architecture_init(&architecture, job->architecture, job->width, classes, err));
        LB_TRY(lb_network_create(&network, &architecture, job->training.seed, err));
    } else {
        LB_TRY(lb_network_load(&network, job->from, err));
        LB_TRY(lb_network_set_metadata(network, "source", job->from, err));
        if (lb_network_architecture(network)->classes != classes) {
            LB_TRY(lb_network_replace_head(network, classes, job->training.seed, err));
        }
    }
    *out = network;
    network = NULL;
cleanup:
    lb_network_free(network);
    return status;
}

/* LB_TASK_NONE: the model of `from` under the corpus's name. */
static lb_status
take_weights(const lb_pretrain_job *job, const char *model, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    LB_TRY(lb_network_load(&network, job->from, err));
    LB_TRY(lb_network_set_metadata(network, "source", job->from, err));
    LB_TRY(lb_network_set_metadata(network, "corpus", job->corpus, err));
    LB_TRY(lb_network_set_metadata(network, "degree", "pretrained", err));
    LB_TRY(lb_network_save(network, model, err));
cleanup:
    lb_network_free(network);
    return status;
}

lb_status
lb_pretrain(const lb_pretrain_job *job, const char *model, const char *history,
            const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    lb_image_loader train = {0}, validation = {0};
    lb_model_name name = {.degree = "pretrained"};
    bool folder = false;
    char *seen = NULL;
    if (job->task == LB_TASK_NONE) {
        return take_weights(job, model, err);
    }
    snprintf(name.corpus, sizeof name.corpus, "%s", job->corpus);
    LB_TRY(seen_read(&seen, job->from, err));
    if (job->task == LB_TASK_SEX) {
        LB_TRY(open_sex(&train, &validation, &seen, job, context, err));
    } else {
        LB_TRY(lb_path_is_folder(&folder, job->images, err));
        LB_TRY((folder ? lb_loader_folder
                       : lb_loader_idx)(&train, &validation, job->images, job->labels, job->limit,
                                        job->compose.size, job->training.seed, err));
    }
    size_t classes = lb_loader_classes(&train), others = lb_loader_classes(&validation);
    classes = classes > others ? classes : others;
    LB_TRY(start_network(&network, job, classes > 2 ? classes : 2, err));
    LB_TRY(seen_write(network, seen, err));
    LB_TRY(train_and_save(network, &name, &job->training, &train, &validation, model, history,
                          job->outcome, context, err));
cleanup:
    lb_free(seen);
    lb_network_free(network);
    lb_loader_release(&validation);
    lb_loader_release(&train);
    return status;
}

/* What composing training images afresh needs while training goes on. */
typedef struct fresh_data {
    lb_slices *slices;
    lb_lesion_library lesions;
    lb_compose_options options;
    char *quirks;
} fresh_data;

static void
close_fresh(fresh_data *fresh)
{
    lb_free(fresh->quirks);
    lb_lesions_release(&fresh->lesions);
    lb_slices_close(fresh->slices);
}

/* Whether a source's first image is the dataset's first training image. */
static lb_status
check_first_image(const lb_image_loader *fresh, lb_dataset *dataset, lb_error *err)
{
    lb_status status = LB_OK;
    const size_t pixels = fresh->height * fresh->width, first = 0;
    float *made = NULL, *stored = NULL;
    LB_ALLOC(made, pixels);
    LB_ALLOC(stored, pixels);
    LB_TRY(lb_dataset_read(stored, NULL, dataset, LB_TRAIN, 0, 1, err));
    LB_TRY(fresh->read(fresh->data, made, &first, 1, err));
    if (memcmp(made, stored, pixels * sizeof *made) != 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT,
                       "the dataset was not made of these slices and lesions: its first training "
                       "image differs"));
    }
cleanup:
    lb_free(stored);
    lb_free(made);
    return status;
}

static lb_status
open_fresh(lb_image_loader *train, fresh_data *fresh, const lb_finetune_job *job,
           lb_dataset *dataset, lb_error *err)
{
    lb_status status = LB_OK;
    lb_image_loader source = {0};
    LB_TRY(lb_compose_options_read(&fresh->options, &fresh->quirks, job->data, err));
    LB_TRY(lb_slices_open(&fresh->slices, job->slices, err));
    LB_TRY(lb_lesions_load(&fresh->lesions, job->lesions, err));
    LB_TRY(lb_loader_fresh(&source, &fresh->options, fresh->slices, &fresh->lesions, err));
    LB_TRY(check_first_image(&source, dataset, err));
    *train = source;
    source = (lb_image_loader){0};
cleanup:
    lb_loader_release(&source);
    return status;
}

static void
name_condition(lb_model_name *name, const lb_finetune_job *job)
{
    double target = job->training.target_accuracy;
    const char *condition = target > 0 ? "matched" : "best";
    snprintf(name->condition, sizeof name->condition, "%s",
             job->condition != NULL ? job->condition : condition);
    name->target_accuracy[0] = '\0';
    if (target > 0) {
        snprintf(name->target_accuracy, sizeof name->target_accuracy, "%.9g", target);
    }
}

lb_status
lb_finetune(const lb_finetune_job *job, const char *model, const char *history,
            const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    lb_dataset *dataset = NULL;
    lb_image_loader train = {0}, validation = {0};
    fresh_data fresh = {0};
    lb_model_name name;
    lb_training_options training = job->training;
    LB_TRY(lb_network_load(&network, job->from, err));
    LB_TRY(lb_dataset_open(&dataset, job->data, err));
    lb_quirk_set quirks = lb_dataset_quirks(dataset);
    LB_TRY(lb_quirks_switch(&quirks, job->quirks, LB_TRAINING_QUIRKS, err));
    training.freeze_first = lb_quirk_is_on(quirks, LB_QUIRK_FIRST_BLOCK_CONV_FROZEN);
    training.dropout_in_validation = lb_quirk_is_on(quirks, LB_QUIRK_DROPOUT_AT_INFERENCE);
    LB_TRY(job->fresh ? open_fresh(&train, &fresh, job, dataset, err)
                      : lb_loader_dataset(&train, dataset, LB_TRAIN, err));
    LB_TRY(lb_loader_dataset(&validation, dataset, LB_VALIDATION, err));
    LB_TRY(lb_loader_check_range(&validation, job->data, context, err));
    LB_TRY(lb_network_replace_head(network, 2, job->training.seed, err));
    LB_TRY(seen_dataset(network, job->data, err));
    lb_model_name_read(&name, network);
    snprintf(name.degree, sizeof name.degree, "%s", lb_degree_name(job->training.degree));
    name_condition(&name, job);
    LB_TRY(train_and_save(network, &name, &training, &train, &validation, model, history,
                          job->outcome, context, err));
cleanup:
    lb_loader_release(&validation);
    lb_loader_release(&train);
    close_fresh(&fresh);
    lb_dataset_close(dataset);
    lb_network_free(network);
    return status;
}

static lb_status
predict_source(lb_predictions *out, lb_network *network, const lb_image_loader *images,
               const lb_compute *compute, lb_quirk_set quirks, const lb_context *context,
               lb_error *err)
{
    lb_status status = LB_OK;
    size_t values = 0;
    float *logits = NULL;
    out->count = images->count;
    out->classes = lb_network_architecture(network)->classes;
    LB_TRY(lb_multiply(&values, out->count, out->classes, err));
    LB_ALLOC(out->logits, values);
    LB_ALLOC(out->predicted, out->count);
    bool drops = lb_quirk_is_on(quirks, LB_QUIRK_DROPOUT_AT_INFERENCE);
    const lb_predict_options options = {.compute = *compute, .dropout = drops ? 0.5 : 0};
    LB_ALLOC(logits, values);
    LB_TRY(lb_predict(logits, network, images, &options, context, err));
    lb_to_doubles(out->logits, logits, LB_F32, values);
    lb_predicted(out->predicted, logits, out->count, out->classes);
cleanup:
    lb_free(logits);
    return status;
}

lb_status
lb_predict_to_file(const lb_predict_job *job, const char *path, const lb_context *context,
                   lb_error *err)
{
    lb_status status = LB_OK;
    lb_network *network = NULL;
    lb_dataset *dataset = NULL;
    lb_image_loader source = {0};
    lb_predictions predictions = {0};
    lb_quirk_set quirks = 0;
    LB_TRY(lb_network_load(&network, job->model, err));
    if (job->data != NULL) {
        LB_TRY(lb_dataset_open(&dataset, job->data, err));
        quirks = lb_dataset_quirks(dataset);
        LB_TRY(lb_loader_dataset(&source, dataset, job->split, err));
        LB_TRY(lb_loader_check_range(&source, job->data, context, err));
        snprintf(predictions.split, sizeof predictions.split, "%s", lb_split_name(job->split));
        LB_ALLOC(predictions.labels, source.count);
        for (size_t i = 0; i < source.count; i++) {
            predictions.labels[i] = source.labels[i];
        }
    } else {
        lb_layout layout = LB_LAYOUT_UNSAID;
        LB_TRY(lb_layout_parse(&layout, job->layout, err));
        LB_TRY(lb_loader_npy(&source, job->images, layout, context, err));
    }
    LB_TRY(lb_quirks_switch(&quirks, job->quirks, LB_PREDICTION_QUIRKS, err));
    predictions.quirks = quirks;
    lb_model_name_read(&predictions.name, network);
    if (predict_source(&predictions, network, &source, &job->compute, quirks, context, err) !=
        LB_OK) {
        status = err->code == LB_ERROR_NUMERIC
                     ? lb_fail_context(err, "%s", job->data != NULL ? job->data : job->images)
                     : err->code;
        goto cleanup;
    }
    LB_TRY(lb_predictions_save(&predictions, path, context, err));
cleanup:
    lb_predictions_release(&predictions);
    lb_loader_release(&source);
    lb_dataset_close(dataset);
    lb_network_free(network);
    return status;
}
