#!/bin/sh
# SPDX-License-Identifier: MIT
# Truncated, oversized, mislabelled and hostile files, given to the commands that read them: one clear
# line on standard error, exit code 1, nothing written, within bounds of memory and time.
# usage: hostile.sh LESIONBENCH. Prints "ok NAME", "not ok NAME" or "skip NAME".
set -u
program=$(realpath "$1")
spoil=$(dirname "$program")/tests/cli/spoil
seeds=$(realpath "$(dirname -- "$0")/../fuzz/corpus")
template=/usr/share/mricron/templates/ch2bet.nii.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir made
memory=4194304 seconds=10
if grep -q __asan_init "$program"; then # it reserves terabytes, and is slow
    memory=unlimited seconds=60
fi

not_ok() {
    echo "not ok $1"
    echo "    $2"
    sed 's/^/    stdout: /' out | head -n 5
    sed 's/^/    stderr: /' err | cut -c 1-300 | head -n 5
}

# run ARGUMENTS...: within the bounds; what is written goes to out and err.
run() {
    (
        ulimit -v $memory
        exec timeout -s KILL $seconds "$program" "$@" >out 2>err
    )
}

# refuse NAME REASON ARGUMENTS...: REASON is an extended regular expression; outputs go to made/.
refuse() {
    name=$1 reason=$2
    shift 2
    run "$@"
    got=$?
    if [ $got != 1 ]; then
        not_ok "$name" "exit code $got, expected 1"
    elif [ "$(wc -l <err)" != 1 ]; then
        not_ok "$name" "not one line of error"
    elif ! grep -Eq "^lesionbench: .*($reason)" err; then
        not_ok "$name" "the error has not '$reason'"
    elif LC_ALL=C tr -d '\n' <err | LC_ALL=C grep -q '[[:cntrl:]]'; then
        not_ok "$name" "the error has control characters"
    elif [ -n "$(ls -A made)" ]; then
        not_ok "$name" "something was written: $(ls -A made)"
        rm -rf made/* made/.[!.]*
    else
        echo "ok $name"
    fi
}

# accept NAME ARGUMENTS...: strange, but right.
accept() {
    name=$1
    shift
    run "$@"
    got=$?
    if [ $got = 0 ] && [ ! -s err ]; then echo "ok $name"; else not_ok "$name" "exit code $got"; fi
}

# patch FILE OFFSET BYTES: bytes as printf's format.
patch() {
    # shellcheck disable=SC2059
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# zeros MEBIBYTES: that many, gzipped, in members of 16 MiB.
zeros() {
    head -c 16777216 /dev/zero | gzip -1 >member.gz
    members=0
    while [ $members -lt $(($1 / 16)) ]; do
        cat member.gz
        members=$((members + 1))
    done
}

explain="explain --targets 0 --methods sobel --quiet -o made/e.h5 --images"
simulate="slices simulate --subjects 2 --quiet -o made/s.h5 --template"

### What every reader is given: things that are not its file
printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\010\0\0\0\0' >picture
head -c 5000 /dev/zero >nothing
head -c 5000 "$program" >binary
printf 'just a text\n' >text
: >empty
truncate -s 8T sparse
mkdir folder
mkfifo pipe
for kind in nii nii.gz npy csv idx safetensors h5; do
    for file in picture nothing binary text empty sparse folder pipe; do
        case $kind.$file in
        csv.text) continue ;; # it is one
        sparse) [ -e sparse ] || continue ;;
        esac
        ln -sf "$file" "it.$kind"
        [ $file != folder ] || { rm it.$kind && mkdir it.$kind; }
        refuse "info of $file as .$kind" "it.$kind" info it.$kind
        case $kind in
        nii*) set -- $simulate it.$kind ;;
        npy) set -- $explain it.npy ;;
        idx) set -- pretrain --images it.idx --labels it.idx --quiet -o made/m.safetensors ;;
        safetensors) set -- finetune --from it.safetensors --data d.h5 --quiet -o made/tuned ;;
        h5) set -- evaluate it.h5 ;;
        *) continue ;;
        esac
        refuse "$1 of $file as .$kind" "it.$kind" "$@"
        [ ! -d it.$kind ] || rm -rf it.$kind
    done
done

### NIfTI
cp "$seeds/nifti/v1_f4" v.nii
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

### NPY
header() { # FILE DESCR SHAPE: a header of version 1, padded to 118 characters
    text="{'descr': '$2', 'fortran_order': False, 'shape': ($3), }"
    printf '\223NUMPY\001\0\166\0%-117s\n' "$text" >"$1"
}
maps="score --quiet -o made/s.csv --maps"
header x.npy '<f4' '2, 4, 4' && head -c 128 /dev/zero >>x.npy
refuse "maps that find nothing to score" "x.npy" $maps x.npy --truth x.npy
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
corpus="pretrain --arch vgg11 --width 0.02 --size 32 --epochs 1 --quiet -o made/m.safetensors --images"
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
accept "CSV with control characters" info colour.csv
LC_ALL=C tr -d '\n' <out | LC_ALL=C grep -q '[[:cntrl:]]' &&
    not_ok "info shows no control characters" "" || echo "ok info shows no control characters"
mkdir -p study/tables
for table in wide long zero open uneven; do
    cp $table.csv study/tables/classification.csv
    cp $table.csv study/tables/scores.csv
    cp $table.csv study/tables/explanation.csv
    refuse "report of a $table table" "study" report study --quiet
done
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
model="finetune --data d.h5 --quiet -o made/tuned --from"
printf '\377\377\377\377\377\377\377\377{}' >long.safetensors
refuse "safetensors with a header of 2^64 bytes" "long.safetensors: .*claims a header" $model long.safetensors
printf '\0\0\0\005\0\0\0\0' >wide.safetensors && head -c 90000000 /dev/zero | tr '\0' '[' >>wide.safetensors
refuse "safetensors with a header of 80 MB" "wide.safetensors" $model wide.safetensors
tensors deep.safetensors "$(head -c 100000 /dev/zero | tr '\0' '[')"
refuse "safetensors nested deep" "deep.safetensors: .*not JSON" $model deep.safetensors
tensors cut.safetensors '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}' 15
refuse "truncated safetensors" "cut.safetensors: truncated" $model cut.safetensors
tensors huge.safetensors '{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}' 16
refuse "safetensors that claims 2^40 elements" "huge.safetensors: truncated" $model huge.safetensors
tensors over.safetensors '{"a":{"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,0]}}'
refuse "safetensors whose size overflows" "over.safetensors: .*overflows" $model over.safetensors
printf '\0\0\0\001\0\0\0\0{"__metadata__":{"width":""' >many.safetensors
awk 'BEGIN { for (i = 0; i < 1398099; i++) printf ",\"width\":\"\""; print "}}   " }' >>many.safetensors
refuse "safetensors of a million metadata" "many.safetensors" $model many.safetensors
tensors colour.safetensors '{"a\u001b[31m\u0007":{"dtype":"F32","shape":[4],"data_offsets":[0,15]}}' 15
refuse "safetensors with control characters" "colour.safetensors" $model colour.safetensors
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
    refuse "network of impossible layers ($shapes)" "grand.safetensors" $model grand.safetensors
    accept "info of it" info grand.safetensors
done

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

if [ ! -e "$template" ] || [ ! -x "$spoil" ]; then
    echo "skip hostile HDF5 files: $template or $spoil is not here"
    exit
fi

### HDF5: files of another kind, and of shapes that do not fit
quiet="--quiet --no-provenance"
# shellcheck disable=SC2086
{
    "$program" lesions --count 5 --area 30 --scale 1 $quiet -o l.h5
    "$program" slices simulate --template "$template" --slices-per-subject 3 --size 130x156 \
        --voxel 1.4 --seed 3 --subjects 8 $quiet -o s.h5
    "$program" compose --slices s.h5 --lesions l.h5 --train 6 --validation 3 --holdout 3 --size 64 \
        $quiet -o d.h5
    "$program" pretrain --task sex --slices s.h5 --train 6 --validation 3 --holdout 3 --arch vgg11 \
        --width 0.02 --size 64 --epochs 1 --batch 4 $quiet -o m.safetensors
    "$program" predict --model m.safetensors --data d.h5 $quiet -o p.h5
    "$program" explain --data d.h5 --methods sobel $quiet -o e.h5
} >out 2>err || not_ok "files to spoil" "cannot be made"

on_slices="compose --lesions l.h5 --train 2 --validation 2 --holdout 2 --size 32 --quiet -o made/d.h5 --slices"
on_lesions="compose --slices s.h5 --train 2 --validation 2 --holdout 2 --size 32 --quiet -o made/d.h5 --lesions"
on_dataset="predict --model m.safetensors --quiet -o made/p.h5 --data"
on_maps="score --data d.h5 --quiet -o made/s.csv --maps"
on_predictions="evaluate"
refuse "slices and lesions swapped" "l.h5: is a \"lesions\" file" compose --slices l.h5 --lesions s.h5 \
    --quiet -o made/d.h5
refuse "dataset as slices" "d.h5: is a \"dataset\" file" $on_slices d.h5
refuse "slices as dataset" "s.h5: is a \"slices\" file" $on_dataset s.h5
refuse "slices as lesions" "s.h5: is a \"slices\" file" $on_lesions s.h5
refuse "predictions as maps" "p.h5: is a \"predictions\" file" $on_maps p.h5
refuse "maps as predictions" "e.h5: is a \"explanations\" file" $on_predictions e.h5
refuse "dataset as model" "d.h5" predict --model d.h5 --data d.h5 --quiet -o made/p.h5
refuse "model as dataset" "m.safetensors: is not an HDF5 file" $on_dataset m.safetensors
for kind in s l d p e; do
    case $kind in
    s) command=$on_slices ;;
    l) command=$on_lesions ;;
    d) command=$on_dataset ;;
    p) command=$on_predictions ;;
    e) command=$on_maps ;;
    esac
    for part in 9 4 2; do
        head -c $(($(wc -c <$kind.h5) * part / 10)) $kind.h5 >cut.h5
        refuse "$kind.h5 cut to $part tenths" "cut.h5" $command cut.h5
        refuse "info of $kind.h5 cut to $part tenths" "cut.h5" info cut.h5
    done
    cp $kind.h5 named.h5 && "$spoil" named.h5 attribute / format 'nonsense'
    refuse "$kind.h5 of an unknown kind" "named.h5: is a \"nonsense\" file" $command named.h5
    "$spoil" named.h5 attribute / format "$(printf 'a\nb\033[31mc')"
    refuse "$kind.h5 of an unspeakable kind" "named.h5" $command named.h5
done

# spoiled NAME COMMAND FILE WHAT ARGUMENTS...: a copy of FILE, changed by spoil, is refused by name.
spoiled() {
    name=$1 command=$2 file=$3
    shift 3
    cp "$file" bad.h5
    if "$spoil" bad.h5 "$@"; then
        # shellcheck disable=SC2086
        refuse "$name" "bad.h5|not finite" $command bad.h5
    else
        not_ok "$name" "cannot spoil $file"
    fi
}
spoiled "slices of two axes" "$on_slices" s.h5 shape image 4 4
spoiled "slices without pixels" "$on_slices" s.h5 shape image 24 0 0
spoiled "slices of 2^60 pixels" "$on_slices" s.h5 shape image 24 1073741824 1073741824
spoiled "slices of 60,000 x 60,000" "$on_slices" s.h5 shape image 24 60000 60000
spoiled "2^40 slices" "$on_slices" s.h5 shape image 1099511627776 130 156
spoiled "slices of text" "$on_slices" s.h5 text image 24 130 156
spoiled "slices that are not finite" "$on_slices" s.h5 fill image nan
spoiled "slices without subjects" "$on_slices" s.h5 remove subject
spoiled "subjects that are numbers" "$on_slices" s.h5 shape sex 24 2
spoiled "2^20 subjects of long names" "$on_slices" s.h5 text subject 1048575
spoiled "too few ages" "$on_slices" s.h5 shape age 23
spoiled "sexes beyond the known" "$on_slices" s.h5 fill sex 7
spoiled "lesions of two axes" "$on_lesions" l.h5 shape round/mask 4 4
spoiled "lesions without pixels" "$on_lesions" l.h5 shape round/mask 5 0 0
spoiled "lesions of 2^40 pixels" "$on_lesions" l.h5 shape round/mask 5 1048576 1048576
spoiled "lesions higher than their mask" "$on_lesions" l.h5 fill irregular/height 5000
spoiled "lesions of negative width" "$on_lesions" l.h5 fill irregular/width -1
spoiled "lesions that are not finite" "$on_lesions" l.h5 fill round/mask nan
spoiled "too few heights" "$on_lesions" l.h5 shape round/height 4
spoiled "lesions without a group" "$on_lesions" l.h5 remove irregular
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

### A file that goes round in circles
cp s.h5 round.h5 && "$spoil" round.h5 links circle 2000
accept "info of a file of 2,000 circles" info round.h5
