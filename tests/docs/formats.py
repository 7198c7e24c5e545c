# SPDX-License-Identifier: MIT
"""Checks that docs/formats.md names every group, dataset, attribute, column and key of the files in a study folder.

usage: formats.py FOLDER. Prints "ok NAME" or "not ok NAME" with the names that are missing."""

import csv
import json
import pathlib
import re
import sys

import h5py

FOLDER = pathlib.Path(sys.argv[1])
TEXT = (pathlib.Path(__file__).resolve().parents[2] / "docs/formats.md").read_text()
KNOWN = set(re.findall(r"`([^`\s]+)`", TEXT))


def names_of_h5(path):
    """Groups of explanations are methods, and their attributes the settings of `explain`: neither is listed there."""
    with h5py.File(path) as file:
        of_methods = file.attrs["format"] == "explanations"
        names = set(file.attrs)

        def visit(name, item):
            parts = name.split("/")
            if of_methods and isinstance(file[parts[0]], h5py.Group):
                names.update(parts[1:])
            else:
                names.update(parts, item.attrs)

        file.visititems(visit)
    return names


def names_of_csv(path):
    with open(path, newline="") as file:
        return set(next(csv.reader(file)))


def names_of_model(path):
    with open(path, "rb") as file:
        return set(json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"])


def names_of_json(path):
    whole = json.loads(path.read_text())
    return set(whole) | {key for stage in whole["stages"] for key in stage}


READERS = {".h5": names_of_h5, ".csv": names_of_csv, ".safetensors": names_of_model, ".json": names_of_json}


def known(name):
    """Named itself, or by the row for all columns of its kind."""
    ending = re.sub(r"_(low|high|p|p_holm|q1|q3)$", "", name)
    return name in KNOWN or ending in KNOWN


def main():
    missing = {}
    looked = 0
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in READERS and "report" not in path.parts:
            looked += 1
            for name in READERS[path.suffix](path):
                if not known(name):
                    missing.setdefault(name, path.relative_to(FOLDER))
    right = not missing and looked >= 10
    print(("ok" if right else "not ok") + " docs/formats.md names what a study folder holds")
    for name, path in sorted(missing.items()):
        print(f"    it does not name '{name}' of {path}")
    if looked < 10:
        print(f"    only {looked} files in {FOLDER}")


main()
