#!/bin/sh
# SPDX-License-Identifier: MIT
# The study's published files: evaluate and score.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

expect "evaluate of published models" 0 '"model": "new_finetuning_all_0.5_mri_2500_0.01_8", "corpus": "mri", "degree": "all".*"images": 40, "accuracy": 0.725' \
    "" evaluate "$small_published/predictions.pkl" --format json
expect "evaluate by degree" 0 "imagenet degree 1, mean of 2 +40 +0.71[23] " "" evaluate "$small_published/predictions.pkl" --by degree
expect "images wrong for all" 0 "wrong_for_all: [0-9]+ of 40 images" "" evaluate "$small_published/predictions.pkl" \
    --list wrong_for_all
"$program" evaluate "$small_published/predictions.pkl" --list wrong | sed 's/ of 40//' >lists1
"$program" evaluate "$small_published/indices.pkl" --list wrong >lists2
same "published lists are those of published predictions" lists1 lists2
mkfifo pipe.pkl
expect "evaluate of a pipe" 1 "" "pipe.pkl: " evaluate pipe.pkl
expect "score of a pipe" 1 "" "pipe.pkl: " score pipe.pkl
expect "lists as predictions" 2 "" "holds lists of images" evaluate "$small_published/indices.pkl"
expect "counts as predictions" 1 "" "counts.pkl: holds no predictions" evaluate "$small_published/counts.pkl"
expect "score of published counts" 0 "^integrated_gradients .* tpr +9 .* 0.4000 " "" score "$small_published/counts.pkl" \
    --quiet -o counts.csv
expect "score of published rates" 0 "^,imagenet,1,,gradient_shap,wrong,tpr,[0-9]+,0" "" score "$small_published/rates.pkl" \
    --by degree --format csv
expect "rates have no rows" 1 "" "rates.pkl: holds no counts" score "$small_published/rates.pkl" -o rates.csv
expect "score of something else" 1 "" "bad_kind.pkl: holds none of the study's results" score "$small_published/bad_kind.pkl"
