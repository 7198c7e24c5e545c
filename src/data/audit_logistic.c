/* SPDX-License-Identifier: MIT */
#include "audit_logistic.h"

#include <math.h>
#include <string.h>

#include "lesionbench/cholesky.h"

enum { MAX_STEPS = 50, MAX_HALVINGS = 30 };

typedef struct problem {
    const double *x;
    const uint8_t *classes;
    size_t n, p; /* images; features without the intercept */
    double penalty, weight[2];
    double *hessian; /* (p + 1, p + 1), lower triangle */
    double *gradient, *step, *trial;
} problem;

static double
score_of(const double *w, const double *x, size_t p)
{
    double z = w[0];
    for (size_t k = 0; k < p; k++) {
        z += w[k + 1] * x[k];
    }
    return z;
}

static double
loss(const problem *q, const double *w)
{
    double sum = 0;
    for (size_t i = 0; i < q->n; i++) {
        double z = score_of(w, q->x + i * q->p, q->p);
        double against = q->classes[i] == 1 ? -z : z;
        sum += q->weight[q->classes[i]] *
               (against > 0 ? against + log1p(exp(-against)) : log1p(exp(against)));
    }
    for (size_t k = 1; k <= q->p; k++) {
        sum += q->penalty / 2 * w[k] * w[k];
    }
    return sum;
}

static void
differentiate(problem *q, const double *w)
{
    size_t m = q->p + 1;
    memset(q->hessian, 0, m * m * sizeof *q->hessian);
    memset(q->gradient, 0, m * sizeof *q->gradient);
    for (size_t i = 0; i < q->n; i++) {
        const double *x = q->x + i * q->p;
        double share = 1 / (1 + exp(-score_of(w, x, q->p)));
        double slope = q->weight[q->classes[i]] * (share - q->classes[i]);
        double bend = q->weight[q->classes[i]] * share * (1 - share);
        for (size_t a = 0; a < m; a++) {
            double left = a == 0 ? 1 : x[a - 1];
            q->gradient[a] += slope * left;
            q->hessian[a * m] += bend * left;
            for (size_t b = 1; b <= a; b++) {
                q->hessian[a * m + b] += bend * left * x[b - 1];
            }
        }
    }
    for (size_t a = 0; a < m; a++) {
        q->gradient[a] += a > 0 ? q->penalty * w[a] : 0;
        q->hessian[a * m + a] += a > 0 ? q->penalty : 1e-9; /* where all shares are 0 or 1 */
    }
}

/* step = hessian^-1 gradient; 0 where that is not to be had. The hessian is lost. */
static void
solve(problem *q)
{
    size_t m = q->p + 1;
    if (lb_cholesky(q->hessian, m, m, 0)) {
        memcpy(q->step, q->gradient, m * sizeof *q->step);
        lb_cholesky_solve(q->step, q->hessian, m, m);
    } else {
        memset(q->step, 0, m * sizeof *q->step);
    }
}

/* Goes along the step as far as the loss falls; the largest change of a weight, 0 where none. */
static double
descend(problem *q, double *w, double *current)
{
    double length = 2;
    for (int halving = 0; halving < MAX_HALVINGS; halving++) {
        double largest = 0;
        length /= 2;
        for (size_t k = 0; k <= q->p; k++) {
            q->trial[k] = w[k] - length * q->step[k];
            largest = fmax(largest, fabs(length * q->step[k]));
        }
        double there = loss(q, q->trial);
        if (there <= *current) {
            memcpy(w, q->trial, (q->p + 1) * sizeof *w);
            *current = there;
            return largest;
        }
    }
    return 0;
}

lb_status
audit_logistic(double *out, const double *x, const uint8_t *classes, size_t n, size_t p,
               double penalty, lb_error *err)
{
    lb_status status = LB_OK;
    problem q = {.x = x, .classes = classes, .n = n, .p = p, .penalty = penalty};
    size_t m = p + 1, size[2] = {0, 0};
    for (size_t i = 0; i < n; i++) {
        size[classes[i]]++;
    }
    q.weight[0] = (double)n / (2.0 * (double)size[0]);
    q.weight[1] = (double)n / (2.0 * (double)size[1]);
    LB_ALLOC(q.hessian, m * m);
    LB_ALLOC(q.gradient, m);
    LB_ALLOC(q.step, m);
    LB_ALLOC(q.trial, m);
    memset(out, 0, m * sizeof *out);
    double current = loss(&q, out);
    for (int step = 0; step < MAX_STEPS; step++) {
        differentiate(&q, out);
        solve(&q);
        if (descend(&q, out, &current) < 1e-8) {
            break;
        }
    }
cleanup:
    lb_free(q.trial);
    lb_free(q.step);
    lb_free(q.gradient);
    lb_free(q.hessian);
    return status;
}
