#!/bin/sh
# SPDX-License-Identifier: MIT
# Truncated, oversized, mislabelled and hostile files of other programs, given to the commands that
# read them: one clear line on standard error, exit code 1, nothing written, within bounds of memory
# and time.
# usage: hostile.sh LESIONBENCH. Prints "ok NAME" or "not ok NAME" and, at the end, "end".
# shellcheck disable=SC2086
set -u
. "$(dirname -- "$0")/hostile_tools.sh"

explain="explain --targets 0 --methods sobel --quiet -o made/e.h5 --images"
simulate="slices simulate --subjects 2 --quiet -o made/s.h5 --template"
import="slices import --quiet -o made/s.h5"
corpus="pretrain --arch vgg11 --width 0.02 --size 32 --epochs 1 --quiet -o made/m.safetensors --images"
maps="score --quiet -o made/s.csv --maps"
finetune="finetune --data d.h5 --quiet -o made/tuned --from"
predict="predict --data d.h5 --quiet -o made/p.h5 --model"
lesions="lesions --quiet -o made/l.h5 --import"

# commands KIND FILE: the commands that read files of this kind, one a line.
commands() {
    case $1 in
    nii | nii.gz | hdr | img) printf '%s\n' "$simulate $2" "$import $2" ;;
    npy) printf '%s\n' "$explain $2" "$maps $2 --truth $2" "$import $2" "convert $2 made/x.h5" ;;
    idx) echo "$corpus $2 --labels $2" ;;
    csv) echo "compare $2 -o made" ;;
    tsv) echo "$import v.nii --participants $2" ;;
    safetensors | pth) printf '%s\n' "$finetune $2" "$predict $2" ;;
    pkl) printf '%s\n' "$lesions $2 $2" "$import $2" "convert $2 made/x.h5" "convert $2 made/x.npy" \
        "evaluate $2" "score $2" ;;
    yaml) echo "study $2 -o made" ;;
    h5) printf '%s\n' "evaluate $2" "audit $2" ;;
    esac
}

# A dataset that is sound, for commands that read another file beside it.
template=/usr/share/mricron/templates/ch2bet.nii.gz
"$program" slices simulate --template $template --subjects 6 --slices-per-subject 1 --height 130 --width 156 \
    --voxel 1.4 --quiet -o sound_slices.h5 &&
    "$program" lesions --count 5 --area 30 --scale 1 --quiet -o sound_lesions.h5 &&
    "$program" compose --slices sound_slices.h5 --lesions sound_lesions.h5 --train 4 --validation 2 --holdout 2 \
        --size 32 --quiet -o d.h5 || echo "not ok a dataset for the hostile files"

### What every reader is given: things that are not its file
cp "$seeds/nifti/v1_f4" v.nii
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\010\0\0\0\0' >picture
head -c 5000 /dev/zero >nothing
head -c 5000 "$program" >binary
printf 'just a text\n' >text
: >empty
truncate -s 8T sparse 2>/dev/null || : >sparse
mkdir folder
mkfifo pipe
for kind in nii nii.gz hdr img npy csv tsv idx safetensors pth pkl yaml h5; do
    for file in picture nothing binary text empty sparse folder pipe; do
        case $kind.$file in
        csv.text | tsv.text) continue ;; # they are
        yaml.pipe) continue ;;           # may come from a pipe
        esac
        if [ $file = folder ]; then mkdir it.$kind; else ln -sf "$file" "it.$kind"; fi
        [ $kind = yaml ] || refuse "info of $file as .$kind" "it.$kind" info it.$kind
        commands $kind it.$kind >list
        while read -r line; do
            refuse "$file as .$kind: ${line%% it.*}" "it.$kind" $line
        done <list
        rm -rf it.$kind
    done
done

### What the fuzz targets start from
for kind in nifti npy idx safetensors weights pickle; do
    case $kind in
    nifti) ending=nii ;;
    weights) ending=pth ;;
    pickle) ending=pkl ;;
    *) ending=$kind ;;
    esac
    for file in "$seeds/$kind"/*; do
        case ${file##*/} in
        *.gz) [ $kind != nifti ] || ending=nii.gz ;;
        [0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*) continue ;;
        *) [ $kind != nifti ] || ending=nii ;;
        esac
        ln -sf "$file" seed.$ending
        commands $ending seed.$ending | tail -n 1 >list
        read -r line <list
        either "seed $kind/${file##*/}" $line </dev/null
        rm -f seed.$ending
    done
done

