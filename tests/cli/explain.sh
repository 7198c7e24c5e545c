#!/bin/sh
# SPDX-License-Identifier: MIT
# Explanations: raw attributions, background images, what is refused.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned v.h5

expect "explain" 0 "" "" explain --model tuned/model.safetensors --data d1.h5 --steps 3 --quiet \
    --methods saliency,sobel,integrated_gradients --keep raw --scores e.csv -o e.h5
expect "info of explanations" 0 "integrated_gradients/attribution +\(3, 3, 64, 64\)" "" info e.h5
expect "explain against background images" 0 "" "" explain --model tuned/model.safetensors --data d1.h5 \
    --limit 1 --expected-samples 2 --methods expected_gradients,deep_shap --quiet -o g.h5
expect "info of their maps" 0 "deep_shap/map +\(1, 64, 64\)" "" info g.h5
expect "output that is an input" 2 "" "--output and --data name the same file: d1.h5" \
    predict --model m.safetensors --data d1.h5 -o d1.h5
mkdir folder.h5
expect "output that is a folder" 1 "" "folder.h5: cannot write: it is there already and is a folder" \
    predict --model m.safetensors --data d1.h5 --quiet -o folder.h5
expect "a method twice" 2 "" "'saliency' is there twice" explain --model m.safetensors --data d1.h5 \
    --methods saliency,saliency -o t.h5
expect "explain without maps" 0 "" "" explain --data d1.h5 --methods sobel --keep none --quiet -o n.h5
expect "score without maps" 1 "" "n.h5: holds no maps" score --maps n.h5 --data d1.h5 -o n.csv
