#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints expected_classification.h: classification metrics and their intervals from the definitions, with
NumPy and SciPy: DeLong's components over all pairs, SciPy's Wilson intervals, numerical derivatives.

    python3 expected_classification.py > expected_classification.h
"""
import numpy as np
from scipy.stats import binomtest, norm

MASK = (1 << 64) - 1
CASES = 12
Z = norm.ppf(0.975)


def draw(case, k):
    z = (case * 0x9E3779B97F4A7C15 + (k + 1) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) >> 11) / 2.0**53


def make(case):
    n = 20 + 40 * case
    labels = np.array([draw(case, 2 * i) < 0.3 + 0.03 * case for i in range(n)]).astype(int)
    shift = np.array([draw(case, 2 * i + 1) for i in range(n)]) * 4 - 2 + 0.3 * case * (labels - 0.5)
    logits = np.stack([-shift, 0.5 * shift], 1)
    if case % 3 == 1:
        logits = np.floor(logits * 2) / 2
    return logits.astype(np.float32), labels


def mcc_of(shares):
    tp, tn, fp, fn = shares
    return (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))


def wilson(part, whole):
    found = binomtest(int(part), int(whole)).proportion_ci(method="wilson")
    return found.low, found.high


def average_precision(score, positive):
    total, recall = 0.0, 0.0
    for threshold in np.unique(score)[::-1]:
        chosen = score >= threshold
        now = positive[chosen].sum() / positive.sum()
        total += (now - recall) * positive[chosen].mean()
        recall = now
    return total


def logit_range(p, n):
    logit, spread = np.log(p / (1 - p)), Z / np.sqrt(n * p * (1 - p))
    return 1 / (1 + np.exp(-(logit - spread))), 1 / (1 + np.exp(-(logit + spread)))


def mean_range(a, ra, b, rb):
    mean = (a + b) / 2
    low = mean - np.sqrt((a - ra[0]) ** 2 + (b - rb[0]) ** 2) / 2
    return low, mean + np.sqrt((ra[1] - a) ** 2 + (rb[1] - b) ** 2) / 2


def figures(case):
    logits, labels = make(case)
    margin = logits[:, 1].astype(float) - logits[:, 0].astype(float)
    n, said, mine = len(labels), margin > 0, labels == 1
    tp, tn, fp, fn = [(x).sum() for x in (said & mine, ~said & ~mine, said & ~mine, ~said & mine)]
    pairs = margin[mine][:, None] - margin[~mine][None]
    wins = (pairs > 0) + 0.5 * (pairs == 0)
    area = wins.mean()
    error = np.sqrt(wins.mean(1).var(ddof=1) / mine.sum() + wins.mean(0).var(ddof=1) / (~mine).sum())
    ap = [average_precision(-margin, ~mine), average_precision(margin, mine)]
    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    counts = np.array([tp, tn, fp, fn], float)
    mcc = mcc_of(counts)
    slopes = []
    for k in range(4):
        step = np.zeros(4)
        step[k] = 1e-5
        slopes.append((mcc_of(counts / n + step) - mcc_of(counts / n - step)) / 2e-5)
    slopes = np.array(slopes)
    shares = counts / n
    spread = np.sqrt((np.diag(shares) - np.outer(shares, shares)).dot(slopes).dot(slopes) / n)
    spread /= 1 - mcc**2
    exponentials = np.exp(logits.astype(float))
    confidence = (exponentials / exponentials.sum(1, keepdims=True)).max(1)
    bins = np.ceil(confidence * 15)
    calibration = sum(
        (bins == b).sum() / n * abs((said == mine)[bins == b].mean() - confidence[bins == b].mean())
        for b in np.unique(bins))
    row = [n, (tp + tn) / n, area, sum(ap) / 2, sensitivity, specificity,
           (sensitivity + specificity) / 2, mcc, calibration]
    row += [*wilson(tp + tn, n), max(0, area - Z * error), min(1, area + Z * error)]
    row += mean_range(ap[0], logit_range(ap[0], (~mine).sum()), ap[1], logit_range(ap[1], mine.sum()))
    of_sensitivity, of_specificity = wilson(tp, tp + fn), wilson(tn, tn + fp)
    row += [*of_sensitivity, *of_specificity]
    row += mean_range(sensitivity, of_sensitivity, specificity, of_specificity)
    row += [np.tanh(np.arctanh(mcc) - Z * spread), np.tanh(np.arctanh(mcc) + Z * spread)]
    return row


print("/* SPDX-License-Identifier: MIT */")
print("/* clang-format off */")
print("/* Made by expected_classification.py. Do not edit. images, accuracy, auroc, auprc, sensitivity,")
print(" * specificity, balanced_accuracy, mcc, calibration_error; then low and high of all but the first")
print(" * and the last. */")
print(f"enum {{ CLASSIFICATION_CASES = {CASES} }};")
print("static const double CLASSIFICATION_FIGURES[CLASSIFICATION_CASES][23] = {")
for case in range(CASES):
    print("{" + ",".join(f"{v:.13g}" for v in figures(case)) + "},")
print("};")
