#!/bin/sh
# SPDX-License-Identifier: MIT
# Pre-training: on slices, on pictures, from weights.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s1.h5

### A whole study, step by step
expect "pretrain" 0 "" "" pretrain --task sex --slices s1.h5 --train 6 --validation 3 --holdout 3 \
    --arch vgg11 --width 0.0625 --size 64 --epochs 1 --batch 4 --quiet -o m.safetensors
expect "info of a model" 0 "vgg11, channels 4 to 32" "" info m.safetensors
expect "convert a model" 0 "" "" convert m.safetensors converted.safetensors
same "a converted model is the same" m.safetensors converted.safetensors
mkdir -p pictures/a pictures/b flat
for i in 1 2 3 4 5 6; do
    cp "$here/../fuzz/corpus/png/rgb_8" pictures/a/$i.png
    cp "$here/../fuzz/corpus/jpeg/rgb" pictures/b/$i.jpg
    cp "$here/../fuzz/corpus/jpeg/grey" flat/$i.jpg
    for file in pictures/a/$i.png pictures/b/$i.jpg flat/$i.jpg; do
        printf %s $i >>$file # no copies, which would count once
    done
done
photos="--arch vgg11 --width 0.0625 --size 32 --epochs 1 --batch 4 --no-provenance --quiet --images"
for threads in 1 2; do
    expect "pretrain on pictures with $threads threads" 0 "" "" pretrain $photos pictures \
        --threads $threads --seed 2 -o photo$threads.safetensors
done
expect "info of a model of pictures" 0 "^corpus: natural$" "" info photo1.safetensors
expect "pictures without classes" 1 "" "^lesionbench: flat: holds 0 folders" pretrain $photos flat -o no.safetensors
printf 'file,label\n1.jpg,x\n2.jpg,y\n3.jpg,x\n' >labels.csv
expect "pictures with a table" 0 "" "" pretrain $photos flat --labels labels.csv -o flat.safetensors
head -c 400 pictures/b/3.jpg >cut && mv cut pictures/b/3.jpg
expect "a truncated picture" 1 "" \
    "^lesionbench: pictures/b/3.jpg: the picture is damaged or truncated: Premature end" \
    pretrain $photos pictures -o no.safetensors
one_line "a truncated picture in one line" 1
absent "nothing made of wrong pictures" no.safetensors
expect "pretrain from weights" 0 "" "" pretrain --from m.safetensors --task sex --slices s1.h5 --train 6 \
    --validation 3 --holdout 3 --size 64 --epochs 1 --batch 4 --quiet -o more.safetensors
expect "info of what it started from" 0 "^source: m.safetensors$" "" info more.safetensors
expect "weights as they are" 0 "" "" pretrain --task none --from m.safetensors --corpus mine \
    -o mine.safetensors
expect "info of weights as they are" 0 "^corpus: mine$" "" info mine.safetensors
expect "no task without weights" 2 "" "--from" pretrain --task none -o no.safetensors
expect "weights have an architecture" 2 "" "--arch and --width are those of --from" \
    pretrain --task none --from m.safetensors --width 1 -o no.safetensors
expect "weights that are not there" 1 "" "^lesionbench: nowhere.pth: No such file or directory$" \
    pretrain --task none --from nowhere.pth -o no.safetensors
expect "no task with images" 2 "" "--task none trains nothing" pretrain --task none \
    --from m.safetensors --slices s1.h5 -o no.safetensors
absent "nothing made without a task" no.safetensors
