#!/bin/sh
# SPDX-License-Identifier: MIT
# The audit of a dataset.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give d1.h5

### Audit
"$program" slices simulate $small --subjects 24 --quiet -o s4.h5 >out 2>err
"$program" lesions --count 12 --area 30 --scale 1 --quiet -o l4.h5 >out 2>err
audited="--slices s4.h5 --lesions l4.h5 --train 200 --validation 40 --holdout 40 --size 96 --quiet"
expect "compose to audit" 0 "" "" compose $audited --protocol fair -o a1.h5
expect "compose with a fault to audit" 0 "" "" compose $audited --quirk box_artefact -o a2.h5
expect "audit of fair images" 0 "^verdict: pass \(46 checks: 0 failed" "" audit a1.h5 --quiet \
    --threads 1 -o a1.json
mv out audit_1
"$program" audit a1.h5 --quiet --threads 2 >audit_2 2>err
same "the audit does not hang on threads" audit_1 audit_2
grep -q '"verdict":	"pass"' a1.json && ok "audit as JSON" || not_ok "audit as JSON"
expect "audit of boxes" 1 "edges around lesions .* fail" \
    "^lesionbench: a2.h5: fails the audit: .*\(b\) edges around lesions" audit a2.h5 --quiet
one_line "a failed audit is one line" 1
expect "audit printed as JSON" 1 '"name":	"raw_input"' "fails the audit" audit a2.h5 --quiet \
    --format json
expect "audit of a split" 0 "protocol fair, 40 images of [0-9]+ subjects" "" audit a1.h5 --quiet \
    --splits holdout --controls 0
expect "warnings are no failure" 0 "raw_input .* warning" "" audit d1.h5 --quiet
expect "unless they are to be" 1 "^verdict: fail" "\(g\) raw_input" audit d1.h5 --quiet --strict
expect "audit of no split" 2 "" "unknown split 'test'" audit a1.h5 --splits test
expect "audit of something else" 1 "" "s4.h5: .*dataset" audit s4.h5 --quiet -o refused.json
expect "audit of nothing" 2 "" "an argument is missing" audit
absent "no report of what was refused" refused.json
