# SPDX-License-Identifier: MIT
# Part of run.sh, which has made $weights: checkpoints as training scripts write them.
# shellcheck shell=sh disable=SC2154

checkpoints=$here/../data/weights
for file in zip legacy mixed; do
    expect "info of a checkpoint with other objects, $file" 0 "weight +float32 +\(2, 3\)" "" info "$checkpoints/checkpoint_$file.pth"
done
expect "a checkpoint of no VGG" 1 "" "checkpoint_zip.pth: not a VGG-11.*it has 2 tensors, the first is 'weight'" \
    convert "$checkpoints/checkpoint_zip.pth" no.safetensors
one_line "it is told in one line" 1
expect "a sparse tensor" 1 "" "'weight' is a tensor of a form that is not read here .made by 'torch._utils._rebuild_sparse_tensor'" \
    info "$checkpoints/checkpoint_sparse.pth"
# A whole program in the place of an object beside the weights: it is not run.
/usr/bin/python3 - <<'END' 2>/dev/null || printf 'skip a program beside weights: no python3\n'
import zipfile
with zipfile.ZipFile("evil.pth", "w") as f:
    f.writestr("x/data.pkl", b"\x80\x02}(X\x04\0\0\0argscposix\nsystem\nX\x0c\0\0\0touch marker\x85RX\x05\0\0\0modelq\0"
               b"}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0000"
               b"X\x03\0\0\0cpuK\x01tQK\0K\x01\x85K\x01\x85\x89}tRsu.")
    f.writestr("x/data/0", b"\0\0\x80?")
    f.writestr("x/version", b"3\n")
END
if [ -e evil.pth ]; then
    expect "a program beside weights" 0 "w +float32 +\(1\)" "" info evil.pth
    absent "it is not run" marker
fi
absent "nothing of what is no VGG" no.safetensors
