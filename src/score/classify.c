/* SPDX-License-Identifier: MIT */
/* Two-class metrics. AUROC is the Mann-Whitney statistic (Hanley and McNeil, Radiology 1982);
 * AUPRC the step-wise average precision, as torchmetrics and scikit-learn have it; MCC after
 * Matthews, Biochimica et Biophysica Acta 1975. */
#include "lesionbench/score.h"

#include <math.h>
#include <stdlib.h>

/* The margin logit 1 - logit 0 orders images as the soft-max score of class 1 does, and does not
 * round to 1 where the network is sure. */
typedef struct ranked {
    double margin;
    uint8_t label;
} ranked;

static int
by_margin(const void *a, const void *b)
{
    double x = ((const ranked *)a)->margin, y = ((const ranked *)b)->margin;
    return (x > y) - (x < y);
}

/* One past the last image that ties with items[first]. */
static size_t
end_of_ties(const ranked *items, size_t n, size_t first)
{
    size_t end = first + 1;
    while (end < n && items[end].margin == items[first].margin) {
        end++;
    }
    return end;
}

static double
area_under_roc(const ranked *items, size_t n, size_t positives)
{
    double wins = 0, negatives_below = 0;
    for (size_t first = 0, end; first < n; first = end) {
        end = end_of_ties(items, n, first);
        double tied_positives = 0;
        for (size_t i = first; i < end; i++) {
            tied_positives += items[i].label;
        }
        double tied_negatives = (double)(end - first) - tied_positives;
        wins += tied_positives * (negatives_below + 0.5 * tied_negatives);
        negatives_below += tied_negatives;
    }
    return wins / ((double)positives * (double)(n - positives));
}

/* Of the class `positive`, whose `positives` images should come first; items in this order. */
static double
average_precision(const ranked *items, size_t n, uint8_t positive, size_t positives)
{
    double sum = 0, found = 0;
    for (size_t first = 0, end; first < n; first = end) {
        end = end_of_ties(items, n, first);
        double gained = 0;
        for (size_t i = first; i < end; i++) {
            gained += items[i].label == positive;
        }
        found += gained;
        sum += gained * found / (double)end;
    }
    return sum / (double)positives;
}

static void
reverse(ranked *items, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        ranked kept = items[i];
        items[i] = items[n - 1 - i];
        items[n - 1 - i] = kept;
    }
}

/* counts[label][predicted] */
static void
fill_confusion(lb_classification *result, const double counts[2][2])
{
    double tn = counts[0][0], fp = counts[0][1], fn = counts[1][0], tp = counts[1][1];
    bool both = tp + fn > 0 && tn + fp > 0;
    result->accuracy = (tp + tn) / (tp + tn + fp + fn);
    result->sensitivity = tp + fn > 0 ? tp / (tp + fn) : NAN;
    result->specificity = tn + fp > 0 ? tn / (tn + fp) : NAN;
    result->balanced_accuracy = (result->sensitivity + result->specificity) / 2;
    double product = sqrt((tp + fp) * (tp + fn)) * sqrt((tn + fp) * (tn + fn));
    result->mcc = !both ? NAN : (product > 0 ? (tp * tn - fp * fn) / product : 0);
}

lb_status
lb_classify_score(lb_classification *out, const float *logits, const uint8_t *labels, size_t n,
                  lb_error *err)
{
    lb_status status = LB_OK;
    ranked *items = NULL;
    lb_classification result = {.images = n, .auroc = NAN, .auprc = NAN};
    double counts[2][2] = {{0, 0}, {0, 0}};
    if (n == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "no predictions to score"));
    }
    LB_ALLOC(items, n);
    for (size_t i = 0; i < n; i++) {
        double margin = (double)logits[2 * i + 1] - (double)logits[2 * i];
        if (!isfinite(margin)) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "the logits of image %zu are not finite", i));
        }
        if (labels[i] > 1) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "image %zu has label %u (0 or 1 expected)", i,
                           (unsigned)labels[i]));
        }
        items[i] = (ranked){margin, labels[i]};
        counts[labels[i]][margin > 0]++;
    }
    fill_confusion(&result, counts);
    size_t positives = (size_t)(counts[1][0] + counts[1][1]);
    if (positives > 0 && positives < n) {
        qsort(items, n, sizeof *items, by_margin);
        result.auroc = area_under_roc(items, n, positives);
        double round = average_precision(items, n, 0, n - positives);
        reverse(items, n);
        result.auprc = (round + average_precision(items, n, 1, positives)) / 2;
    }
    *out = result;
cleanup:
    lb_free(items);
    return status;
}

void
lb_predicted(uint8_t *out, const float *logits, size_t n, size_t classes)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++) {
            if (row[c] > row[best]) {
                best = c;
            }
        }
        out[i] = (uint8_t)best;
    }
}
