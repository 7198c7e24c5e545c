/* SPDX-License-Identifier: MIT */
/* What stages take. The cost of an image forward through a network is its multiply-adds and its
 * activations, each at a rate: 30 ms for VGG-16 at 224 x 224 on two cores with AVX-512, and the 42
 * minutes of trainings of studies/evening.yaml there. Backward to the input takes 1.1 times as
 * long, to the weights 1.5 times. Memory is scaled from
 * what trainings and predictions of VGG-16 took there (docs/engine.md), with Adam's second moment;
 * of explanations it is a guess below their own bound. */
#include "costs.h"

#include <math.h>

#include "kinds.h"

static const double CORES = 2, MULTIPLY_ADDS = 7.3e11, ACTIVATIONS = 1.5e9; /* a second */
static const double TO_INPUT = 1.1, TO_WEIGHTS = 1.5;
/* Bytes: of any stage; and of what works on images one after the other. */
static const double LITTLE = 5e7, DATA = 4e8;
/* A training holds its weights, their gradients, their momentum, the best ones and their layouts,
 * and of each image of its batch the activations and their gradients. */
static const double WEIGHTS_TRAINED = 4.5, ACTIVATIONS_TRAINED = 1.9, ADAM = 1;
/* What an explanation holds of each image of its batch, in activations. */
static const double COPIES_EXPLAINED = 8;
/* Features of frozen blocks that are more than this are in a file. */
static const double FEATURES_IN_MEMORY = 640 * 1048576.0;

/* Of an image forward, in blocks and classifier: seconds on one core, and bytes of activations. */
typedef struct cost {
    double block[LB_BLOCKS], classifier, all;
    double activations[LB_BLOCKS], pooled[LB_BLOCKS];
    double weights; /* bytes */
} cost;

static double
seconds(double multiply_adds, double activations)
{
    return CORES * (multiply_adds / MULTIPLY_ADDS + activations / ACTIVATIONS);
}

/* All 0 where there is no such network. */
static cost
cost_of(const lb_study *study)
{
    lb_architecture net;
    lb_error ignored;
    cost c = {.all = 0};
    if (lb_architecture_init(&net, lb_architecture_names[study->network.architecture],
                             study->network.width, 2, &ignored) != LB_OK) {
        return c;
    }
    double side = (double)study->compose.size, before = LB_INPUT_CHANNELS;
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        for (size_t i = 0; i < lb_architecture_block(&net, b); i++) {
            double channels = (double)net.channels[b], weights = 9 * before * channels;
            c.block[b] += seconds(weights * side * side, channels * side * side);
            c.weights += sizeof(float) * (weights + channels);
            c.activations[b] += sizeof(float) * channels * side * side;
            before = channels;
        }
        c.all += c.block[b];
        side = floor(side / 2);
        c.pooled[b] = sizeof(float) * before * side * side;
    }
    double hidden = (double)net.hidden, weights = (49 * before + hidden + 2) * hidden;
    c.weights += sizeof(float) * (weights + 2 * hidden + 2);
    c.classifier = seconds(weights, 2 * hidden);
    c.all += c.classifier;
    return c;
}

/* Blocks below the deepest trained one are computed once, as training does. */
static double
training(const cost *c, lb_degree degree, double images, double others, double epochs)
{
    double frozen = 0;
    for (size_t b = 0; b + (size_t)degree < LB_DEGREE_ALL; b++) {
        frozen += c->block[b];
    }
    double trained = c->all - frozen;
    return frozen * (images + others) +
           epochs * trained * (images * (1 + TO_INPUT + TO_WEIGHTS) + others);
}

/* Images that a corpus is pre-trained on, as far as its settings say. */
static double
pretraining_images(const lb_study *study, const plan_corpus *corpus)
{
    const lb_compose_options *o = &study->compose;
    double images = (double)(o->images[LB_TRAIN] + o->images[LB_VALIDATION]);
    if (corpus->task == LB_TASK_CLASSES) {
        return corpus->limit > 0 ? (double)corpus->limit : images;
    }
    double share = images / (images + (double)o->images[LB_HOLDOUT]);
    bool simulated = study->slices == NULL && study->import.paths == NULL;
    return simulated ? share * (double)(study->cohort.subjects * study->cohort.slices_per_subject)
                     : images;
}

