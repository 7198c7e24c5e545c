#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The benchmark data of Oliveira et al. (Frontiers in AI 2024, doi 10.3389/frai.2024.1330919) made in Python with NumPy,
SciPy and scikit-image, as the study made them: what benchmarks/run measures this program against.

    reference_data.py lesions                           the search for lesions
    reference_data.py compose SLICES.h5 LESIONS.h5 N    N images of 224 x 224

Prints one line of JSON: the seconds and the processor seconds that the work took, without the start of Python, and
what came out."""
import json
import sys
import time

import h5py
import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu
from skimage.measure import perimeter_crofton
from skimage.transform import resize

AREA, WANTED, SCALE = 70, 50, 2
SIZE, BRAIN_INTENSITY, LESION_INTENSITY = 224, 0.7, 0.5


def blobs(binary):
    """The 4-connected components of AREA pixels and their compactness."""
    labels, _ = ndimage.label(binary)
    areas = np.bincount(labels.ravel())
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if areas[i] == AREA:
            blob = labels[box] == i
            yield blob, 4 * np.pi * AREA / perimeter_crofton(blob) ** 2


def soften(blob, cut):
    """A soft edge; None where too much or too little is left."""
    soft = ndimage.gaussian_filter(np.pad(blob.astype(float), 2), 0.75)
    soft[soft < cut] = 0
    expected = AREA - AREA * 0.05 * 0.75
    return soft if abs(round(soft.sum(), 2) - expected) <= 1 else None


def search_field(seed, round_lesions, irregular_lesions):
    np.random.seed(seed)
    smooth = ndimage.gaussian_filter(np.random.rand(256, 256), sigma=2)
    eroded = ndimage.binary_erosion(smooth > threshold_otsu(smooth))
    opened = ndimage.binary_opening(eroded)
    for binary in (opened, ndimage.binary_erosion(opened)):
        for blob, compactness in blobs(binary):
            if compactness > 0.8:
                into, soft = round_lesions, soften(blob, 0.2)
            elif compactness < 0.4:
                into, soft = irregular_lesions, soften(blob, 0.15)
            else:
                continue
            if soft is not None:
                shape = [SCALE * side for side in soft.shape]
                into.append(resize(soft, shape, order=1, mode="reflect"))


class Clock:
    def __init__(self):
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self):
        return {"seconds": time.perf_counter() - self.wall, "processor": time.process_time() - self.processor}


def measure_lesions():
    clock, seed = Clock(), -1
    round_lesions, irregular_lesions = [], []
    while len(round_lesions) <= WANTED or len(irregular_lesions) <= WANTED:
        seed += 1
        search_field(seed, round_lesions, irregular_lesions)
    return {
        **clock.read(),
        "round": len(round_lesions),
        "irregular": len(irregular_lesions),
        "last_seed": seed,
    }


def rescale(values, top):
    low, high = values.min(), values.max()
    return (values - low) / (high - low) * top


def place(brain, masks, seed):
    """Top left corners of boxes that lie on the brain and not on each other."""
    free = brain.copy()
    pixels = np.argwhere(brain)
    corners = []
    np.random.seed(seed)
    for mask in masks:
        height, width = mask.shape
        while True:
            y, x = pixels[np.random.choice(np.arange(len(pixels)))]
            box = free[y : y + height, x : x + width]
            if box.shape == mask.shape and box.all():
                break
        box[:] = False
        corners.append((y, x))
    return corners


def compose(slice_, library, seed):
    image = rescale(slice_, BRAIN_INTENSITY)
    np.random.seed(seed)
    count, label = np.random.randint(3, 6), np.random.randint(0, 2)
    lesions = list(library[label])
    np.random.shuffle(lesions)
    truth = np.zeros_like(image)
    for mask, (y, x) in zip(lesions, place(slice_ > 0, lesions[:count], seed)):
        here = slice(y, y + mask.shape[0]), slice(x, x + mask.shape[1])
        lighter = 1 - (1 - image[here]) * (1 - rescale(mask, LESION_INTENSITY))
        image[here] = np.where(mask > 0, lighter, image[here])
        truth[here] += mask
    small = [resize(array, (SIZE, SIZE), order=1, mode="reflect") for array in (image, truth)]
    return np.stack([small[0]] * 3).astype(np.float32), small[1].astype(np.float32), label


def read_library(path):
    library = []
    with h5py.File(path) as file:
        for name in ("round", "irregular"):
            group = file[name]
            sides = zip(group["height"][:], group["width"][:])
            library.append([mask[:h, :w] for mask, (h, w) in zip(group["mask"][:], sides)])
    return library


def measure_compose(slices_path, lesions_path, images):
    library = read_library(lesions_path)
    with h5py.File(slices_path) as file:
        slices = file["image"][:images].astype(float)
    clock = Clock()
    labels = [compose(slices[i % len(slices)], library, i)[2] for i in range(images)]
    return {**clock.read(), "images": images, "irregular": int(sum(labels))}


def main():
    if sys.argv[1:] == ["lesions"]:
        result = measure_lesions()
    elif len(sys.argv) == 5 and sys.argv[1] == "compose":
        result = measure_compose(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        sys.exit(__doc__)
    print(json.dumps(result))


main()
