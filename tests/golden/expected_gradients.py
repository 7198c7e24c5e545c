#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_gradients.h: attributions of the formula network (formula_network.h) at the formula image
for target 1, computed in float64 by PyTorch. Needs Captum 0.8 or 0.9 and Zennit 0.5 on PYTHONPATH for what they
define."""
import pathlib
import re

import captum.attr
import numpy as np
import torch
from expected_training import SIDE, network, values


def let_zennit_run_on_torch_1():
    """Zennit asks PyTorch 2 for hooks with keyword arguments, and for parameters assigned rather than copied."""
    module = torch.nn.Module
    before, after, load = module.register_forward_pre_hook, module.register_forward_hook, module.load_state_dict

    def register_before(self, hook, with_kwargs=False):
        def called(module, inputs):
            made = hook(module, inputs, {})
            return None if made is None else made[0]

        return before(self, called if with_kwargs else hook)

    def register_after(self, hook, with_kwargs=False):
        return after(self, (lambda m, inputs, output: hook(m, inputs, {}, output)) if with_kwargs else hook)

    def load_state(self, state, strict=True, assign=False):
        if not assign:
            return load(self, state, strict)
        for name, tensor in state.items():
            setattr(self, name, torch.nn.Parameter(tensor))

    module.register_forward_pre_hook, module.register_forward_hook = register_before, register_after
    module.load_state_dict = load_state


let_zennit_run_on_torch_1()
from zennit import composites, rules  # noqa: E402
from zennit.types import Convolution, Linear  # noqa: E402

TARGET, PROJECTIONS = 1, 8


def image():
    pixels = values(3 * SIDE * SIDE, 99).astype(np.float32).astype(np.float64)
    return torch.from_numpy(pixels.reshape(1, 3, SIDE, SIDE))


def deeplift_captum(model, x):
    return captum.attr.DeepLift(model).attribute(x, torch.zeros_like(x), target=TARGET)


def relevance(composite, x):
    """Relevance of the target's logit: the output's gradient is the logit itself at the target."""
    model = network().eval()
    x = x.clone().requires_grad_()
    with composite.context(model) as modified:
        output = modified(x)
        start = torch.zeros_like(output)
        start[0, TARGET] = output[0, TARGET]
        (found,) = torch.autograd.grad(output, x, start)
    return found


def epsilon_plus_flat(model, x):
    return relevance(composites.EpsilonPlusFlat(), x)


def epsilon_plus_flat_no_bias(model, x):
    return relevance(composites.EpsilonPlusFlat(zero_params=["bias"]), x)


def epsilon_gamma_box(model, x):
    return relevance(composites.EpsilonGammaBox(0.0, 1.0), x)


def epsilon_gamma_box_wide(model, x):
    """Other bounds, epsilon and gamma, inputs of both signs, no bias."""
    options = {"epsilon": 1e-3, "stabilizer": 1e-3, "gamma": 0.5, "zero_params": ["bias"]}
    return relevance(composites.EpsilonGammaBox(-0.75, 1.5, **options), x - 0.5)


def alpha_beta(alpha, x, first=(), **options):
    layers = [
        (Convolution, rules.AlphaBeta(alpha=alpha, beta=alpha - 1, **options)),
        (torch.nn.Linear, rules.Epsilon(**options)),
    ]
    return relevance(
        composites.SpecialFirstLayerMapComposite(composites.layer_map_base() + layers, list(first)), x
    )


def alpha_2_beta_1(model, x):
    return alpha_beta(2, x)


def alpha_1p5_beta_0p5_mixed(model, x):
    return alpha_beta(1.5, x - 0.5)


def alpha_2_beta_1_flat_no_bias(model, x):
    return alpha_beta(2, x, [(Linear, rules.Flat(zero_params=["bias"]))], zero_params=["bias"])


def gamma_everywhere_mixed(model, x):
    """The rule of the other convolutions in the first too, where inputs of both signs come in."""
    layers = [(Convolution, rules.Gamma(0.25)), (torch.nn.Linear, rules.Epsilon())]
    return relevance(composites.LayerMapComposite(composites.layer_map_base() + layers), x - 0.5)


def epsilon_everywhere(epsilon, x, **options):
    """Average pooling keeps the epsilon that Captum's LRP has there."""
    layers = [(Linear, rules.Epsilon(epsilon, **options))]
    return relevance(composites.LayerMapComposite(composites.layer_map_base(1e-9) + layers), x)


