#!/bin/sh
# SPDX-License-Identifier: MIT
# What a dataset fails of the audit, as compose notes it, and what passes.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give a2.h5

### What a dataset fails of the audit, and what passes it
few="--slices s4.h5 --lesions l4.h5 --train 200 --validation 40 --holdout 40 --size 96"
passing_of() { # the options that the note on standard error names
    sed -n 's/^note: .* fails the audit: .*; what passes: \(--[^;(]*\).*$/\1/p' err
}
lines_of() { # the failed lines, of compose's note or of the audit's message
    sed -n 's/^.* fails the audit: //p' err | sed 's/; what passes.*//'
}
for faults in "" "--protocol reference" "--quirk box_artefact" "--protocol fair --quirk box_artefact" \
    "--protocol fair --distractors 0"; do
    expect "compose says what it fails: $faults" 0 "" "^note: faulty.h5 fails the audit: .*; what passes: --" \
        compose $few $faults -o faulty.h5
    [ "$(grep -c '^note' err)" = 1 ] && tail -n 1 err | grep -q '^note' && ok "in its last line: $faults" ||
        not_ok "in its last line: $faults"
    passing=$(passing_of) named=$(lines_of)
    "$program" audit faulty.h5 --quiet >out 2>err
    [ "$named" = "$(lines_of)" ] && [ -n "$named" ] && ok "as the audit does: $faults" || not_ok "as the audit does: $faults" "$named"
    grep -q "^    remedy: compose ${passing%% --*}" out && ok "the table names the remedy: $faults" ||
        not_ok "the table names the remedy: $faults" "$passing"
    [ "$(grep -c ' fail  ' out)" = "$(grep -c '^    remedy: ' out)" ] && ok "one to each failed line: $faults" ||
        not_ok "one to each failed line: $faults"
    "$program" compose $few $faults $passing -o mended.h5 >out 2>err
    grep -q '^note' err && not_ok "the options that are named pass: $faults" || ok "the options that are named pass: $faults"
    expect "the whole audit passes with them: $faults" 0 "^verdict: pass" "" audit mended.h5 --quiet
done
"$program" audit a2.h5 --quiet --format json >out 2>err
grep -q '"remedy":	"compose --quirk box_artefact=off"' out && ok "the JSON names the remedy" || not_ok "the JSON names the remedy"
expect "nothing is said with --quiet" 0 "" "" compose $few --quiet -o faulty.h5
cp l4.h5 two.h5
/usr/bin/python3 - <<'F' 2>/dev/null && mended=1 || mended=
import h5py
with h5py.File("two.h5", "a") as f:
    del f["distractor"]
F
if [ -n "$mended" ]; then
    expect "a library without distractors" 0 "" "--protocol fair \(with distractors, which 'lesionbench lesions' makes\)" \
        compose --slices s4.h5 --lesions two.h5 --train 200 --validation 40 --holdout 40 --size 96 -o faulty.h5
fi
