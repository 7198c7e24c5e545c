#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_similarity.h: how alike SciPy 1.10 and scikit-image 0.19 find pairs of
maps that a formula makes (map_value() in test_similarity.c)."""
import numpy as np
from scipy import stats
from skimage.metrics import structural_similarity

HEIGHT, WIDTH, KINDS = 40, 36, 4


def make(kind):
    i = np.arange(HEIGHT * WIDTH)
    y, x = i // WIDTH, i % WIDTH
    return [
        (i * 7919 % 1009) / 1009,  # all different
        (i * 7919 % 17) / 17,  # many ties
        (y * x + i * 7919 % 1009) / 2048,  # like the first, and unlike it
        (y - 20.0) * (x - 11.0) / 512,  # signed and smooth
    ][kind].astype(np.float32)


def top_overlap(a, b):
    top = int(np.ceil(0.05 * a.size))
    return len(set(np.argsort(a, kind="stable")[-top:]) & set(np.argsort(b, kind="stable")[-top:])) / top


print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_similarity.py. Do not edit. */")
print("#ifndef LB_EXPECTED_SIMILARITY_H\n#define LB_EXPECTED_SIMILARITY_H\n")
print(f"enum {{ HEIGHT = {HEIGHT}, WIDTH = {WIDTH} }};")
print("static const struct similarity_figure {\n    int a, b;\n    double rank_correlation, ssim, top_overlap;\n} FIGURES[] = {")
for first in range(KINDS):
    for second in range(first, KINDS):
        a, b = make(first), make(second)
        shape = (HEIGHT, WIDTH)
        ssim = structural_similarity((a / np.abs(a).max()).astype(float).reshape(shape),
                                     (b / np.abs(b).max()).astype(float).reshape(shape), data_range=1)
        print(f"    {{{first}, {second}, {stats.spearmanr(a, b)[0]:.15g}, {ssim:.15g}, {top_overlap(a, b):.15g}}},")
print("};\n\n#endif")
