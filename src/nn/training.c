/* SPDX-License-Identifier: MIT */
#include "lesionbench/training.h"

#include <math.h>
#include <string.h>

#include "augment.h"
#include "batch_loader.h"
#include "checkpoint.h"
#include "dropout.h"
#include "early_stopping.h"
#include "executor.h"
#include "label_permutation.h"
#include "lesionbench/random.h"
#include "loss.h"
#include "optimizer.h"

typedef struct trainer {
    lb_network *network, *kept;
    const lb_training_options *options;
    const lb_context *context;
    lb_executor *executor;
    lb_batch_loader train, validation;
    lb_optimizer *optimizer;
    size_t *order;         /* of the training images */
    int32_t *labels;       /* of a batch */
    float *logit_gradient; /* (batch, classes) */
    double *class_weights; /* (classes); NULL: all alike */
    lb_dropout dropout;
    lb_history history;
    uint64_t key;      /* of its checkpoint */
    double last_saved; /* when the checkpoint was written */
} trainer;

/* Numbers that are not finite, and enumerations out of range. */
static lb_status
check_numbers(const lb_training_options *o, lb_error *err)
{
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"learning_rate", o->learning_rate}, {"momentum", o->momentum},
        {"weight_decay", o->weight_decay},   {"step_factor", o->step_factor},
        {"rotation", o->rotation},           {"maximum_gap", o->maximum_gap},
        {"stop_change", o->stop_change},     {"checkpoint_seconds", o->checkpoint_seconds}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (isnan(numbers[i].value)) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "%s is not a number", numbers[i].name);
        }
    }
    if (o->degree < LB_DEGREE_1 || o->degree > LB_DEGREE_ALL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "degree %d is not an lb_degree", (int)o->degree);
    }
    if ((size_t)o->optimizer > LB_ADAMW) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "optimizer %d is not an lb_optimizer_kind",
                       (int)o->optimizer);
    }
    if (o->schedule > LB_SCHEDULE_COSINE) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "schedule %zu is not an lb_schedule", o->schedule);
    }
    return LB_OK;
}

static lb_status
check_options(const lb_training_options *o, const lb_image_loader *train,
              const lb_image_loader *validation, lb_error *err)
{
    if (train->count == 0 || validation->count == 0) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "training needs images: %zu to train on, %zu to "
                       "validate with",
                       train->count, validation->count);
    }
    if (train->height != validation->height || train->width != validation->width) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "training images are %zu x %zu, validation images "
                       "%zu x %zu",
                       train->height, train->width, validation->height, validation->width);
    }
    if (o->epochs == 0 || o->batch == 0 || !(o->learning_rate > 0) || !(o->dropout >= 0) ||
        !(o->dropout < 1) || !(o->weight_decay >= 0)) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "training needs epochs and a batch of at least 1, a "
                       "learning rate above 0, a dropout in [0, 1), and no negative weight decay");
    }
    if (!(o->target_accuracy >= 0) || o->target_accuracy > 1) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "a target accuracy of %g is not within 0 (none) and 1", o->target_accuracy);
    }
    return LB_OK;
}

static lb_status
check_labels(const lb_image_loader *source, size_t classes, lb_error *err)
{
    if (source->labels == NULL) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "the labels of the images are NULL");
    }
    for (size_t i = 0; i < source->count; i++) {
        if (source->labels[i] < 0 || (size_t)source->labels[i] >= classes) {
            return lb_fail(err, LB_ERROR_ARGUMENT,
                           "image %zu has label %d, the network %zu classes", i,
                           (int)source->labels[i], classes);
        }
    }
    return LB_OK;
}

