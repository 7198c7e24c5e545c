#!/bin/sh
# SPDX-License-Identifier: MIT
# Studies whose corpus is a folder of pictures.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml

mkdir -p pictures/a pictures/b
for i in 1 2 3 4 5 6; do
    cp "$here/../fuzz/corpus/png/rgb_8" pictures/a/$i.png
    cp "$here/../fuzz/corpus/jpeg/rgb" pictures/b/$i.jpg
    for file in pictures/a/$i.png pictures/b/$i.jpg; do
        printf %s $i >>$file # no copies, which would count once
    done
done
# A folder of pictures is a corpus.
sed 's/^  - name: mri/  - name: photos\n    task: classes\n    images: pictures\n    epochs: 1\n  - name: mri/' \
    mini.yaml >photos.yaml
"$program" study photos.yaml --no-provenance >out 2>err &
pid=$!
wait_for photos/models/photos/pretrained.safetensors
kill -INT $pid
wait $pid
[ -e photos/models/photos/pretrained.safetensors ] && ok "a study of pictures" || not_ok "a study of pictures"
