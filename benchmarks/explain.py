#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures explanations against Captum's on the same work, in turn: what `benchmarks/run explain` runs.

    explain.py ENGINE SCRATCH ROUNDS [one|whole|sixteen]...    which parts; all of them where none is named"""
import json
import os
import statistics
import subprocess
import sys

import numpy as np

THREADS = "2"
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference_explain.py")
PIXELS = 224 * 224
SHARE = PIXELS // 28  # about what a ground truth of the study covers
LUMA = np.array([0.2989, 0.5870, 0.1140])[None, :, None, None]
SPEED_ONE, SPEED_SIXTEEN, MEMORY = 6, 7, 4  # the targets
# internal_batch_size of Captum's Integrated Gradients: 0 is its default, all 50 points at once; then its fastest for one
# image, of 1, 2, 4, 16 and 50, and the least that it takes, and its fastest, for 16 images.
DEFAULT, LEAN, LEAN_SIXTEEN = "0", "2", "16"


def run(command, environment=None):
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
    if result.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: exit {result.returncode}")
    return result.stdout


class Side:
    """One program's rounds of one piece of work."""

    def __init__(self):
        self.seconds, self.methods, self.memory = [], {}, 0

    def add(self, answer, skipped):
        answer = json.loads(answer)
        self.seconds += answer["seconds"][skipped:]
        for name, seconds in answer["methods"].items():
            self.methods.setdefault(name, []).extend(seconds[skipped:])
        self.memory = max(self.memory, answer["megabytes"])


class Bench:
    def __init__(self, engine, scratch):
        self.engine, self.scratch = engine, scratch
        self.python = [sys.executable, REFERENCE]
        self.model = os.path.join(scratch, "model.pth")
        run([*self.python, "make", scratch])

    def path(self, name):
        return os.path.join(self.scratch, name)

    def folder(self, name):
        folder = self.path(name)
        os.makedirs(folder, exist_ok=True)
        for file in os.listdir(folder):
            os.remove(os.path.join(folder, file))
        return folder

    def ours(self, side, what, images, batch, batches):
        """The first batch of several is not counted: memory is touched for the first time."""
        out = self.folder(f"ours_{what}")
        side.add(run([self.engine, what, self.model, self.path(images), str(batch), str(batches), out]), batches > 1)

    def theirs(self, side, images, batch, batches, internal):
        environment = dict(os.environ)
        for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # OpenBLAS picks its own kernels
            environment.pop(name, None)
        out = self.folder("captum")
        command = [*self.python, "all", self.scratch, self.path(images), str(batch), str(batches), internal, out]
        side.add(run(command, environment), batches > 1)

    def maps(self, folder, method):
        return np.fromfile(os.path.join(self.path(folder), method + ".f32"), np.float32).reshape(-1, 3, 224, 224).astype(float)

    def distances(self, folder, ours, theirs, images):
        """Relative L2 distance over all pixels and where the image is not 0, and the overlap of the top pixels."""
        a, b = self.maps(folder, ours), self.maps("captum", theirs)
        inside = np.load(self.path(images))[: len(a)] != 0
        top = [np.argsort(-(LUMA * abs(m)).sum(1).reshape(len(m), -1), 1, "stable")[:, :SHARE] for m in (a, b)]
        overlap = np.mean([len(np.intersect1d(x, y)) / SHARE for x, y in zip(*top)])
        norm = np.linalg.norm
        return f"{norm(a - b) / norm(b):8.1e} {norm((a - b)[inside]) / norm(b[inside]):8.1e} {overlap:6.3f}"


def verdict(reached):
    return "reached" if reached else "MISSED"


def show(bench, title, images, our, alone, their, target):
    print(f"{title}: s/image, medians of {len(our.seconds)} and {len(their.seconds)}; distance from Captum's maps")
    print(f"  {'':22} {'of all':>8} {'alone':>8} {'Captum':>8} {'ratio':>6}   all      inside   top-p")
    for name, seconds in their.methods.items():
        shared, peer = statistics.median(our.methods[name]), statistics.median(seconds)
        own = statistics.median(alone.methods[name]) if alone else shared
        print(f"  {name:22} {shared:8.4f} {own:8.4f} {peer:8.3f} {peer / own:6.1f}"
              f"   {bench.distances('ours_all', name, name, images)}")
    bench.ours(Side(), "deeplift_captum", images, len(bench.maps("captum", "deeplift")), 1)
    print(f"  {'deeplift_captum':48} {'':6} {bench.distances('ours_deeplift_captum', 'deeplift_captum', 'deeplift', images)}")
    mine, peer = statistics.median(our.seconds), statistics.median(their.seconds)
    print(f"  all eight: {mine:.3f} (least {min(our.seconds):.3f}), Captum {peer:.2f} (least {min(their.seconds):.2f}):"
          f" {peer / mine:.2f} times its speed; target {target}: {verdict(peer / mine >= target)}")
    print(f"  peak memory: {our.memory:.0f} MB, Captum {their.memory:.0f} MB: 1/{their.memory / our.memory:.1f};"
          f" target 1/{MEMORY}: {verdict(their.memory / our.memory >= MEMORY)}")


def one(bench, rounds, images, title, each):
    our, alone, their, lean = Side(), Side() if each else None, Side(), Side()
    for i in range(rounds):
        print(f"bench: {title}, round {i + 1} of {rounds}", file=sys.stderr)
        bench.ours(our, "all", images, 1, 4)
        bench.theirs(lean, images, 1, 2, LEAN)
        bench.theirs(their, images, 1, 2, DEFAULT)
        for name in their.methods if each else ():
            bench.ours(alone, name, images, 1, 4)
    show(bench, title, images, our, alone, their, SPEED_ONE)
    print(f"  with Captum's internal_batch_size={LEAN}: {statistics.median(lean.seconds):.2f} s, {lean.memory:.0f} MB:"
          f" {statistics.median(lean.seconds) / statistics.median(our.seconds):.2f} times its speed,"
          f" 1/{lean.memory / our.memory:.1f} of its memory")


def sixteen(bench):
    print("bench: batches of 16", file=sys.stderr)
    our, their = Side(), Side()
    bench.ours(our, "all", "brain.npy", 16, 2)
    bench.theirs(their, "brain.npy", 16, 1, LEAN_SIXTEEN)
    show(bench, f"batches of 16 (Captum: internal_batch_size={LEAN_SIXTEEN})", "brain.npy", our, None, their, SPEED_SIXTEEN)


def main():
    engine, scratch, rounds, parts = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    os.environ["OMP_NUM_THREADS"] = THREADS
    version = run([sys.executable, REFERENCE, "version"]).strip()
    bench = Bench(engine, scratch)
    print(f"VGG-16, 224 x 224, 2 classes, float32, {THREADS} threads, Captum {version}")
    if not parts or "one" in parts:
        one(bench, rounds, "brain.npy", "one image at a time, 55 % of it 0", True)
    if not parts or "whole" in parts:
        one(bench, 1, "whole.npy", "one image at a time, none of it 0", False)
    if not parts or "sixteen" in parts:
        sixteen(bench)


main()
