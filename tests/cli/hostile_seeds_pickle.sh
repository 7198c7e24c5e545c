#!/bin/sh
# SPDX-License-Identifier: MIT
# Pickles that the fuzz target starts from, given to commands.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

seeds_of pickle
