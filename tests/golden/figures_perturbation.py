#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/figures_perturbation.h: attributions of the formula network (formula_network.h) by methods that hide
parts of an image, in float64 by PyTorch 1.13, NumPy and scikit-image. Where Captum can be imported, its Occlusion is
compared with the loop here."""
import sys

import numpy as np
import torch
from skimage.transform import resize

from figures_training import SIDE, network, values

TARGET, SEED, ITEM = 1, 5, 7
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


MAPS = [
    ("occlusion", "{.occlusion_window = 16, .occlusion_stride = 8}", occlusion(16, 8, 0)),
    ("occlusion", "{.occlusion_window = 13, .occlusion_stride = 10, .hidden_value = 0.5}", occlusion(13, 10, 0.5)),
    ("rise", "{.rise_masks = 50, .rise_grid = 7, .rise_probability = 0.5}", rise(50, 7, 0.5, probabilities)),
    ("rise", "{.rise_masks = 70, .rise_grid = 5, .rise_probability = 0.3, .answer = LB_ANSWER_LOGIT}", rise(70, 5, 0.3, logits)),
]


def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by figures_perturbation.py. Do not edit. */")
    print("#ifndef LB_FIGURES_PERTURBATION_H\n#define LB_FIGURES_PERTURBATION_H\n")
    print('#include "lesionbench/explain.h"\n')
    print(f"enum {{ TARGET = {TARGET}, SEED = {SEED}, ITEM = {ITEM}, PICKS = {len(PICKS)} }};")
    print(f"static const size_t PICKED[PICKS] = {{{', '.join(map(str, PICKS))}}};")
    print("/* Of the attribution's first channel: sum of absolute values, sum, sum with weights that depend on")
    print(" * the place, a few pixels. */")
    print("static const struct perturbation_figure {\n    const char *method;\n    lb_perturbation_options options;")
    print("    double absolute, sum, weighted, picks[PICKS];\n} FIGURES[] = {")
    for name, options, pixels in MAPS:
        flat = pixels.ravel()
        weights = (np.arange(flat.size) * 37) % 101
        picks = ", ".join(f"{flat[p]:.12g}" for p in PICKS)
        sums = f"{np.abs(flat).sum():.12g}, {flat.sum():.12g}, {(flat * weights).sum():.12g}"
        print(f'    {{"{name}", {options}, {sums}, {{{picks}}}}},')
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
