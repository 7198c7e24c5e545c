#!/bin/sh
# SPDX-License-Identifier: MIT
# A training that was killed goes on and ends in the same model.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give m.safetensors d1.h5

killed="--from m.safetensors --degree 3 --data d1.h5 --epochs 40 --batch 4 --stop-change 0 --optimizer adam"
killed="$killed --checkpoint-seconds 0 --threads 1 --quiet --flip --rotation 8 --class-weights balanced"
"$program" finetune $killed -o whole >out 2>err
"$program" finetune $killed -o killed >out 2>err &
pid=$!
wait_for killed/model.safetensors.checkpoint
kill -KILL $pid
wait $pid 2>/dev/null
[ -e killed/model.safetensors ] && not_ok "killed before its end" || ok "killed before its end"
expect "a killed training goes on" 0 "" "" finetune $killed -o killed
same "a killed training ends in the same model" whole/model.safetensors killed/model.safetensors
same "a killed training has the same history" whole/history.csv killed/history.csv
absent "no checkpoint is left" killed/model.safetensors.checkpoint
