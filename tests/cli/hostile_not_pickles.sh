#!/bin/sh
# SPDX-License-Identifier: MIT
# Things that are no pickles, study files or HDF5 files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

not_its_files pkl yaml h5
