#!/bin/sh
# SPDX-License-Identifier: MIT
# Settings there and back: a stage of other settings is never taken for done.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml mini

### Settings there and back: a stage of other settings is never taken for done
sed 's/^finetuning:/finetuning:\n  learning_rate: 0.02/' mini.yaml >other.yaml
"$program" study mini.yaml --no-provenance --quiet -o turned >out 2>err
(
    ulimit -f 60 # the models do not fit, the small files before them do
    exec "$program" study other.yaml --no-provenance --quiet -o turned >out 2>err
)
expect "back to the first settings" 0 "finetune +2 " "finetune/mri/degree_1_seed_2: done" \
    study mini.yaml --no-provenance -o turned
same "models are those of the settings" mini/models/mri/degree_1_seed_2/model.safetensors \
    turned/models/mri/degree_1_seed_2/model.safetensors
