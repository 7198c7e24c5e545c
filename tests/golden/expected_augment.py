#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_augment.h: PyTorch's weighted cross entropy, SciPy's rotation."""
import numpy as np
import torch
from scipy import ndimage

CLASSES, COUNT = 3, 5
logits = torch.tensor([[((i * 7 + c * 5) % 11) / 3 - 1.5 for c in range(CLASSES)] for i in range(COUNT)],
                      dtype=torch.float64, requires_grad=True)
labels, weights = [0, 2, 1, 2, 0], [0.5, 3.0, 1.25]
loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(weights, dtype=torch.float64))(logits, torch.tensor(labels))
loss.backward()


def numbers(values):
    return ", ".join(f"{float(v):.17g}" for v in np.ravel(values))


print("/* SPDX-License-Identifier: MIT */\n/* Made by expected_augment.py. Do not edit. */")
print("#ifndef LB_EXPECTED_AUGMENT_H\n#define LB_EXPECTED_AUGMENT_H\n")
print("#include <stdint.h>\n")
print(f"enum {{ LOSS_CLASSES = {CLASSES}, LOSS_COUNT = {COUNT} }};")
print(f"static const float LOSS_LOGITS[] = {{{numbers(logits.detach().numpy().astype('f4'))}}};")
print(f"static const int32_t LOSS_LABELS[] = {{{', '.join(map(str, labels))}}};")
print(f"static const double LOSS_WEIGHTS[] = {{{numbers(weights)}}};")
print(f"static const double LOSS = {numbers(loss.item())};")
print(f"static const double LOSS_GRADIENT[] = {{{numbers(logits.grad)}}};")
print("/* The sum, a sum that depends on every element's place, and the element at (5, 6). */")
print("static const struct {\n    size_t height, width;\n    double degrees, sum, weighted, element;\n} ROTATIONS[] = {")
for height, width, degrees in ((17, 17, 10), (17, 17, -33.5), (12, 20, 90.5), (20, 13, 7.25), (16, 16, 180)):
    y, x = np.mgrid[:height, :width]
    image = ((y * 13 + x * 7 + y * x) % 101 + 1) / 101.0
    turned = ndimage.rotate(image, degrees, reshape=False, order=1)
    flat = turned.ravel()
    places = (np.arange(flat.size) * 37) % 101
    print(f"    {{{height}, {width}, {numbers([degrees, flat.sum(), (flat * places).sum(), turned[5, 6]])}}},")
print("};\n\n#endif")
