#!/bin/sh
# SPDX-License-Identifier: MIT
# Things that are no volumes and no arrays.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

not_its_files nii nii.gz hdr img npy
