#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Captum's side of `benchmarks/run explain`: the same work as explain.c, from the same files.

    reference_explain.py version                        Captum's version
    reference_explain.py make FOLDER                    a random VGG-16 (model.pth), 16 images each of brain.npy, whole.npy
    reference_explain.py all|METHOD FOLDER IMAGES.npy BATCH BATCHES INTERNAL OUT
                                                        one line of JSON as explain.c prints it; OUT/METHOD.f32

INTERNAL is the internal_batch_size of Integrated Gradients, 0 for Captum's default (all points at once). The
environment's CAPTUM is a folder that holds the package `captum`, where it is not installed."""
import contextlib
import json
import os
import resource
import sys
import time
import warnings

import numpy as np
import scipy.ndimage
import torch
import torchvision

SIDE, IMAGES, CLASSES, STEPS = 224, 16, 2, 50
ALPHAS = [0.1, 0.25, 0.5, 0.75, 0.9]  # those of explain.c


def make_model(folder):
    """torchvision's initialisation, but for biases: those are 0 there, and a background of 0 would stay 0."""
    torch.manual_seed(0)
    state = torchvision.models.vgg16(num_classes=CLASSES).state_dict()
    for name, tensor in state.items():
        if name.endswith("bias"):
            torch.nn.init.normal_(tensor, std=0.05)
    torch.save(state, os.path.join(folder, "model.pth"))


def make_images(folder):
    random = np.random.RandomState(0)
    texture = np.stack([scipy.ndimage.gaussian_filter(random.randn(SIDE, SIDE), 2) for _ in range(IMAGES)])
    texture = np.clip(0.45 + 0.12 * texture / texture.std(), 0.02, 1)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    # A head of 0.68 by 0.84 of the side, each image's a little larger or smaller: about 45 % of the pixels.
    sizes = random.uniform(0.97, 1.03, (IMAGES, 1, 1))
    inside = (x / (0.34 * SIDE * sizes)) ** 2 + (y / (0.42 * SIDE * sizes)) ** 2 <= 1
    for name, images in (("brain", np.where(inside, texture, 0)), ("whole", texture)):
        three = np.repeat(images[:, None], 3, axis=1).astype(np.float32)
        np.save(os.path.join(folder, name + ".npy"), three)


def load(folder):
    model = torchvision.models.vgg16(num_classes=CLASSES)
    model.load_state_dict(torch.load(os.path.join(folder, "model.pth")))
    for module in model.modules():
        if isinstance(module, torch.nn.ReLU):
            module.inplace = False  # several of Captum's methods hook what would be overwritten
    return model.eval()


@contextlib.contextmanager
def fixed(alphas):
    """GradientSHAP draws its alphas with this function, one for each sample of each image."""
    drawn = np.random.uniform
    np.random.uniform = lambda low, high, size: np.resize(alphas, size)
    yield
    np.random.uniform = drawn


def methods(model, internal, steps=STEPS, alphas=ALPHAS):
    """{name: function of images and targets}; ImportError where there is no Captum."""
    from captum import attr

    def gradient_shap(x, t):
        with fixed(alphas):
            return attr.GradientShap(model).attribute(x, x[:1] * 0, n_samples=len(alphas), stdevs=0.0, target=t)

    return {
        "integrated_gradients": lambda x, t: attr.IntegratedGradients(model).attribute(
            x, n_steps=steps, internal_batch_size=internal, target=t),
        "gradient_shap": gradient_shap,
        "deeplift": lambda x, t: attr.DeepLift(model).attribute(x, target=t),
        "saliency": lambda x, t: attr.Saliency(model).attribute(x, target=t),
        "input_x_gradient": lambda x, t: attr.InputXGradient(model).attribute(x, target=t),
        "guided_backprop": lambda x, t: attr.GuidedBackprop(model).attribute(x, target=t),
        "deconvolution": lambda x, t: attr.Deconvolution(model).attribute(x, target=t),
        "lrp": lambda x, t: attr.LRP(model).attribute(x, target=t),
    }


def explain(what, folder, images, batch, batches, internal, out):
    model = load(folder)
    images = torch.from_numpy(np.load(images))
    known = methods(model, internal or None)
    known = known if what == "all" else {what: known[what]}
    seconds, by_method = [], {name: [] for name in known}
    for b in range(batches):
        index = [(b * batch + i) % len(images) for i in range(batch)]
        x, targets = images[index], torch.tensor([i % CLASSES for i in index])
        for name, attribute in known.items():
            start = time.perf_counter()
            result = attribute(x.clone(), targets).detach()
            by_method[name].append((time.perf_counter() - start) / batch)
            if b == 0:
                result.numpy().astype(np.float32).tofile(os.path.join(out, name + ".f32"))
        seconds.append(sum(times[b] for times in by_method.values()))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps({"seconds": seconds, "methods": by_method, "megabytes": megabytes}))


def find_captum():
    if os.environ.get("CAPTUM"):
        sys.path.insert(0, os.environ["CAPTUM"])


def main():
    warnings.filterwarnings("ignore")  # of hooks that are set and removed
    find_captum()
    if sys.argv[1] == "version":
        import captum
        print(captum.__version__)
    elif sys.argv[1] == "make":
        make_model(sys.argv[2])
        make_images(sys.argv[2])
    else:
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        what, folder, images, batch, batches, internal, out = sys.argv[1:]
        explain(what, folder, images, int(batch), int(batches), int(internal), out)


if __name__ == "__main__":
    main()
