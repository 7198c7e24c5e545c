# SPDX-License-Identifier: MIT
# Part of run.sh, which has made l4.h5 and s4.h5 and sets $small: holdout subjects that training saw, and what a
# dataset fails of the audit.
# shellcheck shell=sh disable=SC2154

### Pre-training and a dataset's holdout
little="--arch vgg11 --width 0.05 --epochs 1"
# shellcheck disable=SC2086
"$program" compose --slices s4.h5 --lesions l4.h5 --train 24 --validation 12 --holdout 12 --size 96 --seed 5 --quiet \
    --protocol fair -o split.h5 >out 2>err
seen() { # seen NAME VERDICT MODEL: what the audit says of the model
    "$program" audit split.h5 --controls 0 --quiet --models "$3" >out 2>err
    grep -Eq "^  holdout seen by [^ ]*$3 .* $2 " out && ok "$1" || not_ok "$1"
}
# shellcheck disable=SC2086
expect "pre-training without a dataset says so" 0 "" "without a dataset.*--data" pretrain --slices s4.h5 $little \
    --size 64 -o unsplit.safetensors
seen "it may have seen the holdout" fail unsplit.safetensors
# shellcheck disable=SC2086
expect "it says nothing where nothing may be said" 0 "" "" pretrain --slices s4.h5 $little --size 64 --quiet -o quiet
# shellcheck disable=SC2086
"$program" pretrain --slices s4.h5 $little --data split.h5 -o kept >out 2>err && ok "pre-training on a dataset's split" ||
    not_ok "pre-training on a dataset's split"
grep -q note err && not_ok "a dataset's split needs no note" || ok "a dataset's split needs no note"
seen "it has not seen the holdout" pass kept
# shellcheck disable=SC2086
"$program" slices simulate --template "$template" --slices-per-subject 2 --size 130x156 --voxel 1.4 --seed 9 \
    --subjects 24 --quiet -o others.h5 >out 2>err
# shellcheck disable=SC2086
"$program" pretrain --slices others.h5 $little --size 64 --quiet -o others >out 2>err
seen "other people of the same names are a warning" warning others
expect "fine-tuning says what the model saw" 0 "" "note: unsplit.safetensors was trained on [0-9]+ of the [0-9]+ subjects" finetune \
    --from unsplit.safetensors --data split.h5 --degree all --epochs 1 -o tuned
expect "so does predicting" 0 "" "note: tuned/model.safetensors was trained on" predict --model tuned/model.safetensors \
    --data split.h5 -o seen.h5
expect "not where it saw none" 0 "" "" predict --model kept --data split.h5 --quiet -o seen.h5
"$program" predict --model kept --data split.h5 -o seen.h5 >out 2>err
grep -q note err && not_ok "nothing to say is not said" || ok "nothing to say is not said"
# shellcheck disable=SC2086
expect "two splits" 2 "" "--train: the split is that of --data" pretrain --slices s4.h5 $little --data split.h5 \
    --train 3 -o unmade
# shellcheck disable=SC2086
expect "a dataset and pictures" 2 "" "--data and --images do not go together" pretrain --images split.h5 \
    --labels split.h5 --data split.h5 -o unmade
"$program" compose --slices s4.h5 --lesions l4.h5 --every-slice holdout --size 64 --quiet -o whole.h5 >out 2>err
# shellcheck disable=SC2086
expect "a dataset that is a holdout" 1 "" "all 24 subjects have slices in its holdout" pretrain --slices s4.h5 $little \
    --data whole.h5 -o unmade
absent "nothing made of a holdout" unmade
mkdir -p folder/models/mine && cp split.h5 folder/dataset.h5 && cp unsplit.safetensors folder/models/mine/pretrained.safetensors
expect "audit of a study's folder" 1 "holdout seen by mine .* fail" "^lesionbench: folder/dataset.h5: fails" audit folder \
    --controls 0 --quiet
cp kept folder/models/mine/pretrained.safetensors
expect "audit of a study's folder without a leak" 0 "holdout seen by mine .* pass" "" audit folder --controls 0 --quiet

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
    # shellcheck disable=SC2086
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
    # shellcheck disable=SC2086
    "$program" compose $few $faults $passing -o mended.h5 >out 2>err
    grep -q '^note' err && not_ok "the options that are named pass: $faults" || ok "the options that are named pass: $faults"
    # shellcheck disable=SC2086
    expect "the whole audit passes with them: $faults" 0 "^verdict: pass" "" audit mended.h5 --quiet
done
"$program" audit a2.h5 --quiet --format json >out 2>err
grep -q '"remedy":	"compose --quirk box_artefact=off"' out && ok "the JSON names the remedy" || not_ok "the JSON names the remedy"
# shellcheck disable=SC2086
expect "nothing is said with --quiet" 0 "" "" compose $few --quiet -o faulty.h5
cp l4.h5 two.h5
/usr/bin/python3 - <<'F' 2>/dev/null && mended=1 || mended=
import h5py
with h5py.File("two.h5", "a") as f:
    del f["distractor"]
F
if [ -n "$mended" ]; then
    # shellcheck disable=SC2086
    expect "a library without distractors" 0 "" "--protocol fair \(with distractors, which 'lesionbench lesions' makes\)" \
        compose --slices s4.h5 --lesions two.h5 --train 200 --validation 40 --holdout 40 --size 96 -o faulty.h5
fi
