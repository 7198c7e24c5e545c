/* SPDX-License-Identifier: MIT */
/* Least squares with errors that hold within clusters.
 *
 * With M = (X'X)^-1 and X_g the rows of cluster g, the CR2 variance is
 * M (sum X_g' A_g e_g e_g' A_g X_g) M, where A_g = (I - X_g M X_g')^(-1/2). A_g is as large as the
 * cluster, but differs from I by the rank of X alone: with M = L L' and L' X_g'X_g L = U d U',
 * f(I - X_g M X_g') = I + X_g L U h(d) U' L' X_g', h(d) = (f(1 - d) - 1) / d. So matrices as large
 * as the number of predictors do for all. */
#include "lesionbench/statistics.h"

#include <math.h>
#include <string.h>

#include "clusters.h"
#include "lesionbench/cholesky.h"
#include "lesionbench/distributions.h"

enum { K = LB_MAX_PREDICTORS };

typedef struct matrix {
    double at[K][K];
} matrix;

typedef struct vector {
    double at[K];
} vector;

/* a b, of which the first k rows and columns count; with a or b turned over. */
static matrix
product(const matrix *a, bool turn_a, const matrix *b, bool turn_b, size_t k)
{
    matrix out = {0};
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            for (size_t l = 0; l < k; l++) {
                double left = turn_a ? a->at[l][i] : a->at[i][l];
                out.at[i][j] += left * (turn_b ? b->at[j][l] : b->at[l][j]);
            }
        }
    }
    return out;
}

static vector
apply(const matrix *a, const vector *x, size_t k)
{
    vector out = {0};
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            out.at[i] += a->at[i][j] * x->at[j];
        }
    }
    return out;
}

static double
dot(const vector *a, const vector *b, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
        sum += a->at[i] * b->at[i];
    }
    return sum;
}

/* The lower triangle l with l l' = a; false where a is not positive definite to about ten digits.
 */
static bool
cholesky(matrix *l, const matrix *a, size_t k)
{
    *l = (matrix){0};
    for (size_t i = 0; i < k; i++) {
        memcpy(l->at[i], a->at[i], (i + 1) * sizeof l->at[i][0]);
    }
    return lb_cholesky(&l->at[0][0], sizeof l->at[0] / sizeof l->at[0][0], k, 1e-10);
}

/* inverse: that of a lower triangle. */
static matrix
invert_triangle(const matrix *l, size_t k)
{
    matrix out = {0};
    for (size_t j = 0; j < k; j++) {
        for (size_t i = j; i < k; i++) {
            double rest = i == j ? 1 : 0;
            for (size_t m = j; m < i; m++) {
                rest -= l->at[i][m] * out.at[m][j];
            }
            out.at[i][j] = rest / l->at[i][i];
        }
    }
    return out;
}

/* Turns rows and columns p and q of a so that a[p][q] becomes 0; gathers the turns in u. */
static void
rotate(matrix *a, matrix *u, size_t p, size_t q, size_t k)
{
    double angle = 0.5 * atan2(2 * a->at[p][q], a->at[q][q] - a->at[p][p]);
    double c = cos(angle), s = sin(angle);
    for (size_t i = 0; i < k; i++) {
        double x = a->at[i][p], y = a->at[i][q];
        a->at[i][p] = c * x - s * y;
        a->at[i][q] = s * x + c * y;
    }
    for (size_t i = 0; i < k; i++) {
        double x = a->at[p][i], y = a->at[q][i];
        a->at[p][i] = c * x - s * y;
        a->at[q][i] = s * x + c * y;
        x = u->at[i][p];
        y = u->at[i][q];
        u->at[i][p] = c * x - s * y;
        u->at[i][q] = s * x + c * y;
    }
}

/* Jacobi's eigenvalues, on a's diagonal afterwards, and vectors, the columns of u. */
static void
diagonalise(matrix *a, matrix *u, size_t k)
{
    enum { SWEEPS = 60 };
    *u = (matrix){0};
    for (size_t i = 0; i < k; i++) {
        u->at[i][i] = 1;
    }
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0;
        for (size_t p = 0; p < k; p++) {
            for (size_t q = p + 1; q < k; q++) {
                off += fabs(a->at[p][q]);
                rotate(a, u, p, q, k);
            }
        }
        if (off < 1e-18) {
            break;
        }
    }
}

/* Whether no other cluster tells of what this eigenvalue is of. */
static bool
is_alone(double d)
{
    return 1 - d < 1e-9;
}

/* (f(1 - d) - 1) / d for f(x) = x^-power, power 1/2 or 1; 0 for x = 0 (the pseudo-inverse). */
static double
correction(double d, double power)
{
    if (d < 1e-12) {
        return power; /* the limit */
    }
    return is_alone(d) ? -1 / d : expm1(-power * log1p(-d)) / d;
}

/* What is kept of one cluster. */
typedef struct group {
    size_t count;
    matrix cross; /* X_g' X_g */
    vector score; /* X_g' e_g; later X_g' A_g e_g */
    matrix half;  /* X_g' A_g X_g */
    matrix whole; /* X_g' A_g A_g X_g */
    matrix alone; /* columns: what this cluster alone tells of */
} group;

