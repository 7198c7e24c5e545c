#!/bin/sh
# SPDX-License-Identifier: MIT
# This program's own HDF5 files, swapped, cut and of unknown kinds.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

files_to_spoil
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
