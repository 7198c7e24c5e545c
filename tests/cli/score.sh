#!/bin/sh
# SPDX-License-Identifier: MIT
# Scores: of the files that explain wrote, metrics, selections by predictions, arrays.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give e.h5 p.h5 v.h5 maps.npy truth.npy

expect "score" 0 "" "" score --maps e.h5 --data d1.h5 --quiet -o s.csv
if [ "$(cut -d, -f1,7,9- s.csv | sort)" = "$(cut -d, -f1,7,9- e.csv | sort)" ] &&
    [ "$(wc -l <s.csv)" = 10 ]; then
    ok "scores of files are those made on the way"
else
    not_ok "scores of files are those made on the way"
fi
expect "score of another split" 1 "" "v.h5: explains the split validation" score --maps v.h5 \
    --data d1.h5 -o v.csv
expect "score of that split" 0 "" "" score --maps v.h5 --data d1.h5 --split validation -o v.csv
expect "score by all metrics" 0 "" "" score --maps v.h5 --data d1.h5 --split validation --metrics all --quiet -o all.csv
if head -n 1 v.csv | grep -q ',iou,pixel_auroc,.*,lesion_mass_max$' &&
    head -n 1 all.csv | grep -q ',lesion_mass_max,emd,emd_map,emd_accuracy,emd_fni$' &&
    [ "$(sed 's/\(,[^,]*\)\{4\}$//' all.csv)" = "$(cat v.csv)" ] && ! grep -q ',nan,' all.csv; then
    ok "metrics are columns at the end, the costly ones on request"
else
    not_ok "metrics are columns at the end, the costly ones on request"
fi
expect "score by one metric" 0 "" "" score --maps v.h5 --data d1.h5 --split validation --metrics emd --quiet -o one.csv
expect "score by no metric" 2 "" "--metrics: unknown metric 'emdd' \(did you mean 'emd'\?\)" score --maps v.h5 \
    --data d1.h5 --metrics iou,emdd -o one.csv
"$program" score --maps e.h5 --data d1.h5 --threads 1 --metrics all --quiet -o t1.csv
"$program" score --maps e.h5 --data d1.h5 --threads 2 --metrics all --quiet -o t2.csv
same "scores do not hang on threads" t1.csv t2.csv
expect "score with predictions" 0 "" "" score --maps e.h5 --data d1.h5 --predictions p.h5 --quiet -o sel.csv
expect "score of what all get right" 0 "" "" score --maps e.h5 --data d1.h5 --predictions p.h5,p.h5 --images correct \
    --quiet -o right.csv
if [ "$(grep -c ',correct,' sel.csv)" = "$(grep -c ',correct,' right.csv)" ] && ! grep -q ',wrong' right.csv &&
    [ "$(grep -cE ',(correct|wrong_for_all),' sel.csv)" = 9 ]; then
    ok "images are selected by predictions"
else
    not_ok "images are selected by predictions"
fi
"$program" predict --model tuned/model.safetensors --data d1.h5 --split validation --quiet -o pv.h5 >out 2>err
expect "score of what the model gets wrong, without it" 1 "" "none of the predictions is of its model" \
    score --maps v.h5 --data d1.h5 --split validation --predictions pv.h5 --images wrong -o w.csv
expect "images without predictions" 2 "" "--images goes with --predictions" score --maps e.h5 --data d1.h5 \
    --images correct -o w.csv
"$program" score --maps v.h5 --data d1.h5 --split validation --ties stable --quirk baseline_tpr_uses_fp --quiet -o w.csv
if [ "$(cut -d, -f13 w.csv | tail -n +2)" = "$(cut -d, -f15 w.csv | tail -n +2)" ] &&
    [ "$(awk -F, 'NR > 1 && $11 != $12' w.csv)" = "" ]; then
    ok "stable ties select as many as are true"
else
    not_ok "stable ties select as many as are true"
fi
expect "score of arrays, one without truth" 0 "" "" score --maps maps.npy --truth truth.npy --metrics all --quiet -o npy.csv
if grep -q '^0,.*,1,3,0,0,1,1,1,.*,1,1,1,0.666666667,1,0.666666667,1,1,1,0.666666667,0.666666667,0,0.333333333,' npy.csv &&
    grep -q '^1,.*,0,4,0,0,,1,0,.*,,,,,,,,,,,,,,,$' npy.csv; then
    ok "what is undefined is empty"
else
    not_ok "what is undefined is empty"
fi
