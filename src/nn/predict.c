/* SPDX-License-Identifier: MIT */
#include "lesionbench/training.h"

#include <string.h>

#include "batch_loader.h"
#include "dropout.h"
#include "network.h"

/* Features are computed for few images at a time, the classifier for more, since it reads most of
 * the network's weights for each of its batches. */
enum { CLASSIFIER_BATCH = 32 };

typedef struct predictor {
    lb_executor *features, *classifier;
    lb_batch_loader loader;
    lb_dropout dropout;
} predictor;

static lb_status
predictor_init(predictor *p, lb_network *network, const lb_image_loader *images,
               const lb_predict_options *options, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    size_t batch = lb_feature_batch(images->height, images->width);
    lb_executor_options plan = {.purpose = LB_EXECUTOR_FEATURES,
                                .batch = batch,
                                .height = images->height,
                                .width = images->width,
                                .compute = options->compute};
    LB_TRY(lb_executor_create(&p->features, network, &plan, err));
    plan.purpose = LB_EXECUTOR_PREDICT;
    plan.batch = CLASSIFIER_BATCH;
    plan.first_block = LB_BLOCKS;
    LB_TRY(lb_executor_create(&p->classifier, network, &plan, err));
    LB_TRY(lb_batch_loader_init(&p->loader, network, images, 0, batch, &options->compute, context,
                                err));
    if (options->dropout > 0) {
        LB_TRY(lb_dropout_init(&p->dropout, p->classifier, options->dropout, err));
    }
cleanup:
    return status;
}

lb_status
lb_predict(float *logits, lb_network *network, const lb_image_loader *images,
           const lb_predict_options *options, const lb_context *context, lb_error *err)
{
    lb_status status = LB_OK;
    predictor p = {.features = NULL};
    const lb_predict_options defaults = {.dropout = 0};
    LB_NOT_NULL(network);
    LB_NOT_NULL(images);
    size_t classes = network->architecture.classes;
    options = options != NULL ? options : &defaults;
    if (!(options->dropout >= 0 && options->dropout < 1)) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "%s: dropout %g is not in [0, 1)", __func__,
                       options->dropout);
    }
    if (images->count == 0) {
        return LB_OK;
    }
    LB_NOT_NULL(logits);
    LB_TRY(lb_image_loader_check(images, "images", err));
    lb_progress(context, "predicting", 0, images->count);
    LB_TRY(predictor_init(&p, network, images, options, context, err));
    for (size_t start = 0; start < images->count; start += CLASSIFIER_BATCH) {
        size_t rest = images->count - start, n = rest < CLASSIFIER_BATCH ? rest : CLASSIFIER_BATCH;
        LB_TRY(lb_batch_loader_features(lb_executor_view_of(p.classifier).input, &p.loader,
                                        p.features, start, n, NULL, err));
        if (options->dropout > 0) {
            lb_dropout_draw(&p.dropout, p.classifier, options->seed, start);
        }
        LB_TRY(lb_executor_set_batch(p.classifier, n, err));
        LB_TRY(lb_executor_forward(p.classifier, err));
        memcpy(logits + start * classes, lb_executor_view_of(p.classifier).logits,
               n * classes * sizeof *logits);
        lb_progress(context, "predicting", start + n, images->count);
    }
cleanup:
    lb_dropout_release(&p.dropout);
    lb_batch_loader_release(&p.loader);
    lb_executor_free(p.classifier);
    lb_executor_free(p.features);
    return status;
}
