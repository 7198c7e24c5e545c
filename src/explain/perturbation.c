/* SPDX-License-Identifier: MIT */
#include "perturbation.h"

#include <math.h>
#include <string.h>

#include "progress.h"

/* Copies whose features are computed together: first layers' activations stay near the caches. The
 * classifier, which reads most of the network's weights for each batch, takes more. */
enum { FEATURE_BATCH = 8, CLASSIFIER_BATCH = 32, USUAL_PIXELS = 224 * 224 };

const lb_perturbation_options lb_perturbation_defaults = {.rise_masks = 4000,
                                                          .rise_grid = 7,
                                                          .rise_probability = 0.5,
                                                          .superpixels = 200,
                                                          .compactness = 10,
                                                          .lime_samples = 1000,
                                                          .lime_width = 0.25,
                                                          .lime_ridge = 1};

struct lb_perturbation {
    lb_executor *features, *classifier;
    size_t batch; /* of features */
    size_t classes;
};

static size_t
feature_batch(size_t pixels)
{
    size_t batch = (size_t)FEATURE_BATCH * USUAL_PIXELS / pixels;
    batch = batch < FEATURE_BATCH ? batch : FEATURE_BATCH;
    return batch > 0 ? batch : 1;
}

lb_status
lb_perturbation_create(lb_perturbation **out, lb_network *network, size_t height, size_t width,
                       lb_error *err)
{
    lb_status status = LB_OK;
    lb_perturbation *p = NULL;
    LB_ALLOC(p, 1);
    p->batch = feature_batch(height * width);
    p->classes = lb_network_architecture(network)->classes;
    lb_executor_options options = {
        .purpose = LB_EXECUTOR_FEATURES, .batch = p->batch, .height = height, .width = width};
    LB_TRY(lb_executor_create(&p->features, network, &options, err));
    options.purpose = LB_EXECUTOR_PREDICT;
    options.batch = CLASSIFIER_BATCH;
    options.first_block = LB_BLOCKS;
    LB_TRY(lb_executor_create(&p->classifier, network, &options, err));
    *out = p;
    p = NULL;
cleanup:
    lb_perturbation_free(p);
    return status;
}

void
lb_perturbation_free(lb_perturbation *p)
{
    if (p == NULL) {
        return;
    }
    lb_executor_free(p->classifier);
    lb_executor_free(p->features);
    lb_free(p);
}

/* Logits of the copies first .. first + n - 1, n at most CLASSIFIER_BATCH. */
static lb_status
run_classifier(lb_perturbation *p, const lb_context *context, lb_change change, const void *data,
               size_t first, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    size_t input = lb_executor_view_of(p->features).input_size,
           size = lb_executor_view_of(p->features).output_size;
    for (size_t done = 0; done < n; done += p->batch) {
        size_t some = n - done < p->batch ? n - done : p->batch;
        LB_TRY(lb_check_cancelled(context, err));
#pragma omp parallel for schedule(static)
        for (size_t k = 0; k < some; k++) {
            change(data, lb_executor_view_of(p->features).input + k * input, first + done + k);
        }
        LB_TRY(lb_executor_forward(p->features, err));
        memcpy(lb_executor_view_of(p->classifier).input + done * size,
               lb_executor_view_of(p->features).outputs, some * size * sizeof(float));
    }
    LB_TRY(lb_executor_forward(p->classifier, err));
cleanup:
    return status;
}

static double
probability(const float *logits, size_t classes, size_t target)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++) {
        sum += exp((double)logits[c] - (double)logits[target]);
    }
    return 1 / sum;
}

lb_status
lb_session_forward_copies(double *values, lb_session *session, const lb_batch *batch, size_t i,
                          size_t copies, lb_change change, const void *data, lb_target_output usual,
                          lb_error *err)
{
    lb_status status = LB_OK;
    lb_perturbation *p = session->perturbation;
    LB_TRY(lb_session_require(session, batch, true, LB_NEEDS_COPIES, "lb_session_forward_copies()",
                              err));
    if (i >= batch->count) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "the method %s asks for image %zu of a batch of %zu",
                       session->method->name, i, batch->count));
    }
    size_t target = (size_t)batch->targets[i];
    size_t asked = batch->options->perturbation.answer,
           answer = asked == LB_TARGET_USUAL ? usual : asked;
    for (size_t start = 0; start < copies; start += CLASSIFIER_BATCH) {
        size_t n = copies - start < CLASSIFIER_BATCH ? copies - start : CLASSIFIER_BATCH;
        LB_TRY(run_classifier(p, session->context, change, data, start, n, err));
        lb_session_advance_forward(session, n);
        const float *logits = lb_executor_view_of(p->classifier).logits;
        if (lb_first_not_finite(logits, n * p->classes) < n * p->classes) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "image %zu: the network's output is not finite",
                           batch->items[i]));
        }
        for (size_t k = 0; k < n; k++) {
            const float *row = logits + k * p->classes;
            values[start + k] = answer == LB_TARGET_PROBABILITY
                                    ? probability(row, p->classes, target)
                                    : (double)row[target];
        }
    }
cleanup:
    return status;
}
