#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: help, unknown words and numbers, near misses.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### Usage
expect "no arguments" 2 "" "usage: lesionbench COMMAND"
expect "help" 0 "finetune " "" --help
expect "version" 0 "^lesionbench [0-9]+\.[0-9]+\.[0-9]+$" "" --version
expect "unknown command" 2 "" "unknown command 'lesion'; did you mean 'lesions'\?" lesion
expect "help of an unknown command" 2 "" "unknown command 'demmo'.*'demo'" help demmo
for command in demo study slices lesions compose audit pretrain finetune predict evaluate explain score \
    compare report info; do
    expect "$command --help" 0 "usage: lesionbench $command" "" $command --help
    expect "help $command" 0 "no-provenance" "" help $command
done
expect "help has ranges and defaults" 0 "^  --steps N .*\(1 to 10000\) \[50\]$" "" help explain
expect "help has lower bounds" 0 "^  --seed N .*\(at least 0\) \[0\]$" "" help lesions
expect "help study has the files' keys" 0 "^    learning_rate: .*\(1e-09 to 100\) \[0\.01\]$" "" help study
grep -q '^  corpora:$' out && ok "help study has sections" || not_ok "help study has sections"
expect "unknown option" 2 "" "unknown option '--sed'; did you mean '--seed'\?" lesions --sed 3
expect "option without value" 2 "" "--seed needs a value" lesions --seed
expect "number with letters" 2 "" "--count: '5x' is not a whole number" lesions --count 5x -o x.h5
expect "number out of range" 2 "" "--count: 1 is not within 5 and" lesions --count=1 -o x.h5
expect "no output" 2 "" "-o is missing" lesions
one_line "wrong usage is short" 2
expect "one argument too many" 2 "" "'b' is one argument too many" info a b
expect "wrong degree" 2 "" "--degree: .*'?5'?.*1.*all" finetune --from a --data b --degree 5 -o c
expect "wrong optimizer" 2 "" "'rms' is not one of sgd, adam, adamw" finetune --optimizer rms
expect "wrong method" 2 "" "saliency" explain --model m --data d --methods salency -o x.h5
expect "wrong split" 2 "" "'test' is not one of train" predict --split test
expect "unknown kind of slices" 2 "" "'simulat'; did you mean 'simulate'" slices simulat
expect "missing file" 1 "" "nowhere.h5: .*No such file" info nowhere.h5
one_line "errors are one line" 1
expect "missing model" 1 "" "m.safetensors" predict --model m.safetensors --data d -o p.h5
