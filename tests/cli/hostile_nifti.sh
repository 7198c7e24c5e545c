#!/bin/sh
# SPDX-License-Identifier: MIT
# NIfTI files and BIDS folders.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

cp "$seeds/nifti/v1_f4" v.nii
### NIfTI
head -c 400 v.nii >cut.nii
refuse "truncated NIfTI" "cut.nii: .*truncated" $simulate cut.nii
gzip -c v.nii | head -c 100 >cut.nii.gz
refuse "truncated gzipped NIfTI" "cut.nii.gz: .*truncated" $simulate cut.nii.gz
cp v.nii huge.nii
patch huge.nii 42 '\377\177\377\177\377\177'
refuse "NIfTI of 2^45 voxels" "huge.nii: .*voxels" $simulate huge.nii
patch huge.nii 42 '\000\004\000\004\000\004'
refuse "NIfTI that claims 2^30 voxels" "huge.nii: .*claims .* but the file has only" $simulate huge.nii
gzip -c huge.nii >huge.nii.gz
refuse "gzipped NIfTI that claims 2^30 voxels" "huge.nii.gz: .*claims" $simulate huge.nii.gz
cp "$seeds/nifti/v2_f4" wide.nii
patch wide.nii 24 '\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0'
refuse "NIfTI-2 whose size overflows" "wide.nii: .*voxels" $simulate wide.nii
cp v.nii negative.nii
patch negative.nii 42 '\377\377'
refuse "NIfTI of a negative side" "negative.nii" $simulate negative.nii
{ gzip -c v.nii && zeros 512; } >bomb.nii.gz
refuse "gzip bomb behind a NIfTI volume" "bomb.nii.gz" $simulate bomb.nii.gz
cp v.nii far.nii
patch far.nii 108 '\0\0\200\116' # 2^30, as float32
{ gzip -c far.nii && zeros 1024; } >far.nii.gz
refuse "gzip bomb in front of the voxels" "far.nii.gz" $simulate far.nii.gz
cp "$seeds/nifti/finding_not_finite" nan.nii
refuse "NIfTI without a finite orientation" "nan.nii: .*finite" $simulate nan.nii
gzip -c v.nii >inside.nii
refuse "gzipped volume named .nii that is no head" "inside.nii" $simulate inside.nii
gzip -c inside.nii >twice.nii.gz
refuse "volume gzipped twice" "twice.nii.gz: is not a NIfTI file" $simulate twice.nii.gz

### NIfTI pairs
head -c 348 "$seeds/nifti/v1_pair" >pair.hdr
refuse "header without its voxels" "pair.hdr: .*not beside it" $simulate pair.hdr
tail -c +349 "$seeds/nifti/v1_pair" | head -c 10 >pair.img
refuse "header with too few voxels" "pair.hdr: .*truncated" $simulate pair.hdr
refuse "too few voxels with a header" "pair.img: .*truncated" $simulate pair.img
rm pair.img && mkdir pair.img
refuse "header whose voxels are a folder" "pair" $simulate pair.hdr
rmdir pair.img && mkfifo pair.img
refuse "header whose voxels are a pipe" "pair" $simulate pair.hdr
ln -s loop.nii loop.nii
refuse "link to itself" "loop.nii" $simulate loop.nii
mkdir -p bids/sub-01/anat
ln -s .. bids/sub-01/anat/up
cp cut.nii.gz bids/sub-01/anat/sub-01_T1w.nii.gz
printf '{"Name": "x", "BIDSVersion": "1.8.0"}' >bids/dataset_description.json
refuse "BIDS folder that goes round in circles" "sub-01_T1w.nii.gz: .*truncated" $import bids
printf 'participant_id\tsex\n\0' >bids/participants.tsv
refuse "BIDS folder with a damaged table" "participants.tsv|T1w" $import bids
printf 'age\tsex\n20\tF\n' >people.tsv
refuse "participants without their names" "people.tsv|v.nii" $import v.nii --participants people.tsv
head -c 1000000 /dev/zero | tr '\0' '\t' >people.tsv
refuse "participants of a million columns" "people.tsv" $import v.nii --participants people.tsv
printf 'participant_id\tsex\nx\n' >people.tsv
refuse "uneven participants" "people.tsv: line 2" $import v.nii --participants people.tsv
rm -r bids
