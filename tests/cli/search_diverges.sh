#!/bin/sh
# SPDX-License-Identifier: MIT
# A search with rates that diverge.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give two.yaml

# A rate that diverges loses; candidates' models may go.
sed 's/search_rates: .*/search_rates: [100, 1e-3]/; s/optimizer: adam/optimizer: sgd/; s/degrees: .*/degrees: [all]/
    s/\[none, 0.7\]/[none]/' two.yaml >wild.yaml
expect "a search with a rate that diverges" 0 "report/index.html" "" study wild.yaml --no-provenance --quiet -o wild
grep -q '^mri,all,2,best,100,0,,,0,,$' wild/tables/search.csv && grep -q '^mri,all,2,best,0.001,.*,1,,$' \
    wild/tables/search.csv && ok "the rate that diverges is told of" || not_ok "the rate that diverges is told of"
absent "no model of it" wild/models/mri/search/degree_all_seed_2_rate_100/model.safetensors \
    wild/models/mri/search/degree_all_seed_2_rate_100/model.safetensors.last_good
mv wild/models/mri/degree_all_seed_2/model.safetensors tried.safetensors
rm wild/models/mri/search/*/model.safetensors
expect "a study without its candidates" 0 "^finetune +1 " "search/mri/degree_all_seed_2_rate_0.001: up to date" \
    study wild.yaml --no-provenance -o wild
same "the model is trained again" tried.safetensors wild/models/mri/degree_all_seed_2/model.safetensors
sed 's/search_rates: .*/search_rates: [100, 90]/' wild.yaml >wilder.yaml
expect "a search of rates that diverge" 1 "" "mri, degree all: training diverged at every rate of search_rates" \
    study wilder.yaml --no-provenance --quiet -o wild
