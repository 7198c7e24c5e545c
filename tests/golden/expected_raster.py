#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_raster.h: what Pillow reads from the pictures in tests/fuzz/corpus, and what it
resizes images to. 16-bit pictures, which Pillow cuts to 8 bits, are read by hand."""
import io
import os
import sys
import zlib

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fuzz"))
import pictures  # noqa: E402


def by_hand(data):
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[data[25]]
    start = data.index(b"IDAT")
    rows = zlib.decompress(data[start + 4:start + 4 + int.from_bytes(data[start - 4:start], "big")])
    lines = np.frombuffer(rows, "u1").reshape(pictures.HEIGHT, -1)[:, 1:].copy().view(">u2")
    values = lines.reshape(pictures.HEIGHT, pictures.WIDTH, channels).astype(float)
    return np.repeat(values[..., :1], 3, 2) / 65535 if channels < 3 else values[..., :3] / 65535


def read(name, data):
    if name.endswith("_16"):
        return by_hand(data)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) / 255


def figures(values):
    flat = values.ravel()
    return f"{flat.sum():.17g}, {(flat * (np.arange(flat.size) * 37 % 101)).sum():.17g}"


def fit(height, width, side):
    """torchvision's Resize(side) and CenterCrop(side)."""
    y, x = np.mgrid[:height, :width]
    image = Image.fromarray(((y * 13 + x * 7 + y * x) % 101).astype("f4"), "F")
    shorter = min(height, width)
    tall, wide = side * height // shorter, side * width // shorter
    top, left = round((tall - side) / 2), round((wide - side) / 2)
    resized = np.asarray(image.resize((wide, tall), Image.BILINEAR), dtype=float)
    return resized[top:top + side, left:left + side]


print("/* SPDX-License-Identifier: MIT */\n/* Made by expected_raster.py. Do not edit. */")
print("#ifndef LB_EXPECTED_RASTER_H\n#define LB_EXPECTED_RASTER_H\n")
print(f"enum {{ HEIGHT = {pictures.HEIGHT}, WIDTH = {pictures.WIDTH} }};")
print("/* The sum, and a sum that depends on every element's place. */")
print("static const struct {\n    const char *file;\n    double sum, weighted;\n} PICTURES[] = {")
for folder, made in (("png", pictures.pngs()), ("jpeg", pictures.jpegs())):
    for name, data in made.items():
        print(f'    {{"{folder}/{name}", {figures(read(name, data))}}},')
print("};\nstatic const struct {\n    size_t height, width, side;\n    double sum, weighted;\n} FITS[] = {")
for shape in ((40, 60, 16), (61, 37, 16), (9, 13, 16), (16, 16, 16), (500, 333, 24), (7, 300, 5), (33, 20, 9)):
    print(f"    {{{', '.join(map(str, shape))}, {figures(fit(*shape))}}},")
print("};\n\n#endif")
