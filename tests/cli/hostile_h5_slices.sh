#!/bin/sh
# SPDX-License-Identifier: MIT
# Slices and lesions of shapes and values that do not fit.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

files_to_spoil
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
