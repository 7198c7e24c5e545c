/* SPDX-License-Identifier: MIT */
#include "path_samples.h"

#include <string.h>

#include "effort.h"

/* Points start .. start + n of the count x points grid. */
static lb_status
compute_batch(float *gradient, lb_explainer *e, const lb_path_samples *points, size_t start,
              size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    float *first = NULL, *input = lb_executor_input(e->path);
#pragma omp parallel for schedule(static)
    for (size_t p = 0; p < n; p++) {
        points->fill(points->data, e, input + p * e->values, (start + p) / points->count,
                     (start + p) % points->count);
    }
    lb_executor_set_batch(e->path, n);
    LB_TRY(lb_executor_forward(e->path, err));
    memset(e->seeds, 0, e->points * e->classes * sizeof *e->seeds);
    for (size_t p = 0; p < n; p++) {
        e->seeds[p * e->classes + e->targets[(start + p) / points->count]] = 1.0f;
    }
    LB_TRY(lb_executor_backward(&first, e->path, LB_RULE_GRADIENT, NULL, e->seeds, err));
    LB_TRY(lb_executor_to_input(gradient, e->path, LB_RULE_GRADIENT, first, err));
    for (size_t p = 0; p < n; p++) {
        points->take(points->data, e, gradient + p * e->values, (start + p) / points->count,
                     (start + p) % points->count);
    }
cleanup:
    return status;
}

lb_status
lb_explainer_path_samples(lb_explainer *e, const lb_path_samples *points, lb_error *err)
{
    lb_status status = LB_OK;
    size_t all = e->count * points->count;
    float *gradient = NULL;
    LB_ALLOC(gradient, e->points * e->values);
    for (size_t start = 0; start < all; start += e->points) {
        size_t n = all - start < e->points ? all - start : e->points;
        LB_TRY(lb_check_cancelled(e->context, err));
        LB_TRY(compute_batch(gradient, e, points, start, n, err));
        lb_explainer_advance(e, (double)n);
    }
cleanup:
    lb_free(gradient);
    return status;
}
