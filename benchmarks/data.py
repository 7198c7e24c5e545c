#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures `lesions` and `compose` against the same work in Python, in turn: what `benchmarks/run data` runs.

    data.py PROGRAM SCRATCH ROUNDS"""
import json
import os
import statistics
import subprocess
import sys
import time

THREADS = "2"
IMAGES, REFERENCE_IMAGES = 2500, 60
SUBJECTS, SLICES = 24, 8
TEMPLATE = "/usr/share/mricron/templates/ch2better.nii.gz"
# What the study's own code took on another machine: the search for lesions, and an image.
STUDY_SEARCH_SECONDS, STUDY_IMAGE_SECONDS = 5.6, 9.2e-3
REFERENCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference_data.py")


def run(command):
    """Standard output, wall seconds, processor seconds, peak memory in MB."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: exit {process.returncode}")
    return output, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Series:
    """Repeated measurements of one piece of work, per item."""

    def __init__(self, items):
        self.items, self.wall, self.processor, self.memory = items, [], [], 0

    def add(self, wall, processor, memory):
        self.wall.append(wall / self.items)
        self.processor.append(processor / self.items)
        self.memory = max(self.memory, memory)


def ours(series, command):
    """The output file of the last round is no part of this one's work."""
    if os.path.exists(command[-1]):
        os.remove(command[-1])
    _, wall, processor, memory = run(command)
    series.add(wall, processor, memory)


def theirs(series, *arguments):
    """Python's own start does not count."""
    output, _, _, memory = run([sys.executable, REFERENCE, *arguments])
    result = json.loads(output)
    series.add(result["seconds"], result["processor"], memory)


def show_study(what, our, search, target):
    """Against the study's own code, whose time for an image is scaled to this machine by the search for lesions, which
    is nearly the same work here and there."""
    machine = statistics.median(search.wall) / STUDY_SEARCH_SECONDS
    study, mine = STUDY_IMAGE_SECONDS * machine, statistics.median(our.wall)
    verdict = "reached" if mine * target <= study else "MISSED"
    print(f"{what}: the study's own code would take {1000 * study:.1f} ms on this machine (9.2 ms x {machine:.2f}, the"
          f" ratio of the searches);\n  1/{study / mine:.1f} of its time; target 1/{target}: {verdict}")


def show(what, unit, factor, our, their, target=None):
    mine, peer = statistics.median(our.wall), statistics.median(their.wall)
    cpu, peer_cpu = statistics.median(our.processor), statistics.median(their.processor)
    verdict = ""
    if target is not None:
        verdict = f"; target 1/{target}: " + ("reached" if mine * target <= peer else "MISSED")
    print(f"{what}, {unit}: median of {len(our.wall)}, {THREADS} threads")
    print(f"  {'':12} {'wall':>9} {'processor':>10} {'best wall':>10} {'peak MB':>8}")
    for name, series, wall, processor in (("lesionbench", our, mine, cpu), ("Python", their, peer, peer_cpu)):
        least = min(series.wall)
        print(f"  {name:12} {wall * factor:9.3f} {processor * factor:10.3f} {least * factor:10.3f} {series.memory:8.0f}")
    print(f"  1/{peer / mine:.1f} of Python's wall time, 1/{peer_cpu / cpu:.1f} of its processor time{verdict}")


def main():
    program, scratch, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    os.environ["OMP_NUM_THREADS"] = THREADS
    slices, lesions = os.path.join(scratch, "slices.h5"), os.path.join(scratch, "lesions.h5")
    dataset = os.path.join(scratch, "dataset.h5")
    run([program, "slices", "simulate", "--subjects", str(SUBJECTS), "--slices-per-subject", str(SLICES),
         "--template", TEMPLATE, "--size", "260x311", "-o", slices])
    search = [program, "lesions", "-o", lesions]
    compose = [program, "compose", "--slices", slices, "--lesions", lesions, "--train", str(IMAGES),
               "--validation", "1", "--holdout", "1"]
    our_lesions, their_lesions = Series(1), Series(1)
    our_images, fair_images, their_images = Series(IMAGES), Series(IMAGES), Series(REFERENCE_IMAGES)
    for i in range(rounds):
        print(f"bench: round {i + 1} of {rounds}", file=sys.stderr)
        ours(our_lesions, search)
        theirs(their_lesions, "lesions")
        ours(our_images, compose + ["-o", dataset])
        ours(fair_images, compose + ["--protocol", "fair", "-o", dataset])
        theirs(their_images, "compose", slices, lesions, str(REFERENCE_IMAGES))
    show("lesions, the study's search and 100 distractors", "s", 1, our_lesions, their_lesions, 10)
    show(f"compose, {IMAGES} images of 224 x 224", "ms per image", 1000, our_images, their_images)
    show("... protocol fair, against the same", "ms per image", 1000, fair_images, their_images)
    show_study("compose", our_images, their_lesions, 20)


main()
