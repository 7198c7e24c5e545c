/* SPDX-License-Identifier: MIT */
#include "dropout.h"

#include "lesionbench/random.h"

lb_status
lb_dropout_init(lb_dropout *out, const lb_executor *executor, double p, lb_error *err)
{
    lb_status status = LB_OK;
    lb_dropout dropout = {.p = p,
                          .count = executor->plan.batch * executor->network->architecture.hidden};
    for (size_t d = 0; d + 1 < LB_DENSE_LAYERS; d++) {
        LB_ALLOC(dropout.factors[d], dropout.count);
    }
    *out = dropout;
    return LB_OK;
cleanup:
    lb_dropout_release(&dropout);
    return status;
}

void
lb_dropout_release(lb_dropout *dropout)
{
    for (size_t d = 0; d + 1 < LB_DENSE_LAYERS; d++) {
        lb_free(dropout->factors[d]);
    }
    *dropout = (lb_dropout){0};
}

void
lb_dropout_draw(lb_dropout *dropout, lb_executor *executor, uint64_t seed, uint64_t batch)
{
    lb_random random;
    lb_random_init(&random, seed, LB_PURPOSE_DROPOUT, batch);
    uint32_t threshold = (uint32_t)(dropout->p * 4294967296.0);
    float kept = (float)(1.0 / (1.0 - dropout->p));
    for (size_t d = 0; d + 1 < LB_DENSE_LAYERS; d++) {
        for (size_t i = 0; i < dropout->count; i++) {
            dropout->factors[d][i] = lb_random_u32(&random) < threshold ? 0.0f : kept;
        }
        executor->dropout[d] = dropout->factors[d];
    }
}

void
lb_dropout_end(lb_executor *executor)
{
    for (size_t d = 0; d + 1 < LB_DENSE_LAYERS; d++) {
        executor->dropout[d] = NULL;
    }
}