static lb_status
trainer_init(trainer *t, const lb_image_loader *train, const lb_image_loader *validation,
             lb_error *err)
{
    lb_status status = LB_OK;
    const lb_training_options *o = t->options;
    size_t first_block = (size_t)(LB_DEGREE_ALL - o->degree);
    LB_TRY(lb_batch_loader_init(&t->train, t->network, train, first_block, o->batch, &o->compute,
                                t->context, err));
    LB_TRY(lb_batch_loader_init(&t->validation, t->network, validation, first_block, o->batch,
                                &o->compute, t->context, err));
    const lb_executor_options plan = {.purpose = LB_EXECUTOR_TRAIN,
                                      .batch = o->batch,
                                      .height = train->height,
                                      .width = train->width,
                                      .first_block = first_block,
                                      .freeze_first = o->freeze_first && first_block > 0,
                                      .compute = o->compute};
    LB_TRY(lb_executor_create(&t->executor, t->network, &plan, err));
    LB_TRY(lb_optimizer_create(&t->optimizer, o, t->network, t->executor->parameter_gradient, err));
    LB_TRY(lb_network_copy(&t->kept, t->network, err));
    LB_ALLOC(t->order, train->count > validation->count ? train->count : validation->count);
    LB_ALLOC(t->labels, o->batch);
    LB_ALLOC(t->logit_gradient, o->batch * t->network->architecture.classes);
    if (o->class_weights != NULL) {
        LB_ALLOC(t->class_weights, t->network->architecture.classes);
        LB_TRY(lb_class_weights(t->class_weights, o->class_weights, train->labels, train->count,
                                t->network->architecture.classes, err));
    }
    LB_TRY(lb_dropout_init(&t->dropout, t->executor, o->dropout, err));
    LB_ALLOC(t->history.epochs, o->epochs);
cleanup:
    return status;
}

static void
trainer_release(trainer *t)
{
    lb_executor_free(t->executor);
    lb_batch_loader_release(&t->train);
    lb_batch_loader_release(&t->validation);
    lb_optimizer_free(t->optimizer);
    lb_network_free(t->kept);
    lb_free(t->order);
    lb_free(t->labels);
    lb_free(t->logit_gradient);
    lb_free(t->class_weights);
    lb_dropout_release(&t->dropout);
    lb_history_release(&t->history);
}

/* Of the training images' batches; validation's are drawn after them. */
static void
draw_dropout(trainer *t, size_t epoch, size_t batch)
{
    lb_dropout_draw(&t->dropout, t->executor, t->options->seed, (uint64_t)epoch << 24 | batch);
}

/* Forward over the images of these indices; the loss of the batch and its gradient at the logits.
 */
static lb_status
forward_batch(lb_loss *out, trainer *t, const lb_batch_loader *loader, const size_t *index,
              size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    size_t classes = t->network->architecture.classes;
    LB_TRY(lb_check_cancelled(t->context, err));
    LB_TRY(lb_batch_loader_fill(lb_executor_view_of(t->executor).input, loader, index, n, err));
    LB_TRY(lb_executor_forward(t->executor, err));
    for (size_t i = 0; i < n; i++) {
        t->labels[i] = loader->source->labels[index[i]];
    }
    memset(t->logit_gradient, 0, t->options->batch * classes * sizeof *t->logit_gradient);
    *out = lb_cross_entropy(t->logit_gradient, lb_executor_view_of(t->executor).logits, t->labels,
                            t->class_weights, n, classes);
    if (!isfinite(out->sum)) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "the loss is not finite (learning rate %g too high?)",
                       t->options->learning_rate));
    }
cleanup:
    return status;
}

static void
in_order(size_t *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
}

static size_t
batch_size(const trainer *t, size_t start, size_t count)
{
    return count - start < t->options->batch ? count - start : t->options->batch;
}

/* 1 after the warm-up; on the way there the share of its updates that will have been made. */
static double
warmup(const trainer *t, size_t epoch, size_t batch)
{
    size_t batches = (t->train.source->count - 1) / t->options->batch + 1;
    size_t all = t->options->warmup_epochs * batches, made = epoch * batches + batch + 1;
    return made < all ? (double)made / (double)all : 1.0;
}

/* Of what is trained. ReLU takes a weight that is not a number for 0, so the loss need not show it.
 */
