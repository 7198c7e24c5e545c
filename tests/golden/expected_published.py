#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_published.h: what Python's pickle, NumPy and PyTorch read from the study's published
files. usage: expected_published.py FOLDER"""
import pickle
import sys
from pathlib import Path

import numpy as np
import torch

FILES = ["best_random_explanations", "incorrectly_classified", "laplace_best", "not_round_lesions",
         "predictions_imagenet_best", "ratios_incorrectly", "round_lesions"]


def numbers_of(value, out, counts):
    """All numbers and letters in the order of the file; containers, texts and arrays counted."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, torch.Tensor):
        value = value.numpy()
    if isinstance(value, str):
        counts["texts"] += 1
        out.extend(value.encode())
    elif isinstance(value, np.ndarray):
        counts["arrays"] += 1
        out.extend(value.astype(float).ravel().tolist())
    elif isinstance(value, dict):
        counts["containers"] += 1
        for key, member in value.items():
            numbers_of(key, out, counts)
            numbers_of(member, out, counts)
    elif isinstance(value, (list, tuple)):
        counts["containers"] += 1
        for member in value:
            numbers_of(member, out, counts)
    else:
        out.append(float(value))


print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_published.py. Do not edit. */")
print("#ifndef LB_EXPECTED_PUBLISHED_H\n#define LB_EXPECTED_PUBLISHED_H\n\n#include <stddef.h>\n")
print("typedef struct published_figure {\n    const char *name;\n    size_t containers, texts, arrays, numbers;")
print("    double sum, weighted; /* the i-th number times i x 37 mod 101 */\n} published_figure;\n")
print("static const published_figure PUBLISHED[] = {")
folder = Path(sys.argv[1])
for name in FILES:
    out, counts = [], {"containers": 0, "texts": 0, "arrays": 0}
    numbers_of(pickle.loads((folder / f"{name}.pkl").read_bytes()), out, counts)
    flat = np.array(out)
    weights = (np.arange(flat.size) * 37) % 101
    print(f'    {{"{name}", {counts["containers"]}, {counts["texts"]}, {counts["arrays"]}, {flat.size}, '
          f"{flat.sum():.17g}, {(flat * weights).sum():.17g}}},")
print("};\n")
print("/* The published lesions, by class: sum of all masks, the same weighted within each mask, thousandths of")
print(" * compactness. */")
print("enum { PUBLISHED_LESIONS = 30 };")
print("static const struct {\n    double sum, weighted;\n    int thousandths[PUBLISHED_LESIONS];\n} PUBLISHED_CLASS[2] = {")
for name in ("round_lesions", "not_round_lesions"):
    lesions = pickle.loads((folder / f"{name}.pkl").read_bytes())
    weighted = sum((m.ravel() * (np.arange(m.size) * 37 % 101)).sum() for m, _ in lesions)
    thousandths = ", ".join(str(round(c * 1000)) for _, c in lesions)
    print(f"    {{{sum(m.sum() for m, _ in lesions):.17g}, {weighted:.17g}, {{{thousandths}}}}},")
print("};\n\n#endif")
