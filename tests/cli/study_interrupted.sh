#!/bin/sh
# SPDX-License-Identifier: MIT
# A study that is interrupted and resumed.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml mini

### Interrupted and resumed
"$program" study mini.yaml --no-provenance -o stopped >out 2>err &
pid=$!
wait_for stopped/dataset.h5
kill -INT $pid
wait $pid
got=$?
if [ "$got" = 1 ] && [ "$(tail -n 1 err)" = "lesionbench: interrupted" ]; then
    ok "a study stops"
else
    not_ok "a study stops" "exit code $got"
fi
find stopped -name '*.partial' | grep -q . && not_ok "a stopped study leaves no unfinished files" ||
    ok "a stopped study leaves no unfinished files"
expect "a stopped study goes on" 0 "report/index.html" "dataset: up to date" \
    study mini.yaml --no-provenance -o stopped
for file in slices.h5 lesions.h5 dataset.h5 models/mri/pretrained.safetensors \
    models/mri/degree_1_seed_2/model.safetensors models/mri/degree_all_seed_2/model.safetensors \
    predictions/mri_degree_all_seed_2.h5 tables/classification.csv; do
    same "$file is the same after an interruption" "mini/$file" "stopped/$file"
done
