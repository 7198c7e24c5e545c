#!/bin/sh
# SPDX-License-Identifier: MIT
# Images of people's own, whose shape and numbers can mean more than one thing.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give e.h5

if /usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null; then
    /usr/bin/python3 - <<'PYTHON'
import shutil

import h5py
import numpy as np

shutil.copy("e.h5", "tiny.h5")
with h5py.File("tiny.h5", "r+") as f:
    for name in f:
        if name + "/map" in f:
            map = f[name + "/map"][:].astype("f8") * 2.0 ** -170
            del f[name + "/map"]
            f[name + "/map"] = map
shutil.copy("d1.h5", "whole.h5")
with h5py.File("whole.h5", "r+") as f:
    image = (f["holdout/image"][:] * 255).astype("u1")
    del f["holdout/image"]
    f["holdout/image"] = image
shutil.copy("d1.h5", "loud.h5")
with h5py.File("loud.h5", "r+") as f:
    f["holdout/image"][...] = f["holdout/image"][:] * 255
random = np.random.RandomState(3)
bytes_ = random.randint(0, 256, (2, 3, 64, 64)).astype("u1")
np.save("bytes.npy", bytes_)
np.save("real.npy", (bytes_ / 255).astype("f4"))
np.save("loud.npy", bytes_.astype("f4"))
np.save("normal.npy", (bytes_ / 255 - 0.45) / 0.22)
np.save("beyond.npy", bytes_ * 1e300)
np.save("mask.npy", bytes_ // 128)
np.save("bool.npy", bytes_ > 127)
np.save("zeros.npy", (bytes_ > 127).astype("f8"))
np.save("int.npy", bytes_.astype("i4"))
np.save("last.npy", np.moveaxis(bytes_ / 255, 1, -1).copy())
np.save("both.npy", np.zeros((2, 3, 64, 3)))
three = (bytes_[0] / 255).astype("f4")
np.save("three.npy", three)
np.save("grey.npy", three[:, None])
np.save("one.npy", three[None])
np.save("one_last.npy", np.moveaxis(three, 0, -1).copy())
PYTHON
    "$program" score --maps e.h5 --data d1.h5 --quiet -o plain.csv
    expect "maps of float64" 0 "" "" score --maps tiny.h5 --data d1.h5 --quiet -o tiny.csv
    same "the scale of maps does not count" plain.csv tiny.csv
    expect "a dataset of uint8" 1 "" "whole.h5: 'holdout/image' holds whole numbers.*divide by 255" predict --data whole.h5 \
        --model tuned/model.safetensors --quiet -o own.h5
    expect "a dataset of 0 to 255" 0 "" "note: loud.h5: images of values up to .* are taken as they are" predict \
        --data loud.h5 --model tuned/model.safetensors --quiet -o own.h5
    ask="predict --model tuned/model.safetensors --quiet -o own.h5 --images"
    # answers NAME FILE [OPTION...]: the logits go to NAME.txt.
    answers() {
        into=$1 said=$2
        shift 2
        expect "$into is taken" 0 "" "$said" $ask "$@"
        /usr/bin/python3 -c 'import h5py; print(h5py.File("own.h5")["logits"][:].tolist())' >"$into.txt"
    }
    answers real "" real.npy
    answers bytes "^lesionbench: note: bytes.npy: uint8 images are divided by 255$" bytes.npy
    one_line "a guess is told in one line" 1
    same "uint8 images are those over 255" real.txt bytes.txt
    answers loud "^lesionbench: note: loud.npy: images of values up to 255 are taken as they are.*divide by 255" loud.npy
    answers normal "" normal.npy
    answers bool "" bool.npy
    answers zeros "" zeros.npy
    same "bool is 0 and 1" bool.txt zeros.txt
    answers grey "" grey.npy
    answers nhw "" three.npy --layout nhw
    same "three grey images" grey.txt nhw.txt
    answers one "" one.npy
    answers chw "" three.npy --layout chw
    same "one image of three channels" one.txt chw.txt
    rm own.h5
    for case in "three.npy|\(3, 64, 64\) can be 3 grey images \(--layout nhw\) or the 3 channels of one image \(--layout chw\)" \
        "one_last.npy|\(64, 64, 3\) can be 64 grey images .* or one image whose channels are last .*moveaxis" \
        "last.npy|\(2, 64, 64, 3\) are no images: .*if its channels are last, save .*moveaxis" \
        "both.npy|\(2, 3, 64, 3\) are no images" "int.npy|images of whole numbers that are not uint8" \
        "mask.npy|uint8 images of 0 and 1 alone" "beyond.npy|image 0 has the value .*e\+302, beyond float32"; do
        expect "${case%%|*} is refused" 1 "" "^lesionbench: ${case%%|*}: ${case#*|}" $ask "${case%%|*}"
        one_line "in one line" 1
        expect "${case%%|*} is not explained" 1 "" "${case%%|*}: ${case#*|}" explain --methods sobel --images "${case%%|*}" \
            --targets 0 -o own.h5
    done
    expect "a layout that is none" 2 "" "--layout: 'hwc' is no layout: nhw .* or chw" $ask three.npy --layout hwc
    expect "three grey images are explained" 0 "" "" explain --methods sobel --images three.npy --layout nhw --targets 0,0,1 \
        --quiet -o grey_maps.h5
    absent "nothing is left of what was refused" own.h5 own.h5.partial
else
    echo "skip images of people's own: no Python with h5py and numpy"
fi
