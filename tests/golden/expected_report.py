#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Figures for test_report.c: quartiles of made-up and of the published rates by NumPy, and the colours of a map.
usage: expected_report.py PUBLISHED > expected_report.h   (PUBLISHED: the folder of the study's own files)"""
import pickle
import sys

import numpy as np

DEGREES = ["1", "2", "3", "4", "all"]


def made_up(corpus, degree, method, image):
    return ((image * 37 + method * 11 + degree * 17 + corpus * 29 + image * image) % 101) / 125


def quartiles(values):
    return "{%s}" % ", ".join("%.9g" % np.quantile(values, q) for q in (0.25, 0.5, 0.75))


def table(name, rows):
    print("static const double %s[%d][3] = {" % (name, len(rows)))
    for row in rows:
        print("    %s," % row)
    print("};")


def colour(value):
    stops = np.array([[4, 12, 30], [13, 42, 92], [64, 84, 118], [129, 126, 118], [196, 170, 92], [246, 215, 76],
                      [255, 250, 214]], float)
    at = min(max(value, 0), 1) * 6
    below = min(int(at), 5)
    return (stops[below] + (stops[below + 1] - stops[below]) * (at - below) + 0.5).astype(int)


def degree_of(model):
    for degree in DEGREES:
        if "finetuning_%s" % (degree if degree == "all" else degree + "conv") in model:
            return degree
    raise ValueError(model)


print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_report.py. */")
print("/* Lower quartile, median, upper quartile of the made-up rates: corpus, degree, method. */")
table("MADE_UP", [quartiles([made_up(c, d, m, i) for i in range(23)])
                  for c in range(2) for d in range(5) for m in range(8)])

wrong = pickle.load(open(sys.argv[1] + "/ratios_incorrectly.pkl", "rb"))
keys = list(next(iter(wrong.values()))[0])
print("/* The published rates of the images that a model gets wrong, over the seeds: degree, method. */")
table("PUBLISHED_WRONG", [quartiles(np.concatenate([lists[0][key] for model, lists in wrong.items()
                                                    if degree_of(model) == degree]))
                          for degree in DEGREES for key in keys])
untrained = pickle.load(open(sys.argv[1] + "/best_random_explanations.pkl", "rb"))
print("/* The published counts of the untrained network, by method. */")
table("PUBLISHED_UNTRAINED", [quartiles(np.array(counts["TP"]) / (np.array(counts["TP"]) + np.array(counts["FN"])))
                              for counts in untrained.values()])

image = np.array([i * 37 % 101 for i in range(512)], float).reshape(2, 16, 16)
print("/* The colours of the two maps of report_testing.h, turned a quarter to the left. */")
print("static const unsigned char MAP_COLOURS[2][16 * 16][3] = {")
for one in image:
    scale = np.quantile(one, 0.995)
    print("    {%s}," % ", ".join("{%d, %d, %d}" % tuple(colour(v / scale)) for v in np.rot90(one).ravel()))
print("};")