static lb_status
check_weights(const trainer *t, lb_error *err)
{
    for (size_t p = 0; p < t->network->count; p++) {
        const lb_parameter *parameter = &t->network->parameters[p];
        if (t->executor->parameter_gradient[p] != NULL &&
            lb_first_not_finite(parameter->value, parameter->count) < parameter->count) {
            return lb_fail(err, LB_ERROR_NUMERIC,
                           "the weights of %s are not finite (learning rate %g too high?)",
                           parameter->name, t->options->learning_rate);
        }
    }
    return LB_OK;
}

/* An epoch's images are those of training, then those of validation. */
static void
tell_training(const trainer *t, size_t epoch, size_t images)
{
    size_t each = t->train.source->count + t->validation.source->count;
    lb_progress(t->context, "training", epoch * each + images, t->options->epochs * each);
}

static lb_status
train_epoch(lb_epoch *out, trainer *t, size_t epoch, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = t->train.source->count, correct = 0;
    double sum = 0, weight = 0;
    lb_random random;
    LB_TRY(lb_batch_loader_begin_epoch(&t->train, epoch, err));
    lb_random_init(&random, t->options->seed, LB_PURPOSE_SHUFFLE, epoch);
    in_order(t->order, count);
    if (!t->options->in_order) {
        lb_random_shuffle(&random, t->order, count);
    }
    for (size_t start = 0; start < count; start += t->options->batch) {
        size_t n = batch_size(t, start, count);
        lb_loss loss;
        if (t->options->dropout > 0) {
            draw_dropout(t, epoch, start / t->options->batch);
        }
        LB_TRY(forward_batch(&loss, t, &t->train, t->order + start, n, err));
        LB_TRY(lb_executor_backward_parameters(t->executor, t->logit_gradient, err));
        double rate = out->learning_rate * warmup(t, epoch, start / t->options->batch);
        lb_optimizer_step(t->optimizer, t->network, t->executor->parameter_gradient, rate);
        LB_TRY(lb_executor_refresh(t->executor, err));
        if (t->options->batch_losses != NULL) {
            size_t batches = (count - 1) / t->options->batch + 1;
            t->options->batch_losses[epoch * batches + start / t->options->batch] =
                loss.sum / loss.weight;
        }
        sum += loss.sum;
        weight += loss.weight;
        correct += loss.correct;
        tell_training(t, epoch, start + n);
    }
    out->train_loss = sum / weight;
    out->train_accuracy = (double)correct / (double)count;
    if (out->train_loss > LB_DIVERGED) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC,
                       "the loss grows without bound, to %g (learning rate %g too high?)",
                       out->train_loss, t->options->learning_rate));
    }
    LB_TRY(check_weights(t, err));
cleanup:
    lb_dropout_end(t->executor);
    return status;
}

static lb_status
validate(lb_epoch *out, trainer *t, size_t epoch, lb_error *err)
{
    lb_status status = LB_OK;
    size_t count = t->validation.source->count, correct = 0;
    double sum = 0, weight = 0;
    in_order(t->order, count);
    for (size_t start = 0; start < count; start += t->options->batch) {
        size_t n = batch_size(t, start, count);
        lb_loss loss;
        if (t->options->dropout_in_validation && t->options->dropout > 0) {
            draw_dropout(t, epoch, (t->train.source->count + start) / t->options->batch + 1);
        }
        LB_TRY(forward_batch(&loss, t, &t->validation, t->order + start, n, err));
        sum += loss.sum;
        weight += loss.weight;
        correct += loss.correct;
        tell_training(t, epoch, t->train.source->count + start + n);
    }
    out->validation_loss = sum / weight;
    out->validation_accuracy = (double)correct / (double)count;
cleanup:
    lb_dropout_end(t->executor);
    return status;
}

static lb_checkpoint
checkpoint_of(trainer *t)
{
    return (lb_checkpoint){.key = t->key,
                           .network = t->network,
                           .kept = t->kept,
                           .optimizer = t->optimizer,
                           .gradients = t->executor->parameter_gradient,
                           .history = &t->history};
}

