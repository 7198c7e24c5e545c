# SPDX-License-Identifier: MIT
# Part of run.sh, which has made m.safetensors, tuned/model.safetensors and d1.h5: what `explain` says of
# its maps, controls, and what is refused.
# shellcheck shell=sh
model="--model tuned/model.safetensors"

### Certificates
columns=completeness_error,attribution_sum,promised_sum,nan_share,zero_share,ties,steps_used,gradient_error
head -n 1 e.csv | grep -q ",$columns" && ok "certificates are columns" || not_ok "certificates are columns"
expect "integrated gradients to a tolerance" 0 "" "" explain $model --data d1.h5 --steps 2 --tolerance 0.01 \
    --maximum-steps 64 --methods integrated_gradients,lrp,saliency --check-gradient 2 --quiet --scores t.csv \
    -o t.h5
# Each image is within the tolerance or at the most steps, which are 2, 4, 8 ...
if awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["method"] == "integrated_gradients" { seen++
            n = $at["steps_used"]; while (n > 2) n /= 2
            if (n != 2 || ($at["completeness_error"] > 0.01 && $at["steps_used"] != 64)) bad++ }
        $at["method"] == "saliency" && !($at["gradient_error"] > 0 && $at["gradient_error"] < 0.05) { bad++ }
        $at["method"] != "saliency" && $at["gradient_error"] != "" { bad++ }
        $at["method"] != "integrated_gradients" && $at["steps_used"] != "" { bad++ }
        END { exit bad > 0 || seen != 3 }' t.csv; then
    ok "steps are doubled until the sum is right"
else
    not_ok "steps are doubled until the sum is right" "$(cat t.csv)"
fi
expect "certificates are in the file" 0 "integrated_gradients/steps_used +\(3\)" "" info t.h5
expect "certificates without maps" 0 "" "" explain --data d1.h5 --methods sobel --keep none --quiet -o bare.h5
expect "they are there" 0 "sobel/zero_share +\(3\)" "" info bare.h5

### Controls
expect "training on permuted labels" 0 "" "" finetune --from m.safetensors --degree 1 --data d1.h5 --epochs 1 --batch 4 \
    --permute-labels --quiet -o permuted
expect "the model says so" 0 "^permute_labels: true" "" info permuted/model.safetensors
expect "training on true labels again" 0 "" "" finetune --from permuted/model.safetensors --degree 1 --data d1.h5 \
    --epochs 1 --batch 4 --quiet -o true_again
expect "that model says so" 0 "^permute_labels: false" "" info true_again/model.safetensors
expect "groups of methods" 0 "" "" explain $model --data d1.h5 --steps 2 --limit 1 --quiet --scores g.csv -o g.h5
[ "$(cut -d, -f7 g.csv | sort -u | wc -l)" = 17 ] && ok "the default is the study's methods and the baselines" ||
    not_ok "the default is the study's methods and the baselines" "$(cut -d, -f7 g.csv)"
expect "an untrained network beside the model" 0 "" "" explain $model --data d1.h5 --quiet --scores u.csv \
    --methods untrained,saliency --similarity like.csv -o u.h5
expect "info of both maps" 0 "untrained:saliency/map" "" info u.h5
expect "both are scored from the file" 0 "" "" score --maps u.h5 --data d1.h5 --quiet -o u2.csv
[ "$(sort u.csv)" = "$(sort u2.csv)" ] && grep -q '^0,.*,untrained:saliency,' u.csv &&
    ok "scores of controls are those made on the way" || not_ok "scores of controls are those made on the way"
expect "a cascade" 0 "" "" explain $model --data d1.h5 --limit 2 --quiet --methods saliency,sobel --randomise cascade \
    --similarity cascade.csv -o cascade.h5
if [ "$(wc -l <cascade.csv)" = 23 ] && grep -q '^1,mri,2,5,randomised_features.0,saliency,' cascade.csv; then
    ok "each layer has its similarities"
else
    not_ok "each layer has its similarities" "$(cat cascade.csv)"
fi
expect "the whole cascade is the untrained network" 0 "" "" explain $model --data d1.h5 --limit 2 --quiet \
    --methods saliency,untrained:saliency --randomise features.0 --similarity whole.csv -o whole.h5
[ "$(grep randomised whole.csv | cut -d, -f6-)" = "$(grep untrained whole.csv | cut -d, -f6-)" ] &&
    [ "$(grep features.0 cascade.csv)" = "$(grep features.0 whole.csv)" ] &&
    ok "weights do not hang on the layers before" || not_ok "weights do not hang on the layers before" "$(cat whole.csv)"
expect "a layer that is none" 2 "" "--randomise: the network has no layer 'features.1' \(its last is 'classifier.6'" \
    explain $model --data d1.h5 --methods lrp --randomise features.1 -o no.h5
expect "layers for no method" 2 "" "--randomise: no method of networks is named" explain $model --data d1.h5 \
    --methods sobel --randomise cascade -o no.h5
expect "similarity of nothing" 2 "" "--similarity needs --randomise, or an untrained method" explain $model \
    --data d1.h5 --methods lrp --similarity no.csv -o no.h5
expect "a baseline has no weights" 2 "" "--methods: 'untrained:sobel': sobel looks at no network" explain $model \
    --data d1.h5 --methods untrained:sobel -o no.h5
expect "the study's Sobel" 0 "" "" explain --data d1.h5 --methods sobel,laplace --quirk sobel_is_laplace --quiet \
    --scores q.csv -o q.h5
[ "$(grep sobel q.csv | cut -d, -f1,9-)" = "$(grep laplace q.csv | cut -d, -f1,9-)" ] &&
    ok "the study's Sobel is its Laplace" || not_ok "the study's Sobel is its Laplace" "$(cat q.csv)"
expect "a quirk of another step" 2 "" "--quirk: quirk 'box_artefact' does not concern this step" explain --data d1.h5 \
    --methods sobel --quirk box_artefact -o no.h5
absent "nothing explained in vain" no.h5 no.csv

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
        # shellcheck disable=SC2086
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
