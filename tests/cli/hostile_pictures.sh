#!/bin/sh
# SPDX-License-Identifier: MIT
# PNG and JPEG files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

head -c 5000 "$program" >binary
printf 'just a text\n' >text
: >empty
### Pictures
photos() { # NAME REASON FILE: as the pictures of two classes
    rm -rf photos && mkdir -p photos/a photos/b && cp $3 photos/a/it.png && { cat $3 && printf x; } >photos/b/it.jpg
    refuse "$1" "photos/./it.*($2)" pretrain --arch vgg11 --width 0.02 --size 32 --epochs 1 --quiet \
        --images photos -o made/m.safetensors
}
for file in binary text empty; do
    photos "$file as a picture" "neither a PNG nor a JPEG" $file
done
for file in "$seeds"/png/spoiled_* "$seeds"/jpeg/spoiled_*; do
    photos "${file#"$seeds/"} as a picture" "damaged or truncated|claims" "$file"
done
cp "$seeds/jpeg/rgb" huge.jpg
patch huge.jpg 163 '\377\334\377\334' # rows and columns, behind SOF0
photos "JPEG that claims 65500 x 65500 pixels" "claims 65500 x 65500 pixels, which" huge.jpg
head -c 20000000 /dev/zero >>huge.jpg
photos "large JPEG of too many pixels" "too large" huge.jpg
mkdir -p maze/a maze/b && cp "$seeds/png/rgb_8" maze/a/x.png && cp "$seeds/png/rgb_8" maze/b/x.png
ln -s . maze/b/again
refuse "pictures that go round in circles" "maze/b/again/.*more than 16 deep" $corpus maze
rm maze/b/again && rm maze/b/x.png && mkfifo maze/b/x.png
refuse "a pipe as a picture" "maze/b/x.png: is not a file" $corpus maze
printf 'file,label\nnone.png,0\na/x.png,1\n' >labels.csv
refuse "a table of pictures that are not there" "labels.csv: line 2: maze/none.png: No such file" \
    $corpus maze --labels labels.csv
printf 'file\na/x.png\n' >labels.csv
refuse "a table of pictures without labels" "labels.csv.*label" $corpus maze --labels labels.csv
: >labels.csv
refuse "an empty table of pictures" "labels.csv" $corpus maze --labels labels.csv
