#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the checkpoints here, with PyTorch 2: weights among all that training scripts put beside them.
Run it in this folder. The names of its classes are those of no module that a reader could have."""
import argparse, collections, datetime, decimal, enum, fractions, functools, pathlib, uuid
import numpy, torch


class Kind(enum.Enum):
    A = 1


class Custom:
    def __init__(self):
        self.tensor = torch.ones(2)


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 3


class Named:
    def __new__(cls, *, a=0):
        return object.__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"a": 1}


Point = collections.namedtuple("Point", "x y")
net = torch.nn.Linear(3, 2)
with torch.no_grad():
    net.weight.copy_(torch.arange(6).reshape(2, 3))
    net.bias.copy_(torch.tensor([0.5, -1]))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [1, 2])
net(torch.ones(1, 3)).sum().backward()
optimizer.step()
with torch.no_grad():
    net.weight.copy_(torch.arange(6).reshape(2, 3))
    net.bias.copy_(torch.tensor([0.5, -1]))
beside = {
    "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("/tmp/run"), kind=Kind.A),
    "path": pathlib.PurePosixPath("a/b"),
    "date": datetime.datetime(2024, 5, 6, 7, 8),
    "took": datetime.timedelta(hours=1),
    "log": collections.defaultdict(list, {"loss": [1.0]}),
    "schedule": schedule.state_dict(),
    "optimizer": optimizer.state_dict(),
    "dtype": torch.float32,
    "device": torch.device("cpu"),
    "size": torch.Size([1, 2]),
    "scalar": numpy.float32(3),
    "numpy": numpy.arange(3),
    "numpy_dtype": numpy.dtype("f4"),
    "random": numpy.random.RandomState(0).get_state(),
    "generator": numpy.random.default_rng(0),
    "ordered": collections.OrderedDict(a=1),
    "counter": collections.Counter("aab"),
    "queue": collections.deque([1, 2], maxlen=3),
    "partial": functools.partial(max, 1),
    "custom": Custom(),
    "slots": Slots(),
    "named": Named(a=1),
    "point": Point(1, 2),
    "kinds": {Kind.A: 1, pathlib.PurePosixPath("x"): 2, 1 + 2j: 3, frozenset([Kind.A]): 4},
    "set": {1, Kind.A},
    "decimal": decimal.Decimal("1.5"),
    "fraction": fractions.Fraction(1, 3),
    "uuid": uuid.UUID(int=2**127),
    "large": 10**40,
    "range": range(3),
    "slice": slice(1, 2),
    "class": Custom,
    "function": len,
    "error": ValueError("x"),
    "bytearray": bytearray(b"ab"),
    "parameter": torch.nn.Parameter(torch.ones(3)),
    "int16": torch.ones(2).to(torch.uint16),
    "sparse": torch.eye(2).to_sparse(),
}
for name, modern, more in (("zip", True, {"complex": torch.ones(2, dtype=torch.complex64)}), ("legacy", False, {})):
    torch.save({"epoch": 3, **beside, **more, "state_dict": net.state_dict()}, f"checkpoint_{name}.pth",
               _use_new_zipfile_serialization=modern)
# What is no tensor among the weights, too.
state = collections.OrderedDict(net.state_dict())
state["version"] = 3
state["args"] = argparse.Namespace(lr=0.1)
torch.save(state, "checkpoint_mixed.pth")
# Tensors of forms that are not read.
torch.save({"weight": torch.eye(2).to_sparse(), "bias": torch.ones(2)}, "checkpoint_sparse.pth")
torch.save({"weight": torch.ones(1).expand(4)}, "checkpoint_expanded.pth")
