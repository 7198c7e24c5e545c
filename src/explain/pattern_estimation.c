/* SPDX-License-Identifier: MIT */
#include "pattern_estimation.h"

#include <string.h>

#include "background.h"
#include "lesionbench/patterns.h"
#include "lesionbench/training.h"

/* One round over the images, in the batches of the explainer's own pass. */
static lb_status
take_round(lb_patterns *patterns, lb_explainer *e, const size_t *indices, size_t count,
           lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t start = 0; start < count; start += e->batch) {
        size_t n = count - start < e->batch ? count - start : e->batch;
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(lb_background_read(lb_executor_input(e->pass), e, indices + start, n, err));
        LB_TRY(lb_executor_forward(e->pass, err));
        lb_patterns_take(patterns, e->pass, n);
    }
    lb_patterns_end_round(patterns, e->pass);
cleanup:
    return status;
}

static lb_status
fit(lb_explainer *e, const char *method, lb_error *err)
{
    lb_status status = LB_OK;
    lb_patterns *patterns = NULL;
    size_t *indices = NULL;
    LB_TRY(lb_background_check(e, method, err));
    size_t all = e->options->background->count;
    size_t count = e->options->pattern_images < all ? e->options->pattern_images : all;
    LB_ALLOC(indices, count);
    LB_TRY(lb_background_draw(indices, count, e, 1, err));
    LB_TRY(lb_patterns_create(&patterns, e->pass, err));
    for (int round = 0; round < 2; round++) {
        LB_TRY(take_round(patterns, e, indices, count, err));
    }
    /* The pass holds the images again, for the other methods. */
    memcpy(lb_executor_input(e->pass), e->images, e->count * e->values * sizeof *e->images);
    LB_TRY(lb_executor_forward(e->pass, err));
    e->patterns = patterns;
    patterns = NULL;
cleanup:
    lb_patterns_free(patterns);
    lb_free(indices);
    return status;
}

lb_status
lb_explainer_patterns(float *out, lb_explainer *e, const char *method, bool times_weights,
                      lb_error *err)
{
    lb_status status = LB_OK;
    if (e->patterns == NULL) {
        LB_TRY(fit(e, method, err));
    }
    lb_explainer_seed(e, true);
    LB_TRY(lb_executor_patterns(out, e->pass, e->patterns, times_weights, e->seeds, err));
cleanup:
    return status;
}
