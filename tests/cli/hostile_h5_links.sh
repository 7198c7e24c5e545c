#!/bin/sh
# SPDX-License-Identifier: MIT
# HDF5 files whose values are not in them: filters, links, virtual datasets.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

files_to_spoil
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
