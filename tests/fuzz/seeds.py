#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Small valid files, and a few that are nearly so: what fuzzing starts from.

usage: seeds.py CORPUS_FOLDER. Wants numpy, nibabel, Pillow and torch.
"""
import collections
import gzip
import io
import json
import os
import pickle
import pickletools
import struct
import sys
import zipfile

import nibabel
import numpy
import torch

import pictures


def save(target, name, data):
    folder = os.path.join(sys.argv[1], target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as stream:
        stream.write(data)


def squeeze(data):
    return gzip.compress(data, 9, mtime=0)


def nifti():
    values = numpy.arange(24, dtype="i2").reshape(2, 3, 4)
    turned = numpy.array([[0, -2.0, 0, 3], [1.5, 0, 0, -4], [0, 0, 1, 5], [0, 0, 0, 1]])
    for version, kind in ((1, nibabel.Nifti1Image), (2, nibabel.Nifti2Image)):
        for dtype in "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split():
            save("nifti", f"v{version}_{dtype}", kind(values.astype(dtype), turned, dtype=dtype).to_bytes())
        big = kind(values.astype(">i2"), turned, kind.header_class(endianness=">"))
        save("nifti", f"v{version}_big_endian", big.to_bytes())
        scaled = kind(values.astype("i2"), turned)
        scaled.header.set_slope_inter(0.5, -3)
        save("nifti", f"v{version}_slope", scaled.to_bytes())
        oblique = kind(values.astype("u1"), None)
        oblique.set_qform(turned, 1)
        oblique.set_sform(None, 0)
        save("nifti", f"v{version}_qform", oblique.to_bytes())
        plain = kind(values.astype("u1"), None)
        save("nifti", f"v{version}_no_orientation", plain.to_bytes())
        for name, array in (("one_volume_of_four_axes", values[..., None]), ("two_axes", values[0]),
                            ("two_volumes", numpy.stack([values, values], 3)),
                            ("complex", values.astype("c8"))):
            array = array if name == "complex" else array.astype("u1")
            save("nifti", f"v{version}_{name}", kind(array, turned).to_bytes())
        whole = kind(values.astype("f4"), turned).to_bytes()
        save("nifti", f"v{version}.gz", squeeze(whole))
        save("nifti", f"v{version}_truncated", whole[:-5])
        save("nifti", f"v{version}_truncated.gz", squeeze(whole)[:-5])
        save("nifti", f"v{version}_two_members.gz", squeeze(whole[:400]) + squeeze(whole[400:]))
        pair = (nibabel.Nifti1Pair if version == 1 else nibabel.Nifti2Pair)(values.astype("u1"), turned)
        save("nifti", f"v{version}_pair", pair.header.binaryblock + values.astype("u1").T.tobytes())
        zeros = kind(numpy.zeros((32, 32, 32), "u1"), turned).to_bytes()
        save("nifti", f"v{version}_zeros.gz", squeeze(zeros))
    rgb = numpy.zeros((2, 2, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    save("nifti", "v1_rgb", nibabel.Nifti1Image(rgb, turned).to_bytes())
    extended = nibabel.Nifti1Image(values.astype("u1"), turned)
    extended.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"seed"))
    save("nifti", "v1_extension", extended.to_bytes())
    values = values.astype("f4")
    values[0, 0] = numpy.nan, numpy.inf, -numpy.inf, 1e38
    save("nifti", "v1_not_finite", nibabel.Nifti1Image(values, turned).to_bytes())


def npy():
    for dtype in "u1 i1 i2 u4 i4 i8 f2 f4 f8 b1 c8 >f4 U3 S2 O".split():
        stream = io.BytesIO()
        numpy.save(stream, numpy.arange(6).reshape(2, 3).astype(dtype))
        save("npy", "type_" + dtype.replace(">", "big_"), stream.getvalue())
    for version in (1, 0), (2, 0), (3, 0):
        stream = io.BytesIO()
        numpy.lib.format.write_array(stream, numpy.arange(4, dtype="f4"), version)
        save("npy", f"version_{version[0]}", stream.getvalue())
    for shape in (), (0,), (1,), (2, 0, 3), (1, 2, 1, 2, 1, 2, 1, 2), (1,) * 9:
        stream = io.BytesIO()
        numpy.save(stream, numpy.zeros(shape, "u1"))
        save("npy", "shape_" + "x".join(map(str, shape)), stream.getvalue())
    stream = io.BytesIO()
    numpy.save(stream, numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)))
    save("npy", "fortran", stream.getvalue())
    save("npy", "truncated", stream.getvalue()[:-1])
    stream = io.BytesIO()
    numpy.save(stream, numpy.zeros(2, [("a", "f4"), ("b", "i2", 3)]))
    save("npy", "structured", stream.getvalue())
    for name, text in (("overflow", "(4294967296, 4294967296, 3)"), ("claims", "(1099511627776,)"),
                       ("negative", "(-1,)"), ("long", "(" + "9" * 40 + ",)"), ("nested", "((1,),)")):
        text = "{'descr': '<f8', 'fortran_order': False, 'shape': " + text + ", }\n"
        save("npy", "shape_" + name, b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text.encode())
    text = b'{"shape" : ( 2 ), "descr":"|u1" ,\t"fortran_order":True}'
    save("npy", "loose", b"\x93NUMPY\2\0" + struct.pack("<I", len(text)) + text + b"ab")


def idx_file(shape, kind=8):
    count = 1
    for side in shape:
        count *= side
    data = bytes(i % 251 for i in range(count))
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, kind, len(shape), *shape) + data


def idx():
    for shape in (3,), (2, 3), (2, 3, 4), (2, 1, 2, 3), (0,), (2, 0, 2), (1,) * 8, (1,) * 9:
        save("idx", "shape_" + "x".join(map(str, shape)), idx_file(shape))
    for kind in 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0xFF:
        save("idx", f"type_{kind:02x}", idx_file((2, 2), kind))
    whole = idx_file((4, 8, 8))
    save("idx", "images.gz", squeeze(whole))
    save("idx", "truncated", whole[:-3])
    save("idx", "truncated.gz", squeeze(whole)[:-3])
    save("idx", "trailing", whole + b"x")
    save("idx", "bomb.gz", squeeze(struct.pack(">BBBBI", 0, 0, 8, 1, 100000) + bytes(100000)))
    save("idx", "huge", struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    save("idx", "empty_but_huge", struct.pack(">BBBB3I", 0, 0, 8, 3, 0, 2**32 - 1, 2**32 - 1))


def csv():
    for name, text in {
        "plain": "a,b,c\n1,2,3\n4,5.5,-6e3\n",
        "no_newline": "a,b\n1,2",
        "windows": "a,b\r\n1,2\r\n",
        "old_mac": "a,b\r1,2\r",
        "quoted": 'a,"b, c","d ""e"""\n"1\n2",,"\r\n"\n',
        "mark": "\ufeffname,value\nx,1\n",
        "empty_fields": ",,\n,,\n",
        "one_column": "a\n\n\n1\n",
        "unended": 'a,b\n"1,2\n',
        "behind_a_quote": 'a,b\n"1"x,2\n',
        "uneven": "a,b\n1,2,3\n",
        "inside_a_quote": 'a,b\n1 "2",3\n',
        "numbers": "a\nnan\ninf\n1e999\n0x1p3\n 1\n1 \n1,\n",
        "twice": "a,a\n1,2\n",
        "accents": "sujet,âge\nÉ,1\n",
        "zero": "a,b\n1,\0\n",
        "nothing": "",
        "line_end": "\n",
        "participants.tsv": "participant_id\tage\tsex\nsub-01\t23\tF\nsub-02\tn/a\tM\n",
        "windows.tsv": "participant_id\tsex\r\nsub-01\tF\r\n",
        "quoted.tsv": 'participant_id\t"group, of"\nsub-01\t"a\tb"\n',
    }.items():
        save("csv", name, text.encode())
    save("csv", "latin_1", b"\xe9t\xe9,b\n\xff,2\n")


