#!/bin/sh
# SPDX-License-Identifier: MIT
# Controls: permuted labels, untrained networks, cascades of randomised layers.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give tuned

model="--model tuned/model.safetensors"
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
