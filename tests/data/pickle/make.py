#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the pickles beside it: the same values in each protocol, NumPy's arrays (1.24) and PyTorch's tensors (1.13)
among them, and two small files of lesions. tests/unit/test_pickle.c knows the values."""
import pickle
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent

shared = [7]
COMMON = [
    None, True, False, 0, -1, 200, 65535, -300, 70000, 1 << 40, -(1 << 63), 1.5, -2e300, "", "\u00e9\u20ac\U0001f600\n\\u",
    b"", b"\x00\xff'\n", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), {"k": 1, "l": [2.5]}, {5}, frozenset([6]),
    OrderedDict([("o", 1), ("p", 2)]), shared, shared, {3: (4,)},
]
ARRAYS = [
    np.arange(6.0).reshape(2, 3), np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3)), np.arange(3, dtype=">i4"),
    np.array([-2, 3], "i1"), np.array([-2, 300], "i2"), np.array([-1 << 62, 5]), np.array([255, 1], "u1"),
    np.array([65535, 1], "u2"), np.array([(1 << 32) - 1], "u4"), np.array([7], "u8"), np.array([True, False]),
    np.array([1.5, -65504, 6e-8, np.inf], "f2"), np.array(2.5), np.zeros((0, 3)), np.array([2.5], ">f8"),
    np.float64(0.25), np.float32(0.5), np.int64(-7), np.bool_(True), np.uint8(9),
    np.array(["sub-1", "\u00e9"]), np.array([["a", "b"], ["c", "d"]], ">U2"), np.array([b"xy", b"z"]),
    np.array([np.arange(2), "t"], dtype=object), np.asfortranarray(np.array([[1, 2, 3], [4, 5, None]], dtype=object)),
]
base = torch.arange(6.0).reshape(2, 3)
TENSORS = {
    "w": base, "t": base.t(), "v": base[1, 1:], "s": torch.tensor(3.5), "b": torch.tensor([1.5, -3]).bfloat16(),
    "p": torch.nn.Parameter(torch.tensor([True, False]), requires_grad=False), "e": torch.zeros(0, 2), "z": torch.Size([2]),
}
MASK = np.array([[0, 0.5, 0], [0.25, 1, 0.25]])
ROUND = [[MASK, np.float64(0.857)], [MASK.T * 0.5, 0.8]]
IRREGULAR = [[np.ones((1, 4)), np.float64(0.258)]]


def write(name, value, protocol):
    (HERE / f"{name}.pkl").write_bytes(pickle.dumps(value, protocol))


for p in range(6):
    write(f"common_{p}", COMMON, p)
    write(f"arrays_{p}", ARRAYS, p)
for p in (1, 2, 4):
    write(f"tensors_{p}", TENSORS, p)
write("round", ROUND, 4)
write("irregular", IRREGULAR, 2)