double
explained_images(const lb_study *study)
{
    const plan_explain *plan = &study->explain;
    double holdout = (double)study->compose.images[LB_HOLDOUT];
    bool all = plan->correct == 0 || plan->wrong == 0;
    return all ? holdout : fmin(holdout, (double)(plan->correct + plan->wrong));
}

double
model_bytes(const lb_study *study)
{
    return cost_of(study).weights;
}

double
seconds_of_pretraining(const stage_list *list, const stage *self)
{
    const cost c = cost_of(list->study);
    const plan_corpus *corpus = &list->study->corpora[self->corpus];
    double images = pretraining_images(list->study, corpus);
    return corpus->task == LB_TASK_NONE ? 0
                                        : training(&c, LB_DEGREE_ALL, 0.8 * images, 0.2 * images,
                                                   (double)corpus->training.epochs);
}

double
seconds_of_training(const stage_list *list, const stage *self)
{
    const lb_study *study = list->study;
    const cost c = cost_of(study);
    return training(&c, study->degrees[self->degree], (double)study->compose.images[LB_TRAIN],
                    (double)study->compose.images[LB_VALIDATION],
                    (double)study->finetuning.training.epochs);
}

double
seconds_of_prediction(const stage_list *list, const stage *self)
{
    (void)self;
    return (double)list->study->compose.images[LB_HOLDOUT] * cost_of(list->study).all;
}

double
seconds_of_explanation(const stage_list *list, const stage *self)
{
    (void)self;
    const lb_study *study = list->study;
    double passes = lb_methods_passes(study->methods, study->method_count, &study->explain.options,
                                      study->compose.size, study->compose.size);
    return explained_images(study) * passes * cost_of(study).all * (1 + TO_INPUT);
}

double
memory_of_data(const stage_list *list, const stage *self)
{
    (void)list;
    (void)self;
    return DATA;
}

/* Of blocks below the deepest trained one the features are kept. */
static double
training_bytes(const lb_study *study, lb_degree degree, const lb_training_options *options,
               double images)
{
    const cost c = cost_of(study);
    size_t frozen = LB_DEGREE_ALL - (size_t)degree;
    double activations = 0;
    double features = frozen > 0 ? images * c.pooled[frozen - 1] : 0;
    for (size_t b = frozen; b < LB_BLOCKS; b++) {
        activations += c.activations[b];
    }
    double copies = WEIGHTS_TRAINED + (options->optimizer == LB_ADAM ? ADAM : 0);
    return LITTLE + copies * c.weights +
           ACTIVATIONS_TRAINED * (double)options->batch * activations +
           (features < FEATURES_IN_MEMORY ? features : 0);
}

double
memory_of_pretraining(const stage_list *list, const stage *self)
{
    const lb_study *study = list->study;
    const plan_corpus *corpus = &study->corpora[self->corpus];
    double images = pretraining_images(study, corpus);
    double held = images * sizeof(float) * (double)(study->compose.size * study->compose.size);
    return corpus->task == LB_TASK_NONE
               ? LITTLE + 2 * cost_of(study).weights
               : held + training_bytes(study, LB_DEGREE_ALL, &corpus->training, images);
}

double
memory_of_training(const stage_list *list, const stage *self)
{
    const lb_study *study = list->study;
    double images =
        (double)(study->compose.images[LB_TRAIN] + study->compose.images[LB_VALIDATION]);
    return training_bytes(study, study->degrees[self->degree], &study->finetuning.training, images);
}

/* Bytes of the activations of an image. */
static double
activation_bytes(const cost *c)
{
    double bytes = 0;
    for (size_t b = 0; b < LB_BLOCKS; b++) {
        bytes += c->activations[b];
    }
    return bytes;
}

double
memory_of_prediction(const stage_list *list, const stage *self)
{
    enum { BATCH = 8 };
    (void)self;
    const cost c = cost_of(list->study);
    return LITTLE + c.weights + BATCH * activation_bytes(&c);
}

double
memory_of_explanation(const stage_list *list, const stage *self)
{
    (void)self;
    const lb_explain_options *options = &list->study->explain.options;
    const cost c = cost_of(list->study);
    double batch = COPIES_EXPLAINED * (double)options->batch * activation_bytes(&c);
    return LITTLE + 2 * c.weights + fmin(batch, (double)options->memory * 1048576.0);
}
