#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Are maps the same for any number of threads, order and choice of methods, and size of batch? Asks the command line.

usage: same_maps.py PROGRAM [--golden FOLDER] [--steps N]

With VGG-16 at 224 x 224 and random weights (needs PyTorch), three images; with --golden also with the golden network. Says how
far maps are from those with one thread, all methods in their order and the default batch, or that they are the same
bit for bit. Exit code 1 where threads, order or choice change a bit, or a batch more than 0.01."""
import argparse
import os
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.dont_write_bytecode = True
import truth

METHODS = truth.truth.METHODS
FURTHEST = 0.01


def explain(program, model, images, count, steps, out, methods=METHODS, **options):
    command = [program, "explain", "--model", model, "--images", images, "--targets", ",".join("01"[i % 2] for i in range(count)),
               "--methods", ",".join(methods), "--steps", str(steps), "--keep", "raw", "--quiet", "-o", out]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    with h5py.File(out) as file:
        return {name: file[name]["attribution"][()] for name in methods}


def furthest(maps, standard):
    """The largest relative L2 distance of a method's maps, 0 where all bits are the same; and which method's."""
    apart = {name: np.linalg.norm((m - standard[name]).astype(float)) / np.linalg.norm(standard[name].astype(float))
             for name, m in maps.items() if m.tobytes() != standard[name].tobytes()}
    name = max(apart, key=apart.get, default="")
    return apart.get(name, 0), name


def check(program, model, images, steps):
    count = len(np.load(images, mmap_mode="r"))
    good = True
    with tempfile.TemporaryDirectory() as folder:
        def maps(**options):
            return explain(program, model, images, count, steps, os.path.join(folder, "maps.h5"), **options)

        standard = maps(threads=1)
        alone = {}
        for name in METHODS:
            alone.update(maps(threads=2, methods=[name]))
        cases = [("2 threads", maps(threads=2), 0), ("methods in reverse", maps(threads=2, methods=METHODS[::-1]), 0),
                 ("each method alone", alone, 0)]
        cases += [(f"batch {batch}", maps(threads=2, batch=batch), FURTHEST) for batch in (1, 3, 16)]
    for what, other, limit in cases:
        far, name = furthest(other, standard)
        good = good and far <= limit
        print(f"  {what:20} " + (f"{far:.1e} ({name})" if name else "the same bits") + ("" if far <= limit else "   MISSED"))
    return good


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--golden")
    parser.add_argument("--steps", type=int, default=10)
    given = parser.parse_args()
    good = True
    if given.golden:
        print("the golden network, 64 x 64, 2 images, 50 steps:")
        good = check(given.program, os.path.join(given.golden, "vgg16.safetensors"), os.path.join(given.golden, "input.npy"), 50)
    with tempfile.TemporaryDirectory() as folder:
        truth.peer.make_model(folder)
        images = os.path.join(folder, "images.npy")
        np.save(images, truth.heads(3))
        print(f"VGG-16, 224 x 224, random weights, 3 images, {given.steps} steps:")
        good = check(given.program, os.path.join(folder, "model.pth"), images, given.steps) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
