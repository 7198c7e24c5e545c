#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Files from torch.save() for test_weights.c, and what PyTorch itself says is in them.

usage: weights_torch.py FOLDER. Exit code 77 where there is no PyTorch. FOLDER/cases.txt has a line
for each tensor, "FILE TENSOR TYPE SHAPE VALUES" (VALUES an .npy of float32, or "-"), and for each
file that is refused, "FILE ! part of the message".
"""
import collections
import os
import sys

try:
    import numpy
    import torch
except ImportError:
    sys.exit(77)

folder = sys.argv[1]
cases = open(os.path.join(folder, "cases.txt"), "w", encoding="utf-8")
serial = 0


def save(name, thing, **options):
    names = []
    for form, zipped in (("pt", True), ("pth", False)):
        names.append(f"{name}.{form}")
        torch.save(thing, os.path.join(folder, names[-1]), _use_new_zipfile_serialization=zipped, **options)
    return names


def expect(files, tensors):
    global serial
    for key, tensor in tensors.items():
        values = "-"
        if tensor.is_floating_point():
            serial += 1
            values = f"{serial}.npy"
            exact = tensor.detach().to(torch.float32).contiguous().numpy()
            numpy.save(os.path.join(folder, values), exact.reshape(-1))
        shape = "x".join(str(side) for side in tensor.shape) or "scalar"
        for file in files:
            print(file, key, str(tensor.dtype).replace("torch.", ""), shape, values, file=cases)


def accept(name, state, thing=None, **options):
    expect(save(name, state if thing is None else thing, **options), state)


def refuse(name, thing, part, **options):
    for file in save(name, thing, **options):
        print(file, "!", part, file=cases)


torch.manual_seed(1)
base = torch.randn(4, 6, 5)
for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool):
    accept(str(dtype).replace("torch.", ""), {"a.weight": (3 * base).to(dtype), "a.bias": base[0, 0].clone().to(dtype)})

every = torch.arange(-32768, 32768, dtype=torch.int32).to(torch.int16)
accept("every", {"half": every.view(torch.float16), "bfloat16": every.clone().view(torch.bfloat16)})
accept("rounded", {"double": torch.tensor(
    [1 + 2.0 ** -24, 1 + 3 * 2.0 ** -24, 1 + 2.0 ** -24 + 2.0 ** -50, 1e300, -1e300, 1e-45, 1e-60, 0.1, -0.0,
     float("inf"), float("nan"), 3.4028235677973366e38, 2.0 ** -150], dtype=torch.float64)})

matrix, picture = torch.randn(7, 9), torch.randn(6, 4, 3, 3)
accept("views", collections.OrderedDict([
    ("whole", base), ("part", base[1:3]), ("steps", base[1:4:2, ::3, 1::2]), ("turned", base.permute(2, 0, 1)),
    ("transposed", matrix.t()), ("column", matrix[:, 3]), ("last", matrix[6, 8]), ("scalar", torch.tensor(2.5)),
    ("nothing", torch.zeros(3, 0, 2)), ("one", matrix[2:3, 4:5]),
    ("channels_last", picture.to(memory_format=torch.channels_last)), ("diagonal", matrix.diagonal())]))
same = torch.randn(5)
accept("tied", {"one": same, "two": same, "three": same[2:]})
accept("ranks", {"eight": torch.randn(1, 2, 1, 2, 1, 2, 1, 2).transpose(1, 7)})
accept("long_names", {"x" * 200 + ".weight": same})

model = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3), torch.nn.Linear(4, 2))
state = model.state_dict()
accept("module", state)
accept("parameters", dict(model.named_parameters()))
for protocol in (3, 4, 5):
    accept(f"protocol_{protocol}", state, pickle_protocol=protocol)
optimizer = torch.optim.Adam(model.parameters())
model[2](torch.ones(1, 4)).sum().backward()
optimizer.step()
after = {"epoch": 3, "loss": 0.1, "best": None, "arguments": {"name": "x", "list": [1, 2.5, True]},
         "optimizer": optimizer.state_dict(), "generator": torch.get_rng_state()}
for key in ("state_dict", "model_state_dict", "model", "net", "network", "weights"):
    accept(f"checkpoint_{key}", state, dict(after, **{key: state}))
accept("checkpoint_in_checkpoint", state, {"model": {"state_dict": state, "epoch": 1}, "net": {}})
for number, prefix in enumerate(("module.", "_orig_mod.", "module._orig_mod.", "model.", "net.module.")):
    accept(f"prefix_{number}", state, {prefix + key: value for key, value in state.items()})
accept("number_in_state", state, dict(state, epoch=3))
mixed = {"module.a": same, "b": same}
accept("prefix_of_some", mixed)

refuse("model", model, "save model.state_dict()")
refuse("model_in_checkpoint", {"model": model}, "save model.state_dict()")
refuse("optimizer", {"optimizer": optimizer.state_dict()}, "'optimizer' is a dict")
refuse("list", [same, same], "holds a list")
refuse("tensor", same, "holds a tensor")
refuse("numbered", {1: same}, "a number as the name")
refuse("array", {"a": numpy.zeros(3)}, "'a' is an array")
refuse("sparse", {"a": torch.eye(3).to_sparse()}, "_rebuild_sparse_tensor")
refuse("expanded", {"a": torch.ones(1).expand(5)}, "repeats its storage")
refuse("complex", {"a": torch.zeros(2, dtype=torch.complex64)}, "ComplexFloatStorage")
refuse("nine_axes", {"a": torch.zeros(1, 1, 1, 1, 1, 1, 1, 1, 1)}, "axes")
torch.jit.script(torch.nn.Linear(2, 2)).save(os.path.join(folder, "script.pt"))
print("script.pt ! TorchScript", file=cases)
numpy.savez(os.path.join(folder, "arrays.npz"), a=numpy.zeros(3))
print("arrays.npz ! not from torch.save()", file=cases)
cases.close()
