#!/bin/sh
# SPDX-License-Identifier: MIT
# Comparisons of scores: tables, formats, names, classes, what is refused.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s.csv

expect "compare" 0 "" "" compare s.csv --maps e.h5 --data d1.h5 --draws 50 --quiet -o compared
for table in summary ranking controls methods corpora accuracy corpus_effect variance agreement map_agreement; do
    for ending in csv md tex; do
        [ -s "compared/$table.$ending" ] || not_ok "compare made $table.$ending"
    done
done
grep -q '^best,mri,integrated_gradients,saliency,3,' compared/map_agreement.csv &&
    grep -q '^best,,mri,2,saliency,sobel,3,' compared/controls.csv && ok "maps and controls are compared" ||
    not_ok "maps and controls are compared"
printf 'image,corpus,degree,seed,method,selection,tpr\n0,,,,"a|b_c",,0.25\n7,,,,"a|b_c",,0.75\n' >own.csv
expect "compare scores from elsewhere" 0 "" "" compare own.csv --quiet -o own
grep -q '^,,,,a|b_c,1,2,2,0.5,0.5,' own/summary.csv && grep -qF '| a\|b_c | 1 | 2 | 2 | 0.500 |' own/summary.md &&
    grep -qF 'a|b\_c & 1 & 2 & 2 & 0.500 &' own/summary.tex && ok "one row of each format" ||
    not_ok "one row of each format"
expect "compare maps from elsewhere" 0 "" "" compare own.csv own.csv --methods mine,theirs --quiet -o both
grep -q '^,,,,mine,theirs,2,2,0.5,0.5,0,,,0,0,0,1,1,1$' both/methods.csv && ok "methods are named" ||
    not_ok "methods are named"
printf 'image,corpus,degree,seed,method,selection,emd\n0,,,,far,,9\n0,,,,near,,2\n1,,,,far,,8\n1,,,,near,,1\n' >emd.csv
expect "compare distances" 0 "" "" compare emd.csv --metric emd --quiet -o nearer
grep -q '^,,,near,2,1,2,2,1,,,1$' nearer/ranking.csv && ok "the nearer is better" || not_ok "the nearer is better"
expect "a name for each file" 2 "" "--methods has 1 names for 2 files" compare own.csv own.csv --methods a -o c
expect "compare without a folder" 2 "" "-o is missing" compare s.csv
expect "compare maps without data" 2 "" "--data is missing" compare s.csv --maps e.h5 -o c
expect "compare by a column that is not there" 1 "" 's.csv: no column "none"' compare s.csv --metric none -o c
expect "compare scores with themselves" 1 "" "scored twice for one model .*corpus 'mri'" \
    compare s.csv s.csv -o c
printf 'image,corpus,degree,seed,method,selection,tpr,subject\n0,,,,a,,0.25,1\n0,,,,b,,0.5,2\n' >two.csv
expect "compare scores of two datasets" 1 "" "of subject 1 and of subject 2" compare two.csv -o c
printf 'image,corpus,degree,seed,method,selection,tpr\n0.5,,,,a,,0.25\n' >half.csv
printf 'image,corpus,degree,seed,method,selection,tpr,label\n0,,,,a,,0.25,0\n1,,,,a,,0.5,1\n2,,,,a,,0.75,1\n' >label.csv
expect "compare images of a class" 0 "" "" compare label.csv --class irregular --quiet -o irregular
grep -q '^,,,,a,1,2,2,0.625,' irregular/summary.csv && ok "images of a class" || not_ok "images of a class" "$(cat irregular/summary.csv)"
printf 'image,corpus,degree,seed,method,selection,tpr,label\n0,,,,a,,0.25,0\n' >label.csv
expect "compare images of a class that is not there" 0 "" "" compare label.csv --class irregular --quiet -o nobody
[ "$(wc -l <nobody/summary.csv)" = 1 ] && ok "tables without rows" || not_ok "tables without rows" "$(cat nobody/summary.csv)"
expect "compare a class without labels" 1 "" 'half.csv: no column "label"' compare half.csv --class round -o c
expect "compare an unknown class" 2 "" "'rond' is not one of all, round, irregular" compare half.csv --class rond -o c
expect "compare half an image" 1 "" "half.csv: line 2, column \"image\": '0.5' is not the index of an image" compare half.csv -o c
absent "nothing of what could not be compared" c
