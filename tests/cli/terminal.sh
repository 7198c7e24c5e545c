#!/bin/sh
# SPDX-License-Identifier: MIT
# What commands say to a terminal: their one line of result and their progress.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s1.h5 l1.h5 d1.h5 m.safetensors

terminal=$(dirname "$program")/tests/cli/terminal

# says NAME CODE RESULT ARGUMENTS...: the last line that the program says to a terminal of 80 columns, once
# bars are taken off; RESULT is an extended regular expression.
says() {
    name=$1 code=$2 want=$3
    shift 3
    "$terminal" 80 told "$program" "$@" >out
    got=$?
    # A bar is drawn over: what stands behind the last "take off the line" counts.
    tr -d '\r' <told | sed "s/^.*$(printf '\033')\[K//" >err
    if [ "$got" != "$code" ]; then
        not_ok "$name" "exit code $got, expected $code"
    elif ! tail -n 1 err | grep -Eq -- "$want"; then
        not_ok "$name" "the last line is not '$want'"
    else
        ok "$name"
    fi
}

if [ ! -x "$terminal" ]; then
    echo "skip what is said to a terminal: $terminal is not here"
    exit 77
fi
"$terminal" 80 told /bin/true 2>err
if [ $? = 98 ]; then
    echo "skip what is said to a terminal: the system gives none (/dev/pts is not mounted)"
    exit 77
fi
took='(, in [0-9:]+)?$'
accuracy='accuracy [01]\.[0-9]{3} on [0-9]+ images \(0\.[0-9]+ to [01]\.[0-9]+\)'
says "slices simulate ends with a result" 0 "^t\.h5: 6 slices of 2 simulated subjects, 130 x 156$took" \
    slices simulate $small --subjects 2 -o t.h5
grep -q 'simulating subjects \[' told && ok "a terminal has a bar" || not_ok "a terminal has a bar"
says "slices import ends with a result" 0 "^t\.h5: 3 slices of 1 subjects$took" slices import "$template" \
    --slices-per-subject 3 --size 130x156 -o t.h5
says "lesions end with a result" 0 "^t\.h5: 5 round and 5 irregular lesions, 0 distractors$took" \
    lesions --count 5 --area 30 --scale 1 --distractors 0 -o t.h5
says "compose ends with a result" 0 "t\.h5: 2 training, 3 validation and 4 holdout images of 32 x 32$took" \
    compose --slices s1.h5 --lesions l1.h5 --train 2 --validation 3 --holdout 4 --size 32 -o t.h5
says "compose of one split, too" 0 "t\.h5: 0 training, 0 validation and [0-9]+ holdout images" \
    compose --slices s1.h5 --lesions l1.h5 --every-slice holdout --size 32 -o t.h5
says "pretrain ends with a result" 0 \
    "^t\.safetensors: epoch 1 of 1 kept; validation $accuracy.*; training accuracy [01]\.[0-9]+$took" \
    pretrain --task sex --slices s1.h5 --train 6 --validation 3 --holdout 3 --arch vgg11 --width 0.0625 \
    --size 64 --epochs 1 --batch 4 -o t.safetensors
says "given weights end with a result" 0 "^t\.safetensors: the weights as they were given$took" \
    pretrain --task none --from m.safetensors -o t.safetensors
# Labels that nothing was learnt of: half of them are met, more or less.
says "finetune ends with a result, at chance" 0 \
    "^t/model\.safetensors: epoch [12] of 2 kept; validation $accuracy, at chance: the largest class is 0\.[0-9]{3} of them" \
    finetune --from m.safetensors --degree 1 --data d1.h5 --epochs 2 --batch 4 --learning-rate 1e-9 -o t
says "predict ends with a result" 0 "^t\.h5: $accuracy(, at chance: the largest class is [01]\.[0-9]{3} of them)?$took" \
    predict --model t/model.safetensors --data d1.h5 -o t.h5
says "explain ends with a result" 0 "^t\.h5: 2 methods on 3 images; scores in t\.csv$took" explain \
    --model t/model.safetensors --data d1.h5 --methods saliency,sobel --scores t.csv -o t.h5
grep -q 'explaining \[' told && ok "explain begins at once" || not_ok "explain begins at once"
says "score ends with a result" 0 \
    "^t2\.csv: scores of 6 maps, 2 methods; the highest median TPR is [01]\.[0-9]{3}, of (saliency|sobel)$took" \
    score --maps t.h5 --data d1.h5 -o t2.csv
says "compare ends with a result" 0 "^t: tables of 1 file of scores, as CSV, Markdown and LaTeX$took" compare t.csv -o t
says "convert ends with a result" 0 "^c\.safetensors: made of m\.safetensors$took" convert m.safetensors c.safetensors
says "a failure has an error alone" 1 "^lesionbench: none\.h5: " predict --model m.safetensors --data none.h5 -o n.h5
"$terminal" 80 told "$program" convert m.safetensors c.safetensors --quiet >out 2>err
[ $? = 0 ] && [ ! -s told ] && ok "quiet is quiet" || not_ok "quiet is quiet"
expect "a file is told nothing" 0 "" "" convert m.safetensors c.safetensors
rm -rf t.h5 t t.csv t2.csv t.safetensors c.safetensors told
