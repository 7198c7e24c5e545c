#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_image.h: what SciPy 1.10 and scikit-image 0.19 make of NumPy's noise."""
import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import perimeter_crofton
from skimage.transform import resize

SAMPLES = 5


def figure(name, array):
    """The sum, a sum that depends on every element's place, and a few elements."""
    flat = np.asarray(array, float).ravel()
    weights = (np.arange(flat.size) * 37) % 101
    picks = [flat[i * (flat.size - 1) // (SAMPLES - 1)] for i in range(SAMPLES)]
    numbers = ", ".join(f"{v:.17g}" for v in picks)
    print(f"static const figure FIGURE_{name} = {{{flat.sum():.17g}, {(flat * weights).sum():.17g}, {{{numbers}}}}};")


np.random.seed(7)
noise = np.random.rand(256, 256)
smooth = ndimage.gaussian_filter(noise, 2)
threshold = threshold_otsu(smooth)
binary = smooth > threshold
eroded = ndimage.binary_erosion(binary)
opened = ndimage.binary_opening(eroded)
labels, count = ndimage.label(opened)
perimeters = [perimeter_crofton(labels == i + 1) for i in range(count)]

print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_image.py. Do not edit. */")
print("#ifndef LB_EXPECTED_IMAGE_H\n#define LB_EXPECTED_IMAGE_H\n")
print(f"enum {{ SAMPLES = {SAMPLES}, COMPONENTS = {count} }};")
print("typedef struct figure {\n    double sum, weighted, samples[SAMPLES];\n} figure;\n")
print(f"static const double OTSU = {threshold:.17g};")
figure("NOISE", noise)
figure("GAUSSIAN", smooth)
figure("GAUSSIAN_UNEQUAL", ndimage.gaussian_filter(noise, (0, 3.3)))
figure("GAUSSIAN_SMALL", ndimage.gaussian_filter(noise[:3, :5], (2.5, 4)))
figure("BINARY", binary)
figure("ERODED", eroded)
figure("OPENED", opened)
figure("OPENED_WHOLE", ndimage.binary_opening(noise > 0.15))
figure("LABELS", labels)
figure("LABELS_DENSE", ndimage.label(noise > 0.45)[0])
figure("PERIMETERS", perimeters)
figure("LAPLACE", ndimage.laplace(noise))
figure("SOBEL_0", ndimage.sobel(noise, 0))
figure("SOBEL_1", ndimage.sobel(noise, 1))
for name, shape in (("SMALLER", (112, 97)), ("LARGER", (400, 512)), ("MIXED", (300, 100)), ("TINY", (3, 2))):
    figure(f"RESIZE_{name}", resize(noise, shape, order=1, mode="reflect"))
figure("RESIZE_LINE", resize(noise[:1], (4, 512), order=1, mode="reflect"))
print("\n#endif")
