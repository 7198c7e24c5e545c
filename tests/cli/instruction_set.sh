#!/bin/sh
# SPDX-License-Identifier: MIT
# The instruction set of LESIONBENCH_CPU and of oneDNN's limit.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned d1.h5

lesions="lesions --count 5 --quiet"
export LESIONBENCH_CPU=avx3
expect "an instruction set that is none" 1 "" \
    "^lesionbench: LESIONBENCH_CPU: 'avx3' is none of baseline, avx2, avx512$" $lesions -o no.h5
one_line "an instruction set that is none, in one line" 1
absent "nothing is made with it" no.h5
expect "help is there without an instruction set" 0 "usage: lesionbench COMMAND" "" --help
for LESIONBENCH_CPU in avx2 avx512 baseline; do
    expect "lesions with $LESIONBENCH_CPU" 0 "5 and 5 kept" "" $lesions --no-provenance -o "set_$LESIONBENCH_CPU.h5"
done
same "the same lesions with AVX2" set_baseline.h5 set_avx2.h5
same "the same lesions with AVX-512" set_baseline.h5 set_avx512.h5
expect "lesions without AVX2" 0 "5 and 5 kept" "" $lesions -o baseline.h5
expect "provenance tells of the instruction set" 0 '"instruction_set": ?"baseline"' "" info baseline.h5

predict="predict --model tuned/model.safetensors --data d1.h5 --quiet --no-provenance"
LESIONBENCH_CPU=avx2
expect "predict with AVX2" 0 "" "" $predict -o own.h5
expect "bf16 with AVX2" 1 "" \
    "^lesionbench: precision bf16 needs a processor with AVX-512 \(use f32\)$" $predict --precision bf16 -o no.h5
export ONEDNN_MAX_CPU_ISA=AVX2
LESIONBENCH_CPU=avx512
expect "predict with both limits" 0 "" "" $predict -o lower.h5
unset LESIONBENCH_CPU
expect "predict with oneDNN's limit" 0 "" "" $predict -o onednn.h5
unset ONEDNN_MAX_CPU_ISA
same "either limit holds for all" own.h5 onednn.h5
same "the lower limit holds" own.h5 lower.h5
