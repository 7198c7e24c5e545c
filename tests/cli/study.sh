#!/bin/sh
# SPDX-License-Identifier: MIT
# A whole study from a file.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml

expect "study" 0 "report/index.html" "report: done in" study mini.yaml --no-provenance
for file in study.yaml slices.h5 lesions.h5 dataset.h5 models/mri/pretrained.safetensors \
    models/mri/pretraining_history.csv models/mri/degree_all_seed_2/model.safetensors \
    models/mri/degree_1_seed_2/history.csv predictions/mri_degree_1_seed_2.h5 \
    explanations/mri_degree_all_seed_2.h5 explanations/untrained.h5 explanations/baseline.h5 \
    tables/classification.csv tables/scores.csv tables/explanation.csv tables/summary.csv \
    tables/controls.tex tables/corpus_effect.md tables/map_agreement.csv manifest.json \
    report/index.html; do
    [ -s "mini/$file" ] || not_ok "study made $file"
done
if [ "$(wc -l <mini/tables/classification.csv)" = 3 ] &&
    grep -Eq '^mri,1,2,holdout,8,[01].*,0\.01,1,1,best,,[0-9.]+,' mini/tables/classification.csv; then
    ok "classification table"
else
    not_ok "classification table"
fi
find mini -name '*.partial' | grep -q . && not_ok "no unfinished files" || ok "no unfinished files"
keep mini
