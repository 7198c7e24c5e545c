#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures the network engine against PyTorch on the same work, in turn: what `benchmarks/run engine` runs.

    engine.py ENGINE SCRATCH ROUNDS"""
import json
import os
import statistics
import subprocess
import sys

THREADS, BATCHES = "2", 6
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference_engine.py")
# What, its name, the target ratio, and the convolutions' multiplications and additions per image in units of 1e9: VGG-16
# has 30.7 forward; backward to activations and to weights as much again, but for the first layer's input.
WORK = (("predict", "prediction", 3.5, 30.7), ("all", "training, degree all", 3, 91.9), ("1", "training, degree 1", 8, 7.4))


def run(command, environment=None):
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment)
    if result.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: exit {result.returncode}")
    return json.loads(result.stdout)


class Side:
    """One program's rounds of one piece of work."""

    def __init__(self):
        self.medians, self.least, self.memory, self.results = [], [], 0, None

    def add(self, answer):
        self.medians.append(statistics.median(answer["seconds"]))
        self.least.append(min(answer["seconds"]))
        self.memory = max(self.memory, answer["megabytes"])
        self.results = answer["results"]


def peer_environment():
    """OpenBLAS picks its own kernels."""
    environment = dict(os.environ)
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        environment.pop(name, None)
    return environment


def difference(a, b):
    scale = max(abs(value) for value in b)
    return max(abs(x - y) for x, y in zip(a, b)) / scale


def show(name, target, operations, our, exact, their):
    mine, peer = statistics.median(our.medians), statistics.median(their.medians)
    ratios = [t / o for o, t in zip(our.medians, their.medians)]
    print(f"{name}: s/image, median and least of {len(our.medians)} rounds; peak MB")
    for who, side in (("lesionbench", our), ("  --convolution direct", exact), ("PyTorch", their)):
        print(f"  {who:24} {statistics.median(side.medians):9.4f} {min(side.least):9.4f} {side.memory:7.0f}")
    verdict = "reached" if peer / mine >= target else "MISSED"
    print(f"  {peer / mine:.2f} times PyTorch's speed (by rounds {min(ratios):.2f} to {max(ratios):.2f}); target {target}: {verdict}")
    print(f"  direct convolution would need {operations / mine:.0f} Gflop/s for this time")
    what = "logits" if len(our.results) > 1 else "loss"
    print(f"  {what}: relative difference {difference(our.results, their.results):.1e}")


def main():
    engine, scratch, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    os.environ["OMP_NUM_THREADS"] = THREADS
    run_python = [sys.executable, REFERENCE]
    subprocess.run([*run_python, "make", scratch], check=True)
    model, images = os.path.join(scratch, "model.pth"), os.path.join(scratch, "images.npy")
    sides = {work: (Side(), Side(), Side()) for work, *_ in WORK}
    for i in range(rounds):
        print(f"bench: round {i + 1} of {rounds}", file=sys.stderr)
        for work, *_ in WORK:
            our, exact, their = sides[work]
            our.add(run([engine, work, model, images, str(BATCHES), "fastest", "f32"]))
            their.add(run([*run_python, work, scratch, str(BATCHES)], peer_environment()))
            exact.add(run([engine, work, model, images, str(BATCHES), "direct", "f32"]))
    print(f"VGG-16, 224 x 224, float32, batch 32, {THREADS} threads")
    for work, name, target, operations in WORK:
        show(name, target, operations, *sides[work])
    peak = run([*run_python, "peak", scratch, "1"], peer_environment())
    print(f"the machine: {peak['gigaflops']:.0f} Gflop/s in a product of matrices of 4096 x 4096,"
          f" {peak['gigabytes']:.0f} GB/s in adding one large array to another")


main()
