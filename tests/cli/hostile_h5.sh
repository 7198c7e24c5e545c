#!/bin/sh
# SPDX-License-Identifier: MIT
# This program's own HDF5 files, truncated, swapped, oversized, and of shapes and values that do not
# fit, as hostile.sh does for other programs' files.
# usage: hostile_h5.sh LESIONBENCH. Prints "ok NAME", "not ok NAME" or "skip NAME" and, at the end,
# "end".
# shellcheck disable=SC2086
set -u
. "$(dirname -- "$0")/hostile_tools.sh"

if [ ! -e "$template" ] || [ ! -x "$spoil" ]; then
    echo "skip hostile HDF5 files: $template or $spoil is not here"
    echo end
    exit
fi

quiet="--quiet --no-provenance"
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
    case_name=$1 command=$2 file=$3
    shift 3
    cp "$file" bad.h5
    if "$spoil" bad.h5 "$@"; then
        refuse "$case_name" "bad.h5|not finite" $command bad.h5
        case "$file $*" in
        *nan) ;; # what an audit is there to find
        d.h5*) refuse "audit of $case_name" "bad.h5" audit bad.h5 --quiet -o made/a.json ;;
        esac
    else
        not_ok "$case_name" "cannot spoil $file"
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

### What is not in the file itself
# named NAME REASON COMMAND FILE WHAT ARGUMENTS...: a copy of FILE, changed by spoil, is refused for this reason.
named() {
    case_name=$1 reason=$2 command=$3 file=$4
    shift 4
    cp "$file" bad.h5
    if "$spoil" bad.h5 "$@"; then refuse "$case_name" "$reason" $command bad.h5; else not_ok "$case_name" "cannot spoil $file"; fi
}
lzf="bad.h5: cannot read \"holdout/image\": it is compressed by the filter lzf \(number 32000\)"
named "a filter that is not installed" "$lzf" "$on_dataset" d.h5 filter holdout/image
for threads in 1 2; do
    refuse "the same with $threads threads" "$lzf" predict --model m.safetensors --data bad.h5 --threads $threads -o made/p.h5
done
# Which only the threads come upon that compose images.
cp s.h5 damaged.h5 && "$spoil" damaged.h5 damage image
for threads in 1 2; do
    refuse "damaged rows with $threads threads" "damaged.h5: cannot read \"image\": the file is damaged or truncated" compose \
        --slices damaged.h5 --lesions l.h5 --train 40 --validation 2 --holdout 2 --size 32 --threads $threads -o made/d.h5
done
named "a link to a file that is not there" "\"holdout/image\" is a link to \"/image\" in the file 'gone.h5': No such file or directory" \
    "$on_dataset" d.h5 link holdout/image /image gone.h5
named "a link to nothing in another file" "in the file 's.h5': nothing of that name is in it" "$on_dataset" d.h5 link holdout/image /none s.h5
named "a link to another kind of file" "in the file 'm.safetensors': not an HDF5 file, or damaged" "$on_dataset" d.h5 \
    link holdout/image /none m.safetensors
named "a link to nothing" "\"holdout/image\" is a link to \"/nowhere\", which is not there" "$on_dataset" d.h5 link holdout/image /nowhere
named "a group that is a link to nothing" "\"holdout\" is a link to \"/nowhere\"" "$on_dataset" d.h5 link holdout /nowhere
named "info of a link to nothing" "\"holdout\" is a link to \"/nowhere\"" info d.h5 link holdout /nowhere
# A dataset that may be left out is not left out where it cannot be found.
named "labels behind a link to nothing" "\"label\" is a link to \"/nowhere\"" "$on_predictions" p.h5 link label /nowhere
named "subjects behind a link to nothing" "\"holdout/subject\" is a link to" "$on_dataset" d.h5 link holdout/subject /x gone.h5
named "a virtual dataset of a file that is not there" "it is a virtual dataset of \"/image\" in 'gone.h5': No such file" "$on_dataset" \
    d.h5 virtual holdout/image /image gone.h5
named "values in a file that is not there" "its values are in the file 'gone.raw': No such file" "$on_dataset" d.h5 raw holdout/image gone.raw
if [ "$(id -u)" != 0 ]; then
    cp s.h5 locked.h5 && chmod 000 locked.h5
    refuse "slices that may not be read" "locked.h5: Permission denied" $on_slices locked.h5
    named "a link to a file that may not be read" "in the file 'locked.h5': Permission denied" "$on_dataset" d.h5 \
        link holdout/image /image locked.h5
    chmod 600 locked.h5
fi
cp d.h5 whole.h5
for kind in link virtual; do
    cp d.h5 linked.h5 && "$spoil" linked.h5 $kind holdout/image /holdout/image whole.h5
    accept "a $kind that can be followed" $on_dataset linked.h5
done
deep=$(printf '%0240d' 0)
deep=$deep/$deep/$deep/$deep/$deep
mkdir -p $deep && cp bad.h5 $deep
refuse "a reason behind a long path" "[.][.][.][0/]*bad.h5: cannot read \"holdout/image\": its values are in the file 'gone.raw': No such file or directory$" \
    $on_dataset $deep/bad.h5

### A file that goes round in circles
cp s.h5 round.h5 && "$spoil" round.h5 links circle 2000
accept "info of a file of 2,000 circles" info round.h5
echo end
