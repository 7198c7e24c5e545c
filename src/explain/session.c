/* SPDX-License-Identifier: MIT */
/* The computations that methods share. */
#include "session.h"

#include <string.h>

#include "progress.h"

lb_status
lb_session_require(const lb_session *session, const lb_batch *batch, bool whole, unsigned needs,
                   const char *function, lb_error *err)
{
    const lb_batch *current = session->current;
    static const struct {
        unsigned need;
        const char *name;
    } NAMES[] = {{LB_NEEDS_FORWARD, "LB_NEEDS_FORWARD"},
                 {LB_NEEDS_PATH, "LB_NEEDS_PATH"},
                 {LB_NEEDS_REFERENCE, "LB_NEEDS_REFERENCE"},
                 {LB_NEEDS_PREACTIVATION, "LB_NEEDS_PREACTIVATION"},
                 {LB_NEEDS_BACKGROUND, "LB_NEEDS_BACKGROUND"},
                 {LB_NEEDS_COPIES, "LB_NEEDS_COPIES"}};
    unsigned missing = needs & ~session->method->needs;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if ((missing & NAMES[i].need) != 0) {
            return lb_fail(err, LB_ERROR_ARGUMENT, "the method %s calls %s without %s",
                           session->method->name, function, NAMES[i].name);
        }
    }
    if (batch->count > current->count || batch->values != current->values ||
        (whole && (batch->count != current->count || batch->images != current->images))) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "the method %s calls %s with another batch than its own",
                       session->method->name, function);
    }
    return LB_OK;
}

const float *
lb_session_logits(const lb_session *session)
{
    return session->executor != NULL ? lb_executor_view_of(session->executor).logits : NULL;
}

void
lb_session_seed(lb_session *session, const lb_batch *batch, bool from_logit)
{
    const float *logits = lb_executor_view_of(session->executor).logits;
    memset(session->seeds, 0, session->batch * session->classes * sizeof *session->seeds);
    for (size_t i = 0; i < batch->count; i++) {
        size_t at = i * session->classes + (size_t)batch->targets[i];
        session->seeds[at] = from_logit ? logits[at] : 1.0f;
    }
}

/* An executor fills all its places: of a batch that is not full they do not fit into out. */
lb_status
lb_session_to_input(float *out, lb_session *session, const lb_batch *batch, lb_rule rule,
                    const float *first, lb_error *err)
{
    lb_status status = LB_OK;
    bool full = batch->count == session->batch;
    if (!full && session->whole == NULL) {
        LB_ALLOC(session->whole, session->batch * session->values);
    }
    float *whole = full ? out : session->whole;
    LB_TRY(lb_executor_to_input(whole, session->executor, rule, first, err));
    if (!full) {
        memcpy(out, whole, batch->count * session->values * sizeof *out);
    }
cleanup:
    return status;
}

lb_status
lb_session_backward(float *out, lb_session *session, const lb_batch *batch, lb_rule rule,
                    bool from_logit, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    bool compares = rule == LB_RULE_DEEPLIFT || rule == LB_RULE_DEEPLIFT_CAPTUM;
    unsigned needs =
        LB_NEEDS_FORWARD | (compares ? LB_NEEDS_REFERENCE | LB_NEEDS_PREACTIVATION : 0);
    const lb_executor *reference = compares ? session->reference : NULL;
    if (rule == LB_RULE_LRP_COMPOSITE || rule == LB_RULE_PATTERNS || rule >= LB_RULES) {
        return lb_fail(err, LB_ERROR_ARGUMENT,
                       "the method %s calls lb_session_backward() with the rule %d: must be a rule "
                       "that needs no composite and no patterns",
                       session->method->name, (int)rule);
    }
    LB_TRY(lb_session_require(session, batch, true, needs, "lb_session_backward()", err));
    lb_session_seed(session, batch, from_logit);
    LB_TRY(lb_executor_backward(&first, session->executor, rule, reference, session->seeds, err));
    LB_TRY(lb_session_to_input(out, session, batch, rule, first, err));
cleanup:
    return status;
}

