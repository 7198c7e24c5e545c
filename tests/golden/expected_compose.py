#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_compose.h: images composed as Oliveira et al. 2024 do (box artefact mended), and the
truth at half of each lesion's own peak, every lesion resized on its own."""
import numpy as np
from skimage.transform import resize

from expected_lesions import library

IMAGES, FIRST_SEED, LESIONS, SIZES, SAMPLES, TOUCHING = 4, 1007, 30, (224, 112), 7, 4
SHAPE = (260, 311)


def background(index):
    """A tilted ellipse with a smooth pattern, 0 around it."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    v, u = y - 130 - index, x - 155 + 2 * index
    inside = (u + 0.1 * v) ** 2 / 130**2 + v**2 / 100**2 < 1
    return np.where(inside, 60 + 40 * np.sin(0.05 * y + index) * np.cos(0.07 * x), 0)


def recipe(seed, shuffle_round):
    np.random.seed(seed)
    count, label = np.random.randint(3, 6), np.random.randint(0, 2)
    order = list(range(LESIONS))
    if label == 1 or shuffle_round:
        np.random.shuffle(order)
    return count, label, order[:count]


def scaled(mask):
    """A lesion rescaled to [0, 0.5]."""
    return (mask - mask.min()) / (mask.max() - mask.min()) * 0.5


def place(slice_, masks, seed, whole_boxes=False):
    """The corners of the lesions' boxes. A box must be free everywhere; a lesion takes its own shape from it, or
    (which the study does only where intensities start at 0.1) the whole box."""
    free = (slice_ > 0).astype(float)
    brain = np.argwhere(free)
    np.random.seed(seed)
    corners = []
    for mask in masks:
        h, w = mask.shape
        while True:
            y, x = brain[np.random.choice(np.arange(len(brain)))]
            if y + h <= SHAPE[0] and x + w <= SHAPE[1] and (free[y : y + h, x : x + w] == 1).all():
                break
        free[y : y + h, x : x + w] -= 1 if whole_boxes else scaled(mask)
        corners.append((y, x))
    return corners


def compose(index, found, shuffle_round):
    """Label, image, each lesion's canvas at the slice's size, their corners, and whether whole boxes give others."""
    count, label, picks = recipe(FIRST_SEED + index, shuffle_round)
    masks = [found[label][i][0] for i in picks]
    slice_ = background(index)
    image = (slice_ - slice_.min()) / (slice_.max() - slice_.min()) * 0.7
    canvases = []
    corners = place(slice_, masks, FIRST_SEED + index)
    for mask, (y, x) in zip(masks, corners):
        canvas = np.zeros(SHAPE)
        canvas[y : y + mask.shape[0], x : x + mask.shape[1]] = mask
        image = np.where(canvas > 0, 1 - (1 - image) * (1 - scaled(canvas)), image)
        canvases.append(canvas)
    touching = corners != place(slice_, masks, FIRST_SEED + index, whole_boxes=True)
    return label, image, canvases, corners, touching


def numbers(array):
    flat = array.ravel()
    weighted = (flat * (np.arange(flat.size) * 37 % 101)).sum()
    n = array.shape[0]
    picks = [array[n // 2 + 4 * i - 12, n * (i + 1) // (SAMPLES + 1)] for i in range(SAMPLES)]
    return f"{{{flat.sum():.17g}, {weighted:.17g}, {{{', '.join(f'{v:.17g}' for v in picks)}}}}}"


def row(size, shuffle_round, index, composed):
    label, image, canvases, corners, _ = composed
    small = lambda a: resize(a, (size, size), order=1, mode="reflect")
    alone = [small(canvas) for canvas in canvases]
    true = np.any([a >= 0.5 * a.max() for a in alone], axis=0).sum()
    places = ", ".join(f"{{{y}, {x}}}" for y, x in corners)
    return (
        f"{{{size}, {shuffle_round}, {index}, {label}, {len(canvases)}, {{{places}}}, "
        f"{numbers(small(image))}, {numbers(small(sum(canvases)))}, {true}}},"
    )


def main():
    found, _ = library()
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_compose.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_COMPOSE_H\n#define LB_EXPECTED_COMPOSE_H\n")
    print(f"enum {{ SAMPLES = {SAMPLES}, FIRST_SEED = {FIRST_SEED}, LESIONS = {LESIONS} }};")
    print("typedef struct figure {\n    double sum, weighted, samples[SAMPLES];\n} figure;\n")
    print("typedef struct composed_figure {\n    size_t size;\n    int shuffle_round, index, label, lesions;")
    print("    size_t corners[5][2];")
    print("    figure image, truth; /* truth: all that is above 0 */")
    print("    int true_pixels; /* at half of each lesion's peak */\n} composed_figure;\n")
    print("static const composed_figure COMPOSED[] = {")
    for size, shuffle_round in ((SIZES[0], 0), (SIZES[0], 1), (SIZES[1], 1)):
        for index in range(IMAGES):
            print(row(size, shuffle_round, index, compose(index, found, shuffle_round)))
    print("};\n")
    print("/* The next whose places would be others if lesions took whole boxes. */")
    print("static const composed_figure TOUCHING[] = {")
    index, wanted = IMAGES, TOUCHING
    while wanted > 0:
        composed = compose(index, found, 1)
        if composed[4]:
            print(row(SIZES[0], 1, index, composed))
            wanted -= 1
        index += 1
    print("};\n\n#endif")


main()