/* Goes on where the checkpoint's training stopped, if there is one. */
static lb_status
resume(trainer *t, lb_error *err)
{
    lb_status status = LB_OK;
    bool found = false;
    t->last_saved = lb_seconds();
    if (t->options->checkpoint != NULL) {
        LB_TRY(lb_training_key(&t->key, t->options, t->network, t->train.source,
                               t->validation.source, err));
        lb_checkpoint state = checkpoint_of(t);
        LB_TRY(lb_checkpoint_read(&found, &state, t->options->epochs, t->options->checkpoint, err));
        if (found) {
            LB_TRY(lb_executor_refresh(t->executor, err));
        }
    }
cleanup:
    return status;
}

static lb_status
save(trainer *t, lb_error *err)
{
    const lb_training_options *o = t->options;
    double now = lb_seconds();
    if (o->checkpoint == NULL || now - t->last_saved < o->checkpoint_seconds) {
        return LB_OK;
    }
    t->last_saved = now;
    lb_checkpoint state = checkpoint_of(t);
    return lb_checkpoint_write(&state, o->checkpoint, err);
}

static bool
is_over(const trainer *t)
{
    return t->history.count == t->options->epochs ||
           lb_early_stopping_stops(&t->history, t->options, t->validation.source->count);
}

static lb_status
run_epochs(trainer *t, lb_error *err)
{
    lb_status status = LB_OK;
    const lb_training_options *o = t->options;
    LB_TRY(resume(t, err));
    tell_training(t, t->history.count, 0);
    while (!is_over(t)) {
        size_t epoch = t->history.count;
        lb_epoch *now = &t->history.epochs[epoch];
        double start = lb_seconds();
        now->learning_rate = lb_learning_rate(o, epoch);
        LB_TRY(train_epoch(now, t, epoch, err));
        LB_TRY(validate(now, t, epoch, err));
        now->seconds = lb_seconds() - start;
        t->history.count = epoch + 1;
        if (lb_early_stopping_keeps_last(&t->history, o)) {
            t->history.kept = epoch;
            lb_network_copy_values(t->kept, t->network);
        }
        LB_TRY(save(t, err));
    }
cleanup:
    return status;
}

lb_status
lb_train(lb_history *out, lb_network *network, const lb_training_options *options,
         const lb_image_loader *train, const lb_image_loader *validation, const lb_context *context,
         lb_error *err)
{
    lb_status status = LB_OK;
    trainer t = {.network = network, .options = options, .context = context};
    lb_augment augment = {.from = NULL};
    lb_label_permutation permute = {.from = NULL};
    lb_image_loader changed, permuted;
    LB_NOT_NULL(out);
    LB_NOT_NULL(network);
    LB_NOT_NULL(options);
    LB_NOT_NULL(train);
    LB_NOT_NULL(validation);
    LB_TRY(check_options(options, train, validation, err));
    LB_TRY(check_numbers(options, err));
    LB_TRY(lb_compute_check(&options->compute, err));
    LB_TRY(lb_image_loader_check(train, "train", err));
    LB_TRY(lb_image_loader_check(validation, "validation", err));
    LB_TRY(check_labels(train, network->architecture.classes, err));
    LB_TRY(check_labels(validation, network->architecture.classes, err));
    if (options->permute_labels) {
        LB_TRY(lb_label_permutation_init(&permute, &permuted, train, options->seed, err));
        train = &permuted;
    }
    if (lb_augment_is_on(options)) {
        LB_TRY(lb_augment_init(&augment, &changed, train, options, err));
        train = &changed;
    }
    LB_TRY(trainer_init(&t, train, validation, err));
    status = run_epochs(&t, err);
    lb_network_copy_values(network, t.kept);
    if (status == LB_OK || status == LB_ERROR_NUMERIC) {
        *out = t.history;
        t.history = (lb_history){.count = 0};
    }
cleanup:
    trainer_release(&t);
    lb_augment_release(&augment);
    lb_label_permutation_release(&permute);
    return status;
}