### NIfTI
head -c 400 v.nii >cut.nii
refuse "truncated NIfTI" "cut.nii: .*truncated" $simulate cut.nii
gzip -c v.nii | head -c 100 >cut.nii.gz
refuse "truncated gzipped NIfTI" "cut.nii.gz: .*truncated" $simulate cut.nii.gz
cp v.nii huge.nii
patch huge.nii 42 '\377\177\377\177\377\177'
refuse "NIfTI of 2^45 voxels" "huge.nii: .*voxels" $simulate huge.nii
patch huge.nii 42 '\000\004\000\004\000\004'
refuse "NIfTI that claims 2^30 voxels" "huge.nii: .*claims .* but the file has only" $simulate huge.nii
gzip -c huge.nii >huge.nii.gz
refuse "gzipped NIfTI that claims 2^30 voxels" "huge.nii.gz: .*claims" $simulate huge.nii.gz
cp "$seeds/nifti/v2_f4" wide.nii
patch wide.nii 24 '\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0\0\0\0\0\001\0\0\0'
refuse "NIfTI-2 whose size overflows" "wide.nii: .*voxels" $simulate wide.nii
cp v.nii negative.nii
patch negative.nii 42 '\377\377'
refuse "NIfTI of a negative side" "negative.nii" $simulate negative.nii
{ gzip -c v.nii && zeros 512; } >bomb.nii.gz
refuse "gzip bomb behind a NIfTI volume" "bomb.nii.gz" $simulate bomb.nii.gz
cp v.nii far.nii
patch far.nii 108 '\0\0\200\116' # 2^30, as float32
{ gzip -c far.nii && zeros 1024; } >far.nii.gz
refuse "gzip bomb in front of the voxels" "far.nii.gz" $simulate far.nii.gz
cp "$seeds/nifti/finding_not_finite" nan.nii
refuse "NIfTI without a finite orientation" "nan.nii: .*finite" $simulate nan.nii
gzip -c v.nii >inside.nii
refuse "gzipped volume named .nii that is no head" "inside.nii" $simulate inside.nii
gzip -c inside.nii >twice.nii.gz
refuse "volume gzipped twice" "twice.nii.gz: is not a NIfTI file" $simulate twice.nii.gz

### NIfTI pairs
head -c 348 "$seeds/nifti/v1_pair" >pair.hdr
refuse "header without its voxels" "pair.hdr: .*not beside it" $simulate pair.hdr
tail -c +349 "$seeds/nifti/v1_pair" | head -c 10 >pair.img
refuse "header with too few voxels" "pair.hdr: .*truncated" $simulate pair.hdr
refuse "too few voxels with a header" "pair.img: .*truncated" $simulate pair.img
rm pair.img && mkdir pair.img
refuse "header whose voxels are a folder" "pair" $simulate pair.hdr
rmdir pair.img && mkfifo pair.img
refuse "header whose voxels are a pipe" "pair" $simulate pair.hdr
ln -s loop.nii loop.nii
refuse "link to itself" "loop.nii" $simulate loop.nii
mkdir -p bids/sub-01/anat
ln -s .. bids/sub-01/anat/up
cp cut.nii.gz bids/sub-01/anat/sub-01_T1w.nii.gz
printf '{"Name": "x", "BIDSVersion": "1.8.0"}' >bids/dataset_description.json
refuse "BIDS folder that goes round in circles" "sub-01_T1w.nii.gz: .*truncated" $import bids
printf 'participant_id\tsex\n\0' >bids/participants.tsv
refuse "BIDS folder with a damaged table" "participants.tsv|T1w" $import bids
printf 'age\tsex\n20\tF\n' >people.tsv
refuse "participants without their names" "people.tsv|v.nii" $import v.nii --participants people.tsv
head -c 1000000 /dev/zero | tr '\0' '\t' >people.tsv
refuse "participants of a million columns" "people.tsv" $import v.nii --participants people.tsv
printf 'participant_id\tsex\nx\n' >people.tsv
refuse "uneven participants" "people.tsv: line 2" $import v.nii --participants people.tsv
rm -r bids

