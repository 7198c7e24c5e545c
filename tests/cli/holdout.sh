#!/bin/sh
# SPDX-License-Identifier: MIT
# Pre-training and a dataset's holdout: subjects that training saw.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s4.h5 l4.h5

### Pre-training and a dataset's holdout
little="--arch vgg11 --width 0.05 --epochs 1"
"$program" compose --slices s4.h5 --lesions l4.h5 --train 24 --validation 12 --holdout 12 --size 96 --seed 5 --quiet \
    --protocol fair -o split.h5 >out 2>err
seen() { # seen NAME VERDICT MODEL: what the audit says of the model
    "$program" audit split.h5 --controls 0 --quiet --models "$3" >out 2>err
    grep -Eq "^  holdout seen by [^ ]*$3 .* $2 " out && ok "$1" || not_ok "$1"
}
expect "pre-training without a dataset says so" 0 "" "without a dataset.*--data" pretrain --slices s4.h5 $little \
    --size 64 -o unsplit.safetensors
seen "it may have seen the holdout" fail unsplit.safetensors
expect "it says nothing where nothing may be said" 0 "" "" pretrain --slices s4.h5 $little --size 64 --quiet -o quiet
"$program" pretrain --slices s4.h5 $little --data split.h5 -o kept >out 2>err && ok "pre-training on a dataset's split" ||
    not_ok "pre-training on a dataset's split"
grep -q note err && not_ok "a dataset's split needs no note" || ok "a dataset's split needs no note"
seen "it has not seen the holdout" pass kept
"$program" slices simulate --template "$template" --slices-per-subject 2 --size 130x156 --voxel 1.4 --seed 9 \
    --subjects 24 --quiet -o others.h5 >out 2>err
"$program" pretrain --slices others.h5 $little --size 64 --quiet -o others >out 2>err
seen "other people of the same names are a warning" warning others
expect "fine-tuning says what the model saw" 0 "" "note: unsplit.safetensors was trained on [0-9]+ of the [0-9]+ subjects" finetune \
    --from unsplit.safetensors --data split.h5 --degree all --epochs 1 -o tuned
expect "so does predicting" 0 "" "note: tuned/model.safetensors was trained on" predict --model tuned/model.safetensors \
    --data split.h5 -o seen.h5
expect "not where it saw none" 0 "" "" predict --model kept --data split.h5 --quiet -o seen.h5
"$program" predict --model kept --data split.h5 -o seen.h5 >out 2>err
grep -q note err && not_ok "nothing to say is not said" || ok "nothing to say is not said"
expect "two splits" 2 "" "--train: the split is that of --data" pretrain --slices s4.h5 $little --data split.h5 \
    --train 3 -o unmade
expect "a dataset and pictures" 2 "" "--data and --images do not go together" pretrain --images split.h5 \
    --labels split.h5 --data split.h5 -o unmade
"$program" compose --slices s4.h5 --lesions l4.h5 --every-slice holdout --size 64 --quiet -o whole.h5 >out 2>err
expect "a dataset that is a holdout" 1 "" "all 24 subjects have slices in its holdout" pretrain --slices s4.h5 $little \
    --data whole.h5 -o unmade
absent "nothing made of a holdout" unmade
mkdir -p folder/models/mine && cp split.h5 folder/dataset.h5 && cp unsplit.safetensors folder/models/mine/pretrained.safetensors
expect "audit of a study's folder" 1 "holdout seen by mine .* fail" "^lesionbench: folder/dataset.h5: fails" audit folder \
    --controls 0 --quiet
cp kept folder/models/mine/pretrained.safetensors
expect "audit of a study's folder without a leak" 0 "holdout seen by mine .* pass" "" audit folder --controls 0 --quiet
