#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/figures_gradients.h: attributions of the formula network (formula_network.h) at the formula image
for target 1, computed in float64 by PyTorch. Needs Captum 0.8 and Zennit 0.5 on PYTHONPATH for what they define."""
import captum.attr
import numpy as np
import torch
from figures_training import SIDE, network, values


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


def epsilon_no_bias(model, x):
    """An epsilon at which float32 can follow: without bias, denominators come near 0."""
    layers = [(Linear, rules.Epsilon(1e-2, zero_params=["bias"]))]
    return relevance(composites.LayerMapComposite(composites.layer_map_base(1e-2) + layers), x)


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
]


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
