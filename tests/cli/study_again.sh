#!/bin/sh
# SPDX-License-Identifier: MIT
# A study that is run again: only what changed is made.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml mini

expect "study again" 0 "all +0 " "report: up to date" study mini.yaml
grep -q 'done in' err && not_ok "all stages are skipped" || ok "all stages are skipped"
printf x >>mini/tables/explanation.csv
expect "study with an output changed" 0 "tables +1 " "tables: done" study mini.yaml
rm mini/tables/explanation.csv mini/predictions/mri_degree_1_seed_2.h5
expect "study with outputs gone" 0 "tables +1 " "predict/mri/degree_1_seed_2: done" study mini.yaml
grep -q 'finetune.*: done' err && not_ok "only what is gone is made" || ok "only what is gone is made"
sed 's/steps: 4/steps: 5/' mini.yaml >changed.yaml
expect "study with a changed setting" 0 "explain +4 " "slices: up to date" study changed.yaml -o mini
grep -q 'finetune.*: done' err && not_ok "only what hangs on it is made" ||
    ok "only what hangs on it is made"
