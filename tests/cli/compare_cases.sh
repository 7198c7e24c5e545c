# SPDX-License-Identifier: MIT
# Part of run.sh, which has made d1.h5, e.h5, p.h5, m.safetensors, tuned/model.safetensors, maps.npy, truth.npy,
# the function npy and $zero, $half, $one: scores of different programs, compared.
# shellcheck shell=sh disable=SC2154,SC2059

### Maps made elsewhere, beside this program's
# Three maps of 64 x 64, all zero: of the three holdout images.
{ npy "3, 64, 64" && head -c 49152 /dev/zero; } >theirs.npy
tuned=tuned/model.safetensors
"$program" explain --model $tuned --data d1.h5 --methods saliency --limit 3 --quiet --scores ours.csv -o ours.h5
for model in $tuned p.h5 ours.h5; do
    expect "score maps of $model" 0 "" "" score --maps theirs.npy --data d1.h5 --index 0-2 --model $model --quiet -o theirs.csv
    expect "compare with maps of $model" 0 "" "" compare ours.csv theirs.csv --methods mine,theirs --quiet -o exact
    [ "$(cut -d, -f1-8 exact/methods.csv)" = "condition,selection,corpus,degree,method_a,method_b,images,subjects
best,,mri,2,mine,theirs,3,2" ] && ok "they are paired" || not_ok "they are paired" "$(cat exact/methods.csv)"
done
[ "$(cut -d, -f4-6,16 theirs.csv | uniq)" = "corpus,degree,seed,condition
mri,2,5,best" ] && ok "the model fills its columns" || not_ok "the model fills its columns" "$(cut -d, -f4-6,16 theirs.csv)"
expect "maps of predictions" 0 "" "" score --maps theirs.npy --data d1.h5 --predictions p.h5 --quiet -o predicted.csv
[ "$(cut -d, -f4-6,16 predicted.csv | tail -n 1)" = "mri,2,5,best" ] && ok "so do its predictions" || not_ok "so do its predictions"
"$program" score --maps theirs.npy --data d1.h5 --quiet -o nameless.csv
expect "scores that share no model" 1 "" "^lesionbench: nothing can be compared: ours.csv has condition 'best', corpus 'mri', \
degree '2', seed '5', nameless.csv has condition '', corpus '', degree '', seed '' \('lesionbench score --model' fills" \
    compare ours.csv nameless.csv --methods mine,theirs -o no_tables
one_line "they are told in one line" 1
expect "of which one alone has pairs of its own" 1 "" "nothing can be compared: e.csv has .*corpus 'mri'.*nameless.csv has" \
    compare e.csv nameless.csv -o no_tables
expect "a selection that differs" 1 "" "has selection '', predicted.csv has selection '[a-z_]+'" \
    compare ours.csv predicted.csv --methods mine,theirs -o no_tables
absent "nothing of what has no pairs" no_tables no_tables/summary.csv
expect "a model that is none" 1 "" "d1.h5: is of no model" score --maps theirs.npy --data d1.h5 --model d1.h5 -o no.csv
expect "a model for explanations" 2 "" "--model is for maps in .npy files" score --maps e.h5 --data d1.h5 --model p.h5 -o no.csv
expect "a model without a dataset" 0 "" "" score --maps maps.npy --truth truth.npy --model $tuned --quiet -o named.csv
[ "$(cut -d, -f4-6,16 named.csv | tail -n 1)" = "mri,2,5,best" ] && ok "it is named all the same" || not_ok "it is named all the same"
foreign=$here/../data/weights/checkpoint_zip.pth
expect "a model without a name" 0 "" "^note: .*checkpoint_zip.pth: does not name corpus, degree and seed: 'compare' cannot pair .*\(give " \
    score --maps theirs.npy --data d1.h5 --index 0-2 --model "$foreign" -o unnamed.csv
[ "$(grep -c '^note: ' err)" = 1 ] && ok "it is noted once" || not_ok "it is noted once"
expect "a model without a name or a dataset" 0 "" "^note: .*checkpoint_zip.pth: does not name" \
    score --maps maps.npy --truth truth.npy --model "$foreign" -o unnamed.csv
expect "predictions of another model" 1 "" "^lesionbench: --model and --predictions are of different models: m.safetensors has \
corpus 'mri', degree 'pretrained', seed '0', condition '', p.h5 has corpus 'mri', degree '2', seed '5', condition 'best'$" \
    score --maps theirs.npy --data d1.h5 --model m.safetensors --predictions p.h5 -o no.csv
expect "predictions of the model" 0 "" "" score --maps theirs.npy --data d1.h5 --model $tuned --predictions p.h5 --quiet -o named.csv
absent "nothing of a model that is none" no.csv
# As documented, from one end to the other; the maps of another program are this program's own.
if /usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null; then
    /usr/bin/python3 - <<'END'
import h5py, numpy
with h5py.File("e.h5") as f:
    numpy.save("captum_ig.npy", f["integrated_gradients/attribution"][:])
END
    "$program" score --maps captum_ig.npy --data d1.h5 --index 0-2 --model $tuned --quiet -o theirs.csv
    "$program" explain --model $tuned --data d1.h5 --limit 3 --steps 3 --methods integrated_gradients --quiet --scores ours.csv -o ours.h5
    expect "the documented comparison" 0 "" "" compare theirs.csv ours.csv --quiet -o documented
    grep -Eq '^best,,mri,2,captum_ig,integrated_gradients,3,2,([^,]*),\1,0,,,0,0,0,1,1,1$' documented/methods.csv &&
        ok "the same maps differ by 0" || not_ok "the same maps differ by 0" "$(cat documented/methods.csv)"
else
    echo "skip the documented comparison: no h5py"
fi

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

### Classes and images by number
{ npy "3, 3, 64, 64" && head -c 147456 /dev/zero; } >rgb64.npy
expect "one class for all images" 0 "" "" explain --model $tuned --images rgb64.npy --targets 1 --methods saliency --quiet -o all.h5
expect "a class for each image" 0 "" "" explain --model $tuned --images rgb64.npy --targets 0-1,1 --methods saliency --quiet -o each.h5
expect "a class that the model has not" 2 "" "^lesionbench: --targets: 999: the model has 2 classes, 0 to 1$" explain --model $tuned \
    --images rgb64.npy --targets 999 --methods saliency -o no.h5
expect "two classes for three images" 2 "" "--targets: 2 classes for 3 images \(one for each, or one for all\)" explain \
    --model $tuned --images rgb64.npy --targets 0,1 --methods saliency -o no.h5
expect "a class in words" 2 "" "--targets: 'cat' is not a whole number" explain --model $tuned --images rgb64.npy \
    --targets cat --methods saliency -o no.h5
expect "a range that ends before it begins" 1 "" "--index: the range '2-0' ends before it begins" score --maps theirs.npy \
    --data d1.h5 --index 2-0 -o no.csv
expect "a mixture of ranges" 0 "" "" score --maps theirs.npy --data d1.h5 --index 2,0-1 --quiet -o mixed.csv
{ npy "1, 64, 64" && head -c 16380 /dev/zero && printf '\0\0\300\177'; } >nan64.npy
expect "an image that is not a number" 1 "" "^lesionbench: nan64.npy: image 0 has a value that is not finite$" predict \
    --model $tuned --images nan64.npy -o no.h5
[ "$(cut -d, -f1 mixed.csv | tr '\n' ' ')" = "image 2 0 1 " ] && ok "they are those images" || not_ok "they are those images"
absent "nothing of numbers that are none" no.h5 no.csv