### NPY
header() { # FILE DESCR SHAPE: a header of version 1, padded to 118 characters
    text="{'descr': '$2', 'fortran_order': False, 'shape': ($3), }"
    printf '\223NUMPY\001\0\166\0%-117s\n' "$text" >"$1"
}
header x.npy '<f4' '2, 4, 4' && head -c 128 /dev/zero >>x.npy
header nan.npy '<f4' '2, 4, 4' && head -c 124 /dev/zero >>nan.npy && printf '\0\0\300\177' >>nan.npy
refuse "maps that are not numbers" "nan.npy: row 1, of image 1, has a value that is NaN" $maps nan.npy --truth x.npy
refuse "a truth that is not a number" "image 1, .*ground truth is not a number at pixel 15" $maps x.npy --truth nan.npy
head -c 200 x.npy >cut.npy
refuse "truncated NPY" "cut.npy: .*asks for 128 bytes" $maps cut.npy --truth x.npy
refuse "truncated NPY as truth" "cut.npy: .*asks for" $maps x.npy --truth cut.npy
header huge.npy '<f4' '1099511627776,'
refuse "NPY that claims 2^40 elements" "huge.npy: .*asks for" $maps huge.npy --truth x.npy
header huge.npy '<f8' '4294967296, 4294967296, 4294967296'
refuse "NPY whose size overflows" "huge.npy: .*overflows" $maps huge.npy --truth huge.npy
header none.npy '<f4' '1099511627776, 0, 4'
refuse "maps without pixels" "none.npy" $maps none.npy --truth none.npy
refuse "images without pixels" "none.npy" $explain none.npy
header none.npy '<f4' '4294967296, 0, 4294967296, 4294967296'
refuse "NPY whose size overflows but for a zero" "none.npy: .*overflows" $maps none.npy --truth x.npy
header object.npy '|O' '1,' && printf 'cos\nsystem\n(S"true"\ntR.' >>object.npy
refuse "NPY with a pickle in it" "object.npy: has elements of type '\|O'" $maps object.npy --truth x.npy
printf '\223NUMPY\002\0\377\377\377\377{' >long.npy
refuse "NPY with a header of 4 GiB" "long.npy" $maps long.npy --truth x.npy
header nan.npy '<f4' '1, 1, 2' && printf '\0\0\300\177\0\0\200\177' >>nan.npy
refuse "maps that are not finite" "nan.npy" $maps nan.npy --truth nan.npy
refuse "images that are not finite" "not finite" $explain nan.npy
header deep.npy '<f4' "$(printf '%040d' 0 | tr 0 '(')"
refuse "NPY with a nested shape" "deep.npy: cannot read the .npy header" $maps deep.npy --truth x.npy
mkdir x_folder.npy
refuse "folder named .npy" "x_folder.npy: is not a file" $maps x_folder.npy --truth x.npy

### IDX
{ printf '\0\0\010\003\0\0\0\004\0\0\0\002\0\0\0\002' && head -c 16 /dev/zero; } >x.idx
printf '\0\0\010\001\0\0\0\004\0\001\0\001' >y.idx
head -c 30 x.idx >cut.idx
refuse "truncated IDX" "cut.idx: .*truncated" $corpus cut.idx --labels y.idx
printf '\0\0\010\003\0\001\0\0\0\001\0\0\0\001\0\0' >huge.idx
refuse "IDX that claims 2^48 bytes" "huge.idx" $corpus huge.idx --labels y.idx
printf '\0\0\010\003\377\377\377\377\377\377\377\377\377\377\377\377' >huge.idx
refuse "IDX whose size overflows" "huge.idx: .*overflows" $corpus huge.idx --labels y.idx
printf '\0\0\010\003\0\0\0\004\0\0\0\0\0\0\0\002' >none.idx
refuse "IDX images without pixels" "none.idx" $corpus none.idx --labels y.idx
{ printf '\0\0\010\003\0\0\0\004\004\0\0\0\0\0\0\001' | gzip -c && zeros 256; } >bomb.idx.gz
refuse "IDX images as large as a bomb" "bomb.idx.gz" $corpus bomb.idx.gz --labels y.idx
{ gzip -c x.idx && zeros 512; } >behind.idx.gz
refuse "gzip bomb behind an IDX array" "behind.idx.gz" $corpus behind.idx.gz --labels y.idx
refuse "labels as images" "y.idx: holds no images" $corpus y.idx --labels x.idx
refuse "images as labels" "x.idx: not one label" $corpus x.idx --labels x.idx
printf '\0\0\010\001\0\0\0\003\0\001\0' >few.idx
refuse "fewer labels than images" "few.idx: not one label" $corpus x.idx --labels few.idx

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

### CSV, and the folders that hold it
printf 'a,b\n1,\0\n' >zero.csv
refuse "CSV with a zero byte" "zero.csv: is not text" info zero.csv
printf 'a,b\n1,"2\n' >open.csv
refuse "CSV with an open quote" "open.csv: line 2: a quoted field does not end" info open.csv
printf 'a,b\n1,2,3\n' >uneven.csv
refuse "uneven CSV" "uneven.csv: line 2 has 3 fields" info uneven.csv
head -c 1000000 /dev/zero | tr '\0' , >wide.csv
accept "CSV of a million columns" info wide.csv
head -c 50000000 /dev/zero | tr '\0' x >long.csv
accept "CSV of one long line" info long.csv
printf 'a\033[31mb,\001c\n1,2\n' >colour.csv
either "CSV with control characters" info colour.csv
mkdir -p study/tables
for table in wide long zero open uneven; do
    cp $table.csv study/tables/classification.csv
    cp $table.csv study/tables/scores.csv
    cp $table.csv study/tables/explanation.csv
    refuse "report of a $table table" "study" report study --quiet
