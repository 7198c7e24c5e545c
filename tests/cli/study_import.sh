#!/bin/sh
# SPDX-License-Identifier: MIT
# A study of a folder of scans.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml m.safetensors

for subject in "1 200 077" "2 000 100" "3 100 100" "4 200 100"; do
    set -- $subject
    scan "own/bids/sub-0$1/anat/sub-0$1_T1w.nii.gz" "$2" "$3"
done
printf 'participant_id\tsex\tage\nsub-01\tF\t22\nsub-02\tM\t31\nsub-03\tF\tn/a\n' >own/people.tsv
{
    printf 'version: 0.2\nimport:\n  paths: [own/bids]\n  participants: own/people.tsv\n  voxel: 2\n'
    printf '  size: 91x109\n  slices_per_subject: 4\n'
    sed '1,/^lesions:/{ /^lesions:/!d; }; s/^  - name: mri/  - name: given\n    task: none\n    from: m.safetensors/' mini.yaml
} >scans.yaml
expect "a study of a BIDS folder" 0 "report/index.html" \
    "^warning: 1 subjects are not in the table of participants, 'sub-04' the first" \
    study scans.yaml --no-provenance -o scans
expect "its slices are the scans'" 0 "participant|sub-01|simulated.* 0|91 x 109" "" info scans/slices.h5
expect "it goes on where it was" 0 "all +0 " "slices: up to date" study scans.yaml -o scans
grep -q '^cohort:' scans/study.yaml && not_ok "its file has one kind of slices" || ok "its file has one kind of slices"
expect "its own file is the same study" 0 "all +0 " "slices: up to date" study scans/study.yaml -o scans
scan own/bids/sub-05/anat/sub-05_T1w.nii.gz 000 101
expect "a new scan is imported" 0 "^slices +1 +0" "slices: done" study scans.yaml --no-provenance -o scans
sed 's/slices_per_subject: 4/slices_per_subject: 3/' scans.yaml >more.yaml
expect "a setting of the import is one of the stage" 0 "^slices +1 +0" "slices: done" \
    study more.yaml --no-provenance -o scans
rm -r own scans
