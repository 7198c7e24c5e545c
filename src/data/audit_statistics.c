/* SPDX-License-Identifier: MIT */
#include "audit_statistics.h"

#include <math.h>
#include <stdlib.h>

#include "lesionbench/distributions.h"

double
audit_binomial_p(size_t k, size_t n)
{
    size_t few = k < n - k ? k : n - k;
    if (2 * few == n) {
        return 1;
    }
    /* P(X <= few) = I_1/2(n - few, few + 1) */
    return fmin(1, 2 * lb_incomplete_beta((double)(n - few), (double)few + 1, 0.5));
}

void
audit_wilson(double *low, double *high, size_t k, size_t n)
{
    const double z = 1.959963984540054;
    double size = (double)n, share = (double)k / size;
    double middle = (share + z * z / (2 * size)) / (1 + z * z / size);
    double half =
        z / (1 + z * z / size) * sqrt(share * (1 - share) / size + z * z / (4 * size * size));
    *low = fmax(0, middle - half);
    *high = fmin(1, middle + half);
}

double
audit_kolmogorov_tail(double lambda)
{
    double sum = 0;
    if (lambda < 0.2) {
        return 1; /* to 1e-12 */
    }
    for (int k = 1; k <= 100; k++) {
        double term = exp(-2.0 * k * k * lambda * lambda);
        sum += k % 2 == 1 ? term : -term;
        if (term < 1e-300) {
            break;
        }
    }
    return fmin(1, fmax(0, 2 * sum));
}

typedef struct entry {
    double value;
    uint8_t class_;
} entry;

static int
by_value(const void *a, const void *b)
{
    double x = ((const entry *)a)->value, y = ((const entry *)b)->value;
    return (x > y) - (x < y);
}

/* Sums over groups of equal values. */
typedef struct sums {
    double size[2], ties, wins, area, distance;
    double placed[2], squared[2]; /* DeLong's placements of both classes */
} sums;

/* before: how many of each class lie below the group; here: how many are in it. */
static void
add_group(sums *s, const double before[2], const double here[2])
{
    double both = here[0] + here[1];
    s->ties += both * both * both - both;
    s->wins += here[1] * (before[0] + here[0] / 2);
    double above = s->size[1] - before[1] - here[1];
    double place[2] = {(above + here[1] / 2) / s->size[1], (before[0] + here[0] / 2) / s->size[0]};
    for (int c = 0; c < 2; c++) {
        s->placed[c] += here[c] * place[c];
        s->squared[c] += here[c] * place[c] * place[c];
    }
}

static void
sum_groups(sums *s, const entry *sorted, size_t count)
{
    double before[2] = {0, 0};
    for (size_t i = 0; i < count;) {
        double here[2] = {0, 0};
        size_t end = i;
        while (end < count && sorted[end].value == sorted[i].value) {
            here[sorted[end++].class_]++;
        }
        add_group(s, before, here);
        before[0] += here[0];
        before[1] += here[1];
        double apart = fabs(before[0] / s->size[0] - before[1] / s->size[1]);
        s->distance = fmax(s->distance, apart);
        if (end < count) {
            s->area += apart * (sorted[end].value - sorted[i].value);
        }
        i = end;
    }
}

static void
conclude(audit_comparison *out, const sums *s)
{
    double n0 = s->size[0], n1 = s->size[1], n = n0 + n1, pairs = n0 * n1;
    double spread = pairs / 12 * (n + 1 - s->ties / (n * (n - 1)));
    double z = spread > 0 ? (fabs(s->wins - pairs / 2) - 0.5) / sqrt(spread) : 0;
    double variance = 0;
    for (int c = 0; c < 2; c++) {
        double size = s->size[c], mean = s->placed[c] / size;
        variance += size > 1 ? (s->squared[c] / size - mean * mean) / (size - 1) : 0;
    }
    double effective = sqrt(pairs / n);
    out->auc = s->wins / pairs;
    out->auc_low = fmax(0, out->auc - 1.959963984540054 * sqrt(fmax(0, variance)));
    out->auc_high = fmin(1, out->auc + 1.959963984540054 * sqrt(fmax(0, variance)));
    out->rank_p = fmin(1, 2 * lb_normal_tail(z));
    out->distance = s->distance;
    out->distance_p = audit_kolmogorov_tail((effective + 0.12 + 0.11 / effective) * s->distance);
    out->shift = s->area;
}

lb_status
audit_compare(audit_comparison *out, const double *values, const uint8_t *classes, size_t count,
              lb_error *err)
{
    lb_status status = LB_OK;
    entry *sorted = NULL;
    sums s = {.area = 0};
    LB_ALLOC(sorted, count);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (entry){values[i], classes[i]};
        s.size[classes[i]]++;
    }
    qsort(sorted, count, sizeof *sorted, by_value);
    *out = (audit_comparison){.mean = {0, 0}};
    for (size_t i = 0; i < count; i++) {
        out->mean[sorted[i].class_] += sorted[i].value / s.size[sorted[i].class_];
    }
    sum_groups(&s, sorted, count);
    conclude(out, &s);
cleanup:
    lb_free(sorted);
    return status;
}

lb_status
audit_balanced_accuracy(audit_accuracy *out, const uint8_t *right, const uint8_t *classes,
                        const size_t *cluster, size_t count, size_t clusters, size_t folds,
                        double limit, lb_error *err)
{
    lb_status status = LB_OK;
    double size[2] = {0, 0}, hits[2] = {0, 0}, *influence = NULL, variance = 0;
    LB_ALLOC(influence, clusters);
    for (size_t i = 0; i < count; i++) {
        size[classes[i]]++;
        hits[classes[i]] += right[i];
    }
    for (size_t i = 0; i < count; i++) {
        int c = classes[i];
        influence[cluster[i]] += ((double)right[i] - hits[c] / size[c]) / size[c] / 2;
    }
    for (size_t i = 0; i < clusters; i++) {
        variance += influence[i] * influence[i];
    }
    double freedom = (double)clusters - 1;
    double shared = 1 + (double)folds / ((double)folds - 1);
    double deviation = sqrt(variance * shared * (double)clusters / freedom);
    double half = lb_student_quantile(0.975, freedom) * deviation;
    out->value = (hits[0] / size[0] + hits[1] / size[1]) / 2;
    out->low = fmax(0, out->value - half);
    out->high = fmin(1, out->value + half);
    double floor_deviation = fmax(deviation, 1e-12); /* all right, or all of one class */
    out->p_chance = lb_student_tail((out->value - 0.5) / floor_deviation, freedom);
    out->p_limit = lb_student_tail((out->value - limit) / floor_deviation, freedom);
cleanup:
    lb_free(influence);
    return status;
}
