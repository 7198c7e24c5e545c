/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <string.h>

#include "progress.h"

/* Points start .. start + n of the count x points grid. */
static lb_status
compute_batch(float *gradient, lb_session *session, const lb_batch *batch,
              const lb_path_samples *samples, size_t start, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL, *input = lb_executor_view_of(session->path).input;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        samples->fill(samples->data, batch, input + p * batch->values, (start + p) / samples->count,
                      (start + p) % samples->count);
    }
    LB_TRY(lb_executor_set_batch(session->path, n, err));
    LB_TRY(lb_executor_forward(session->path, err));
    memset(session->seeds, 0, session->points * batch->classes * sizeof *session->seeds);
    for (size_t p = 0; p < n; p++) {
        session->seeds[p * batch->classes + (size_t)batch->targets[(start + p) / samples->count]] =
            1.0f;
    }
    LB_TRY(
        lb_executor_backward(&first, session->path, LB_RULE_GRADIENT, NULL, session->seeds, err));
    LB_TRY(lb_executor_to_input(gradient, session->path, LB_RULE_GRADIENT, first, err));
    for (size_t p = 0; p < n; p++) {
        samples->take(samples->data, batch, gradient + p * batch->values,
                      (start + p) / samples->count, (start + p) % samples->count);
    }
cleanup:
    return status;
}

lb_status
lb_session_path_samples(lb_session *session, const lb_batch *batch, const lb_path_samples *samples,
                        lb_error *err)
{
    lb_status status = LB_OK;
    size_t all = batch->count * samples->count;
    float *gradient = NULL;
    LB_TRY(
        lb_session_require(session, batch, false, LB_NEEDS_PATH, "lb_session_path_samples()", err));
    if (samples->count == 0) {
        LB_TRY(
            lb_fail(err, LB_ERROR_ARGUMENT, "%s needs at least one point", session->method->name));
    }
    LB_ALLOC(gradient, session->points * batch->values);
    for (size_t start = 0; start < all; start += session->points) {
        size_t n = all - start < session->points ? all - start : session->points;
        LB_TRY(lb_check_cancelled(session->context, err));
        LB_TRY(compute_batch(gradient, session, batch, samples, start, n, err));
        lb_session_advance(session, (double)n);
    }
cleanup:
    lb_free(gradient);
    return status;
}
