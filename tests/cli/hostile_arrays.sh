#!/bin/sh
# SPDX-License-Identifier: MIT
# NPY and IDX files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

### NPY
header() { # FILE DESCR SHAPE: a header of version 1, padded to 118 characters
    text="{'descr': '$2', 'fortran_order': False, 'shape': ($3), }"
    printf '\223NUMPY\001\0\166\0%-117s\n' "$text" >"$1"
}
header x.npy '<f4' '2, 4, 4' && head -c 128 /dev/zero >>x.npy
header nan.npy '<f4' '2, 4, 4' && head -c 124 /dev/zero >>nan.npy && printf '\0\0\300\177' >>nan.npy
refuse "maps that are not numbers" "nan.npy: row 1, of image 1, has a value that is NaN" $maps nan.npy --truth x.npy
refuse "a truth that is not a number" "image 1, .*ground truth is not a number at pixel 15" $maps x.npy --truth nan.npy
head -c 200 x.npy >cut.npy
refuse "truncated NPY" "cut.npy: .*asks for 128 bytes" $maps cut.npy --truth x.npy
refuse "truncated NPY as truth" "cut.npy: .*asks for" $maps x.npy --truth cut.npy
header huge.npy '<f4' '1099511627776,'
refuse "NPY that claims 2^40 elements" "huge.npy: .*asks for" $maps huge.npy --truth x.npy
header huge.npy '<f8' '4294967296, 4294967296, 4294967296'
refuse "NPY whose size overflows" "huge.npy: .*overflows" $maps huge.npy --truth huge.npy
header none.npy '<f4' '1099511627776, 0, 4'
refuse "maps without pixels" "none.npy" $maps none.npy --truth none.npy
refuse "images without pixels" "none.npy" $explain none.npy
header none.npy '<f4' '4294967296, 0, 4294967296, 4294967296'
refuse "NPY whose size overflows but for a zero" "none.npy: .*overflows" $maps none.npy --truth x.npy
header object.npy '|O' '1,' && printf 'cos\nsystem\n(S"true"\ntR.' >>object.npy
refuse "NPY with a pickle in it" "object.npy: has elements of type '\|O'" $maps object.npy --truth x.npy
printf '\223NUMPY\002\0\377\377\377\377{' >long.npy
refuse "NPY with a header of 4 GiB" "long.npy" $maps long.npy --truth x.npy
header nan.npy '<f4' '1, 1, 2' && printf '\0\0\300\177\0\0\200\177' >>nan.npy
refuse "maps that are not finite" "nan.npy" $maps nan.npy --truth nan.npy
refuse "images that are not finite" "not finite" $explain nan.npy
header deep.npy '<f4' "$(printf '%040d' 0 | tr 0 '(')"
refuse "NPY with a nested shape" "deep.npy: cannot read the .npy header" $maps deep.npy --truth x.npy
mkdir x_folder.npy
refuse "folder named .npy" "x_folder.npy: is not a file" $maps x_folder.npy --truth x.npy

### IDX
{ printf '\0\0\010\003\0\0\0\004\0\0\0\002\0\0\0\002' && head -c 16 /dev/zero; } >x.idx
printf '\0\0\010\001\0\0\0\004\0\001\0\001' >y.idx
head -c 30 x.idx >cut.idx
refuse "truncated IDX" "cut.idx: .*truncated" $corpus cut.idx --labels y.idx
printf '\0\0\010\003\0\001\0\0\0\001\0\0\0\001\0\0' >huge.idx
refuse "IDX that claims 2^48 bytes" "huge.idx" $corpus huge.idx --labels y.idx
printf '\0\0\010\003\377\377\377\377\377\377\377\377\377\377\377\377' >huge.idx
refuse "IDX whose size overflows" "huge.idx: .*overflows" $corpus huge.idx --labels y.idx
printf '\0\0\010\003\0\0\0\004\0\0\0\0\0\0\0\002' >none.idx
refuse "IDX images without pixels" "none.idx" $corpus none.idx --labels y.idx
{ printf '\0\0\010\003\0\0\0\004\004\0\0\0\0\0\0\001' | gzip -c && zeros 256; } >bomb.idx.gz
refuse "IDX images as large as a bomb" "bomb.idx.gz" $corpus bomb.idx.gz --labels y.idx
{ gzip -c x.idx && zeros 512; } >behind.idx.gz
refuse "gzip bomb behind an IDX array" "behind.idx.gz" $corpus behind.idx.gz --labels y.idx
refuse "labels as images" "y.idx: holds no images" $corpus y.idx --labels x.idx
refuse "images as labels" "x.idx: not one label" $corpus x.idx --labels x.idx
printf '\0\0\010\001\0\0\0\003\0\001\0' >few.idx
refuse "fewer labels than images" "few.idx: not one label" $corpus x.idx --labels few.idx
