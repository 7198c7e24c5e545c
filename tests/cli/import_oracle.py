# SPDX-License-Identifier: MIT
"""Volumes in many forms, made with nibabel, and what NumPy and SciPy say of their slices.

import_oracle.py make TEMPLATE DIR     a brain in 8 orientations x 6 types, one turned, one scaled
import_oracle.py check DIR FILE KIND   compares slices.h5 with it; KIND: exact, scaled or turned
"""
import sys
from pathlib import Path

import nibabel
import numpy as np

VOXEL = 2.0
ORIENTATIONS = ["RAS", "LAS", "LPS", "RPI", "PIR", "ASL", "SRA", "ILP"]
TYPES = [np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64]


def brain(template):
    """The template at 2 mm, cut close on one side, so that it is in nobody's middle."""
    image = nibabel.as_closest_canonical(nibabel.load(template))
    data = np.asarray(image.dataobj)[::2, ::2, ::2]
    data = data[2:, :100, 3:]
    affine = np.diag([VOXEL, VOXEL, VOXEL, 1.0])
    affine[:3, 3] = [-40.0, -90.0, -55.0]
    return nibabel.Nifti1Image(data, affine)


def save(image, dtype, path, kind=nibabel.Nifti1Image):
    data = np.asarray(image.dataobj).astype(dtype)
    copy = kind(data, image.affine, dtype=dtype)
    copy.set_sform(image.affine, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(copy, path)


def turned(image):
    angle = np.deg2rad(15)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    tilt = np.eye(4)
    tilt[1:3, 1:3] = [[np.cos(0.1), -np.sin(0.1)], [np.sin(0.1), np.cos(0.1)]]
    return nibabel.Nifti1Image(np.asarray(image.dataobj), turn @ tilt @ image.affine)


def make(template, folder):
    image = brain(template)
    np.save(folder / "brain.npy", np.asarray(image.dataobj))
    here = nibabel.orientations.io_orientation(image.affine)
    for codes in ORIENTATIONS:
        there = nibabel.orientations.axcodes2ornt(codes)
        other = image.as_reoriented(nibabel.orientations.ornt_transform(here, there))
        assert "".join(nibabel.aff2axcodes(other.affine)) == codes
        for dtype in TYPES:
            save(other, dtype, folder / f"{codes}_{np.dtype(dtype).name}" / "brain.nii")
    save(image, np.int16, folder / "second" / "brain.nii.gz", nibabel.Nifti2Image)
    # nibabel chooses the slope: the values come back rounded.
    scaled = nibabel.Nifti1Image(np.asarray(image.dataobj) * 0.7, image.affine)
    scaled.set_data_dtype(np.int16)
    (folder / "scaled").mkdir()
    nibabel.save(scaled, folder / "scaled" / "brain.nii")
    save(turned(image), np.float32, folder / "turned" / "brain.nii.gz")


def centre_of_mass(data):
    return np.argwhere(data > 0).mean(0)


def check_exact(data, slices):
    image, position = slices["image"][:], slices["position"][:]
    size = np.array([image.shape[1], image.shape[2], np.ceil(182 / VOXEL)])
    shift = np.floor(centre_of_mass(data) - (size - 1) / 2 + 0.5).astype(int)
    grid = np.zeros(size.astype(int), np.float32)
    for index in np.argwhere(data > 0):
        grid[tuple(index - shift)] = data[tuple(index)]
    share = (grid > 0).mean((0, 1))
    enough = np.flatnonzero(share >= slices.attrs["minimum_brain"])
    assert np.all(np.diff(enough) == 1)
    count = len(position)
    wanted = enough[0] + (2 * np.arange(count) + 1) * len(enough) // (2 * count)
    assert np.array_equal(position, wanted), (position, wanted)
    assert np.array_equal(image, np.moveaxis(grid[:, :, position], 2, 0))


def check_turned(data, slices, affine):
    from scipy import ndimage

    image, position = slices["image"][:], slices["position"][:]
    voxel = slices.attrs["voxel"]
    count, height, width = image.shape
    middle = affine[:3, :3] @ centre_of_mass(data) + affine[:3, 3]
    depth = np.ceil(182 / voxel)
    i, j, k = np.meshgrid(np.arange(height), np.arange(width), position, indexing="ij")
    world = middle[:, None] + voxel * np.stack(
        [(i - (height - 1) / 2).ravel(), (j - (width - 1) / 2).ravel(),
         (k - (depth - 1) / 2).ravel()])
    index = np.linalg.inv(affine[:3, :3]) @ (world - affine[:3, 3:])
    inside = (data > 0).astype(float)
    weight = ndimage.map_coordinates(inside, index, order=1, mode="grid-constant")
    total = ndimage.map_coordinates(data.astype(float), index, order=1, mode="grid-constant")
    expected = np.where(weight > 0.5, total / np.maximum(weight, 1e-9), 0)
    got = np.moveaxis(image, 0, 2).ravel()
    clear = np.abs(weight - 0.5) > 1e-4  # rounding decides the others
    assert clear.mean() > 0.99
    worst = np.abs(got - expected)[clear].max()
    assert worst < 1e-3, worst  # of 255: float32


def check(folder, path, kind):
    import h5py

    slices = h5py.File(path)
    data = np.load(folder / "brain.npy")
    if kind == "exact":
        check_exact(data, slices)
    elif kind == "scaled":
        image = nibabel.load(folder / "scaled" / "brain.nii")
        assert image.dataobj.slope != 1
        check_exact(image.get_fdata().astype(np.float32), slices)
    else:
        check_turned(data, slices, nibabel.load(folder / "turned" / "brain.nii.gz").affine)


if sys.argv[1] == "make":
    make(sys.argv[2], Path(sys.argv[3]))
else:
    check(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
