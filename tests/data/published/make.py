#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes, beside itself, small files of the kinds that the study published, and damaged ones; prints
tests/golden/expected_published_scores.h: what NumPy and SciPy make of the published files and of these.

    python3 make.py [PUBLISHED] > ../../golden/expected_published_scores.h
"""
import os
import pickle
import sys

import numpy as np
import torch
from scipy.stats import rankdata

HERE = os.path.dirname(os.path.abspath(__file__))
METHODS = ["gradient", "gradshap", "deeplift", "saliency", "inputXGrad", "backprop", "deconv", "LRP"]


def save(name, value):
    with open(os.path.join(HERE, name + ".pkl"), "wb") as file:
        pickle.dump(value, file, protocol=4)


def make():
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 2, 40)
    models, wrong = [], {}
    for degree, corpus, rate, seed in (("1conv", "img", "0.02", 7), ("all", "mri", "0.01", 8),
                                       ("1conv", "img", "0.02", 9)):
        name = f"new_finetuning_{degree}_0.5_{corpus}_2500_{rate}_{seed}"
        logits = (rng.normal(size=(40, 2)) + np.stack([-labels, labels], 1)).astype(np.float32)
        predicted = logits.argmax(1)
        models.append({"model": name, "AUROC": torch.tensor(0.5), "real_labels": torch.tensor(labels),
                       "pred_labels": [int(p) for p in predicted], "logits": torch.tensor(logits)})
        wrong[name] = np.flatnonzero(predicted != labels)
    save("predictions", models)
    save("indices", wrong)
    counts = {}
    for method in ("gradient", "mine"):
        tp = rng.integers(0, 20, 9)
        counts[method] = {"TP": [int(v) for v in tp], "TN": [80] * 9, "FP": [3] * 9,
                          "FN": [int(20 - v) for v in tp]}
    save("counts", counts)
    save("bare_counts", counts["gradient"])
    rates = {}
    for name, found in wrong.items():
        rates[name + ".pt"] = (
            {m: [round(float(v), 2) for v in rng.random(len(found))] for m in METHODS[:2]},
            {m: [0.5] if m == "gradient" else [] for m in METHODS[:2]})
    save("rates", rates)
    save("bad_classes", [dict(models[0], logits=torch.zeros(40, 3))])
    save("bad_label", [dict(models[0], real_labels=[0.5] * 40)])
    save("bad_length", {"gradient": dict(counts["gradient"], FN=[1, 2])})
    save("bad_count", {"gradient": dict(counts["gradient"], FN=[-1] * 9)})
    save("bad_mixture", {"gradient": counts["gradient"], "list": [1, 2]})
    save("bad_kind", {"gradient": "text"})


def area(margin, positive):
    ranks = rankdata(margin)[positive].sum()
    p, n = positive.sum(), (~positive).sum()
    return (ranks - p * (p + 1) / 2) / (p * n)


def precision(score, positive):
    total, before = 0.0, 0.0
    for threshold in np.unique(score)[::-1]:
        chosen = score >= threshold
        recall = positive[chosen].sum() / positive.sum()
        total += (recall - before) * positive[chosen].mean()
        before = recall
    return total


def predictions(path):
    rows = []
    for model in pickle.load(open(path, "rb")):
        labels = np.array(model["real_labels"]) == 1
        logits = np.array(model["logits"], float)
        margin = logits[:, 1] - logits[:, 0]
        auprc = (precision(margin, labels) + precision(-margin, ~labels)) / 2
        accuracy = (np.array(model["pred_labels"]) == labels).mean()
        stated = [float(model.get(k, np.nan)) for k in ("AUROC", "AUPRC")]
        rows.append([accuracy, area(margin, labels), auprc, *stated])
    return rows


def boxes(values):
    return [float(np.percentile(values, q)) for q in (50, 25, 75)]


def counts(path):
    loaded = pickle.load(open(path, "rb"))
    rows = []
    for method in [loaded] if "TP" in loaded else loaded.values():
        tp, fn = np.array(method["TP"]), np.array(method["FN"])
        rows.append(boxes(tp / (tp + fn)))
    return rows


def rates(path):
    loaded = pickle.load(open(path, "rb"))
    return [boxes(v) for pair in loaded.values() for part in pair for v in part.values() if v]


def table(name, rows):
    print(f"static const double {name}[{len(rows)}][{len(rows[0])}] = {{")
    for row in rows:
        print("{" + ", ".join("NAN" if np.isnan(v) else repr(float(v)) for v in row) + "},")
    print("};")


make()
published = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../../../shared/data/published")
print("/* SPDX-License-Identifier: MIT */")
print("/* clang-format off */")
print("/* Made by tests/data/published/make.py. Do not edit. Predictions: accuracy, AUROC, AUPRC, and the last")
print(" * two as the file states them. Counts and rates: median and quartiles of the TPR. */")
for prefix, folder, files in (("SMALL", HERE, ("predictions", "counts", "rates")),
                              ("PUBLISHED", published, ("predictions_imagenet_best",
                                                        "best_random_explanations",
                                                        "ratios_incorrectly"))):
    join = lambda name: os.path.join(folder, name + ".pkl")
    table(prefix + "_PREDICTIONS", predictions(join(files[0])))
    table(prefix + "_COUNTS", counts(join(files[1])))
    table(prefix + "_RATES", rates(join(files[2])))
table("PUBLISHED_EDGES", counts(os.path.join(published, "laplace_best.pkl")))
