#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/figures_gradients.h: attributions of the formula network (formula_network.h) at the formula image
for target 1, computed in float64 by PyTorch. Needs Captum 0.8 on PYTHONPATH for what is defined by Captum."""
import captum.attr
import numpy as np
import torch
from figures_training import SIDE, network, values

TARGET, PROJECTIONS = 1, 8


def image():
    pixels = values(3 * SIDE * SIDE, 99).astype(np.float32).astype(np.float64)
    return torch.from_numpy(pixels.reshape(1, 3, SIDE, SIDE))


def deeplift_captum(model, x):
    return captum.attr.DeepLift(model).attribute(x, torch.zeros_like(x), target=TARGET)


METHODS = [deeplift_captum]


def projections(attribution):
    flat = attribution.detach().numpy().ravel()
    return [float(flat @ (values(flat.size, 200 + j) - 0.5)) for j in range(PROJECTIONS)]


def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by figures_gradients.py. Do not edit. */")
    print("#ifndef LB_FIGURES_GRADIENTS_H\n#define LB_FIGURES_GRADIENTS_H\n")
    print(f"enum {{ PROJECTIONS = {PROJECTIONS} }};\n")
    print("/* The L2 norm of an attribution, its sum, and its products with formula_value(v, 200 + j) - 0.5. */")
    print("static const struct gradient_figure {\n    const char *name;\n    double norm, sum, projections[PROJECTIONS];")
    print("} FIGURES[] = {")
    for method in METHODS:
        attribution = method(network().eval(), image())
        numbers = ", ".join(f"{v:.10g}" for v in projections(attribution))
        print(f'    {{"{method.__name__}", {attribution.norm().item():.10g}, {attribution.sum().item():.10g},')
        print(f"     {{{numbers}}}}},")
    print("};\n\n#endif")


if __name__ == "__main__":
    main()
