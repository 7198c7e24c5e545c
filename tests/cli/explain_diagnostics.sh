#!/bin/sh
# SPDX-License-Identifier: MIT
# What explain says of its maps: diagnostics of sums, steps and gradients.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give e.h5

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
