#!/bin/sh
# SPDX-License-Identifier: MIT
# Scores of different programs, compared.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give e.h5 p.h5 maps.npy truth.npy

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