done
rm study/tables/*
head -c 1000000 /dev/zero | tr '\0' '[' >study/manifest.json
refuse "report of a manifest nested deep" "study: holds no study" report study --quiet
printf '{"version":"\\u001b[31m","peak_memory_bytes":1e999,"seconds":"x","stages":[3,{"name":7}]}' \
    >study/manifest.json
refuse "report of a manifest of nonsense" "study: holds no study" report study --quiet
rm -rf study

### safetensors
tensors() { # FILE JSON [BYTES]: a file of this header and so many zeros
    length=$(printf %s "$2" | wc -c)
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o\\%03o\\%03o\\0\\0\\0\\0\\0' $((length % 256)) \
        $((length / 256 % 256)) $((length / 65536)))" >"$1"
    printf %s "$2" >>"$1"
    head -c "${3-0}" /dev/zero >>"$1"
}
printf '\377\377\377\377\377\377\377\377{}' >long.safetensors
refuse "safetensors with a header of 2^64 bytes" "long.safetensors: .*claims a header" $finetune long.safetensors
printf '\0\0\0\005\0\0\0\0' >wide.safetensors && head -c 90000000 /dev/zero | tr '\0' '[' >>wide.safetensors
refuse "safetensors with a header of 80 MB" "wide.safetensors" $finetune wide.safetensors
printf '\0\0\0\100\0\0\0\0{"a":' >giga.safetensors && truncate -s 1073741832 giga.safetensors
refuse "safetensors with a header of 1 GB" "giga.safetensors: .*claims a header of 1073741824" \
    $finetune giga.safetensors
tensors deep.safetensors "$(head -c 100000 /dev/zero | tr '\0' '[')"
refuse "safetensors nested deep" "deep.safetensors" $finetune deep.safetensors
tensors cut.safetensors '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}' 15
refuse "truncated safetensors" "cut.safetensors: truncated" $finetune cut.safetensors
tensors huge.safetensors '{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}' 16
refuse "safetensors that claims 2^40 elements" "huge.safetensors: truncated" $finetune huge.safetensors
tensors over.safetensors '{"a":{"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,0]}}'
refuse "safetensors whose size overflows" "over.safetensors: .*overflows" $finetune over.safetensors
printf '\0\0\0\001\0\0\0\0{"__metadata__":{"width":""' >many.safetensors
awk 'BEGIN { for (i = 0; i < 1398099; i++) printf ",\"width\":\"\""; print "}}   " }' >>many.safetensors
refuse "safetensors of a million metadata" "many.safetensors" $finetune many.safetensors
tensors colour.safetensors '{"a\u001b[31m\u0007":{"dtype":"F32","shape":[4],"data_offsets":[0,15]}}' 15
refuse "safetensors with control characters" "colour.safetensors" $finetune colour.safetensors
convolutions= offset=0
for layer in 0 3 6 8 11 13 16 18; do
    convolutions="$convolutions\"features.$layer.weight\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1],\"data_offsets\":[$offset,$((offset + 4))]},"
    offset=$((offset + 4))
done
for shapes in '1048576,0 2,0' '1048576,1 2,1' '9007199254740991,0 9007199254740991,0' '0,1 2,1'; do
    first=${shapes% *} last=${shapes#* }
    bytes=0
    [ "$first" != 1048576,1 ] || bytes=4194304
    tail=0
    [ "$last" != 2,1 ] || tail=8
    tensors grand.safetensors "{$convolutions\"classifier.0.weight\":{\"dtype\":\"F32\",\"shape\":[$first],\"data_offsets\":[$offset,$((offset + bytes))]},\"classifier.6.weight\":{\"dtype\":\"F32\",\"shape\":[$last],\"data_offsets\":[$((offset + bytes)),$((offset + bytes + tail))]}}" $((offset + bytes + tail))
    refuse "network of impossible layers ($shapes)" "grand.safetensors" $finetune grand.safetensors
    accept "info of it" info grand.safetensors
done

### Pickles, and PyTorch's files of them
printf "cos\nsystem\n(S'touch made/hacked'\ntR." >evil.pkl
printf '\200\004cposix\nsystem\nX\023\0\0\0touch made/hacked2 2\205R.' >evil4.pkl
for file in evil evil4; do
    commands pkl $file.pkl >list
    while read -r line; do
        refuse "pickle that runs a command: ${line%% $file*}" "$file.pkl: .*system" $line
    done <list
    refuse "$file.pkl as a model" "$file.pkl" $predict $file.pkl
done
tells() { # NAME REASON FILE: what converting says of it
    refuse "$1" "$3: .*($2)" convert $3 made/x.h5
}
head -c 60 "$seeds/pickle/p4_array" >cut.pkl
tells "truncated pickle" "." cut.pkl
printf '\200\004\216\377\377\377\377\377\377\377\177abc.' >claim.pkl
tells "pickle that claims 2^63 bytes" "." claim.pkl
printf '\200\004]r\377\377\377\377.' >memo.pkl
tells "pickle that remembers far away" "." memo.pkl
{ printf '\200\002' && head -c 5000000 /dev/zero | tr '\0' '(' && printf .; } >marks.pkl
tells "pickle of five million marks" "." marks.pkl
{ printf '\200\002' && head -c 5000000 /dev/zero | tr '\0' ']' && printf .; } >lists.pkl
tells "pickle of five million lists" "." lists.pkl
{ printf '\200\002N' && head -c 5000000 /dev/zero | tr '\0' '\205' && printf .; } >deep.pkl
tells "pickle of tuples five million deep" "deep" deep.pkl
{ printf '\200\002N' && head -c 200 /dev/zero | tr '\0' 2 && head -c 200 /dev/zero | tr '\0' '\206' && printf .; } >laughs.pkl
either "pickle of pairs of pairs" convert laughs.pkl made/x.h5
{ printf '\200\002K\001' && head -c 1000000 /dev/zero | tr '\0' 2 && printf '.'; } >copies.pkl
accept "pickle that leaves a million values behind" convert copies.pkl made/x.h5
{ printf 'I' && head -c 5000000 /dev/zero | tr '\0' 9 && printf '\n.'; } >long.pkl
tells "number of five million digits" "." long.pkl
for shape in 1099511627776 4294967296,4294967296,4294967296 0,1099511627776; do
    {
        printf 'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS"b"\ntR(I1\n('
        printf %s "$shape" | tr , '\n' | sed 's/^/L/; s/$/L/'
        printf 'tcnumpy\ndtype\n(S"f8"\nI0\nI1\ntR(I3\nS"<"\nNNNI-1\nI-1\nI0\ntbI00\nS"12345678"\ntb.'
    } >shape.pkl
    tells "pickled array of shape ($shape)" "." shape.pkl
done
for file in cut claim marks deep; do
    refuse "lesions from $file.pkl" "$file.pkl" $lesions $file.pkl $file.pkl
    refuse "slices from $file.pkl" "$file.pkl" $import $file.pkl
done
head -c 700 "$seeds/weights/zip_state" >cut.pth
refuse "truncated PyTorch file" "cut.pth" $predict cut.pth
head -c 300 "$seeds/weights/legacy_state" >cut.pth
refuse "truncated legacy PyTorch file" "cut.pth" $predict cut.pth
{ cat "$seeds/weights/zip_state" && zeros 64; } >behind.pth
refuse "PyTorch file with more behind it" "behind.pth" $predict behind.pth
cp "$seeds/weights/zip_state" wrong.pth && patch wrong.pth 300 'XXXX'
refuse "PyTorch file with a wrong checksum" "wrong.pth" $predict wrong.pth

### Study files
refuse "study that is a picture" "picture" study picture -o made
head -c 1000000 /dev/zero | tr '\0' '[' >deep.yaml
refuse "study nested deep" "deep.yaml" study deep.yaml -o made
{
    printf 'a0: &a0 [x, x]\n'
    level=1
    while [ $level -lt 30 ]; do
        printf 'a%d: &a%d [*a%d, *a%d]\n' $level $level $((level - 1)) $((level - 1))
        level=$((level + 1))
    done
} >bomb.yaml
refuse "study that unfolds to 2^30 values" "bomb.yaml" study bomb.yaml -o made
printf 'cohort:\n  template: "a\001\033[31m"\n' >colour.yaml
refuse "study with control characters" "colour.yaml" study colour.yaml -o made
{ printf 'cohort: &a\n  subjects: *a\n'; } >self.yaml
refuse "study that contains itself" "self.yaml" study self.yaml -o made
head -c 2000000 /dev/zero | tr '\0' '#' >long.yaml
refuse "study of 2 MB" "long.yaml: is not a study file" study long.yaml -o made
echo end
