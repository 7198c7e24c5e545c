#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Maps of VGG-16 at 224 x 224 with random weights against the truth, float64 (attribution_float64.py), and
against Captum's, where it is installed or CAPTUM names the folder that it is in.

usage: truth.py PROGRAM [--quick] [--golden FOLDER] [--keep FOLDER]

Images: one with a background of exactly 0, one whose rim fades out, as the golden data's does. --quick: the first alone,
few steps. --golden: before that, the float64 program must give the golden maps of FOLDER. --keep: what was made with
these options before is taken from FOLDER, or kept there, so that only PROGRAM's maps are made anew.
Exit code 0: within the limits, 1: not, 77: PyTorch, torchvision, SciPy or h5py is missing."""
import argparse
import os
import subprocess
import sys
import tempfile
import warnings

try:
    import h5py
    import numpy as np
    import scipy.ndimage
    import torch
    import torchvision
except ImportError as error:
    print(error)
    sys.exit(77)

sys.dont_write_bytecode = True
import attribution_float64 as truth

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "benchmarks"))
import reference_explain as peer  # noqa: E402

SIDE, CLASSES = 224, 2
FURTHEST, LEAST_OVERLAP = 0.03, 0.98
NEAR, TIMES_CAPTUM = 0.005, 1.5  # none further from the truth than the greater of NEAR and TIMES_CAPTUM x Captum's own
# Tighter, and without Captum too: what is decided in double is right to rounding, a path's points are float32.
PATHS, PATH_LIMIT, DECIDED_LIMIT = ("integrated_gradients", "gradient_shap"), 0.015, 1e-4
LUMA = np.array([0.2989, 0.5870, 0.1140])[None, :, None, None]


def distances(map_, true, inside):
    """Relative L2 over all pixels, over those inside; share of the top pixels / 28 in common."""
    count = map_[0, 0].size // 28
    top = [np.argsort(-(LUMA * abs(m)).sum(1).reshape(len(m), -1), 1, "stable")[:, :count] for m in (map_, true)]
    overlap = np.mean([len(np.intersect1d(a, b)) / count for a, b in zip(*top)])
    norm = np.linalg.norm
    return norm(map_ - true) / norm(true), norm((map_ - true)[inside]) / norm(true[inside]), overlap


def golden(folder):
    layers = truth.layers_of(torch.load(os.path.join(folder, "vgg16.pt")))
    images = np.load(os.path.join(folder, "input.npy"))
    worst = 0
    for target in (0, 1):
        maps, _ = truth.attributions(layers, images, [target] * len(images))
        for name, map_ in maps.items():
            there = np.load(os.path.join(folder, f"{name}_target{target}.npy")).astype(float)
            worst = max(worst, np.linalg.norm(map_ - there) / np.linalg.norm(there))
    print(f"golden maps, float64: largest distance {worst:.1e}")
    return worst < 1e-6


def heads(count):
    """Images (count, 3, SIDE, SIDE): texture in an ellipse of 45 % of the pixels, 0 around it; in the second the
    ellipse's edge fades out to values as small as 1e-12."""
    random = np.random.RandomState(7)
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    inside = (x / (0.34 * SIDE)) ** 2 + (y / (0.42 * SIDE)) ** 2 <= 1
    images = []
    for i in range(count):
        texture = scipy.ndimage.gaussian_filter(random.randn(SIDE, SIDE), 2)
        texture = np.clip(0.45 + 0.12 * texture / texture.std(), 0.02, 1)
        edge = inside if i == 0 else scipy.ndimage.gaussian_filter(inside.astype(float), 1, truncate=7)
        images.append(np.where(edge > 1e-12, edge * texture, 0))
    return np.repeat(np.stack(images)[:, None], 3, axis=1).astype(np.float32)


def maps_of_program(program, folder, targets, steps, alphas):
    out = os.path.join(folder, "explanations.h5")
    subprocess.run(
        [program, "explain", "--model", os.path.join(folder, "model.pth"), "--images", os.path.join(folder, "images.npy"),
         "--targets", ",".join(map(str, targets)), "--methods", ",".join(truth.METHODS), "--steps", str(steps), "--alphas",
         ",".join(map(str, alphas)), "--keep", "raw", "--quiet", "-o", out], check=True, stdout=subprocess.DEVNULL)
    with h5py.File(out) as file:
        return {name: file[name]["attribution"][()].astype(float) for name in truth.METHODS}


def maps_of_captum(model, images, targets, steps, alphas):
    """None where there is no Captum. One image at a time, as memory allows any number of steps then."""
    try:
        methods = peer.methods(model, 4, steps, alphas)
    except ImportError:
        return None
    each = {name: [] for name in truth.METHODS}
    for image, target in zip(torch.from_numpy(images), targets):
        for name, attribute in methods.items():
            each[name].append(attribute(image[None].clone(), torch.tensor([target])).detach().numpy()[0])
    return {name: np.stack(maps).astype(float) for name, maps in each.items()}


def kept(folder, name, make):
    """What make() gives, {method: maps} or None, from a file of an earlier run where there is one."""
    path = os.path.join(folder, name + ".npz")
    if not os.path.exists(path):
        maps = make()
        if maps is None:
            return None
        np.savez(path, **maps)
    with np.load(path) as file:
        return dict(file)


def compare(ours, captum, true, inside):
    good = True
    print(f"{'distance from float64':22} {'all':>8} {'inside':>8} {'top-p':>6}   Captum's:")
    for name in truth.METHODS:
        far, within, overlap = distances(ours[name], true[name], inside)
        line, limit = f"{name:22} {far:8.1e} {within:8.1e} {overlap:6.3f}", FURTHEST
        if captum is not None:
            theirs = distances(captum[name], true[name], inside)
            line += "   {:8.1e} {:8.1e} {:6.3f}".format(*theirs)
            limit = min(limit, max(NEAR, TIMES_CAPTUM * theirs[0]))
        limit = min(limit, PATH_LIMIT if name in PATHS else DECIDED_LIMIT)
        if not (far <= limit and overlap >= LEAST_OVERLAP):  # NaN is not good either
            line, good = line + f"   MISSED: at most {limit:.1e}, overlap at least {LEAST_OVERLAP}", False
        print(line)
    return good


def check(given, folder):
    targets, steps, alphas = ([1], 3, [0.3, 0.8]) if given.quick else ([0, 1], 50, peer.ALPHAS)
    images = heads(len(targets))
    peer.make_model(folder)
    np.save(os.path.join(folder, "images.npy"), images)
    model = peer.load(folder)
    ours = maps_of_program(given.program, folder, targets, steps, alphas)
    layers = truth.layers_of(model.state_dict())
    captum = kept(folder, "captum", lambda: maps_of_captum(model, images, targets, steps, alphas))
    true = kept(folder, "true", lambda: truth.attributions(layers, images, targets, steps, alphas)[0])
    print(f"VGG-16, {SIDE} x {SIDE}, random weights, {len(images)} images, {steps} steps, {len(alphas)} samples")
    return compare(ours, captum, true, images != 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--golden")
    parser.add_argument("--keep")
    given = parser.parse_args()
    warnings.filterwarnings("ignore")
    peer.find_captum()
    good = given.golden is None or golden(given.golden)
    with tempfile.TemporaryDirectory() as scratch:
        if given.keep:
            os.makedirs(given.keep, exist_ok=True)
        return 0 if check(given, given.keep or scratch) and good else 1


if __name__ == "__main__":
    sys.exit(main())
