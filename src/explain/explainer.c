/* SPDX-License-Identifier: MIT */
/* The computations that methods share. */
#include "effort.h"

#include <string.h>

void
lb_explainer_seed(lb_explainer *e, bool from_logit)
{
    const float *logits = lb_executor_logits(e->pass);
    memset(e->seeds, 0, e->batch * e->classes * sizeof *e->seeds);
    for (size_t i = 0; i < e->count; i++) {
        size_t at = i * e->classes + e->targets[i];
        e->seeds[at] = from_logit ? logits[at] : 1.0f;
    }
}

lb_status
lb_explainer_backward(float *out, lb_explainer *e, lb_rule rule, bool from_logit, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    bool compares = rule == LB_RULE_DEEPLIFT || rule == LB_RULE_DEEPLIFT_CAPTUM;
    const lb_executor *reference = compares ? e->reference : NULL;
    lb_explainer_seed(e, from_logit);
    LB_TRY(lb_executor_backward(&first, e->pass, rule, reference, e->seeds, err));
    LB_TRY(lb_executor_to_input(out, e->pass, rule, first, err));
cleanup:
    return status;
}

lb_status
lb_explainer_gradient(const float **out, lb_explainer *e, lb_error *err)
{
    lb_status status = LB_OK;
    if (!e->has_gradient) {
        LB_TRY(lb_explainer_backward(e->gradient, e, LB_RULE_GRADIENT, false, err));
        e->has_gradient = true;
    }
    *out = e->gradient;
cleanup:
    return status;
}

/* A path is 0 where its image is, and its gradient is multiplied by the image. */
static void
set_support(lb_explainer *e, size_t points, size_t start, size_t n)
{
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        const float *image = e->images + (start + p) / points * e->values;
        for (size_t i = 0; i < e->pixels; i++) {
            e->support[p * e->pixels + i] =
                image[i] != 0 || image[i + e->pixels] != 0 || image[i + 2 * e->pixels] != 0;
        }
    }
    lb_executor_set_sparsity_mask(e->path, e->support);
}

/* Puts the points start .. start + n of the count x points grid into the path's input. */
static void
fill_points(lb_explainer *e, const double *alphas, size_t points, size_t start, size_t n)
{
    float *input = lb_executor_input(e->path);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        const float *image = e->images + (start + p) / points * e->values;
        float alpha = (float)alphas[start + p];
        for (size_t v = 0; v < e->values; v++) {
            input[p * e->values + v] = alpha * image[v];
        }
    }
}

/* first_sum of each point's image += weight x gradient at the first layer's output, in the order of
 * the points, so that the sum is the same however they fall into batches. */
static void
add_points(lb_explainer *e, const float *first, const double *weights, size_t points, size_t start,
           size_t n)
{
    size_t size = lb_executor_first_size(e->path);
    enum { CHUNK = 4096 };
#pragma omp parallel for schedule(static)
    for (size_t from = 0; from < size; from += CHUNK) {
        size_t length = size - from < CHUNK ? size - from : CHUNK;
        for (size_t p = 0; p < n; p++) {
            float weight = (float)weights[(start + p) % points];
            float *sum = e->first_sum + (start + p) / points * size + from;
            const float *gradient = first + p * size + from;
            for (size_t v = 0; v < length; v++) {
                sum[v] += weight * gradient[v];
            }
        }
    }
}

static lb_status
add_path_batch(lb_explainer *e, const double *alphas, const double *weights, size_t points,
               size_t start, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL;
    fill_points(e, alphas, points, start, n);
    lb_executor_set_batch(e->path, n);
    set_support(e, points, start, n);
    LB_TRY(lb_executor_forward(e->path, err));
    memset(e->seeds, 0, e->points * e->classes * sizeof *e->seeds);
    for (size_t p = 0; p < n; p++) {
        e->seeds[p * e->classes + e->targets[(start + p) / points]] = 1.0f;
    }
    LB_TRY(lb_executor_backward(&first, e->path, LB_RULE_GRADIENT, NULL, e->seeds, err));
    add_points(e, first, weights, points, start, n);
cleanup:
    return status;
}

lb_status
lb_explainer_path(float *out, lb_explainer *e, const double *alphas, const double *weights,
                  size_t points, lb_error *err)
{
    lb_status status = LB_OK;
    size_t all = e->count * points;
    memset(e->first_sum, 0, e->batch * lb_executor_first_size(e->path) * sizeof *e->first_sum);
    for (size_t start = 0; start < all; start += e->points) {
        size_t n = all - start < e->points ? all - start : e->points;
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(add_path_batch(e, alphas, weights, points, start, n, err));
        lb_explainer_advance(e, (double)n);
    }
    LB_TRY(lb_executor_to_input(out, e->pass, LB_RULE_GRADIENT, e->first_sum, err));
    for (size_t v = 0; v < e->count * e->values; v++) {
        out[v] = e->images[v] != 0 ? out[v] * e->images[v] : 0.0f;
    }
cleanup:
    return status;
}
