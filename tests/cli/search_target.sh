#!/bin/sh
# SPDX-License-Identifier: MIT
# Another target: the best models stay.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give two.yaml two

sed 's/\[none, 0.7\]/[none, 0.75]/' two.yaml >target.yaml
expect "another target" 0 "^match +4 " "match/mri/degree_all_seed_2_matched: done" \
    study target.yaml --no-provenance -o two
grep -Eq '(search/|finetune/|match/mri/degree_1_).*: done|seed_[25]: done' err &&
    not_ok "the best models stay" || ok "the best models stay"
