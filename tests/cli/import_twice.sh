#!/bin/sh
# SPDX-License-Identifier: MIT
# Scans that are named twice, and one content under two subjects.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give l1.h5

mkdir people && scan people/bids/sub-01/anat/sub-01_T1w.nii.gz 200 077
scan people/bids/sub-02/anat/sub-02_T1w.nii.gz 000 100
### One file named twice counts once, one content under two subjects is an error
expect "a folder, and the folder" 0 "^slices: 8, subjects: 2, files: 2$" "^2 files are named twice, .*: each counts once$" \
    slices import people/bids people/bids/ $coarse -o twice.h5
"$program" slices import people/bids $coarse -o once.h5 >out 2>err
same "what is named twice counts once" once.h5 twice.h5
printf 'participant_id\tsex\tage\nsub-01\tF\t22\nsub-02\tM\t31\n' >people/bids/participants.tsv
"$program" slices import people/bids $coarse -o known.h5 >out 2>err
for order in "people/bids/sub-01/anat/sub-01_T1w.nii.gz people/bids" "people/bids people/bids/sub-01/anat/sub-01_T1w.nii.gz"; do
    expect "import $order" 0 "^slices: 8, subjects: 2, files: 2$" "^1 files are named twice" \
        slices import $order $coarse -o twice.h5
    same "... knows what the folder's table says" known.h5 twice.h5
done
rm people/bids/participants.tsv
gzip -dc people/bids/sub-01/anat/sub-01_T1w.nii.gz >people/bids/sub-01/anat/sub-01_T1w.nii
expect "a scan beside its gzipped form" 0 "^slices: 8, subjects: 2, files: 2$" "^1 files are named twice" \
    slices import people/bids $coarse -o twice.h5
same "... counts once" once.h5 twice.h5
mkdir -p people/bids/sub-03/anat
mv people/bids/sub-01/anat/sub-01_T1w.nii people/bids/sub-03/anat/sub-03_T1w.nii
expect "one content of two subjects" 1 "" \
    "sub-01_T1w.nii.gz and people/bids/sub-03/anat/sub-03_T1w.nii have the same content, but two subjects: 'sub-01' and 'sub-03'" \
    slices import people/bids $coarse -o both.h5
one_line "... in one line" 1
absent "nothing is made of one content of two subjects" both.h5
rm -r people/bids/sub-03

### The audit compares pixels, not numbers alone
# The scans of people/bids are one, multiplied; after rescaling their slices have the same pixels.
scan people/bids/sub-03/anat/sub-03_T1w.nii.gz 100 100
"$program" slices import people/bids $coarse -o apart.h5 >out 2>err
"$program" compose --slices apart.h5 --lesions l1.h5 --train 6 --validation 6 --holdout 6 --size 96 --quiet \
    -o apart_d.h5 >out 2>err
expect "one brain under two names fails the audit" 1 \
    "brains in two splits +18 .*fail +of 18; image 0 of train shows the brain of image . of validation" \
    "\(d\) brains in two splits, \(d\) brains of two subjects" audit apart_d.h5 --controls 0 --quiet
