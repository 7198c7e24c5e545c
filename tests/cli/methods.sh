#!/bin/sh
# SPDX-License-Identifier: MIT
# Settings of methods.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned

model="--model tuned/model.safetensors"

### LRP
expect "an epsilon" 0 "" "" explain $model --data d1.h5 --limit 1 --methods lrp,lrp_alpha_beta --lrp-epsilon 0.25 \
    --quiet -o epsilon.h5
expect "the epsilon's own" 0 "" "" explain $model --data d1.h5 --limit 1 --methods lrp,lrp_alpha_beta --quiet \
    -o own_epsilon.h5
expect "the bounds of channels" 0 "" "" explain $model --data d1.h5 --limit 1 --methods lrp_epsilon_gamma_box \
    --lrp-low -2.5,-2,-1.75 --lrp-high 3 --lrp-stabilizer 1e-3 --quiet -o bounds.h5
expect "alphas" 0 "" "" explain $model --data d1.h5 --limit 1 --methods gradient_shap,raw_input,sobel --alphas 0.25,0.5 \
    --quirk sobel_is_laplace --quiet -o alphas.h5
expect "two numbers for three channels" 2 "" "--lrp-low: '0,1' has 2 numbers: one is for all channels, 3 are" explain \
    $model --data d1.h5 --methods lrp_epsilon_gamma_box --lrp-low 0,1 -o no.h5
expect "a bound that is none" 2 "" "--lrp-high: 'x' is not a number" explain $model --data d1.h5 \
    --methods lrp_epsilon_gamma_box --lrp-high 1,x,1 -o no.h5
expect "images beyond the bounds" 1 "" \
    "^lesionbench: image 0, channel R has values from 0 to .* is told 0 to 0.5 \(--lrp-low and --lrp-high" explain $model \
    --data d1.h5 --methods lrp_epsilon_gamma_box --lrp-high 0.5 --quiet -o no.h5
one_line "that is one line" 1
absent "no file of images beyond the bounds" no.h5

### In a study file
sed 's/^explain:/explain:\n  lrp_low: [0, 1]/' "$here/mini.yaml" | sed "s|TEMPLATE|$template|" >lrp.yaml
expect "two numbers in a study file" 1 "" "^lesionbench: lrp.yaml:[0-9]+: explain.lrp_low: '0,1' has 2 numbers" study \
    lrp.yaml