lb_status
lb_session_gradient(const float **out, lb_session *session, const lb_batch *batch, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(
        lb_session_require(session, batch, true, LB_NEEDS_FORWARD, "lb_session_gradient()", err));
    if (!session->has_gradient) {
        LB_TRY(
            lb_session_backward(session->gradient, session, batch, LB_RULE_GRADIENT, false, err));
        session->has_gradient = true;
    }
    *out = session->gradient;
cleanup:
    return status;
}

/* A path is 0 where its image is, and its gradient is multiplied by the image. */
static lb_status
set_support(lb_session *session, const lb_batch *batch, size_t points, size_t start, size_t n,
            lb_error *err)
{
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        const float *image = batch->images + (start + p) / points * batch->values;
        for (size_t i = 0; i < batch->pixels; i++) {
            session->support[p * batch->pixels + i] =
                image[i] != 0 || image[i + batch->pixels] != 0 || image[i + 2 * batch->pixels] != 0;
        }
    }
    return lb_executor_set_sparsity_mask(session->path, session->support, err);
}

/* Puts the points start .. start + n of the count x points grid into the path's input. */
static void
fill_points(lb_session *session, const lb_batch *batch, const double *alphas, size_t points,
            size_t start, size_t n)
{
    float *input = lb_executor_view_of(session->path).input;
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        const float *image = batch->images + (start + p) / points * batch->values;
        float alpha = (float)alphas[start + p];
        for (size_t v = 0; v < batch->values; v++) {
            input[p * batch->values + v] = alpha * image[v];
        }
    }
}

/* first_sum of each point's image += weight x gradient at the first layer's output, in the order of
 * the points, so that the sum is the same however they fall into batches. */
static void
add_points(lb_session *session, const float *first, const double *weights, size_t points,
           size_t start, size_t n)
{
    size_t size = lb_executor_view_of(session->path).first_size;
    enum { CHUNK = 4096 };
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < size; from += CHUNK) {
        size_t length = size - from < CHUNK ? size - from : CHUNK;
        for (size_t p = 0; p < n; p++) {
            float weight = (float)weights[(start + p) % points];
            float *sum = session->first_sum + (start + p) / points * size + from;
            const float *gradient = first + p * size + from;
            for (size_t v = 0; v < length; v++) {
                sum[v] += weight * gradient[v];
            }
        }
    }
}

static lb_status
add_path_batch(lb_session *session, const lb_batch *batch, const double *alphas,
               const double *weights, size_t points, size_t start, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    fill_points(session, batch, alphas, points, start, n);
    LB_TRY(lb_executor_set_batch(session->path, n, err));
    LB_TRY(set_support(session, batch, points, start, n, err));
    LB_TRY(lb_executor_forward(session->path, err));
    memset(session->seeds, 0, session->points * session->classes * sizeof *session->seeds);
    for (size_t p = 0; p < n; p++) {
        session->seeds[p * session->classes + (size_t)batch->targets[(start + p) / points]] = 1.0f;
    }
    LB_TRY(
        lb_executor_backward(&first, session->path, LB_RULE_GRADIENT, NULL, session->seeds, err));
    add_points(session, first, weights, points, start, n);
cleanup:
    return status;
}

lb_status
lb_session_path_sum(float *out, lb_session *session, const lb_batch *batch, const double *alphas,
                    const double *weights, size_t points, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_session_require(session, batch, false, LB_NEEDS_FORWARD | LB_NEEDS_PATH,
                              "lb_session_path_sum()", err));
    if (points == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "%s: a path needs at least one point",
                       session->method->name));
    }
    size_t all = batch->count * points, size = lb_executor_view_of(session->path).first_size;
    memset(session->first_sum, 0, session->batch * size * sizeof *session->first_sum);
    for (size_t start = 0; start < all; start += session->points) {
        size_t n = all - start < session->points ? all - start : session->points;
        LB_TRY(lb_check_cancelled(session->context, err));
        LB_TRY(add_path_batch(session, batch, alphas, weights, points, start, n, err));
        lb_session_advance(session, (double)n);
    }
    LB_TRY(lb_session_to_input(out, session, batch, LB_RULE_GRADIENT, session->first_sum, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        out[v] = batch->images[v] != 0 ? out[v] * batch->images[v] : 0.0f;
    }
cleanup:
    return status;
}
