#!/bin/sh
# SPDX-License-Identifier: MIT
# Files as JSON, and colours on a terminal.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give a1.h5 mini

### The terminal
expect "info as JSON" 0 '"kind": "HDF5"' "" info --json a1.h5
"$program" info --json a1.h5 >info.json 2>err && grep -q '"name": "holdout/image", "shape": \[' info.json &&
    ok "info as JSON names the datasets" || not_ok "info as JSON names the datasets"
expect "info as JSON of a table" 0 '"rows": 2,' "" info --json mini/tables/classification.csv
expect "info as JSON of a model" 0 '"tensors": \[' "" info --format json \
    mini/models/mri/degree_1_seed_2/model.safetensors
expect "info tells the size" 0 "^size: [0-9.]+ [kM]B$" "" info a1.h5
expect "evaluate as JSON" 0 '"accuracy": ' "" evaluate --json mini/predictions/mri_degree_1_seed_2.h5
expect "no JSON where there is none" 2 "" "unknown option '--json'" report mini --json
"$program" audit a1.h5 --quiet --controls 0 2>err | grep -q "$(printf '\033')" &&
    not_ok "no colours outside a terminal" || ok "no colours outside a terminal"
if ! command -v script >/dev/null 2>&1; then
    echo "skip colours on a terminal: the program script is not here (package bsdutils)"
elif ! script -qec true /dev/null >out 2>err; then
    echo "skip colours on a terminal: the system gives none (/dev/pts is not mounted)"
else
    TERM=xterm script -qec "'$program' audit a1.h5 --quiet --controls 0" /dev/null >out 2>err
    grep -q "$(printf '\033\\[32mpass')" out && ok "colours on a terminal" || not_ok "colours on a terminal"
    TERM=xterm NO_COLOR=1 script -qec "'$program' audit a1.h5 --quiet --controls 0" /dev/null >out 2>err
    grep -q "$(printf '\033')" out && not_ok "none where they are not wanted" ||
        ok "none where they are not wanted"
fi

expect "resolved study" 0 "all +0 " "up to date" study mini/study.yaml -o mini
expect "report" 0 "" "" report mini --quiet
