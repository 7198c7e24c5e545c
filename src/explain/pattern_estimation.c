/* SPDX-License-Identifier: MIT */
#include "pattern_estimation.h"

#include <string.h>

#include "background.h"
#include "lesionbench/patterns.h"
#include "lesionbench/training.h"

/* One round over the images, in the batches of the session's own executor. */
static lb_status
take_round(lb_patterns *patterns, lb_session *session, const lb_batch *batch, const size_t *indices,
           size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    for (size_t start = 0; start < count; start += session->batch) {
        size_t n = count - start < session->batch ? count - start : session->batch;
        LB_TRY(lb_check_cancelled(batch->context, err));
        LB_TRY(lb_background_read(lb_executor_view_of(session->executor).input, batch,
                                  indices + start, n, err));
        LB_TRY(lb_executor_forward(session->executor, err));
        LB_TRY(lb_patterns_take(patterns, session->executor, n, err));
    }
    LB_TRY(lb_patterns_end_round(patterns, session->executor, err));
cleanup:
    return status;
}

static lb_status
fit(lb_session *session, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    lb_patterns *patterns = NULL;
    size_t *indices = NULL;
    LB_TRY(lb_background_check(batch, err));
    size_t all = batch->options->background->count;
    size_t count = batch->options->pattern_images < all ? batch->options->pattern_images : all;
    LB_ALLOC(indices, count);
    LB_TRY(lb_background_draw(indices, count, batch, 1, err));
    LB_TRY(lb_patterns_create(&patterns, session->executor, err));
    for (int round = 0; round < 2; round++) {
        LB_TRY(take_round(patterns, session, batch, indices, count, err));
    }
    /* The executor holds the images again, for the other methods. */
    memcpy(lb_executor_view_of(session->executor).input, batch->images,
           batch->count * batch->values * sizeof *batch->images);
    LB_TRY(lb_executor_forward(session->executor, err));
    session->patterns = patterns;
    patterns = NULL;
cleanup:
    lb_patterns_free(patterns);
    lb_free(indices);
    return status;
}

lb_status
lb_session_patterns(float *out, lb_session *session, const lb_batch *batch, bool times_weights,
                    lb_error *err)
{
    lb_status status = LB_OK;
    if (session->patterns == NULL) {
        LB_TRY(fit(session, batch, err));
    }
    lb_session_seed(session, batch, true);
    LB_TRY(lb_executor_patterns(out, session->executor, session->patterns, times_weights,
                                session->seeds, err));
cleanup:
    return status;
}
