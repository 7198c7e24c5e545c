#!/bin/sh
# SPDX-License-Identifier: MIT
# Slices and datasets: the same with one thread and two, voxel and grid, first seeds.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give l1.h5

small="--template $template --slices-per-subject 3 --size 130x156 --voxel 1.4 --seed 3"
for threads in 1 2; do
    expect "slices with $threads threads" 0 "" "" slices simulate $small --subjects 8 \
        --threads $threads --no-provenance --quiet -o s$threads.h5
    expect "compose with $threads threads" 0 "" "" compose --slices s1.h5 --lesions l1.h5 --train 6 \
        --validation 3 --holdout 3 --size 64 --threads $threads --no-provenance --quiet \
        -o d$threads.h5
done
same "slices do not hang on threads" s1.h5 s2.h5
one="--template $template --subjects 1 --slices-per-subject 1 --no-provenance --quiet"
"$program" slices simulate $one --size 130x156 --voxel 1.4 -o v1.h5 >out 2>err
expect "a grid without its voxel" 0 "" "" slices simulate $one --height 130 --width=156 -o v2.h5
same "the voxel goes with the grid" v1.h5 v2.h5
expect "a voxel before its grid" 0 "" "" slices simulate $one --voxel=1.6 --size 130x156 -o v3.h5
cmp -s v1.h5 v3.h5 && not_ok "a given voxel is kept" || ok "a given voxel is kept"
same "datasets do not hang on threads" d1.h5 d2.h5
few="--slices s1.h5 --lesions l1.h5 --train 2 --validation 2 --holdout 2 --size 32 --no-provenance"
"$program" compose $few --quiet --train-first-seed 7 --validation-first-seed 30007 \
    --holdout-first-seed 9 -o f1.h5 >out 2>err
expect "first seed of all splits" 0 "" "" compose $few --quiet --holdout-first-seed=9 --first-seed 7 \
    -o f2.h5
same "a split's own first seed comes first" f1.h5 f2.h5
expect "first seed too large" 2 "" "--first-seed: " compose $few --first-seed 4294967295 -o f3.h5
"$program" slices simulate $small --subjects 2 --quiet -o s3.h5
expect "too few subjects" 1 "" "subject" compose --slices s3.h5 --lesions l1.h5 --quiet -o d3.h5
absent "nothing made of too few subjects" d3.h5