def tensors_file(header, data=b"", padding=0):
    text = json.dumps(header, separators=(",", ":")).encode() + b" " * padding
    return struct.pack("<Q", len(text)) + text + data


def safetensors():
    def tensor(dtype, shape, begin, end):
        return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}

    two = {"a": tensor("F32", [2, 2], 0, 16), "b.weight": tensor("F32", [1], 16, 20)}
    save("safetensors", "two", tensors_file(two, bytes(range(20))))
    save("safetensors", "aligned", tensors_file(two, bytes(20), -len(tensors_file(two)) % 8))
    save("safetensors", "metadata", tensors_file({"__metadata__": {"k": "v", "é": "\n"}, **two}, bytes(20)))
    save("safetensors", "empty", tensors_file({}))
    save("safetensors", "overlap", tensors_file({"a": two["a"], "b": tensor("F32", [1], 12, 16)}, bytes(16)))
    save("safetensors", "gap", tensors_file({"a": tensor("F32", [1], 4, 8)}, bytes(8)))
    save("safetensors", "truncated", tensors_file(two, bytes(19)))
    save("safetensors", "trailing", tensors_file(two, bytes(21)))
    save("safetensors", "overflow", tensors_file({"a": tensor("F32", [2**52, 2**52], 0, 0)}))
    save("safetensors", "negative", tensors_file({"a": tensor("F32", [-1], 0, 4)}, bytes(4)))
    save("safetensors", "no_axes", tensors_file({"a": tensor("F32", [], 0, 4)}, bytes(4)))
    save("safetensors", "no_elements", tensors_file({"a": tensor("F32", [0, 3], 0, 0),
                                                     "b": tensor("F64", [0], 0, 0)}))
    save("safetensors", "axes", tensors_file({"a": tensor("U8", [1] * 9, 0, 1)}, bytes(1)))
    offset, kinds = 0, {}
    for dtype, size in ("F64", 8), ("F16", 2), ("BF16", 2), ("I64", 8), ("U8", 1), ("BOOL", 1), ("X", 4):
        kinds[dtype] = tensor(dtype, [3], offset, offset + 3 * size)
        offset += 3 * size
        save("safetensors", f"type_{dtype}", tensors_file(kinds, bytes(offset)))
    twice = b'{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}'
    save("safetensors", "twice", struct.pack("<Q", len(twice)) + twice + bytes(2))
    save("safetensors", "deep", struct.pack("<Q", 600) + b"[" * 600)
    save("safetensors", "huge_header", struct.pack("<Q", 2**63) + b"{}")


