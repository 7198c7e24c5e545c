#!/bin/sh
# SPDX-License-Identifier: MIT
# Files and a study folder that 0.1.0 wrote (../data/version_0_1) are read, and the folder is made anew after saying so.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
cp -r "$here/../data/version_0_1" old
chmod -R u+w old
model=old/models/mri/degree_1_seed_2/model.safetensors

expect "info of a model of 0.1" 0 "^degree: 1$" "" info $model
expect "info of a dataset of 0.1" 0 "train" "" info old/dataset.h5
expect "info of predictions of 0.1" 0 "^corpus: mri$" "" info old/predictions/mri_degree_1_seed_2.h5
expect "info of explanations of 0.1" 0 "saliency" "" info old/explanations/mri_degree_1_seed_2.h5
expect "evaluate predictions of 0.1" 0 "mri_degree_1_seed_2" "" evaluate old/predictions/mri_degree_1_seed_2.h5
expect "score maps of 0.1" 0 "" "" score --maps old/explanations/mri_degree_1_seed_2.h5 --data old/dataset.h5 --quiet -o old.csv
expect "compare scores of 0.1" 0 "" "" compare old/tables/scores.csv --quiet -o compared
[ -s compared/summary.csv ] && ok "the tables are there" || not_ok "the tables are there"
expect "predict with a model of 0.1" 0 "" "" predict --model $model --data old/dataset.h5 --quiet --no-provenance -o now.h5
expect "explain a model of 0.1" 0 "" "" explain --model $model --data old/dataset.h5 --methods saliency,sobel --quiet \
    --no-provenance -o maps.h5
expect "a page of a folder of 0.1" 0 "" "" report old --quiet
[ -s old/report/index.html ] && ok "the page is there" || not_ok "the page is there"
if /usr/bin/python3 -c 'import h5py' 2>/dev/null; then
    /usr/bin/python3 - >out 2>err <<'PYTHON' && ok "results are those of 0.1" || not_ok "results are those of 0.1"
import csv, h5py, numpy
then, now = (h5py.File(p)["logits"][:] for p in ("old/predictions/mri_degree_1_seed_2.h5", "now.h5"))
assert numpy.abs(then - now).max() < 1e-5, (then, now)
before = list(csv.DictReader(open("old/explanations/mri_degree_1_seed_2.scores.csv")))
rows = list(csv.DictReader(open("old.csv")))
assert rows
for row in rows:
    alike = [r for r in before if (r["image"], r["method"]) == (row["image"], row["method"])]
    assert any(abs(float(r["tpr"]) - float(row["tpr"])) < 1e-9 for r in alike), (row, alike)
PYTHON
else
    echo "skip results beside those of 0.1: python3-h5py is not here"
fi

need_template
sed "s|^\(  template: \).*|\1$template|" old/study.yaml >old.yaml
expect "plan of a folder of 0.1" 0 \
    "^slices +slices +1 +[0-9]+ +changed: made by lesionbench 0\.1\.0, which recorded no revisions +$template$" "" \
    study old.yaml -o old --plan
[ "$(grep -c 'made by lesionbench 0\.1\.0' out)" = 13 ] && ok "all of its stages" || not_ok "all of its stages"
expect "a folder of 0.1 is made anew" 0 "^all +13 +0 " \
    "^will be made anew: slices \(made by lesionbench 0\.1\.0, which recorded no revisions\)$" study old.yaml -o old
awk '/^will be made anew: report/ { said = 1 } /done in/ && !said { exit 1 } END { exit !said }' err &&
    ok "and says so before" || not_ok "and says so before"
