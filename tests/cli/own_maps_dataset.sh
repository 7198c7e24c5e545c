#!/bin/sh
# SPDX-License-Identifier: MIT
# Maps made elsewhere, against a dataset; predictions of other images.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s.csv sel.csv v.h5

### Against a dataset
# The same maps by way of HDF5 and of .npy have the same scores.
if /usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null; then
    /usr/bin/python3 - <<'END'
import h5py, numpy
with h5py.File("e.h5") as f:
    numpy.save("sobel.npy", f["sobel/map"][:].astype("f8"))
    numpy.save("ig.npy", f["integrated_gradients/attribution"][:])
    numpy.save("part.npy", f["saliency/map"][:][[2, 0]])
END
    expect "maps against a dataset" 0 "" "" score --maps sobel.npy,integrated_gradients=ig.npy --data d1.h5 --quiet -o own.csv
    expect "some of them" 0 "" "" score --maps saliency=part.npy --data d1.h5 --index 2,0 --predictions p.h5 --quiet \
        -o part.csv
    # All but the model, the selection and what only who made the maps knows.
    same_scores() { cut -d, -f1-3,7,9-15,17,21-23,26- | sort; }
    grep -v ,saliency, s.csv | same_scores >expected.txt
    same_scores <own.csv >found.txt
    same "they have the scores of explanations.h5" expected.txt found.txt
    grep -E '^(image|0,.*,saliency|2,.*,saliency)' s.csv | same_scores >expected.txt
    same_scores <part.csv >found.txt
    same "so do some" expected.txt found.txt
    grep ,saliency, sel.csv | grep -v '^1,' | sort | cut -d, -f8 >expected.txt
    tail -n +2 part.csv | sort | cut -d, -f8 >found.txt
    same "predictions tell their selection" expected.txt found.txt
    "$program" score --maps ig.npy --data d1.h5 --threads 1 --metrics all --quiet -o t1.csv
    "$program" score --maps ig.npy --data d1.h5 --threads 2 --metrics all --quiet -o t2.csv
    same "threads do not change scores of arrays" t1.csv t2.csv
else
    echo "skip maps against a dataset: no h5py"
fi

### Predictions of other images
# Validation and holdout have as many images; so has the dataset of other lesions.
"$program" predict --model tuned/model.safetensors --data d1.h5 --split validation --quiet -o other_split.h5
"$program" compose --slices s1.h5 --lesions l1.h5 --train 6 --validation 3 --holdout 3 --size 64 --first-seed 12 --quiet -o other.h5
"$program" predict --model tuned/model.safetensors --data other.h5 --quiet -o other_labels.h5
expect "predictions of another split" 1 "" "^lesionbench: other_split.h5: predicts the split validation, not holdout \(run .*--split holdout'\)$" \
    score --maps e.h5 --data d1.h5 --predictions p.h5,other_split.h5 -o misfit.csv
one_line "they are told in one line" 1
expect "predictions with other labels" 1 "" "^lesionbench: other_labels.h5: image [0-2] has the label [01], in the dataset's split holdout it has [01] " \
    score --maps e.h5 --data d1.h5 --predictions other_labels.h5 -o misfit.csv
one_line "these, too" 1
expect "parts of another dataset" 1 "" "^lesionbench: other_labels: image [0-2] has the label" evaluate other_labels.h5 --by area \
    --data d1.h5
absent "nothing of predictions that do not fit" misfit.csv
expect "predictions of that split" 0 "" "" score --maps v.h5 --data d1.h5 --split validation --predictions other_split.h5 --quiet -o fit.csv
