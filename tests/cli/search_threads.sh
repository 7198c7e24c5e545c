#!/bin/sh
# SPDX-License-Identifier: MIT
# A search in one thread.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give two.yaml two

"$program" study two.yaml --threads 1 --no-provenance --quiet -o alone >out 2>err
for file in search.csv classification.csv scores.csv explanation.csv; do
    same "$file does not hang on threads" alone/tables/$file two/tables/$file
done
for model in search/degree_all_seed_2_rate_0.001 degree_all_seed_5 degree_all_seed_2_matched degree_all_seed_5_matched; do
    same "$model does not hang on threads" alone/models/mri/$model/model.safetensors \
        two/models/mri/$model/model.safetensors
done
