#!/bin/sh
# SPDX-License-Identifier: MIT
# PyTorch's files: info and convert, and checkpoints as training scripts write them.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### PyTorch's files
weights=$here/../fuzz/corpus/weights
golden=$here/../../../shared/data/golden/attribution
expect "info of a PyTorch file" 0 "^PyTorch .zip., 2 tensors$" "" info "$weights/zip_state"
expect "info of an old PyTorch file" 0 "^PyTorch .legacy., 6 tensors$" "" info "$weights/legacy_types"
expect "info of its tensors" 0 "^  bfloat16 +bfloat16 +[(]2[)]$" "" info "$weights/zip_types"
expect "a whole model" 1 "" "asks for 'torch.*Linear', .* save model.state_dict.. instead" \
    info "$weights/zip_module"
expect "no VGG" 1 "" "zip_state: not a VGG-11, 13, 16 or 19" \
    convert "$weights/zip_state" other.safetensors
absent "nothing made of no VGG" other.safetensors
for file in vgg16.pt vgg16_legacy.pth vgg16.safetensors; do
    if [ -e "$golden/$file" ]; then
        expect "convert $file" 0 "" "" convert "$golden/$file" "$file.safetensors"
        same "the same model of $file" vgg16.pt.safetensors "$file.safetensors"
        expect "info of converted $file" 0 "^vgg16, channels 4 to 32, 256 hidden units, 2 classes$" "" \
            info "$file.safetensors"
    else
        echo "skip convert $file (not here)"
    fi
done
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
