#!/bin/sh
# SPDX-License-Identifier: MIT
# A search that was killed goes on.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give two.yaml two

"$program" study two.yaml --threads 2 --no-provenance --quiet -o cut >out 2>err &
pid=$!
wait_for cut/models/mri/search/degree_1_seed_2_rate_0.002/history.csv
kill -KILL $pid
wait $pid 2>/dev/null
[ -e cut/tables ] && not_ok "killed in the search" || ok "killed in the search"
expect "a search goes on" 0 "report/index.html" "" study two.yaml --threads 2 --no-provenance --quiet -o cut
for file in search.csv classification.csv scores.csv explanation.csv; do
    same "$file does not hang on interruptions" two/tables/$file cut/tables/$file
done
for model in search/degree_all_seed_2_rate_0.001 degree_all_seed_5 degree_all_seed_2_matched degree_all_seed_5_matched; do
    same "$model does not hang on interruptions" two/models/mri/$model/model.safetensors \
        cut/models/mri/$model/model.safetensors
done