def epsilon_no_bias(model, x):
    """An epsilon at which float32 can follow: without bias, denominators come near 0."""
    return epsilon_everywhere(1e-2, x, zero_params=["bias"])


def epsilon_0p25(model, x):
    return epsilon_everywhere(0.25, x)


def epsilon_0p25_plus_flat(model, x):
    return relevance(composites.EpsilonPlusFlat(epsilon=0.25), x)


def epsilon_plus_flat_stabilizer_0p1(model, x):
    return relevance(composites.EpsilonPlusFlat(stabilizer=0.1), x)


def epsilon_0p25_gamma_box_stabilizer_0p1(model, x):
    return relevance(composites.EpsilonGammaBox(0.0, 1.0, epsilon=0.25, stabilizer=0.1), x)


def epsilon_0p25_alpha_2_beta_1_stabilizer_0p1(model, x):
    layers = [
        (Convolution, rules.AlphaBeta(alpha=2, beta=1, stabilizer=0.1)),
        (torch.nn.Linear, rules.Epsilon(0.25)),
    ]
    return relevance(composites.LayerMapComposite(composites.layer_map_base(0.1) + layers), x)


MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def epsilon_gamma_box_normalised(model, x):
    """Bounds for each channel, which black and white become when ImageNet's mean and deviation are taken off."""
    mean, deviation = (torch.tensor(v, dtype=torch.float64).reshape(1, 3, 1, 1) for v in (MEAN, DEVIATION))
    x = ((x - mean) / deviation).float().double()
    return relevance(composites.EpsilonGammaBox(-mean / deviation, (1 - mean) / deviation), x)


def purpose(name):
    """The number of a purpose of random streams."""
    header = pathlib.Path(__file__).parents[2] / "include" / "lesionbench" / "random.h"
    return re.findall(r"^    (LB_PURPOSE_\w+)", header.read_text(), re.M).index("LB_PURPOSE_" + name)


