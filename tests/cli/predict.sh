#!/bin/sh
# SPDX-License-Identifier: MIT
# Predictions: direct convolutions, processors without AVX-512, bf16.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned

expect "predict" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --quiet -o p.h5
expect "predict directly" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --convolution direct \
    --quiet -o direct.h5
expect "an unknown algorithm" 2 "" "--convolution: 'fft' is not one of" predict --model tuned/model.safetensors \
    --data d1.h5 --convolution fft -o no.h5
# As on a processor without AVX-512.
export ONEDNN_MAX_CPU_ISA=AVX2
expect "predict without AVX-512" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --quiet -o avx2.h5
expect "finetune without AVX-512" 0 "" "" finetune --from m.safetensors --degree all --data d1.h5 --epochs 1 \
    --batch 4 --quiet -o avx2
expect "bf16 without AVX-512" 1 "" "^lesionbench: precision bf16 needs a processor with AVX-512 \(use f32\)$" \
    predict --model tuned/model.safetensors --data d1.h5 --precision bf16 --quiet -o no.h5
unset ONEDNN_MAX_CPU_ISA
absent "nothing predicted in vain" no.h5
if grep -q avx512bw /proc/cpuinfo; then
    expect "predict in bf16" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --precision bf16 \
        --quiet -o bf16.h5
    expect "finetune in bf16" 0 "" "" finetune --from m.safetensors --degree 1 --data d1.h5 --epochs 1 --batch 4 \
        --precision bf16 --quiet -o bf16
else
    echo "skip bf16: this processor has no AVX-512"
fi
