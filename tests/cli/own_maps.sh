#!/bin/sh
# SPDX-License-Identifier: MIT
# Maps made elsewhere, in .npy files: against ground truths in an array, and what is refused.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give maps.npy truth.npy e.h5

### Against truths in an array
own="score --truth truth.npy --quiet -o own.csv --maps"
# Attributions whose reduction is maps.npy: negative values, and red, green and blue alike.
minus="\000\000\000\277"
{ npy "2, 1, 2, 2" && printf "$one$minus$zero$zero$minus$half$half$half"; } >signed.npy
image1=$one$half$zero$zero image2=$half$half$half$half
{ npy "2, 3, 2, 2" && printf "$image1$image1$image1$image2$image2$image2"; } >rgb.npy
"$program" score --maps maps.npy --truth truth.npy --metrics all --quiet -o plain.csv
expect "several files of maps" 0 "" "" $own one=signed.npy,rgb.npy --metrics all
cut -d, -f7 own.csv | uniq | tr '\n' ' ' | grep -q '^method one rgb $' && ok "a method is named, or its file is" ||
    not_ok "a method is named, or its file is" "$(cut -d, -f7 own.csv)"
strip() { # what is left of METHOD's rows without its name and what its sums tell
    awk -F, -v OFS=, -v method="$2" 'NR > 1 && $7 == method { $7 = $19 = ""; print }' "$1"
}
[ "$(strip own.csv one)" = "$(strip plain.csv maps)" ] && [ "$(strip own.csv one | wc -l)" = 2 ] &&
    ok "attributions of one channel count by their size" || not_ok "attributions of one channel count by their size"
[ "$(strip own.csv rgb | cut -d, -f1-15)" = "$(strip plain.csv maps | cut -d, -f1-15)" ] &&
    ok "attributions of three channels are summed" || not_ok "attributions of three channels are summed"
{ npy "1, 2, 2" && printf "$image2"; } >second.npy
expect "maps of some images" 0 "" "" $own second.npy --index 1 --metrics all
[ "$(tail -n +2 own.csv | cut -d, -f1-31)" = "$(grep '^1,' plain.csv | cut -d, -f1-31)" ] && ok "the index tells which" || not_ok "the index tells which"
mkdir a=b && cp maps.npy "a=b/x,y.npy"
expect "a path with signs in it" 0 "" "" $own "a=b/x,y.npy"
rm own.csv

### What is refused
expect "maps of fewer images" 1 "" "second.npy: has 1 maps, truth.npy has 2 images \(tell which with --index\)" $own second.npy
expect "an index of more" 1 "" "second.npy: has 1 maps, --index names 2 images" $own second.npy --index 0,1
expect "an index beyond" 1 "" "--index: 2 is not within 0 and 1" $own second.npy --index 2
expect "an index twice" 1 "" "--index: image 0 is there twice" $own maps.npy --index 0,0
expect "a method twice" 1 "" "two files are of the method 'rgb' \(name them METHOD=X.npy\)" $own rgb=maps.npy,rgb.npy
{ npy "2, 2, 2, 3" && head -c 96 /dev/zero; } >last.npy
expect "channels last" 1 "" "last.npy: must be .*its channels are last .*moveaxis" $own last.npy
{ npy "2, 3, 2, 2" && printf "$image1$image1$image1$image2$image2$half$half\000\000\300\177$half"; } >nan.npy
expect "a value that is none" 1 "" "^lesionbench: nan.npy: row 1, of image 1, has a value that is NaN .*--index" $own nan.npy
one_line "it is told in one line" 1
{ npy "1, 2, 2" && printf "$half$half$half\000\000\200\377"; } >infinite.npy
expect "a value that is infinite" 1 "" "infinite.npy: row 0, of image 1, has" $own infinite.npy --index 1
expect "maps of another size" 1 "" "maps.npy: the maps are 2 x 2, the truth of the dataset 64 x 64" score --maps maps.npy \
    --data d1.h5 -o own.csv
expect "an index for explanations" 2 "" "--index is for maps in .npy files" score --maps e.h5 --data d1.h5 --index 0 -o own.csv
expect "a file that is not there" 1 "" "none.npy" $own "a=maps.npy,b=none.npy"
absent "nothing is left of what was refused" own.csv