class Stream:
    """Philox4x32-10 of seed 0, keyed by purpose and item."""

    def __init__(self, name, item):
        self.key, self.item, self.used = purpose(name), item, 0

    def words(self, count):
        blocks = np.arange(self.used // 4, (self.used + count + 3) // 4, dtype=np.uint64)
        c = [blocks, np.full_like(blocks, self.key)]
        c += [np.full_like(blocks, self.item & 0xFFFFFFFF), np.full_like(blocks, self.item >> 32)]
        key, low = [0, self.key << 24], np.uint64(0xFFFFFFFF)
        for _ in range(10):
            a, b = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
            c = [b >> np.uint64(32) ^ c[1] ^ np.uint64(key[0]), b & low, a >> np.uint64(32) ^ c[3] ^ np.uint64(key[1]), a & low]
            key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
        start, self.used = self.used % 4, self.used + count
        return np.stack(c, 1).ravel()[start : start + count]

    def uniform(self, count):
        words = self.words(2 * count)
        return (((words[::2] >> np.uint64(5)) << np.uint64(26)) | (words[1::2] >> np.uint64(6))) * 2.0**-53

    def normal(self, count):
        u = self.uniform(2 * count)
        return np.sqrt(-2 * np.log(1 - u[::2])) * np.cos(2 * np.pi * u[1::2])

    def below(self, n):
        product = int(self.words(1)[0]) * n
        assert product % 2**32 >= n  # else Lemire's method might draw again
        return product >> 32


def shuffled(count, stream):
    order = list(range(count))
    for i in range(count, 1, -1):
        j = stream.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    return order


def gradient(model, x):
    x = x.clone().requires_grad_()
    return torch.autograd.grad(model(x)[0, TARGET], x)[0]


SAMPLES, NOISE, BACKGROUNDS, DRAWN, FITTED = 4, 0.15, 6, 3, 5


def noisy(model, x):
    found = []
    for k in range(SAMPLES):
        noise = Stream("SMOOTH", k).normal(x.numel()).reshape(x.shape) * NOISE * (x.max() - x.min()).item()
        found.append(gradient(model, (x + noise).float().double()))
    return torch.stack(found)


def smoothgrad(model, x):
    return noisy(model, x).mean(0)


def vargrad(model, x):
    return noisy(model, x).var(0, unbiased=False)


def gradient_x_sign(model, x):
    return gradient(model, x) * torch.where(x < 0.5, -1.0, 1.0)


def drawn(x, item, count):
    images = [values(x.numel(), 300 + i).astype(np.float32).astype(np.float64) for i in range(BACKGROUNDS)]
    order = shuffled(BACKGROUNDS, Stream("REFERENCES", item))[:count]
    return [torch.from_numpy(images[i].reshape(x.shape)) for i in order]


def backgrounds(x):
    return drawn(x, 0, DRAWN)


def expected_gradients(model, x):
    found = []
    for k in range(SAMPLES):
        stream = Stream("EXPECTED", k)
        b = backgrounds(x)[stream.below(DRAWN)]
        found.append(gradient(model, b + stream.uniform(1)[0] * (x - b)) * (x - b))
    return torch.stack(found).mean(0)


def steps(model):
    return [*model.features, model.avgpool, torch.nn.Flatten(), *model.classifier]


def deeplift(model, x, b):
    """Rescale rule, exact through max pooling: from each layer's multipliers at its output to those at its input."""
    layers = steps(model)
    at, at_b = [x], [b]
    for layer in layers:
        at.append(layer(at[-1]).detach())
        at_b.append(layer(at_b[-1]).detach())
    m = torch.zeros_like(at[-1])
    m[0, TARGET] = 1
    for layer, i, i_b, o, o_b in reversed(list(zip(layers, at, at_b, at[1:], at_b[1:]))):
        if isinstance(layer, torch.nn.ReLU):
            m = m * (o - o_b) / (i - i_b)
        elif isinstance(layer, torch.nn.MaxPool2d):
            most = torch.maximum(o, o_b)
            pooled = [torch.nn.functional.max_pool2d(v, 2, return_indices=True)[1] for v in (i, i_b)]
            sent = torch.nn.functional.max_unpool2d(m * (most - o_b), pooled[0], 2)
            sent += torch.nn.functional.max_unpool2d(m * (o - most), pooled[1], 2)
            m = torch.where((i - i_b).abs() < 1e-10, torch.zeros_like(sent), sent / (i - i_b))
        else:
            i = i.clone().requires_grad_()
            (m,) = torch.autograd.grad(layer(i), i, m)
    return m * (x - b)


def deep_shap(model, x):
    return torch.stack([deeplift(model, x, b) for b in backgrounds(x)]).mean(0)


def last_relu(model, block):
    """The ReLU before the block's max pooling."""
    pools = [i for i, layer in enumerate(model.features) if isinstance(layer, torch.nn.MaxPool2d)]
    return model.features[pools[block - 1] - 1]


def cam(model, x, block):
    found = captum.attr.LayerGradCam(model, last_relu(model, block)).attribute(x, TARGET, relu_attributions=True)
    return captum.attr.LayerAttribution.interpolate(found, x.shape[2:], "bilinear").expand_as(x)


def grad_cam(model, x):
    return cam(model, x, 5)


def grad_cam_block_3(model, x):
    return cam(model, x, 3)


def guided_grad_cam(model, x):
    found = captum.attr.GuidedGradCam(model, last_relu(model, 4))
    return found.attribute(x, TARGET, interpolate_mode="bilinear")


def layer_cam(model, x):
    kept = []
    handle = last_relu(model, 4).register_forward_hook(lambda layer, given, made: kept.append(made))
    output = model(x.clone().requires_grad_())
    handle.remove()
    (g,) = torch.autograd.grad(output[0, TARGET], kept[0])
    found = torch.relu((torch.relu(g) * kept[0]).sum(1, keepdim=True))
    return torch.nn.functional.interpolate(found, x.shape[2:], mode="bilinear", align_corners=False).expand_as(x)


def patterns(model, images):
    """For each linear layer cov(x, y) / var(y) over the data at which the neuron is on; all data for the last layer."""
    found, layers, at = {}, steps(model), torch.cat(images)
    for layer in layers:
        to = layer(at).detach()
        if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
            dense = isinstance(layer, torch.nn.Linear)
            x = at if dense else torch.nn.functional.unfold(at, 3, padding=1).transpose(1, 2).flatten(0, 1)
            y = to if dense else to.flatten(2).transpose(1, 2).flatten(0, 1)
            on = torch.ones_like(y) if layer is layers[-1] else (y > 0).double()
            count = on.sum(0)
            mean = (on * y).sum(0) / count.clamp(min=1)
            covariance = (on * (y - mean)).T @ x
            variance = (covariance * layer.weight.detach().flatten(1)).sum(1)
            varies = variance > 1e-10 * mean**2 * count
            covariance = torch.where(varies[:, None], covariance / variance[:, None], torch.zeros_like(covariance))
            found[layer] = covariance.reshape(layer.weight.shape)
        at = to
    return found


def by_patterns(model, x, times_weights):
    fitted, layers, at = patterns(model, drawn(x, 1, FITTED)), steps(model), [x]
    for layer in layers:
        at.append(layer(at[-1]).detach())
    g = torch.zeros_like(at[-1])
    g[0, TARGET] = at[-1][0, TARGET]
    for layer, i in reversed(list(zip(layers, at))):
        if layer in fitted:
            weight = fitted[layer] * (layer.weight.detach() if times_weights else 1)
            dense = isinstance(layer, torch.nn.Linear)
            g = g @ weight if dense else torch.nn.functional.conv_transpose2d(g, weight, padding=1)
        else:
            i = i.clone().requires_grad_()
            (g,) = torch.autograd.grad(layer(i), i, g)
    return g


def pattern_net(model, x):
    return by_patterns(model, x, False)


def pattern_attribution(model, x):
    return by_patterns(model, x, True)


METHODS = [
    deeplift_captum,
    epsilon_plus_flat,
    epsilon_plus_flat_no_bias,
    epsilon_gamma_box,
    epsilon_gamma_box_wide,
    alpha_2_beta_1,
    alpha_1p5_beta_0p5_mixed,
    alpha_2_beta_1_flat_no_bias,
    gamma_everywhere_mixed,
    epsilon_no_bias,
    epsilon_0p25,
    epsilon_0p25_plus_flat,
    epsilon_plus_flat_stabilizer_0p1,
    epsilon_0p25_gamma_box_stabilizer_0p1,
    epsilon_0p25_alpha_2_beta_1_stabilizer_0p1,
    epsilon_gamma_box_normalised,
    smoothgrad,
    vargrad,
    gradient_x_sign,
    expected_gradients,
    deep_shap,
    grad_cam,
    grad_cam_block_3,
    guided_grad_cam,
    layer_cam,
    pattern_net,
    pattern_attribution,
]


def projections(attribution):
    flat = attribution.detach().numpy().ravel()
    return [float(flat @ (values(flat.size, 200 + j) - 0.5)) for j in range(PROJECTIONS)]


def main():
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Made by expected_gradients.py. Do not edit. */")
    print("#ifndef LB_EXPECTED_GRADIENTS_H\n#define LB_EXPECTED_GRADIENTS_H\n")
    print(f"enum {{ PROJECTIONS = {PROJECTIONS}, SAMPLES = {SAMPLES}, BACKGROUNDS = {BACKGROUNDS}, DRAWN = {DRAWN}, FITTED = {FITTED} }};\n")
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
