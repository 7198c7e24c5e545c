#!/bin/sh
# SPDX-License-Identifier: MIT
# Studies of weights that are given, and of slices that are there.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml m.safetensors s1.h5

# Weights of another program are a corpus of their own.
sed 's/^  - name: mri/  - name: given\n    task: none\n    from: m.safetensors\n  - name: mri/' mini.yaml \
    >given.yaml
expect "a study of given weights" 0 "pretrain +2 " "pretrain/given: done" study given.yaml \
    --no-provenance -o given
expect "they are taken as they are" 0 "^corpus: given$" "" info given/models/given/pretrained.safetensors
grep -q '^given,1,2,' given/tables/classification.csv && ok "given weights are in the tables" ||
    not_ok "given weights are in the tables"
sed 's/from: m.safetensors/from: lost.pth/' given.yaml >lost.yaml
expect "a study without its weights" 1 "" \
    "^lesionbench: lost.yaml:[0-9]+: corpora.from: lost.pth: No such file or directory$" study lost.yaml
# Slices that were made before take the cohort's place; pre-training is all that has to see them.
sed '/^cohort:/a\  slices: s1.h5' mini.yaml >ready.yaml
"$program" study ready.yaml --no-provenance >out 2>err &
pid=$!
wait_for ready/dataset.h5
kill -INT $pid
wait $pid
same "a study uses slices that are there" s1.h5 ready/slices.h5
sed 's|slices: s1.h5|slices: none.h5|' ready.yaml >none.yaml
expect "a study without its slices" 1 "" "none.h5: No such file" study none.yaml
