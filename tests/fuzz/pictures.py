# SPDX-License-Identifier: MIT
"""Small PNG and JPEG pictures of every kind: seeds.py saves them, tests/golden/expected_raster.py says what
they show. Wants numpy and Pillow."""
import io
import struct
import zlib

import numpy
from PIL import Image

HEIGHT, WIDTH = 9, 13
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def values(channels, most):
    y, x, c = numpy.mgrid[:HEIGHT, :WIDTH, :channels]
    return ((y * 4099 + x * 1031 + c * 257 + y * x * 77) % (most + 1)).astype("u2")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(array, depth, colour, interlaced=False, extra=b""):
    """Without filters, so that its bytes can be read back by hand."""
    def rows(part):
        lines = b""
        for line in part.reshape(part.shape[0], -1):
            if depth == 16:
                lines += b"\0" + line.astype(">u2").tobytes()
            else:
                bits = numpy.unpackbits(line.astype("u1")[:, None], axis=1)[:, 8 - depth:]
                lines += b"\0" + numpy.packbits(bits.ravel()).tobytes()
        return lines

    parts = [rows(array[a::c, b::d]) for a, b, c, d in ADAM7] if interlaced else [rows(array)]
    header = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], depth, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra +
            chunk(b"IDAT", zlib.compress(b"".join(parts), 9)) + chunk(b"IEND", b""))


def pngs():
    palette = chunk(b"PLTE", values(3, 255)[:4].astype("u1").tobytes()[:3 * 16])
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2000)))
    out = {f"grey_{depth}": png(values(1, 2 ** depth - 1), depth, 0) for depth in (1, 2, 4, 8, 16)}
    out |= {f"palette_{depth}": png(values(1, 2 ** depth - 1), depth, 3, extra=palette) for depth in (1, 2, 4)}
    out |= {f"rgb_{depth}": png(values(3, 2 ** depth - 1), depth, 2) for depth in (8, 16)}
    out |= {f"rgba_{depth}": png(values(4, 2 ** depth - 1), depth, 6) for depth in (8, 16)}
    out |= {f"grey_alpha_{depth}": png(values(2, 2 ** depth - 1), depth, 4) for depth in (8, 16)}
    out["interlaced_rgb"] = png(values(3, 255), 8, 2, True)
    out["interlaced_grey_1"] = png(values(1, 1), 1, 0, True)
    out["palette_transparent"] = png(values(1, 15), 4, 3, extra=palette + chunk(b"tRNS", b"\0\x80"))
    out["rgb_transparent"] = png(values(3, 255), 8, 2, extra=chunk(b"tRNS", bytes(6)))
    out["grey_transparent"] = png(values(1, 255), 8, 0, extra=chunk(b"tRNS", bytes(2)))
    out["text"] = png(values(1, 255), 8, 0, extra=text + chunk(b"gAMA", struct.pack(">I", 45455)))
    return out


def jpegs():
    y, x, c = numpy.mgrid[:HEIGHT, :WIDTH, :3]
    smooth = Image.fromarray((y * 20 + x * 7 + c * 30).astype("u1"))

    def jpeg(image, **options):
        stream = io.BytesIO()
        image.save(stream, "JPEG", **options)
        return stream.getvalue()

    cmyk = jpeg(smooth.convert("CMYK"))
    adobe = cmyk.index(b"\xff\xee")  # as other programs write it
    plain = cmyk[:adobe] + cmyk[adobe + 2 + int.from_bytes(cmyk[adobe + 2:adobe + 4], "big"):]
    return {"rgb": jpeg(smooth, quality=80), "grey": jpeg(smooth.convert("L")),
            "full": jpeg(smooth, quality=95, subsampling=0), "progressive": jpeg(smooth, progressive=True),
            "cmyk": cmyk, "cmyk_plain": plain, "optimised": jpeg(smooth, quality=10, optimize=True),
            "exif": jpeg(smooth, exif=b"Exif\0\0II*\0\x08\0\0\0\0\0")}


def spoiled():
    """What is to be refused: by name, PNG and JPEG."""
    whole, photo = pngs()["rgb_8"], jpegs()["rgb"]
    huge = whole[:16] + struct.pack(">II", 60000, 60000) + whole[24:29]
    huge += struct.pack(">I", zlib.crc32(huge[12:29])) + whole[33:]
    at = photo.index(b"\xff\xc0")
    return {"truncated": whole[:-30], "no_end": whole[:-12], "huge": huge,
            "short_rows": whole[:41] + chunk(b"IDAT", zlib.compress(bytes(40)))[4:] + whole[-12:],
            "checksum": whole[:-20] + b"x" + whole[-19:]}, {
                "truncated": photo[:-40], "no_end": photo[:-2],
                "huge": photo[:at + 5] + struct.pack(">HH", 60000, 60000) + photo[at + 9:],
                "no_tables": photo.replace(b"\xff\xdb", b"\xff\xfe")}
