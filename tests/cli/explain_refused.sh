#!/bin/sh
# SPDX-License-Identifier: MIT
# What explain refuses, and maps on a full disk.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned

model="--model tuned/model.safetensors"
### What is refused
expect "an unknown method" 2 "" "^lesionbench: --methods: unknown method 'gradcam' \(did you mean 'grad_cam'\?\)$" \
    explain $model --data d1.h5 --methods saliency,gradcam -o no.h5
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
    /usr/bin/python3 - <<'PYTHON'
import json, struct
import numpy as np

images = np.random.RandomState(1).rand(3, 1, 64, 64).astype(np.float32)
np.save("x.npy", images)
np.save("small.npy", images[..., :16, :16])
images[1, 0, 5, 7] = np.inf
np.save("infinite.npy", images)
blob = bytearray(open("tuned/model.safetensors", "rb").read())
size = struct.unpack("<Q", blob[:8])[0]
header = json.loads(blob[8:8 + size])
at = 8 + size + header["features.3.weight"]["data_offsets"][0]
blob[at:at + 4] = struct.pack("<f", float("nan"))
open("nan.safetensors", "wb").write(blob)
PYTHON
    for case in "weights that are no numbers|1|nan.safetensors: .*finite|--model nan.safetensors --data d1.h5" \
        "an infinite image|1|image 1 has a value that is not finite|$model --images infinite.npy --targets 0,1,0" \
        "an image too small|1|16 x 16|$model --images small.npy --targets 0,1,0" \
        "a target out of range|2|--targets: 2: the model has 2 classes, 0 to 1|$model --images x.npy --targets 0,2,1" \
        "too few targets|2|--targets: 2 classes for 3 images|$model --images x.npy --targets 0,1"; do
        name=${case%%|*} rest=${case#*|}
        code=${rest%%|*} rest=${rest#*|}
        expect "$name" "$code" "" "^lesionbench: .*${rest%%|*}" explain ${rest#*|} --methods lrp --quiet -o no.h5
        one_line "$name, in one line" "$code"
    done
    absent "nothing explained of what is refused" no.h5
else
    echo "skip images and weights that are refused: python3-numpy is not here"
fi
mkdir -p narrow
if mount -t tmpfs -o size=128k tmpfs narrow 2>/dev/null; then
    mounted="$mounted $work/narrow"
    expect "maps on a full disk" 1 "" "narrow/e.h5: .*No space left" explain --data d1.h5 --methods controls --quiet \
        -o narrow/e.h5
    one_line "maps on a full disk, in one line" 1
    expect "scores on a full disk" 0 "" "" explain --data d1.h5 --methods sobel --keep none --quiet -o narrow/e.h5
    absent "nothing half-written of maps" narrow/e.h5.partial
else
    echo "skip maps on a full disk: cannot mount a small one here"
fi
