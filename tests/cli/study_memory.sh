#!/bin/sh
# SPDX-License-Identifier: MIT
# A bound of memory below every estimate makes each stage run alone: the files are the same.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml mini

run_quietly study mini.yaml --threads 2 --no-provenance --memory 0.001 -o alone
for file in dataset.h5 models/mri/pretrained.safetensors models/mri/degree_1_seed_2/model.safetensors \
    models/mri/degree_all_seed_2/model.safetensors predictions/mri_degree_all_seed_2.h5 \
    explanations/mri_degree_all_seed_2.h5 explanations/baseline.h5 tables/scores.csv tables/controls.csv; do
    same "$file does not depend on what runs beside it" mini/$file alone/$file
done
