#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_lesions.h: the lesions of section "Methods, data" of Oliveira et al. 2024, made with
NumPy 1.24, SciPy 1.10 and scikit-image 0.19."""
import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import perimeter_crofton
from skimage.transform import resize

AREA, WANTED, SCALE = 70, 50, 2


def lesions_of(binary):
    labels, count = ndimage.label(binary)
    areas = np.bincount(labels.ravel())
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if areas[i] != AREA:
            continue
        blob = labels[box] == i
        compactness = 4 * np.pi * AREA / perimeter_crofton(blob) ** 2
        if 0.4 <= compactness <= 0.8:
            continue
        soft = ndimage.gaussian_filter(np.pad(blob.astype(float), 2), 0.75)
        soft[soft < (0.2 if compactness > 0.8 else 0.15)] = 0
        expected = AREA - AREA * 0.05 * 0.75
        if expected - 1 <= np.round(soft.sum(), 2) <= expected + 1:
            yield soft, compactness


def library():
    """Both lists, before the cut, and the last seed."""
    found, seed = ([], []), -1
    while min(map(len, found)) <= WANTED:
        seed += 1
        np.random.seed(seed)
        smooth = ndimage.gaussian_filter(np.random.rand(256, 256), 2)
        eroded = ndimage.binary_erosion(smooth > threshold_otsu(smooth))
        opened = ndimage.binary_opening(eroded)
        for binary in (opened, ndimage.binary_erosion(opened)):
            for soft, compactness in lesions_of(binary):
                shape = [SCALE * n for n in soft.shape]
                found[int(compactness < 0.4)].append((resize(soft, shape, order=1, mode="reflect"), compactness))
    return found, seed


def main():
    found, seed = library()
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_lesions.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_LESIONS_H\n#define LB_EXPECTED_LESIONS_H\n")
    print("typedef struct lesion_figure {\n    size_t height, width;")
    print("    double compactness, sum, weighted, middle;\n} lesion_figure;\n")
    print(f"enum {{ WANTED = {WANTED}, LAST_SEED = {seed} }};")
    print(f"static const size_t FOUND[2] = {{{len(found[0])}, {len(found[1])}}};")
    print("static const lesion_figure LESIONS[2][WANTED] = {")
    for lesions in found:
        print("{")
        for mask, compactness in lesions[:WANTED]:
            weighted = (mask.ravel() * (np.arange(mask.size) * 37 % 101)).sum()
            middle = mask[mask.shape[0] // 2, mask.shape[1] // 2]
            print(f"{{{mask.shape[0]}, {mask.shape[1]}, {compactness:.17g}, {mask.sum():.17g}, {weighted:.17g}, {middle:.17g}}},")
        print("},")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
