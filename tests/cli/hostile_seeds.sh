#!/bin/sh
# SPDX-License-Identifier: MIT
# What the fuzz targets start from, given to commands.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

cp "$seeds/nifti/v1_f4" v.nii
sound_dataset
seeds_of nifti npy idx safetensors weights
