#!/bin/sh
# SPDX-License-Identifier: MIT
# Real scans: BIDS folders, truncated scans, skulls and masks.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give l1.h5

### Real scans
expect "slices import --help" 0 "usage: lesionbench slices import" "" slices import --help
expect "nothing to import" 2 "" "what to import is missing" slices import -o i.h5
expect "import without an output" 2 "" "-o is missing" slices import gone.nii
expect "positions beside a share" 2 "" "--positions: leaves nothing to" slices import gone.nii \
    --positions 0,10 --minimum-brain 0.2 -o i.h5
expect "positions that are no numbers" 2 "" "--positions: 'x' is not a number" slices import gone.nii \
    --positions 0,x -o i.h5
expect "unknown axis" 2 "" "'axail' is not one of axial, coronal, sagittal" slices import gone.nii \
    --axis axail -o i.h5
expect "missing scan" 1 "" "^lesionbench: gone.nii: No such file" slices import gone.nii -o i.h5
one_line "missing scan in one line" 1
mkdir none
expect "a folder without scans" 1 "" "none: holds neither BIDS images" slices import none -o i.h5
absent "nothing made of no scans" i.h5
scan bids/sub-01/anat/sub-01_T1w.nii.gz 200 077 # 1
scan bids/sub-02/anat/sub-02_T1w.nii.gz 000 100 # 2
scan bids/sub-03/anat/sub-03_T1w.nii.gz 100 100 # 3
scan bids/sub-04/anat/sub-04_T1w.nii.gz 200 100 # 4
printf 'participant_id\tsex\tage\nsub-01\tF\t22\nsub-02\tM\t31\nsub-03\tF\tn/a\n' >bids/participants.tsv
for threads in 1 2; do
    expect "import with $threads threads" 0 "^slices: 16, subjects: 4, files: 4$" \
        "^warning: 1 subjects are not in the table of participants, 'sub-04' the first" \
        slices import bids $coarse --threads $threads -o i$threads.h5
done
same "imports do not hang on threads" i1.h5 i2.h5
expect "imported slices are composed" 0 "" "" compose --slices i1.h5 --lesions l1.h5 --train 3 \
    --validation 2 --holdout 2 --size 64 --quiet -o i3.h5
head -c 500000 bids/sub-02/anat/sub-02_T1w.nii.gz >short && mv short bids/sub-02/anat/sub-02_T1w.nii.gz
expect "a truncated scan" 1 "" "^lesionbench: bids/sub-02/anat/sub-02_T1w.nii.gz: .*truncated$" \
    slices import bids $coarse -o i4.h5
one_line "a truncated scan in one line" 1
absent "nothing made beside a truncated scan" i4.h5
expect "a truncated scan is left out" 0 "^slices: 12, subjects: 3, files: 3$" \
    "^skipped: bids/sub-02/anat/sub-02_T1w.nii.gz: " slices import bids $coarse --skip-bad -o i4.h5
grep -q '^skipped 1 of 4 files$' err && ok "what is left out is counted" ||
    not_ok "what is left out is counted"
skull=/usr/share/mricron/templates/ch2.nii.gz
if [ -e $skull ]; then
    expect "a head with its skull" 1 "" "ch2.nii.gz: is not a brain alone: " slices import $skull -o i5.h5
    mkdir masks
    cp "$template" masks/ch2_bet.nii.gz # its brain, above 0 where the brain is
    expect "a head with its mask" 0 "^slices: 4" "" slices import $skull --masks masks \
        --mask-suffix _bet $coarse -o i5.h5
else
    echo "skip heads with skulls: $skull is not here"
fi
