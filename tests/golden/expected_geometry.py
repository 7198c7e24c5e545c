#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_geometry.h: the affines and voxel sizes that nibabel reads from odd NIfTI headers.
A header with a message is refused: nibabel refuses it as well, or guesses where other programs guess
differently, or ignores what matters. Wants numpy and nibabel."""
import logging
import math
import tempfile

import nibabel
import numpy as np

logging.disable(logging.CRITICAL)
SHAPE = (3, 2, 2)
PLAIN = dict(pixdim=(1, 2, 3, 4), qform_code=0, sform_code=0, xyzt_units=2, quatern=(0, 0, 0), qoffset=(5, -6, 7),
             srow=((0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)))
SFORM = dict(sform_code=1, srow=((2, 0, 0, -10), (0, 3, 0, -20), (0, 0, 4, -30)))
OTHER = dict(sform_code=2, srow=((0, 0, 1.5, -10), (-2.5, 0, 0, -20), (0, 3.5, 0, -30)))
QFORM = dict(qform_code=1)
OBLIQUE = dict(qform_code=2, quatern=(0.1, -0.3, 0.25))
NAN, INF = math.nan, math.inf

# name, fields, what the message has where the header is refused
ROWS = [
    ("sform alone", SFORM, None),
    ("qform alone", QFORM, None),
    ("both, alike", {**QFORM, **SFORM}, None),
    ("both, different", {**OBLIQUE, **OTHER}, None),
    ("neither", {}, None),
    ("neither, negative pixdim", dict(pixdim=(1, -2, 3, -4)), None),
    ("sform, other pixdim", {**OTHER, "pixdim": (1, 1, 1, 1)}, None),
    ("sform, negative pixdim", {**SFORM, "pixdim": (1, -2, -3, -4)}, None),
    ("sform, zero pixdim", {**SFORM, "pixdim": (0, 0, 0, 0)}, None),
    ("sform, NaN pixdim", {**SFORM, "pixdim": (NAN, NAN, 3, 4)}, None),
    ("sform, NaN qoffset", {**QFORM, **SFORM, "qoffset": (NAN, 0, 0)}, None),
    ("qform, negative x", {**QFORM, "pixdim": (1, -2, 2, 2)}, None),
    ("qform, all negative", {**OBLIQUE, "pixdim": (1, -2, -3, -4)}, None),
    ("qform, negative, qfac -1", {**OBLIQUE, "pixdim": (-1, 2, 3, -4)}, None),
    ("qform, zero x", {**QFORM, "pixdim": (1, 0, 2, 2)}, "pixdim[1] is 0"),
    ("qform, NaN y", {**QFORM, "pixdim": (1, 2, NAN, 2)}, "pixdim[2] is nan"),
    ("qform, infinite z", {**QFORM, "pixdim": (1, 2, 2, INF)}, "pixdim[3] is inf"),
    ("neither, zero z", dict(pixdim=(1, 2, 2, 0)), "pixdim[3] is 0"),
    ("qfac -1", {**OBLIQUE, "pixdim": (-1, 2, 3, 4)}, None),
    ("qfac 0", {**OBLIQUE, "pixdim": (0, 2, 3, 4)}, None),
    ("qfac NaN", {**OBLIQUE, "pixdim": (NAN, 2, 3, 4)}, None),
    ("qfac 2", {**OBLIQUE, "pixdim": (2, 2, 3, 4)}, None),
    ("qfac -2", {**OBLIQUE, "pixdim": (-2, 2, 3, 4)}, "pixdim[0] (qfac) is -2"),
    ("sform, qfac -2", {**OBLIQUE, **SFORM, "pixdim": (-2, 2, 3, 4)}, None),
    ("oblique", OBLIQUE, None),
    ("half a turn", {**QFORM, "quatern": (0, 1, 0)}, None),
    ("half a turn, oblique", {**QFORM, "quatern": (0.6, 0.8, 0)}, None),
    ("half a turn, rounded", {**QFORM, "quatern": (3**-0.5, 3**-0.5, 3**-0.5)}, None),
    ("nearly half a turn", {**QFORM, "quatern": (0.7071067, 0.7071067, 0.0001)}, None),
    ("long quaternion", {**QFORM, "quatern": (1, 1, 0)}, "longer than 1"),
    ("NaN quaternion", {**QFORM, "quatern": (NAN, 0, 0)}, "not finite"),
    ("NaN qoffset", {**QFORM, "qoffset": (NAN, 0, 0)}, "not finite"),
    ("NaN srow", {**QFORM, "sform_code": 1, "srow": ((NAN, 0, 0, 0), (0, 2, 0, 0), (0, 0, 2, 0))}, "not finite"),
    ("infinite srow", {"sform_code": 1, "srow": ((2, 0, 0, INF), (0, 2, 0, 0), (0, 0, 2, 0))}, "not finite"),
    ("sheared", {"sform_code": 3, "srow": ((2, 0.7, -0.4, 1), (0.1, 3, 0.9, 2), (-0.3, 0.2, 4, 3))}, None),
    ("mirrored", {"sform_code": 4, "srow": ((-2, 0, 0, 90), (0, 3, 0, -126), (0, 0, 4, -72))}, None),
    ("of a template", {**SFORM, "sform_code": 5}, None),
    ("zero sform", {**QFORM, "sform_code": 1}, "without a volume"),
    ("flat sform", {"sform_code": 1, "srow": ((2, 2, 0, 0), (2, 2, 0, 0), (0, 0, 2, 0))}, "without a volume"),
    ("negative sform_code", {**OBLIQUE, **SFORM, "sform_code": -1}, None),
    ("odd sform_code", {**OBLIQUE, **SFORM, "sform_code": 77}, "sform_code is 77"),
    ("odd qform_code", {**OBLIQUE, "qform_code": 9}, "qform_code is 9"),
    ("odd qform_code, sform", {**OBLIQUE, **SFORM, "qform_code": 9}, None),
    ("metres", {"sform_code": 1, "xyzt_units": 1 + 8,
                "srow": ((0.002, 0, 0, -0.01), (0, 0.003, 0, -0.02), (0, 0, 0.004, -0.03))}, None),
    ("metres, qform", {**OBLIQUE, "xyzt_units": 1, "pixdim": (-1, 0.002, 0.003, 0.004),
                       "qoffset": (0.005, -0.006, 0.007)}, None),
    ("microns", {**OBLIQUE, "xyzt_units": 3, "pixdim": (1, 20, 30, 40), "qoffset": (500, -600, 700)}, None),
    ("microns, neither", {"xyzt_units": 3, "pixdim": (1, 20, 30, 40)}, None),
    ("metres that are mm", {**SFORM, "xyzt_units": 1}, "xyzt_units says metres"),
    ("microns that are mm", {**SFORM, "xyzt_units": 3, "srow": ((.9, 0, 0, 0), (0, .9, 0, 0), (0, 0, .9, 0))},
     "xyzt_units says microns"),
    ("no unit", {**SFORM, "xyzt_units": 0}, None),
    ("unknown unit", {**SFORM, "xyzt_units": 7}, None),
]


def write(path, kind, fields, swapped):
    header = kind()
    raw = header._structarr
    raw["dim"][:4] = (3, *SHAPE)
    raw["datatype"], raw["bitpix"], raw["vox_offset"] = 2, 8, kind.single_vox_offset
    raw["pixdim"][:4] = fields["pixdim"]
    for name in ("qform_code", "sform_code", "xyzt_units"):
        raw[name] = fields[name]
    raw["quatern_b"], raw["quatern_c"], raw["quatern_d"] = fields["quatern"]
    raw["qoffset_x"], raw["qoffset_y"], raw["qoffset_z"] = fields["qoffset"]
    raw["srow_x"], raw["srow_y"], raw["srow_z"] = fields["srow"]
    block = raw.byteswap() if swapped else raw
    with open(path, "wb") as stream:
        stream.write(block.tobytes() + bytes(4) + bytes(12))


def read(kind, fields, swapped):
    with tempfile.NamedTemporaryFile(suffix=".nii") as file:
        write(file.name, kind, fields, swapped)
        try:
            image = nibabel.load(file.name)
        except (ValueError, nibabel.spatialimages.HeaderDataError):
            return None
        placed = image.header["sform_code"] > 0 or image.header["qform_code"] > 0
        scale = {1: 1e3, 3: 1e-3}.get(fields["xyzt_units"] & 7, 1)
        affine, zooms = image.affine[:3].astype(float) * scale, np.array(image.header.get_zooms(), float) * scale
        if not placed:  # nibabel then guesses the side and the centre
            affine = np.c_[np.diag(zooms), np.zeros(3)]
        return affine, nibabel.affines.voxel_sizes(np.r_[affine, [[0, 0, 0, 1]]]), placed


def number(value):
    value = float(value)
    return "NAN" if math.isnan(value) else "INFINITY" if math.isinf(value) else f"{value:.17g}"


def braces(values):
    flat = np.asarray(values, dtype=float)
    return "{" + ", ".join(braces(v) if v.ndim else number(v) for v in flat) + "}"


print("/* SPDX-License-Identifier: MIT */\n/* Made by expected_geometry.py. Do not edit. */")
print("#ifndef LB_EXPECTED_GEOMETRY_H\n#define LB_EXPECTED_GEOMETRY_H\n\n#include <math.h>\n#include <stdbool.h>\n")
print("static const struct {\n    const char *name;\n    double pixdim[4];\n    int qform_code, sform_code, xyzt_units;")
print("    double quatern[3], qoffset[3], srow[3][4];\n    const char *refused; /* in the message; NULL: read */")
print("    bool placed;\n    double affine[2][3][4]; /* of NIfTI-1 and -2; mm */\n    double spacing[2][3];\n} HEADERS[] = {")
for name, given, message in ROWS:
    fields = {**PLAIN, **given}
    found = [read(kind, fields, swapped) for kind in (nibabel.Nifti1Header, nibabel.Nifti2Header)
             for swapped in (False, True)]
    if message is None:
        assert all(f is not None and np.isfinite(f[0]).all() for f in found), name
        for one, other in zip(found[::2], found[1::2]):
            assert np.array_equal(one[0], other[0]), name
        place, placed = found[::2], found[0][2]
    else:
        place, placed = [(np.zeros((3, 4)), np.zeros(3))] * 2, False
    print(f'    {{"{name}", {braces(fields["pixdim"])}, {fields["qform_code"]}, {fields["sform_code"]}, '
          f'{fields["xyzt_units"]},\n     {braces(fields["quatern"])}, {braces(fields["qoffset"])}, '
          f'{braces(fields["srow"])},\n     {"NULL" if message is None else chr(34) + message + chr(34)}, '
          f'{"true" if placed else "false"}, {{{", ".join(braces(p[0]) for p in place)}}},\n'
          f'     {{{", ".join(braces(p[1]) for p in place)}}}}},')
print("};\n\n#endif")
