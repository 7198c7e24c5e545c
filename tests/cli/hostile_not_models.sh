#!/bin/sh
# SPDX-License-Identifier: MIT
# Things that are no models, pickles, study files or HDF5 files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

sound_dataset
not_its_files safetensors pth
