#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints, as Markdown, what study folders say side by side: docs/findings.md is made of it.

usage: findings.py FOLDER...   (python3-pandas)
"""
import pathlib
import sys

import pandas

CONTROLS = ("raw_input", "difference_of_gaussians", "sobel", "laplace", "random")


def table(folder, name):
    found = pandas.read_csv(pathlib.Path(folder) / "tables" / f"{name}.csv", keep_default_na=False, na_values=[""])
    return found[found.selection.eq("correct")] if "selection" in found else found


def row(cells):
    print("| " + " | ".join(str(c) for c in cells) + " |")


def head(cells):
    row(cells)
    print("|" + "---|" * len(cells))


def p_value(p):
    return "<0.001" if p < 0.001 else f"{p:.3f}"


folders = [(pathlib.Path(f).name, f) for f in sys.argv[1:]]
methods = list(dict.fromkeys(m for _, f in folders for m in table(f, "ranking").method))

print("Accuracy on the holdout images, and medians of TPR over the images that all networks get right.\n")
corpora = list(dict.fromkeys(c for _, f in folders for c in table(f, "classification").corpus))
head(["study", *[f"accuracy {c}" for c in corpora], "images", *methods, *CONTROLS])
for name, f in folders:
    models, summary = table(f, "classification"), table(f, "summary")
    cells = summary[~summary.corpus.isin(["baseline", "untrained"])]
    accuracy = models[models.split == "holdout"].groupby("corpus").accuracy.mean()
    control = summary[summary.corpus == "baseline"].set_index("method")["median"]
    median = cells.groupby("method")["median"].mean()
    row([name, *[f"{accuracy.get(c, float('nan')):.3f}" for c in corpora], int(cells.images.max()),
         *[f"{median[m]:.3f}" for m in methods], *[f"{control.get(c, float('nan')):.3f}" for c in CONTROLS]])

print("\nBy class (round, irregular): images, and medians of TPR of Integrated Gradients and of the raw input.\n")
first = True
for name, f in folders:
    scores = table(f, "scores")
    images = scores.drop_duplicates("image").label.value_counts()
    shown = scores[scores.method.eq("integrated_gradients") | (scores.corpus.eq("baseline") & scores.method.eq("raw_input"))]
    shown = shown[shown.condition.eq(shown.condition.iloc[0])] if "condition" in shown else shown
    median = shown.groupby(["corpus", "degree", "label"], sort=False).tpr.median().unstack("label")
    if first:
        head(["study", "images", *[c if c in ("baseline", "untrained") else f"{c} {d}" for c, d in median.index]])
        first = False
    row([name, f"{images.get(0, 0)}, {images.get(1, 0)}",
         *[", ".join(f"{r[k]:.2f}" if k in r and r[k] == r[k] else "-" for k in (0, 1)) for _, r in median.iterrows()]])

print("\nMean rank of each method (1 is best), corpora averaged; pooled over degrees, each method less the raw input.\n")
head(["study", *methods])
for name, f in folders:
    rank = table(f, "ranking").groupby("method").mean_rank.mean()
    against = table(f, "controls")
    against = against[(against.control == "raw_input") & (against.degree == "pooled")]
    if against.empty:
        against = table(f, "controls").query("control == 'raw_input'")
    difference = against.groupby("method").difference.mean()
    row([name, *[f"{rank[m]:.2f} ({difference[m]:+.3f})" for m in methods]])

print("\nFirst corpus less the second on the same images, pooled over degrees: difference (p, Holm).\n")
head(["study", *methods])
for name, f in folders:
    corpora = table(f, "corpora")
    pooled = corpora[corpora.degree == "pooled"]
    pooled = (corpora if pooled.empty else pooled).drop_duplicates("method").set_index("method")
    row([name, *[f"{pooled.difference[m]:+.3f} ({p_value(pooled.p_holm[m])})" for m in methods]])
