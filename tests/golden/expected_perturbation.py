#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_perturbation.h: attributions of the formula network (formula_network.h) by methods that hide
or blur parts of an image, or rank its regions, in float64 by PyTorch 1.13, NumPy and scikit-image. Where Captum can be imported, its Occlusion is
compared with the loop here."""
import itertools
import math
import sys

import numpy as np
import torch
from scipy import ndimage
from skimage.morphology import disk
from skimage.segmentation import felzenszwalb
from skimage.transform import resize

from expected_training import SIDE, network, values

TARGET, SEED, ITEM = 1, 5, 7
STEPS, BLUR_STEPS, DILATION = 10, 20, 2
PICKS = [1000, 2222, 3003, 3817]
model = network().eval()
image = values(3 * SIDE * SIDE, 99).astype(np.float32).astype(float).reshape(3, SIDE, SIDE)


def logits(copies):
    with torch.no_grad():
        return np.concatenate([model(torch.from_numpy(np.stack(copies[i : i + 64]))).numpy() for i in range(0, len(copies), 64)])


def probabilities(copies):
    power = np.exp(logits(copies))
    return power / power.sum(1, keepdims=True)


class Philox:
    """Philox4x32-10, written from the paper."""

    def __init__(self, seed, purpose, item):
        self.key = [seed & 0xFFFFFFFF, (seed >> 32) ^ (purpose << 24)]
        self.counter = [0, purpose, item & 0xFFFFFFFF, item >> 32]
        self.block = []

    def u32(self):
        if not self.block:
            c, k = list(self.counter), list(self.key)
            for _ in range(10):
                a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
                c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
                k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
            self.counter[0] += 1
            self.block = c
        return self.block.pop(0)

    def uniform(self):
        high = self.u32() >> 5
        return (high * 2**26 + (self.u32() >> 6)) / 2**53

    def below(self, n):
        product = self.u32() * n
        while product & 0xFFFFFFFF < 2**32 % n:
            product = self.u32() * n
        return product >> 32


def occlusion(side, stride, value):
    total, count = np.zeros((SIDE, SIDE)), np.zeros((SIDE, SIDE))
    starts = range(0, (SIDE - side + stride - 1) // stride * stride + 1, stride)
    boxes, copies = [], [image]
    for top in starts:
        for left in starts:
            boxes.append(np.s_[top : top + side, left : left + side])
            copies.append(image.copy())
            copies[-1][(slice(None), *boxes[-1])] = value
    said = logits(copies)[:, TARGET]
    for box, after in zip(boxes, said[1:]):
        total[box] += said[0] - after
        count[box] += 1
    out = total / count
    try:
        from captum.attr import Occlusion
    except ImportError:
        return out
    with torch.no_grad():
        theirs = Occlusion(model).attribute(
            torch.from_numpy(image[None]), (3, side, side), (3, stride, stride), value, TARGET
        )
    for channel in theirs[0].numpy():
        assert np.allclose(channel, out, atol=1e-12), np.abs(channel - out).max()
    print(f"occlusion {side} {stride} {value}: as Captum's", file=sys.stderr)
    return out


def rise(masks, grid, probability, say):
    cell = -(-SIDE // grid)
    seen = []
    for k in range(masks):
        random = Philox(SEED, 32, ITEM + (k << 40))
        cells = np.array([float(random.uniform() < probability) for _ in range(grid * grid)]).reshape(grid, grid)
        top, left = random.below(cell), random.below(cell)
        large = resize(cells, ((grid + 1) * cell,) * 2, order=1, mode="reflect", anti_aliasing=False)
        seen.append(large[top : top + SIDE, left : left + SIDE])
    said = say([image * mask for mask in seen])[:, TARGET]
    return sum(p * mask for p, mask in zip(said, seen)) / (masks * probability)


def cells(per_side, purpose, black=True):
    """An image of plain squares with a little noise, which are its super-pixels; the last and, of many, the second are black."""
    side = SIDE // per_side
    y, x = np.mgrid[:SIDE, :SIDE] // side
    label = y * per_side + x
    colour = values(3 * per_side**2, purpose).reshape(3, -1)
    made = colour[:, label] + 0.05 * values(3 * SIDE * SIDE, purpose + 1).reshape(3, SIDE, SIDE)
    if black:
        made[:, ((label == 1) & (per_side > 2)) | (label == per_side**2 - 1)] = 0
    return made.astype(np.float32).astype(float), label


def hide(made, label, seen, fill):
    return np.where(np.asarray(seen, bool)[label], made, fill)


def shapley(per_side, purpose):
    """By the definition: over all orders, what a player adds to those before."""
    made, label = cells(per_side, purpose)
    n = per_side**2
    rows = np.array(list(itertools.product([0, 1], repeat=n)))
    said = dict(zip(map(tuple, rows), logits([hide(made, label, row, 0) for row in rows])[:, TARGET]))
    out = np.zeros(n)
    for order in itertools.permutations(range(n)):
        seen = [0] * n
        for player in order:
            before = said[tuple(seen)]
            seen[player] = 1
            out[player] += said[tuple(seen)] - before
    return (out / math.factorial(n))[label]


def kernel_shap(per_side, purpose, samples):
    made, label = cells(per_side, purpose)
    players = [k for k in range(per_side**2) if made[:, label == k].any()]
    m = len(players)
    weight = {s: (m - 1) / (s * (m - s)) for s in range(1, m)}
    rows, weights, size = [], [], 1
    total = sum(weight.values())
    while size <= m // 2:
        sides = 1 if 2 * size == m else 2
        if size > 1 and sides * math.comb(m, size) > sides * weight[size] / total * (samples - len(rows)):
            break
        for members in itertools.combinations(range(m), size):
            row = np.isin(np.arange(m), members)
            for z in [row, ~row][:sides]:
                rows.append(z)
                weights.append(weight[size] / math.comb(m, size))
        total -= sides * weight[size]
        size += 1
    print(f"kernel_shap: {len(rows)} whole, {samples - len(rows)} drawn from size {size} on", file=sys.stderr)
    pairs = (samples - len(rows)) // 2 if size <= m // 2 else 0
    sizes = list(range(size, m - size + 1))
    for k in range(pairs):
        random = Philox(SEED, 33, ITEM + (k << 40))
        at = random.uniform() * sum(weight[s] for s in sizes)
        drawn = sizes[min(int(np.searchsorted(np.cumsum([weight[s] for s in sizes]), at, "right")), len(sizes) - 1)]
        order = list(range(m))
        for i in range(drawn):
            j = i + random.below(m - i)
            order[i], order[j] = order[j], order[i]
        row = np.isin(np.arange(m), order[:drawn])
        rows += [row, ~row]
        weights += [sum(weight[s] for s in sizes) / (2 * pairs)] * 2
    z = np.array(rows, float)

    def seen(row):
        out = np.zeros(per_side**2)
        out[players] = row
        return out

    none, full = logits([hide(made, label, seen([b] * m), 0) for b in (0, 1)])[:, TARGET]
    said = logits([hide(made, label, seen(row), 0) for row in rows])[:, TARGET] - none
    # The constrained optimum from its own conditions, the multiplier last.
    system = np.zeros((m + 1, m + 1))
    system[:m, :m] = (z * np.array(weights)[:, None]).T @ z
    system[m, :m] = system[:m, m] = 1
    found = np.linalg.solve(system, np.append((z * np.array(weights)[:, None]).T @ said, full - none))[:m]
    assert abs(found.sum() - (full - none)) < 1e-9
    return seen(found)[label]


def lime(per_side, purpose, copies, width, ridge, mean, say):
    made, label = cells(per_side, purpose)
    n = per_side**2
    fill = np.zeros_like(made)
    if mean:
        for k in range(n):
            fill[:, label == k] = made[:, label == k].mean(1, keepdims=True).astype(np.float32)
    z = np.ones((copies, n))
    for k in range(1, copies):
        random = Philox(SEED, 34, ITEM + (k << 40))
        z[k] = [random.u32() >> 31 for _ in range(n)]
    said = say([hide(made, label, row, fill) for row in z])[:, TARGET]
    cosine = z.sum(1) / np.maximum(np.linalg.norm(z, axis=1) * np.sqrt(n), 1e-300)
    root = np.sqrt(np.sqrt(np.exp(-((1 - cosine) ** 2) / width**2)))[:, None]
    # Ridge regression as least squares with rows for the penalty, from which the intercept is free.
    rows = np.vstack([np.hstack([z, np.ones((copies, 1))]) * root, np.hstack([np.sqrt(ridge) * np.eye(n), np.zeros((n, 1))])])
    found = np.linalg.lstsq(rows, np.append(said * root[:, 0], np.zeros(n)), rcond=None)[0]
    return found[:n][label]


def gradients(points):
    found = []
    for point in points:
        x = torch.from_numpy(point[None]).requires_grad_(True)
        model(x)[0, TARGET].backward()
        found.append(x.grad[0].numpy())
    return np.stack(found)


def blur_ig(sigma):
    """Of the first channel."""

    def at(k):
        return np.stack([ndimage.gaussian_filter(c, sigma * ((BLUR_STEPS - k) / BLUR_STEPS) ** 2) for c in image])

    found = gradients([at(k + 0.5) for k in range(BLUR_STEPS)])
    total = sum(found[k] * (at(k + 1) - at(k)) for k in range(BLUR_STEPS))
    first, last = logits([at(0), at(BLUR_STEPS)])[:, TARGET]
    print(f"blur_ig: sums to {total.sum():.5f}, f changes by {last - first:.5f}", file=sys.stderr)
    return total[0]


def xrai(purpose):
    # Nothing black: in plain fields rounding decides which of equal activations wins a pooling.
    made, _ = cells(4, purpose, False)
    area, low, high = SIDE * SIDE / 224**2, made.min(), made.max()
    channels = np.zeros((3, SIDE, SIDE))
    for baseline in (low, high):
        alphas = (np.arange(STEPS) + 0.5) / STEPS
        mean = gradients([baseline + a * (made - baseline) for a in alphas]).mean(0)
        channels += (made - baseline) * mean / 2
    pixel = channels.max(0)  # as in the authors' program
    regions = []
    scaled = np.moveaxis((made - low) / (high - low) * 2 - 1, 0, -1)
    for scale in (50, 100, 150, 250, 500, 1200):
        label = felzenszwalb(scaled, scale * area, 0.8, int(150 * area), channel_axis=-1)
        masks = [label == k for k in range(label.max() + 1)]
        masks.sort(key=lambda m: np.flatnonzero(m)[0])
        regions += [ndimage.binary_dilation(m, disk(DILATION)) for m in masks]
    print(f"xrai: {len(regions)} regions", file=sys.stderr)
    out, taken = np.zeros_like(pixel), np.zeros(pixel.shape, bool)
    while regions:
        regions = [r for r in regions if (r & ~taken).sum() >= 50 * area]
        if not regions:
            break
        gains = [pixel[r & ~taken].mean() for r in regions]
        best = int(np.argmax(gains))
        new = regions.pop(best) & ~taken
        out[new] = gains[best]
        taken |= new
    if not taken.all():
        out[~taken] = pixel[~taken].mean()
    return out


MAPS = [
    ("occlusion", "{.occlusion_window = 16, .occlusion_stride = 8}", occlusion(16, 8, 0)),
    ("occlusion", "{.occlusion_window = 13, .occlusion_stride = 10, .hidden_value = 0.5}", occlusion(13, 10, 0.5)),
    ("rise", "{.rise_masks = 50, .rise_grid = 7, .rise_probability = 0.5}", rise(50, 7, 0.5, probabilities)),
    ("rise", "{.rise_masks = 70, .rise_grid = 5, .rise_probability = 0.3, .answer = LB_ANSWER_LOGIT}", rise(70, 5, 0.3, logits)),
    ("kernel_shap", "{.superpixels = 4, .compactness = 1}", shapley(2, 200), 200),
    ("kernel_shap", "{.superpixels = 16, .compactness = 1, .shap_samples = 150}", kernel_shap(4, 210, 150), 210),
    ("lime", "{.superpixels = 16, .compactness = 1, .lime_samples = 120, .lime_width = 0.25, .lime_ridge = 1, .hide_with = LB_FILLING_VALUE}", lime(4, 210, 120, 0.25, 1, False, probabilities), 210),
    ("lime", "{.superpixels = 16, .compactness = 1, .lime_samples = 90, .lime_width = 0.4, .lime_ridge = 0.1, .answer = LB_ANSWER_LOGIT}", lime(4, 220, 90, 0.4, 0.1, True, logits), 220),
    ("blur_ig", "{0}", blur_ig(50 * SIDE / 224)),
    ("xrai", "{.superpixels = 16}", xrai(230), 230),
]


def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_perturbation.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_PERTURBATION_H\n#define LB_EXPECTED_PERTURBATION_H\n")
    print('#include "lesionbench/method.h"\n')
    print(f"enum {{ TARGET = {TARGET}, SEED = {SEED}, ITEM = {ITEM}, STEPS = {STEPS}, BLUR_STEPS = {BLUR_STEPS}, DILATION = {DILATION}, PICKS = {len(PICKS)} }};")
    print(f"static const size_t PICKED[PICKS] = {{{', '.join(map(str, PICKS))}}};")
    print("/* Of the attribution's first channel: sum of absolute values, sum, sum with weights that depend on")
    print(" * the place, a few pixels. */")
    print("static const struct perturbation_figure {\n    const char *method;\n    lb_perturbation_options options;")
    print("    uint32_t cells; /* 0: the plain image; else the one of squares made with this number */")
    print("    double absolute, sum, weighted, picks[PICKS];\n} FIGURES[] = {")
    for name, options, pixels, *cell_image in MAPS:
        flat = pixels.ravel()
        weights = (np.arange(flat.size) * 37) % 101
        picks = ", ".join(f"{flat[p]:.12g}" for p in PICKS)
        sums = f"{np.abs(flat).sum():.12g}, {flat.sum():.12g}, {(flat * weights).sum():.12g}"
        print(f'    {{"{name}", {options}, {cell_image[0] if cell_image else 0}, {sums}, {{{picks}}}}},')
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
