#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_controls.h: what SciPy 1.10 makes of the controls' definitions."""
import numpy as np
from scipy import ndimage

HEIGHT, WIDTH, SAMPLES = 60, 48, 5

np.random.seed(11)
noise = np.random.rand(HEIGHT, WIDTH)
y, x = np.mgrid[:HEIGHT, :WIDTH]
inside = ((y - 30) / 26.0) ** 2 + ((x - 25) / 20.0) ** 2 < 1
image = np.where(inside, 0.2 + 0.5 * noise, 0).astype(np.float32)
wide = image.astype(float)
scale = np.sqrt(HEIGHT * WIDTH) / 224


def in_brain(sigma):
    brain = (wide > 0).astype(float)
    weights = np.where(brain > 0, ndimage.gaussian_filter(brain, sigma), 1)
    return brain * ndimage.gaussian_filter(wide, sigma) / weights


mean = ndimage.gaussian_filter(wide, 8 * scale)
variance = np.maximum(0, ndimage.gaussian_filter(wide**2, 8 * scale) - mean**2)
maps = {
    "inverted_input": wide.max() - wide,
    "median_distance": np.where(wide > 0, np.abs(wide - np.median(wide[wide > 0])), 0),
    "difference_of_gaussians": np.maximum(0, in_brain(3 * scale) - in_brain(24 * scale)),
    "local_contrast": np.abs(ndimage.gaussian_filter(wide, 3 * scale) - mean) / np.sqrt(variance + 1e-4),
    "sobel": np.hypot(ndimage.sobel(wide, 0), ndimage.sobel(wide, 1)),
    "laplace": np.abs(ndimage.laplace(wide)),
}
print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_controls.py. Do not edit. */")
print("#ifndef LB_EXPECTED_CONTROLS_H\n#define LB_EXPECTED_CONTROLS_H\n")
print(f"enum {{ HEIGHT = {HEIGHT}, WIDTH = {WIDTH}, SAMPLES = {SAMPLES} }};")
print("/* The sum, a sum that depends on every element's place, and a few elements. */")
print("static const struct control_figure {\n    const char *method;\n    double sum, weighted, samples[SAMPLES];\n} FIGURES[] = {")
for name, values in maps.items():
    flat = values.ravel()
    weights = (np.arange(flat.size) * 37) % 101
    picks = ", ".join(f"{values[14 + 8 * i, 17 + 4 * i]:.17g}" for i in range(SAMPLES))
    print(f'    {{"{name}", {flat.sum():.17g}, {(flat * weights).sum():.17g}, {{{picks}}}}},')
print("};\n\n#endif")
