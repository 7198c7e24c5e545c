#!/bin/sh
# SPDX-License-Identifier: MIT
# Datasets, predictions and maps of shapes and values that do not fit.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

files_to_spoil
spoiled "dataset of two axes" "$on_dataset" d.h5 shape holdout/image 3 64
spoiled "dataset of other sides" "$on_dataset" d.h5 shape holdout/image 3 64 65
spoiled "dataset without pixels" "$on_dataset" d.h5 shape train/image 6 0 0
spoiled "dataset of other truths" "$on_dataset" d.h5 shape holdout/truth 3 64 65
spoiled "dataset of more labels" "$on_dataset" d.h5 shape holdout/label 1000000000000
spoiled "dataset of labels beyond two" "$on_dataset" d.h5 fill holdout/label 2
spoiled "dataset of text" "$on_dataset" d.h5 text holdout/image 3 64 64
spoiled "dataset without a split" "$on_dataset" d.h5 remove holdout
spoiled "dataset that is not finite" "$on_dataset" d.h5 fill holdout/image nan
spoiled "predictions of one axis" "$on_predictions" p.h5 shape logits 6
spoiled "predictions of one class" "$on_predictions" p.h5 shape logits 3 1
spoiled "2^40 predictions" "$on_predictions" p.h5 shape logits 1099511627776 2
spoiled "predictions that are not finite" "$on_predictions" p.h5 fill logits nan
spoiled "predictions of more labels" "$on_predictions" p.h5 shape label 4
spoiled "predictions of labels beyond two" "$on_predictions" p.h5 fill label 9
spoiled "predictions of nothing" "$on_predictions" p.h5 remove logits
spoiled "maps of other sides" "$on_maps" e.h5 shape sobel/map 3 64 65
spoiled "maps of images that are not there" "$on_maps" e.h5 fill index 77
spoiled "maps of negative images" "$on_maps" e.h5 fill index -1
spoiled "maps of more images" "$on_maps" e.h5 shape index 1000000000000
spoiled "maps of an index of no axes" "$on_maps" e.h5 shape index
spoiled "maps that are not finite" "$on_maps" e.h5 fill sobel/map nan
spoiled "maps without an index" "$on_maps" e.h5 remove index
spoiled "a version that is text" "info" s.h5 attribute / format_version nonsense
