#!/bin/sh
# SPDX-License-Identifier: MIT
# Comparisons without pairs, with cells that are no numbers, and of few subjects.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### Why there are no pairs
head='image,corpus,degree,seed,method,selection,tpr,subject,label'
printf '%s\n0,a,1,1,x,,0.5,0,0\n1,a,1,1,x,,0.5,1,0\n' $head >x.csv
printf '%s\n5,a,1,1,y,,0.5,5,0\n' $head >y.csv
expect "no image in both" 1 "" "no image is scored in both, image 0 is in x.csv and image 5 in y.csv" compare x.csv y.csv -o no_tables
printf '%s\n0,a,1,1,x,,0.5,0,0\n0,b,2,1,y,,0.5,0,0\n' $head >apart.csv
expect "one file without pairs" 1 "" "the method 'x' has corpus 'a', degree '1', the method 'y' has corpus 'b', degree '2'" \
    compare apart.csv -o no_tables
printf '%s\n0,a,1,1,sobel,,0.5,0,0\n0,a,1,1,raw_input,,0.5,0,0\n' $head >controls.csv
expect "controls alone" 1 "" "'sobel' and 'raw_input' are controls" compare controls.csv -o no_tables
printf '%s\n0,a,1,2,x,,0.5,0,0\n' $head >seed.csv
expect "networks of one method" 0 "" "" compare x.csv seed.csv --quiet -o seeds
printf 'corpus,degree,seed,split,accuracy\nb,1,1,holdout,0.5\n' >accuracies.csv
expect "accuracies of other models" 1 "" "accuracies.csv: no accuracy on the holdout split is of a model of the scores, such as corpus 'a'" \
    compare x.csv --accuracies accuracies.csv -o no_tables
printf 'corpus,degree,seed,split,accuracy\na,1,1,holdout,high\n' >accuracies.csv
expect "an accuracy that is no number" 1 "" "accuracies.csv: line 2, column \"accuracy\": 'high' is not a number" \
    compare x.csv --accuracies accuracies.csv -o no_tables

### Cells that are no numbers
cell() { # NAME MESSAGE ROW
    printf '%s\n0,a,1,1,x,,0.5,0,0\n%s\n' $head "$3" >cell.csv
    expect "$1" 1 "" "^lesionbench: cell.csv: line 3, column $2" compare cell.csv --class round -o no_tables
}
cell "a score in words" "\"tpr\": 'oops' is not a number$" '1,a,1,1,x,,oops,1,0'
cell "a decimal comma" "\"tpr\": '0,5' is not a number \(write a decimal point\)$" '1,a,1,1,x,,"0,5",1,0'
cell "an image in words" "\"image\": 'one' is not a number$" 'one,a,1,1,x,,0.5,1,0'
cell "an image that is missing" "\"image\": '' is not the index of an image$" ',a,1,1,x,,0.5,1,0'
cell "half a subject" "\"subject\": '0.5' is not the number of a subject$" '1,a,1,1,x,,0.5,0.5,0'
cell "a label in words" "\"label\": 'round' is not a number$" '1,a,1,1,x,,0.5,1,round'
cell "an infinite score" "\"tpr\": the score is infinite$" '1,a,1,1,x,,inf,1,0'
absent "nothing of what is no number" no_tables
printf '%s\n0,a,1,1,x,,0.5,0,0.0\n1,a,1,1,x,,NA,1,0.0\n2,a,1,1,x,,nan,2,0.0\n3,a,1,1,x,,,3,0.0\n' $head >missing.csv
expect "scores that are undefined" 0 "" "" compare missing.csv --class round --quiet -o undefined
grep -q '^,,a,1,x,1,1,1,0.5,0.5,,,' undefined/summary.csv && ok "they are left out" || not_ok "they are left out" "$(cat undefined/summary.csv)"
expect "they are told" 0 "" "^note: missing.csv: rows without a value in the column \"tpr\": 3 \(left out\)$" \
    compare x.csv missing.csv --methods a,b -o undefined
[ "$(grep -c 'without a value' err)" = 1 ] && ok "only of the file that has them" || not_ok "only of the file that has them"

### Few subjects, or none
printf 'image,corpus,degree,seed,method,selection,tpr\n0,a,1,1,x,,0.5\n1,a,1,1,x,,0.6\n0,a,1,1,y,,0.5\n1,a,1,1,y,,0.5\n' >unnamed.csv
expect "images without subjects" 0 "" "^note: no column .subject.: each image counts as a subject of its own" \
    compare unnamed.csv -o unnamed
rows() { # SUBJECTS: scores of two methods
    echo $head
    for i in $(seq 0 $(($1 - 1))); do printf '%s,a,1,1,x,,0.%s,%s,0\n%s,a,1,1,y,,0.5,%s,0\n' "$i" $((i + 1)) "$i" "$i" "$i"; done
}
rows 5 >few.csv
rows 6 >enough.csv
expect "fewer than six subjects" 0 "" "^note: intervals of fewer than 6 subjects are left empty \(fewest here: 5\)$" compare few.csv -o few
one_line "they are told in one line, too" 1
grep -Eq '^,,a,1,x,y,5,5,0.3,0.5,-0.2,,,-0.2,' few/methods.csv && grep -Eq '^,,a,1,x,1,5,5,0.3,0.3,,,0.2,0.4$' few/summary.csv &&
    grep -Eq '^,,a,x,2,1,5,5,1.9,,,0.1$' few/ranking.csv && ok "their intervals are empty" ||
    not_ok "their intervals are empty" "$(cat few/methods.csv few/summary.csv few/ranking.csv)"
expect "six subjects" 0 "" "" compare enough.csv --quiet -o enough
grep -Eq '^,,a,1,x,y,6,6,[^,]+,[^,]+,[^,]+,-[^,]+,-?[^,]+,' enough/methods.csv && ok "six have intervals" ||
    not_ok "six have intervals" "$(cat enough/methods.csv)"
