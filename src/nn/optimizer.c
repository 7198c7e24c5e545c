/* SPDX-License-Identifier: MIT */
/* SGD with momentum as torch.optim.SGD defines it (v = m v + g; w = w - lr v), Adam (Kingma and Ba
 * 2015) and AdamW (Loshchilov and Hutter 2019) with PyTorch's defaults, each in one sweep over a
 * parameter. */
#include "optimizer.h"

#include <math.h>

#include "base/cpu_kernel.h"

struct lb_optimizer {
    lb_optimizer_kind kind;
    float momentum;
    double decay; /* of weights */
    uint64_t steps;
    float *first[LB_MAX_PARAMETERS], *second[LB_MAX_PARAMETERS];
};

enum { CHUNK = 16384 };

lb_status
lb_optimizer_create(lb_optimizer **out, const lb_training_options *options,
                    const lb_network *network, float *const *gradients, lb_error *err)
{
    lb_status status = LB_OK;
    lb_optimizer *optimizer = NULL;
    LB_ALLOC(optimizer, 1);
    optimizer->kind = options->optimizer;
    optimizer->momentum = (float)options->momentum;
    optimizer->decay = options->weight_decay;
    for (size_t i = 0; i < network->count; i++) {
        if (gradients[i] == NULL) {
            continue;
        }
        LB_ALLOC(optimizer->first[i], network->parameters[i].count);
        if (options->optimizer != LB_SGD) {
            LB_ALLOC(optimizer->second[i], network->parameters[i].count);
        }
    }
    *out = optimizer;
    optimizer = NULL;
cleanup:
    lb_optimizer_free(optimizer);
    return status;
}

void
lb_optimizer_free(lb_optimizer *optimizer)
{
    if (optimizer == NULL) {
        return;
    }
    for (size_t i = 0; i < LB_MAX_PARAMETERS; i++) {
        lb_free(optimizer->first[i]);
        lb_free(optimizer->second[i]);
    }
    lb_free(optimizer);
}

double
lb_learning_rate(const lb_training_options *o, size_t epoch)
{
    if (o->schedule == LB_SCHEDULE_COSINE) {
        const double pi = 3.14159265358979323846;
        return o->learning_rate * 0.5 * (1 + cos(pi * (double)epoch / (double)o->epochs));
    }
    size_t steps = o->step_epochs > 0 ? epoch / o->step_epochs : 0;
    return o->learning_rate * pow(o->step_factor, (double)steps);
}

void
lb_optimizer_moments(float **first, float **second, const lb_optimizer *optimizer, size_t parameter)
{
    *first = optimizer->first[parameter];
    *second = optimizer->second[parameter];
}

uint64_t *
lb_optimizer_steps(lb_optimizer *optimizer)
{
    return &optimizer->steps;
}

LB_KERNEL(void, sgd,
          (float *restrict w, float *restrict v, const float *restrict g, size_t n, float momentum,
           float decay, float learning_rate),
          (w, v, g, n, momentum, decay, learning_rate))
{
    for (size_t i = 0; i < n; i++) {
        v[i] = momentum * v[i] + (g[i] + decay * w[i]);
        w[i] -= learning_rate * v[i];
    }
}

/* Step sizes of this update, with the bias corrections in them; decay of the weights by way of the
 * gradient (Adam), and the factor on the weights themselves (AdamW). */
typedef struct adam_rates {
    float beta1, beta2, rest1, rest2, step, root_correction, epsilon, decay, shrink;
} adam_rates;

LB_KERNEL(void, adam,
          (float *restrict w, float *restrict m, float *restrict v, const float *restrict g,
           size_t n, adam_rates r),
          (w, m, v, g, n, r))
{
    for (size_t i = 0; i < n; i++) {
        float gradient = g[i] + r.decay * w[i];
        m[i] = r.beta1 * m[i] + r.rest1 * gradient;
        v[i] = r.beta2 * v[i] + r.rest2 * gradient * gradient;
        w[i] = r.shrink * w[i] - r.step * m[i] / (sqrtf(v[i]) * r.root_correction + r.epsilon);
    }
}

static adam_rates
rates(const lb_optimizer *o, double learning_rate)
{
    const double beta1 = 0.9, beta2 = 0.999, t = (double)o->steps;
    bool decoupled = o->kind == LB_ADAMW;
    return (adam_rates){.beta1 = (float)beta1,
                        .beta2 = (float)beta2,
                        .rest1 = (float)(1 - beta1), /* rounded as PyTorch does */
                        .rest2 = (float)(1 - beta2),
                        .step = (float)(learning_rate / (1 - pow(beta1, t))),
                        .root_correction = (float)(1 / sqrt(1 - pow(beta2, t))),
                        .epsilon = 1e-8f,
                        .decay = decoupled ? 0 : (float)o->decay,
                        .shrink = decoupled ? (float)(1 - learning_rate * o->decay) : 1};
}

void
lb_optimizer_step(lb_optimizer *o, lb_network *network, float *const *gradients,
                  double learning_rate)
{
    o->steps++;
    adam_rates r = rates(o, learning_rate);
    for (size_t p = 0; p < network->count; p++) {
        const float *g = gradients[p];
        float *w = network->parameters[p].value;
        size_t count = g != NULL ? network->parameters[p].count : 0;
#pragma omp parallel for schedule(static) if (count > CHUNK)
        for (size_t start = 0; start < count; start += CHUNK) {
            size_t n = count - start < CHUNK ? count - start : CHUNK;
            if (o->kind == LB_SGD) {
                sgd(w + start, o->first[p] + start, g + start, n, o->momentum, (float)o->decay,
                    (float)learning_rate);
            } else {
                adam(w + start, o->first[p] + start, o->second[p] + start, g + start, n, r);
            }
        }
    }
}
