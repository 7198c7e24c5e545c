/* SPDX-License-Identifier: MIT */
/* The metrics of predictions: a row each. To add one, compute it in classify.c and give it a row at
 * the end. */
#include "lesionbench/score.h"

#define MEMBER(field) .name = #field, .value = offsetof(lb_classification, field)
#define INTERVAL(field) .interval = offsetof(lb_classification, field##_range)

static const lb_prediction_metric TABLE[] = {
    {MEMBER(accuracy), INTERVAL(accuracy), .title = "Accuracy",
     .summary = "share of the images that are classified correctly", .range = "0-1",
     .source = "interval: Wilson, JASA 1927"},
    {MEMBER(auroc), INTERVAL(auroc), .title = "AUROC",
     .summary = "area under the ROC curve of the soft-max scores", .range = "0-1, chance 0.5",
     .source = "Hanley, McNeil, Radiology 1982; interval: DeLong et al., Biometrics 1988"},
    {MEMBER(auprc), INTERVAL(auprc), .title = "AUPRC",
     .summary = "average precision, mean over both classes", .range = "0-1",
     .source = "torchmetrics; interval: Boyd, Eng, Page, ECML 2013"},
    {MEMBER(sensitivity), INTERVAL(sensitivity), .title = "Sensitivity",
     .summary = "share of the irregular images that are found", .range = "0-1",
     .source = "interval: Wilson, JASA 1927"},
    {MEMBER(specificity), INTERVAL(specificity), .title = "Specificity",
     .summary = "share of the round images that are found", .range = "0-1",
     .source = "interval: Wilson, JASA 1927"},
    {MEMBER(balanced_accuracy), INTERVAL(balanced_accuracy), .title = "Balanced accuracy",
     .summary = "mean of sensitivity and specificity", .range = "0-1, chance 0.5",
     .source = "interval: Zou, Donner, Statistics in Medicine 2008"},
    {MEMBER(mcc), INTERVAL(mcc), .title = "MCC", .summary = "Matthews' correlation",
     .range = "-1 to 1, chance 0",
     .source = "Matthews, Biochimica et Biophysica Acta 1975; interval: Itaya et al. 2024"},
    {MEMBER(calibration_error), .title = "Calibration error",
     .summary = "expected calibration error in 15 bins", .range = "0-1",
     .direction = LB_LOWER_IS_BETTER, .source = "Guo et al., ICML 2017"},
};

const lb_prediction_metric *
lb_prediction_metric_at(size_t metric)
{
    return metric < sizeof TABLE / sizeof *TABLE ? &TABLE[metric] : NULL;
}

double *
lb_prediction_value(lb_classification *score, size_t metric)
{
    return (double *)(void *)((char *)score + TABLE[metric].value);
}

lb_range *
lb_prediction_range(lb_classification *score, size_t metric)
{
    size_t offset = TABLE[metric].interval;
    return offset != 0 ? (lb_range *)(void *)((char *)score + offset) : NULL;
}
