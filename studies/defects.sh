#!/bin/sh
# SPDX-License-Identifier: MIT
# One study for each known defect of the published one, switched on alone, beside one with none and one
# with all of them. usage: studies/defects.sh build/release/lesionbench DIR [NAME...]
# Each study resumes: run it again after an interruption.
set -eu
program=$1 folder=$2
shift 2
here=$(dirname "$0")
mkdir -p "$folder"
[ $# -gt 0 ] || set -- none round_not_shuffled box_artefact truth_from_resized_halo \
    slices_shared_between_splits unbounded_placement dropout_at_inference first_block_conv_frozen \
    sobel_is_laplace baseline_tpr_uses_fp sensitivity_swapped all
for name in "$@"; do
    case $name in
    none) edit= ;;
    all) edit='s/protocol: corrected/protocol: reference/' ;;
    *) edit="s/protocol: corrected/&\\n  quirks: [$name]/" ;;
    esac
    sed -e "$edit" "$here/defects.yaml" >"$folder/$name.yaml"
    echo "== $name"
    "$program" study "$folder/$name.yaml" -o "$folder/$name" --quiet
done
