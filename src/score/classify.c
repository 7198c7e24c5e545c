/* SPDX-License-Identifier: MIT */
/* Two-class metrics. AUROC is the Mann-Whitney statistic (Hanley and McNeil, Radiology 1982);
 * AUPRC the step-wise average precision, as torchmetrics and scikit-learn have it; MCC after
 * Matthews, Biochimica et Biophysica Acta 1975. */
#include "lesionbench/score.h"

#include <math.h>
#include <stdlib.h>

#include "classify_ranges.h"

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

/* Also the variance by DeLong's components: how often each image is on the right side of those of
 * the other class. */
static double
area_under_roc(double *variance, const ranked *items, size_t n, size_t positives)
{
    double wins = 0, negatives_below = 0, squares[2] = {0, 0}, positives_above = (double)positives;
    double negatives = (double)n - positives_above;
    for (size_t first = 0, end; first < n; first = end) {
        end = end_of_ties(items, n, first);
        double tied_positives = 0;
        for (size_t i = first; i < end; i++) {
            tied_positives += items[i].label;
        }
        double tied_negatives = (double)(end - first) - tied_positives;
        positives_above -= tied_positives;
        double won = negatives_below + 0.5 * tied_negatives;
        double lost = positives_above + 0.5 * tied_positives;
        wins += tied_positives * won;
        squares[1] += tied_positives * won * won;
        squares[0] += tied_negatives * lost * lost;
        negatives_below += tied_negatives;
    }
    double count[2] = {negatives, (double)positives}, area = wins / (count[0] * count[1]);
    *variance = 0;
    for (int class = 0; class < 2; class ++) {
        double other = count[1 - class];
        double spread = squares[class] / (other * other) - count[class] * area * area;
        *variance += fmax(0, spread) / (count[class] * (count[class] - 1));
    }
    return area;
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

/* The soft-max score of the predicted class says how sure the network is. */
static double
calibration_error(const ranked *items, size_t n)
{
    enum { BINS = 15 };
    double sure[BINS] = {0}, right[BINS] = {0}, error = 0;
    for (size_t i = 0; i < n; i++) {
        double confidence = 1 / (1 + exp(-fabs(items[i].margin)));
        int bin = (int)ceil(confidence * BINS) - 1; /* bins hold their upper end */
        sure[bin] += confidence;
        right[bin] += (items[i].margin > 0) == (items[i].label == 1);
    }
    for (int b = 0; b < BINS; b++) {
        error += fabs(right[b] - sure[b]);
    }
    return error / (double)n;
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
    result->accuracy_range = range_of_share(tp + tn, tp + tn + fp + fn);
    result->sensitivity_range = range_of_share(tp, tp + fn);
    result->specificity_range = range_of_share(tn, tn + fp);
    result->balanced_accuracy_range = range_of_mean(result->sensitivity, result->sensitivity_range,
                                                    result->specificity, result->specificity_range);
    result->mcc_range = range_of_mcc(result->mcc, tp, tn, fp, fn);
}

void
lb_classification_swap(lb_classification *score)
{
    double kept = score->sensitivity;
    lb_range range = score->sensitivity_range;
    score->sensitivity = score->specificity;
    score->sensitivity_range = score->specificity_range;
    score->specificity = kept;
    score->specificity_range = range;
}

/* What the order of the images tells. */
static void
fill_areas(lb_classification *result, ranked *items, size_t n, size_t positives)
{
    double variance = 0, sure = (double)positives, others = (double)(n - positives);
    qsort(items, n, sizeof *items, by_margin);
    result->auroc = area_under_roc(&variance, items, n, positives);
    result->auroc_range = range_of_area(result->auroc, variance);
    double round = average_precision(items, n, 0, n - positives);
    reverse(items, n);
    double irregular = average_precision(items, n, 1, positives);
    result->auprc = (round + irregular) / 2;
    result->auprc_range = range_of_mean(round, range_of_precision(round, others), irregular,
                                        range_of_precision(irregular, sure));
}

lb_status
lb_classify_score(lb_classification *out, const double *logits, const int32_t *labels, size_t n,
                  lb_error *err)
{
    lb_status status = LB_OK;
    ranked *items = NULL;
    lb_classification result = {.images = n,
                                .auroc = NAN,
                                .auprc = NAN,
                                .auroc_range = {NAN, NAN},
                                .auprc_range = {NAN, NAN}};
    double counts[2][2] = {{0, 0}, {0, 0}};
    if (n == 0) {
        LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "no predictions to score"));
    }
    LB_NOT_NULL(out);
    LB_NOT_NULL(logits);
    LB_NOT_NULL(labels);
    LB_ALLOC(items, n);
    for (size_t i = 0; i < n; i++) {
        double margin = logits[2 * i + 1] - logits[2 * i];
        if (!isfinite(margin)) {
            LB_TRY(lb_fail(err, LB_ERROR_NUMERIC, "the logits of image %zu are not finite", i));
        }
        if (labels[i] < 0 || labels[i] > 1) {
            LB_TRY(lb_fail(err, LB_ERROR_ARGUMENT, "image %zu has label %d (0 or 1 expected)", i,
                           (int)labels[i]));
        }
        items[i] = (ranked){margin, (uint8_t)labels[i]};
        counts[labels[i]][margin > 0]++;
    }
    fill_confusion(&result, counts);
    size_t positives = (size_t)(counts[1][0] + counts[1][1]);
    result.calibration_error = calibration_error(items, n);
    if (positives > 0 && positives < n) {
        fill_areas(&result, items, n, positives);
    }
    *out = result;
cleanup:
    lb_free(items);
    return status;
}

void
lb_predicted(int32_t *out, const float *logits, size_t n, size_t classes)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++) {
            if (row[c] > row[best]) {
                best = c;
            }
        }
        out[i] = (uint16_t)best;
    }
}