class Call:
    """Pickles as a call of a function, which Python would run when it reads it."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def pickles():
    values = numpy.arange(6, dtype="f8").reshape(2, 3)
    plain = {"a": [1, 2.5, "text", b"bytes", None, True], "b": (1, (2, [3])), 3: -(2**40), "é": {1, 2}}
    shared = [1, 2]
    for protocol in range(6):
        def put(name, value, protocol=protocol):
            save("pickle", f"p{protocol}_{name}", pickle.dumps(value, protocol))

        put("plain", plain)
        put("array", values)
        put("slices", ([values.astype("f4"), values[:1]], [0, 1], [23.5, float("nan")]))
        put("shared", [shared, shared, {"again": shared}])
        put("system", Call(os.system, "true"))
    for dtype in "u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 b1 >f4 >i2 c8 S3 U2 O M8[s]".split():
        array = numpy.zeros((2, 2), dtype)
        save("pickle", "type_" + dtype.replace(">", "big_"), pickle.dumps(array, 2))
        if dtype[0] in "uif":
            save("pickle", "scalar_" + dtype, pickle.dumps(numpy.dtype(dtype).type(3), 4))
    save("pickle", "fortran", pickle.dumps(numpy.asfortranarray(values), 4))
    save("pickle", "out_of_band", pickle.dumps(pickle.PickleBuffer(b"abc"), 5))
    save("pickle", "structured", pickle.dumps(numpy.zeros(2, [("a", "f4"), ("b", "i2")]), 2))
    save("pickle", "no_axes", pickle.dumps(numpy.array(3.0), 4))
    save("pickle", "empty_array", pickle.dumps(numpy.zeros((0, 3)), 4))
    save("pickle", "ragged", pickle.dumps(numpy.array([values, None, "x"], dtype=object), 4))
    save("pickle", "bytearray", pickle.dumps(bytearray(b"abc"), 5))
    save("pickle", "frozenset", pickle.dumps(frozenset([1, 2]), 4))
    save("pickle", "ordered", pickle.dumps(collections.OrderedDict(a=1, b=values), 2))
    save("pickle", "big_integers", pickle.dumps([2**31, 2**63 - 1, -(2**63), 2**64, 2**100], 2))
    save("pickle", "global", pickle.dumps(os.path.join, 2))
    endless = []
    endless.append(endless)
    save("pickle", "endless", pickle.dumps(endless, 2))
    deep = []
    for _ in range(200):
        deep = [deep]
    save("pickle", "deep", pickle.dumps(deep, 2))
    laughs = ["ha"]
    for _ in range(40):
        laughs = [laughs, laughs]
    save("pickle", "laughs", pickle.dumps(laughs, 2))
    save("pickle", "long_claim", b"\x80\x04\x8e" + struct.pack("<Q", 2**62) + b"abc.")
    save("pickle", "two", pickle.dumps(1, 2) + pickle.dumps(2, 2))
    save("pickle", "truncated", pickle.dumps(plain, 4)[:-7])
    weights = {"weight": torch.arange(6.0).reshape(2, 3), "turned": torch.arange(6.0).reshape(2, 3).t(),
               "half": torch.zeros(2, dtype=torch.float16), "spread": torch.ones(1).expand(4),
               "steps": torch.nn.Parameter(torch.ones(2))}
    stream = io.BytesIO()
    torch.save(weights, stream)
    with zipfile.ZipFile(stream) as archive:
        save("pickle", "torch_zip", archive.read("archive/data.pkl"))
    stream = io.BytesIO()
    torch.save(weights, stream, _use_new_zipfile_serialization=False)
    legacy = io.BytesIO(stream.getvalue())
    pickles_of = []
    for _ in range(4):
        start = legacy.tell()
        for opcode, _argument, _position in pickletools.genops(legacy):
            if opcode.name == "STOP":
                break
        pickles_of.append(stream.getvalue()[start:legacy.tell()])
    save("pickle", "torch_legacy", pickles_of[3])
    save("pickle", "torch_plain", pickle.dumps(weights["weight"], 2))


def weights():
    torch.manual_seed(0)
    module = torch.nn.Linear(2, 3)
    tensors = module.state_dict()
    shared = torch.arange(4.0)
    kinds = {str(t).split(".")[1]: torch.ones(2, dtype=t) for t in
             (torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.uint8, torch.bool)}
    for zipped in True, False:
        def put(name, value, zipped=zipped):
            stream = io.BytesIO()
            torch.save(value, stream, _use_new_zipfile_serialization=zipped)
            save("weights", ("zip_" if zipped else "legacy_") + name, stream.getvalue())
            return stream.getvalue()

        whole = put("state", tensors)
        put("checkpoint", {"epoch": 3, "state_dict": {"module." + k: v for k, v in tensors.items()}})
        put("types", kinds)
        put("shared", {"a": shared, "b": shared[1:3], "c": shared.reshape(2, 2).t()})
        if zipped:  # the legacy format would hold the class's source text
            put("module", module)
        put("empty", {})
        put("list", [1, 2])
        name = "zip_" if zipped else "legacy_"
        save("weights", name + "truncated", whole[:-30])
        save("weights", name + "trailing", whole + b"more")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({}, 2))
        archive.writestr("archive/version", "3\n")
    save("weights", "zip_compressed", stream.getvalue())
    save("weights", "tensors", tensors_file({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)))


def torch_parts():
    base = torch.arange(12.0).reshape(3, 4)
    states = {
        "views": {"a": base, "b": base[1:, ::2], "c": base.t(), "d": base[0, 0], "e": torch.zeros(2, 0)},
        "half": {"h": base.to(torch.float16), "b": base[0].clone().to(torch.bfloat16)},
        "double": {"d": base.to(torch.float64), "l": torch.arange(3)},
        "checkpoint": {"epoch": 3, "model": {"module.w": base, "module.b": base[0].clone()}},
        "parameter": {"p": torch.nn.Parameter(base)},
    }
    for name, state in states.items():
        for zipped in True, False:
            stream = io.BytesIO()
            torch.save(state, stream, _use_new_zipfile_serialization=zipped)
            if zipped:
                with zipfile.ZipFile(stream) as archive:
                    pickled = archive.read("archive/data.pkl")
                    storages = [archive.read(n) for n in archive.namelist() if n.startswith("archive/data/")]
                rest = bytes([len(storages[0])]) + b"".join(storages)
            else:
                legacy = io.BytesIO(stream.getvalue())
                for _ in range(4):  # the number, the version, the system, the object
                    start = legacy.tell()
                    for opcode, _argument, _position in pickletools.genops(legacy):
                        if opcode.name == "STOP":
                            break
                pickled, rest = stream.getvalue()[start:legacy.tell()], legacy.read()
            save("torch", ("zip_" if zipped else "legacy_") + name, struct.pack("<H", len(pickled)) + pickled + rest)


def images():
    for target, whole, spoiled in zip(("png", "jpeg"), (pictures.pngs(), pictures.jpegs()), pictures.spoiled()):
        for name, data in whole.items():
            save(target, name, data)
        for name, data in spoiled.items():
            save(target, "spoiled_" + name, data)


if len(sys.argv) != 2:
    sys.exit(__doc__)
for make in nifti, npy, idx, csv, safetensors, pickles, weights, torch_parts, images:
    make()
