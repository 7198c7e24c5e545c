# SPDX-License-Identifier: MIT
"""Attributions of VGG networks in float64, as their definitions say, each rule written out backward: what the program's
maps and Captum's are held against. Max pooling is tie-stable: of the elements within TIE times the image's mean magnitude
at that layer of the maximum the first in row-major order is the winner. What is passed on is the maximum.

Sources stand in src/explain/ and src/nn/rules.c; nothing of these is used here."""
import numpy as np
import torch
import torch.nn.functional as F

# Between rounding in float64 (1e-15) and what differs in exact arithmetic. The golden maps leave little room: an absolute
# tolerance of 6.9e-11 to 1.02e-10 at the second pooling gives them, or one of 3.5e-9 to 4.1e-9 of the maximum.
TIE = 1e-9
EPSILON_LRP, EPSILON_DEEPLIFT = 1e-9, 1e-10
BLOCKS = (2, 2, 3, 3, 3)
LINEAR = ("convolution", "average", "dense")
METHODS = ("integrated_gradients", "gradient_shap", "deeplift", "saliency", "input_x_gradient", "guided_backprop",
           "deconvolution", "lrp")


def layers_of(state):
    """[(kind, weight, bias)] of a VGG-16's state dictionary."""
    convolutions = sorted({int(key.split(".")[1]) for key in state if key.startswith("features.")})
    dense = sorted({int(key.split(".")[1]) for key in state if key.startswith("classifier.")})

    def of(part, index):
        return state[f"{part}.{index}.weight"].double(), state[f"{part}.{index}.bias"].double()

    layers, convolutions = [], iter(convolutions)
    for count in BLOCKS:
        for _ in range(count):
            layers += [("convolution", *of("features", next(convolutions))), ("relu", None, None)]
        layers.append(("pool", None, None))
    layers.append(("average", None, None))
    for index in dense:
        layers += [("dense", *of("classifier", index)), ("relu", None, None)]
    return layers[:-1]


