#!/bin/sh
# SPDX-License-Identifier: MIT
# Classes and images by number: --targets and --index.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned

tuned=tuned/model.safetensors
{ npy "3, 64, 64" && head -c 49152 /dev/zero; } >theirs.npy
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
