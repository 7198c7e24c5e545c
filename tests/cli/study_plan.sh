#!/bin/sh
# SPDX-License-Identifier: MIT
# The plan of a study: which stages are done, which are not, and why.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml mini

expect "plan of nothing yet" 0 "^dataset +dataset +1 +[0-9]+ +to do +slices, lesions$" "" study mini.yaml -o planned --plan
absent "a plan makes nothing" planned
[ "$(grep -c ' to do ' out)" = 16 ] && ok "a plan has all stages" || not_ok "a plan has all stages"
grep -q '^to do: 3 trainings of vgg11' out && ok "a plan has the estimate" || not_ok "a plan has the estimate"
find mini -type f | sort | xargs cksum >before
expect "plan of what is done" 0 "^report +report +1 +[0-9]+ +done +slices, lesions, dataset" "" study mini.yaml --plan
[ "$(grep -c ' done ' out)" = 16 ] && ok "all stages are done" || not_ok "all stages are done"
sed 's/steps: 4/steps: 5/' mini.yaml >steps.yaml
expect "a plan says what changed" 0 "^explain/baseline +explain +1 +[0-9]+ +changed: steps: 4 -> 5 +dataset, " "" \
    study steps.yaml -o mini --plan
[ "$(grep -c ' done ' out)" = 9 ] && grep -Eq '^compare .*changed: the input explain/mri/degree_1_seed_2 changes' out &&
    ok "and what follows" || not_ok "and what follows"
find mini -type f | sort | xargs cksum >after
same "plans leave a folder as it is" before after
expect "a run says what it makes anew" 0 "explain +4 " "^will be made anew: 4 stages of explain \(steps: 4 -> 5\)$" \
    study steps.yaml -o mini --no-provenance
awk '/^will be made anew: report/ { said = 1 } /done in/ && !said { exit 1 } END { exit !said }' err &&
    ok "before it begins" || not_ok "before it begins"
grep -q '"revision":	1,' mini/manifest.json && grep -q '"steps: 5"' mini/manifest.json &&
    grep -q '"commit":	"[-+._/0-9A-Za-z]*",$' mini/manifest.json &&
    ok "the manifest has what stages were made from" || not_ok "the manifest has what stages were made from"
echo '{"stages":' >mini/manifest.json
expect "a manifest that is cut" 0 "^slices .* to do " "" study steps.yaml -o mini --plan
expect "memory that is no number" 2 "" "memory" study mini.yaml --plan --memory much

version=$("$program" --version | head -n 1)
run_quietly lesions $tiny -o l2.h5
expect "version and commit are in the provenance" 0 \
    "\"version\":\"${version#lesionbench }\",\"commit\":\"[-+._/0-9A-Za-z]+\"" "" info l2.h5
