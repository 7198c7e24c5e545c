#!/bin/sh
# SPDX-License-Identifier: MIT
# Imports of volumes of 48 forms, against nibabel.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
need_template

if /usr/bin/python3 -c 'import nibabel, scipy, h5py' 2>/dev/null; then
    mkdir forms
    oracle="/usr/bin/python3 $here/import_oracle.py"
    $oracle make "$template" forms || not_ok "nibabel makes volumes"
    for form in forms/*/brain.nii*; do
        "$program" slices import "$form" $coarse -o "$(dirname "$form").h5" >out 2>err ||
            not_ok "import of $form"
    done
    differ=
    for form in forms/???_*.h5 forms/second.h5; do
        cmp -s forms/RAS_uint8.h5 "$form" || differ="$differ $form"
    done
    [ -z "$differ" ] && [ "$(find forms -name '???_*.h5' | wc -l)" = 48 ] &&
        ok "8 orientations in 6 types are the same slices" ||
        not_ok "8 orientations in 6 types are the same slices" "$differ differ"
    for kind in exact scaled turned; do
        case $kind in
        exact) file=forms/RAS_uint8.h5 ;;
        scaled) file=forms/scaled.h5 ;;
        turned) file=forms/free.h5 && "$program" slices import forms/turned/brain.nii.gz --quiet \
            --slices-per-subject 3 -o $file >out 2>err ;;
        esac
        $oracle check forms $file $kind >out 2>err && ok "slices as nibabel has them: $kind" ||
            not_ok "slices as nibabel has them: $kind"
    done
    rm -rf forms
else
    echo "skip imports against nibabel: python3-nibabel, python3-scipy or python3-h5py is not here"
fi
