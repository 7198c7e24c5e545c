#!/bin/sh
# SPDX-License-Identifier: MIT
# Fine-tuning: to a target, with weights of classes, at a rate that diverges.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give m.safetensors d1.h5

expect "finetune" 0 "" "" finetune --from m.safetensors --degree 2 --data d1.h5 --epochs 1 --batch 4 \
    --seed 5 --quiet -o tuned
expect "a target above 1" 2 "" "--target-accuracy: 1.5 is not within 0 and 1" finetune --from m.safetensors \
    --degree 2 --data d1.h5 --target-accuracy 1.5 -o target
expect "finetune to a target" 0 "" "" finetune --from m.safetensors --degree all --data d1.h5 --epochs 6 \
    --batch 4 --learning-rate 0.1 --stop-change 0 --target-accuracy 0.6 --quiet -o target
# Of three validation images two are nearest; where none had these, the first epoch of the nearest.
if [ "$(grep -c ',1$' target/history.csv)" = 1 ] && awk -F, 'NR > 1 { gap = $6 - 0.6
        gap = gap < 0 ? -gap : gap; if (kept == 0 || gap < least - 1e-9) { least = gap; best = $1; kept = 1 } }
        $7 == 1 { told = $1 } END { exit best != told }' target/history.csv; then
    ok "the epoch nearest to the target is kept"
else
    not_ok "the epoch nearest to the target is kept" "$(cat target/history.csv)"
fi
expect "info of a matched model" 0 "^condition: matched$" "" info target/model.safetensors
expect "info of its target" 0 "^target_accuracy: 0.6$" "" info target/model.safetensors
expect "finetune a matched model" 0 "" "" finetune --from target/model.safetensors --degree 1 --data d1.h5 \
    --epochs 1 --batch 4 --quiet -o untargeted
expect "a model of no target" 0 "^condition: best$" "" info untargeted/model.safetensors
grep -q target_accuracy out && not_ok "no target is told of" || ok "no target is told of"
expect "weights of three classes" 1 "" "class_weights: '1,2,3' is neither 'balanced' nor 2 numbers" finetune \
    --from m.safetensors --degree 1 --data d1.h5 --class-weights 1,2,3 -o heavy
absent "nothing trained with wrong weights" heavy
expect "a rate that diverges" 1 "" "^lesionbench: epoch [0-9]+: the loss .*learning rate" finetune \
    --from m.safetensors --degree all --data d1.h5 --learning-rate 100 --epochs 30 --quiet -o wild
one_line "a rate that diverges, in one line" 1
absent "no model of a rate that diverges" wild/model.safetensors
expect "training curve" 0 "CSV, 1 rows: epoch" "" info tuned/history.csv
