#!/bin/sh
# SPDX-License-Identifier: MIT
# Imports of what cannot be read, which is not absent.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
need_template

### What cannot be read is not absent
mkdir people && scan people/bids/sub-01/anat/sub-01_T1w.nii.gz 200 077
scan people/bids/sub-02/anat/sub-02_T1w.nii.gz 000 100
ln -s gone.tsv people/bids/participants.tsv
expect "a table that is a link to nothing" 1 "" \
    "^lesionbench: people/bids/participants.tsv: is a link to 'gone.tsv', which cannot be reached: No such file" \
    slices import people/bids $coarse -o link.h5
ln -sf .git/annex/objects/Xq/3w/MD5E-s9--0.tsv/MD5E-s9--0.tsv people/bids/participants.tsv
expect "a table that DataLad has not fetched" 1 "" \
    "participants.tsv: its content is not here: fetch it with 'datalad get people/bids/participants.tsv'" \
    slices import people/bids $coarse -o link.h5
one_line "it is told in one line" 1
rm people/bids/participants.tsv
ln -s ../gone people/bids/sub-03
expect "a subject that is a link to nothing" 1 "" "people/bids/sub-03: is a link to '../gone'" \
    slices import people/bids $coarse -o link.h5
rm people/bids/sub-03
mkdir people/photos people/photos/a && ln -s ../moved people/photos/0
expect "a class that is a link to nothing" 1 "" "people/photos/0: is a link to '../moved'" \
    pretrain --task classes --images people/photos -o link.safetensors
absent "nothing is made without what cannot be read" link.h5 link.safetensors
