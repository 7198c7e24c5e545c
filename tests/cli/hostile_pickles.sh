#!/bin/sh
# SPDX-License-Identifier: MIT
# Pickles, and PyTorch's files of them.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

cp "$seeds/nifti/v1_f4" v.nii
sound_dataset
### Pickles, and PyTorch's files of them
printf "cos\nsystem\n(S'touch made/hacked'\ntR." >evil.pkl
printf '\200\004cposix\nsystem\nX\023\0\0\0touch made/hacked2 2\205R.' >evil4.pkl
for file in evil evil4; do
    commands pkl $file.pkl >list
    while read -r line; do
        refuse "pickle that runs a command: ${line%% $file*}" "$file.pkl: .*system" $line
    done <list
    refuse "$file.pkl as a model" "$file.pkl" $predict $file.pkl
done
tells() { # NAME REASON FILE: what converting says of it
    refuse "$1" "$3: .*($2)" convert $3 made/x.h5
}
head -c 60 "$seeds/pickle/p4_array" >cut.pkl
tells "truncated pickle" "." cut.pkl
printf '\200\004\216\377\377\377\377\377\377\377\177abc.' >claim.pkl
tells "pickle that claims 2^63 bytes" "." claim.pkl
printf '\200\004]r\377\377\377\377.' >memo.pkl
tells "pickle that remembers far away" "." memo.pkl
{ printf '\200\002' && head -c 5000000 /dev/zero | tr '\0' '(' && printf .; } >marks.pkl
tells "pickle of five million marks" "." marks.pkl
{ printf '\200\002' && head -c 5000000 /dev/zero | tr '\0' ']' && printf .; } >lists.pkl
tells "pickle of five million lists" "." lists.pkl
{ printf '\200\002N' && head -c 5000000 /dev/zero | tr '\0' '\205' && printf .; } >deep.pkl
tells "pickle of tuples five million deep" "deep" deep.pkl
{ printf '\200\002N' && head -c 200 /dev/zero | tr '\0' 2 && head -c 200 /dev/zero | tr '\0' '\206' && printf .; } >laughs.pkl
either "pickle of pairs of pairs" convert laughs.pkl made/x.h5
{ printf '\200\002K\001' && head -c 1000000 /dev/zero | tr '\0' 2 && printf '.'; } >copies.pkl
accept "pickle that leaves a million values behind" convert copies.pkl made/x.h5
{ printf 'I' && head -c 5000000 /dev/zero | tr '\0' 9 && printf '\n.'; } >long.pkl
tells "number of five million digits" "." long.pkl
for shape in 1099511627776 4294967296,4294967296,4294967296 0,1099511627776; do
    {
        printf 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS"b"\ntR(I1\n('
        printf %s "$shape" | tr , '\n' | sed 's/^/L/; s/$/L/'
        printf 'tcnumpy\ndtype\n(S"f8"\nI0\nI1\ntR(I3\nS"<"\nNNNI-1\nI-1\nI0\ntbI00\nS"12345678"\ntb.'
    } >shape.pkl
    tells "pickled array of shape ($shape)" "." shape.pkl
done
for file in cut claim marks deep; do
    refuse "lesions from $file.pkl" "$file.pkl" $lesions $file.pkl $file.pkl
    refuse "slices from $file.pkl" "$file.pkl" $import $file.pkl
done
head -c 700 "$seeds/weights/zip_state" >cut.pth
refuse "truncated PyTorch file" "cut.pth" $predict cut.pth
head -c 300 "$seeds/weights/legacy_state" >cut.pth
refuse "truncated legacy PyTorch file" "cut.pth" $predict cut.pth
{ cat "$seeds/weights/zip_state" && zeros 64; } >behind.pth
refuse "PyTorch file with more behind it" "behind.pth" $predict behind.pth
cp "$seeds/weights/zip_state" wrong.pth && patch wrong.pth 300 'XXXX'
refuse "PyTorch file with a wrong checksum" "wrong.pth" $predict wrong.pth
