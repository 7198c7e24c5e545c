#!/bin/sh
# SPDX-License-Identifier: MIT
# Brains filled with noise.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
need_template

for threads in 1 2; do
    expect "noise in $threads threads" 0 "" "" slices simulate $small --subjects 2 --quiet \
        --background noise --threads $threads --no-provenance -o noise$threads.h5
done
same "noise does not hang on threads" noise1.h5 noise2.h5
expect "info of noise" 0 "jacobian_minimum +\(2\)" "" info noise1.h5
expect "a background that is none" 2 "" "--background: .pink. is not one of mri, noise" \
    slices simulate $small --background pink -o no.h5
expect "too much noise" 2 "" "--noise: 0.6 is not within" slices simulate $small --noise 0.6 -o no.h5
absent "nothing made of wrong settings" no.h5
