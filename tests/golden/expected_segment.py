#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_segment.h: what scikit-image 0.19 makes of a picture of discs (test_segment.c makes the same
one): how many super-pixels its SLIC gives, and how much of the discs' outlines they keep."""
import numpy as np
from skimage.segmentation import felzenszwalb, slic

from expected_training import values

HEIGHT, WIDTH, NEAR = 90, 110, 1
DISCS = [(30, 28, 17, 70), (55, 75, 22, 45), (22, 85, 9, 90), (72, 24, 7, 60)]  # y, x, radius, brightness

y, x = np.mgrid[:HEIGHT, :WIDTH]
truth = np.zeros((HEIGHT, WIDTH), int)
image = 20 + 8 * (values(HEIGHT * WIDTH, 300).reshape(HEIGHT, WIDTH) - 0.5)
for k, (cy, cx, radius, brightness) in enumerate(DISCS):
    inside = (y - cy) ** 2 + (x - cx) ** 2 <= radius**2
    truth[inside] = k + 1
    image[inside] += brightness - 20


def edges(labels):
    out = np.zeros(labels.shape, bool)
    out[:-1] |= labels[:-1] != labels[1:]
    out[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    return out


def recall(labels):
    found, true = edges(labels), edges(truth)
    near = np.zeros_like(found)
    for i, j in np.argwhere(found):
        near[max(0, i - NEAR) : i + NEAR + 1, max(0, j - NEAR) : j + NEAR + 1] = True
    return (near & true).sum() / true.sum()


# scikit-image's SLIC scales the image to [0, 1] before it weighs colour against place.
def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_segment.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_SEGMENT_H\n#define LB_EXPECTED_SEGMENT_H\n")
    print("#include <stddef.h>\n")
    print(f"enum {{ HEIGHT = {HEIGHT}, WIDTH = {WIDTH}, NEAR = {NEAR}, DISCS = {len(DISCS)} }};")
    print("/* y, x, radius, brightness */")
    print("static const int DISC[DISCS][4] = {" + ", ".join("{" + ", ".join(map(str, d)) + "}" for d in DISCS) + "};")
    print("/* scikit-image's SLIC: segments found, share of the outlines with an edge at most NEAR pixels away. */")
    print("static const struct slic_figure {\n    size_t segments;\n    double compactness;\n    size_t found;\n    double recall;\n} SLIC_FIGURES[] = {")
    for segments in (30, 100, 200):
        for compactness in (5.0, 10.0, 40.0):
            labels = slic(image, segments, compactness / np.ptp(image), channel_axis=None, start_label=0)
            print(f"    {{{segments}, {compactness:g}, {labels.max() + 1}, {recall(labels):.6g}}},")
    print("};\n/* scikit-image's felzenszwalb: regions, and a sum of labels, in order of first pixels, with weights that depend on")
    print(" * the place. */")
    print("static const struct felzenszwalb_figure {\n    double scale;\n    size_t least, found;\n    double weighted;\n} FELZENSZWALB_FIGURES[] = {")
    weights = (np.arange(image.size) * 37) % 101
    for scale, least in ((50, 1), (50, 20), (400, 8), (3000, 8), (3000, 300)):
        labels = felzenszwalb(image / 100, scale, 0, least, channel_axis=None).ravel()
        _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
        ordered = np.argsort(np.argsort(first))[inverse]
        print(f"    {{{scale}, {least}, {len(first)}, {(ordered * weights).sum()}}},")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