/* Fills half and whole, and corrects the score. */
static void
correct_group(group *g, const matrix *l, size_t k)
{
    matrix scaled = product(&g->cross, false, l, false, k), d, u;
    d = product(l, true, &scaled, false, k);
    diagonalise(&d, &u, k);
    matrix turned = product(&scaled, false, &u, false, k); /* X_g'X_g L U */
    matrix for_half = turned, for_whole = turned;
    vector along = {0}, own = g->score, inner = {0}; /* U' L' X_g' e_g */
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            along.at[i] += l->at[j][i] * own.at[j];
        }
    }
    for (size_t j = 0; j < k; j++) {
        double half = correction(d.at[j][j], 0.5), whole = correction(d.at[j][j], 1);
        for (size_t i = 0; i < k; i++) {
            g->alone.at[i][j] = is_alone(d.at[j][j]) ? turned.at[i][j] : 0;
            for_half.at[i][j] *= half;
            for_whole.at[i][j] *= whole;
            inner.at[j] += u.at[i][j] * along.at[i];
        }
    }
    vector more = apply(&for_half, &inner, k);
    g->half = product(&for_half, false, &turned, true, k);
    g->whole = product(&for_whole, false, &turned, true, k);
    for (size_t i = 0; i < k; i++) {
        g->score.at[i] += more.at[i];
        for (size_t j = 0; j < k; j++) {
            g->half.at[i][j] += g->cross.at[i][j];
            g->whole.at[i][j] += g->cross.at[i][j];
        }
    }
}

/* Satterthwaite's degrees of freedom of one coefficient, whose row of M is `row`: what the variance
 * estimate would vary by if all errors were independent and alike. */
static double
degrees_of_freedom(const group *groups, size_t clusters, const matrix *m, const vector *row,
                   size_t k)
{
    double trace = 0, squares = 0;
    for (size_t g = 0; g < clusters; g++) {
        vector from = apply(&groups[g].half, row, k), weighted = apply(m, &from, k);
        vector whole = apply(&groups[g].whole, row, k);
        double own = dot(row, &whole, k);
        trace += own - dot(&from, &weighted, k);
        for (size_t h = 0; h < clusters; h++) {
            vector to = apply(&groups[h].half, row, k);
            double element = (g == h ? own : 0) - dot(&to, &weighted, k);
            squares += element * element;
        }
    }
    return squares > 0 ? trace * trace / squares : (double)NAN;
}

/* Whether a coefficient hangs on one cluster alone. */
static bool
hangs_on_one(const group *groups, size_t clusters, const vector *row, double scale, size_t k)
{
    for (size_t g = 0; g < clusters; g++) {
        for (size_t j = 0; j < k; j++) {
            double along = 0;
            for (size_t i = 0; i < k; i++) {
                along += row->at[i] * groups[g].alone.at[i][j];
            }
            if (fabs(along) > 1e-6 * scale) {
                return true;
            }
        }
    }
    return false;
}

static void
conclude(lb_coefficient *out, const vector *values, const group *groups, size_t clusters,
         const matrix *m, size_t k)
{
    for (size_t c = 0; c < k; c++) {
        vector row;
        double variance = 0;
        memcpy(row.at, m->at[c], sizeof row.at);
        for (size_t g = 0; g < clusters; g++) {
            double part = dot(&row, &groups[g].score, k);
            variance += part * part;
        }
        double freedom = degrees_of_freedom(groups, clusters, m, &row, k);
        bool known = freedom > 0 && !hangs_on_one(groups, clusters, &row, sqrt(m->at[c][c]), k);
        out[c] = (lb_coefficient){.value = values->at[c],
                                  .error = known ? sqrt(variance) : (double)NAN,
                                  .freedom = known ? freedom : (double)NAN,
                                  .p = (double)NAN};
        if (known && variance > 0) {
            out[c].p = 2 * lb_student_tail(fabs(out[c].value) / out[c].error, freedom);
        }
    }
}

/* The sums of squares and products of x and y. */
static void
sum_products(matrix *xx, vector *xy, const double *y, const double *x, size_t k, size_t n)
{
    *xx = (matrix){0};
    *xy = (vector){0};
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < k; i++) {
            xy->at[i] += x[r * k + i] * y[r];
            for (size_t j = 0; j < k; j++) {
                xx->at[i][j] += x[r * k + i] * x[r * k + j];
            }
        }
    }
}

lb_status
lb_regression_cr2(lb_coefficient *out, const double *y, const double *x, size_t k,
                  const uint32_t *cluster, size_t clusters, size_t n, lb_error *err)
{
    lb_status status = LB_OK;
    group *groups = NULL;
    matrix xx, root, l, m;
    vector xy, values = {0};
    if (k == 0 || k > K) {
        return lb_fail(err, LB_ERROR_ARGUMENT, "a regression on %zu columns (1 to %d)", k, K);
    }
    LB_NOT_NULL(out);
    LB_NOT_NULL(y);
    LB_NOT_NULL(x);
    LB_TRY(lb_clusters_check(cluster, n, clusters, __func__, err));
    sum_products(&xx, &xy, y, x, k, n);
    if (n <= k || !cholesky(&root, &xx, k)) {
        return lb_fail(err, LB_ERROR_NUMERIC,
                       "a regression on %zu columns that %zu rows do not tell apart", k, n);
    }
    LB_ALLOC(groups, clusters);
    matrix inverse = invert_triangle(&root, k);
    m = product(&inverse, true, &inverse, false, k);
    values = apply(&m, &xy, k);
    if (!cholesky(&l, &m, k)) {
        LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "a regression on columns that are nearly one"));
    }
    for (size_t r = 0; r < n; r++) {
        group *g = &groups[cluster[r]];
        double rest = y[r];
        for (size_t i = 0; i < k; i++) {
            rest -= x[r * k + i] * values.at[i];
        }
        g->count++;
        for (size_t i = 0; i < k; i++) {
            g->score.at[i] += x[r * k + i] * rest;
            for (size_t j = 0; j < k; j++) {
                g->cross.at[i][j] += x[r * k + i] * x[r * k + j];
            }
        }
    }
    for (size_t g = 0; g < clusters; g++) {
        correct_group(&groups[g], &l, k);
    }
    conclude(out, &values, groups, clusters, &m, k);
cleanup:
    lb_free(groups);
    return status;
}