def to_windows(x):
    """(N, C, H, W) to (N, C, H / 2, W / 2, 4), a window's elements in row-major order."""
    n, c, h, w = x.shape
    even = x[:, :, : h // 2 * 2, : w // 2 * 2]
    return even.reshape(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 2, 4, 3, 5).reshape(n, c, h // 2, w // 2, 4)


def from_windows(windows, shape):
    n, c, h, w = shape
    out = windows.new_zeros(shape)
    even = windows.reshape(n, c, h // 2, w // 2, 2, 2).permute(0, 1, 2, 4, 3, 5)
    out[:, :, : h // 2 * 2, : w // 2 * 2] = even.reshape(n, c, h // 2 * 2, w // 2 * 2)
    return out


def bounds(length):
    return [(i * length // 7, -(-(i + 1) * length // 7)) for i in range(7)]


def average_backward(g, shape):
    out = g.new_zeros(shape)
    g = g.reshape(shape[0], shape[1], 7, 7)
    for i, (top, bottom) in enumerate(bounds(shape[2])):
        for j, (left, right) in enumerate(bounds(shape[3])):
            share = g[:, :, i : i + 1, j : j + 1] / ((bottom - top) * (right - left))
            out[:, :, top:bottom, left:right] += share
    return out


class Forward:
    """The activations of one computation: values[i] goes into layer i; winners[i] are of pooling layer i."""

    def __init__(self, layers, x):
        self.values, self.winners = [x], [None] * len(layers)
        for i, (kind, weight, bias) in enumerate(layers):
            if kind == "convolution":
                x = F.conv2d(x, weight, bias, padding=1)
            elif kind == "relu":
                x = x.clamp(min=0)
            elif kind == "pool":
                windows = to_windows(x)
                x = windows.max(-1).values
                mean = self.values[-1].abs().mean((1, 2, 3), keepdim=True)
                near = windows >= (x - TIE * mean).unsqueeze(-1)
                self.winners[i] = near.to(torch.uint8).argmax(-1)
            elif kind == "average":
                x = F.adaptive_avg_pool2d(x, 7).flatten(1)
            else:
                x = F.linear(x, weight, bias)
            self.values.append(x)
        self.logits = x


def relu_backward(g, rule, x, x0):
    if rule == "gradient":
        return g * (x > 0)
    if rule == "guided":
        return g.clamp(min=0) * (x > 0)
    if rule == "deconvolution":
        return g.clamp(min=0)
    if rule == "lrp":
        return g
    change = x - x0
    small = change.abs() < EPSILON_DEEPLIFT
    slope = (x.clamp(min=0) - x0.clamp(min=0)) / torch.where(small, torch.ones_like(change), change)
    return g * torch.where(small, (x > 0).to(g.dtype), slope)


def route(g, winners, shape):
    windows = g.new_zeros(*winners.shape, 4)
    windows.scatter_(-1, winners.unsqueeze(-1), g.unsqueeze(-1))
    return from_windows(windows, shape)


def pool_backward_deeplift(m, x, x0, winners, winners0):
    """The larger of the two maxima takes the whole change, at its own winner; where an element does not change it has
    the plain gradient."""
    in_, in0 = to_windows(x), to_windows(x0).expand(x.shape[0], -1, -1, -1, -1)
    out, out0 = in_.max(-1).values, in0.max(-1).values
    taker = torch.where(out >= out0, winners, winners0.expand_as(winners)).unsqueeze(-1)
    change = in_ - in0
    plain = torch.zeros_like(in_).scatter_(-1, winners.unsqueeze(-1), m.unsqueeze(-1))
    plain = plain * (change.abs() < EPSILON_DEEPLIFT)
    at_taker = change.gather(-1, taker)
    moved = at_taker.abs() >= EPSILON_DEEPLIFT
    share = (m * (out - out0)).unsqueeze(-1) / torch.where(moved, at_taker, torch.ones_like(at_taker))
    return from_windows(plain.scatter(-1, taker, torch.where(moved, share, plain.gather(-1, taker))), x.shape)


def backward(layers, forward, g, rule, reference=None):
    """What a rule makes of values at the logits, at the input."""
    for i in reversed(range(len(layers))):
        kind, weight, _ = layers[i]
        x, x0 = forward.values[i], None if reference is None else reference.values[i]
        if rule == "lrp" and kind in LINEAR:
            z = forward.values[i + 1]
            g = g / (z + torch.where(z >= 0, EPSILON_LRP, -EPSILON_LRP))
        if kind == "convolution":
            g = F.conv_transpose2d(g, weight, padding=1)
        elif kind == "dense":
            g = g @ weight
        elif kind == "average":
            g = average_backward(g, x.shape)
        elif kind == "relu":
            g = relu_backward(g, rule, x, x0)
        elif rule == "deeplift":
            g = pool_backward_deeplift(g, x, x0, forward.winners[i], reference.winners[i])
        else:
            g = route(g, forward.winners[i], x.shape)
        if rule == "lrp" and kind in LINEAR:
            g = g * x
    return g


def attributions(layers, images, targets, steps=50, alphas=(0.1, 0.25, 0.5, 0.75, 0.9), methods=METHODS):
    """{method: (N, 3, H, W) float64} of images (N, 3, H, W), and the logits."""
    with torch.no_grad():
        x = torch.as_tensor(images).double()
        forward, reference = Forward(layers, x), None
        seeds = torch.zeros_like(forward.logits)
        seeds[torch.arange(len(x)), torch.as_tensor(targets)] = 1

        def along(points, weights):
            return x * sum(w * backward(layers, Forward(layers, a * x), seeds, "gradient") for a, w in zip(points, weights))

        out, gradient = {}, None
        for method in methods:
            if method == "integrated_gradients":
                points, weights = np.polynomial.legendre.leggauss(steps)
                out[method] = along((1 + points) / 2, weights / 2)
            elif method == "gradient_shap":
                out[method] = along(alphas, [1 / len(alphas)] * len(alphas))
            elif method == "deeplift":
                reference = Forward(layers, x[:1] * 0)
                out[method] = x * backward(layers, forward, seeds, "deeplift", reference)
            elif method in ("saliency", "input_x_gradient"):
                gradient = backward(layers, forward, seeds, "gradient") if gradient is None else gradient
                out[method] = gradient.abs() if method == "saliency" else x * gradient
            elif method == "lrp":
                out[method] = backward(layers, forward, seeds * forward.logits, "lrp")
            else:
                out[method] = backward(layers, forward, seeds, {"guided_backprop": "guided"}.get(method, method))
        return {name: value.numpy() for name, value in out.items()}, forward.logits.numpy()
