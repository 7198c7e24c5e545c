# SPDX-License-Identifier: MIT
# Part of run.sh, which has made l1.h5, and $template: what people really bring to an import.
# shellcheck shell=sh disable=SC2154,SC2086

# scan FILE.nii.gz FACTOR: the template, its values multiplied by an IEEE float in octal bytes.
scan() {
    mkdir -p "$(dirname "$1")"
    gzip -dc "$template" >head.nii
    printf "$2" | dd of=head.nii bs=1 seek=112 conv=notrunc 2>/dev/null
    gzip -1 -c head.nii >"$1"
}
one='\000\000\200\077' # 1
two='\000\000\000\100' # 2
coarse="--voxel 2 --size 91x109 --slices-per-subject 4 --no-provenance --quiet"

### What cannot be read is not absent
mkdir people && scan people/bids/sub-01/anat/sub-01_T1w.nii.gz "$one"
scan people/bids/sub-02/anat/sub-02_T1w.nii.gz "$two"
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
