#!/bin/sh
# SPDX-License-Identifier: MIT
# A study of two conditions with a search of rates.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give two.yaml

### Conditions and the search
sed "s|TEMPLATE|$template|" "$here/conditions.yaml" >two.yaml
expect "two conditions" 0 "^search +4 " "match/mri/degree_all_seed_5_matched: done" study two.yaml \
    --threads 2 --no-provenance
search=two/tables/search.csv
# Of the first seed's rates the one with the highest accuracy, the first of equals; each model once.
awk -F, '$1 == "mri" && $4 == "best" { if (!($2 in top) || ($3 == 2 && $7 > top[$2])) { top[$2] = $7; rate[$2] = $5 }
    if ($9) { took[$2 "," $3] = $5; models++ } tried++ }
    END { for (d in rate) if (took[d ",2"] != rate[d] || took[d ",5"] != rate[d]) exit 1
        exit models != 4 || tried != 6 }' $search && ok "the best rate is chosen" ||
    not_ok "the best rate is chosen" "$(cat $search)"
# Of all epochs of the first seed's rates the nearest, and of the model's own epochs its nearest.
nearest() {
    awk -F, -v target=0.7 'FNR == 1 { file++; next } { gap = $6 > target ? $6 - target : target - $6 }
        best == "" || gap < best - 1e-9 { best = gap; where = file " " $1 }
        $7 == 1 { kept = $1 } END { print where, kept }' "$@"
}
curves=two/models/mri/search/degree_all_seed_2_rate_0
chosen=$(awk -F, '$1 == "mri" && $2 == "all" && $3 == 2 && $4 == "matched" && $9 { print $5 }' $search)
set -- $(nearest ${curves}.002/history.csv ${curves}.001/history.csv)
[ "$chosen" = "0.00$((3 - $1))" ] && ok "the nearest rate is chosen" || not_ok "the nearest rate is chosen" "$chosen"
awk -F, 'NR == FNR { if ($9 == 1) rate[$1 $2 $3 $4] = $5; next } FNR > 1 && rate[$1 $2 $3 $16] != $13 { exit 1 }
    FNR > 1 { n++ } END { exit n != 16 }' $search two/tables/classification.csv &&
    ok "models are trained at the chosen rates" || not_ok "models are trained at the chosen rates"
for seed in 2 5; do
    set -- $(nearest two/models/mri/degree_all_seed_${seed}_matched/history.csv)
    [ "$2" = "$3" ] && grep -q "^mri,all,$seed,matched,$chosen,$2,.*,1,0.7,-*0" $search &&
        ok "the nearest epoch is kept, seed $seed" || not_ok "the nearest epoch is kept, seed $seed" "$*"
done
chosen=$(awk -F, '$1 == "mri" && $2 == "all" && $3 == 2 && $4 == "best" && $9 { print $5 }' $search)
same "the first seed's model is the search's" two/models/mri/degree_all_seed_2/model.safetensors \
    "two/models/mri/search/degree_all_seed_2_rate_$chosen/model.safetensors"
same "without a target the matched model is the best" two/models/mri/degree_1_seed_5/history.csv \
    two/models/mri/degree_1_seed_5_matched/history.csv
expect "info of a study's matched model" 0 "^target_accuracy: 0.7$" "" \
    info two/models/mri/degree_all_seed_2_matched/model.safetensors
expect "info of a matched prediction" 0 "^condition: matched$" "" \
    info two/predictions/mri_degree_1_seed_2_matched.h5
expect "info of maps beside matched models" 0 "^condition: matched$" "" info two/explanations/untrained_matched.h5
for table in classification scores explanation; do
    head -n 1 two/tables/$table.csv | grep -q ',condition' &&
        grep -q ',best' two/tables/$table.csv && grep -q ',matched' two/tables/$table.csv ||
        not_ok "$table.csv tells conditions apart"
done
awk -F, '$1 == "given" && !($9 && $5 == ($4 == "best" ? 0.004 : 0.0005)) { exit 1 } $1 == "given" { n++ }
    END { exit n != 8 }' $search && ok "given rates are not searched" || not_ok "given rates are not searched"
[ -s two/figures/boxplot_correct_matched.svg ] && grep -q 'At matched accuracy' two/report/index.html &&
    ok "the page has a section of its own" || not_ok "the page has a section of its own"
# Which images are right for all models is asked within a condition: the first four of each class.
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
    /usr/bin/python3 - >out 2>err <<'PYTHON' && ok "images are chosen by condition" || not_ok "images are chosen by condition"
import csv, glob, h5py
rows = list(csv.DictReader(open("two/tables/scores.csv")))
subjects = h5py.File("two/dataset.h5")["holdout/subject"][:]
assert all(int(r["subject"]) == subjects[int(r["image"])] for r in rows)
for condition, other in (("best", False), ("matched", True)):
    right = None
    for path in glob.glob("two/predictions/*.h5"):
        if path.endswith("_matched.h5") == other:
            file = h5py.File(path)
            labels, own = file["label"][:], file["label"][:] == file["predicted"][:]
            right = own if right is None else right & own
    wanted = {i for label in (0, 1) for i in [i for i in range(len(labels)) if right[i] and labels[i] == label][:4]}
    for corpus in ("mri", "given", "untrained", "baseline"):
        found = {int(r["image"]) for r in rows if r["condition"] == condition and r["corpus"] == corpus
                 and r["selection"] == "correct"}
        assert found == wanted, (condition, corpus, found, wanted)
    print(condition, wanted)
PYTHON
    [ "$(sort -u -k2 out | wc -l)" = 2 ] || not_ok "the conditions' images differ"
else
    echo "skip images by condition: python3-h5py is not here"
fi
keep two
