#!/bin/sh
# SPDX-License-Identifier: MIT
# Evaluation of predictions: formats, parts of a dataset, quirks.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give p.h5

expect "evaluate as a table" 0 "^p +3 " "" evaluate p.h5
expect "evaluate as CSV" 0 "^p,mri,2,5,holdout,3,[01]" "" evaluate --format csv p.h5
expect "evaluate as JSON" 0 '"model": "p".*"degree": "2".*"images": 3, "accuracy": [01]' "" \
    evaluate --format json p.h5 p.h5
expect "evaluate by class" 0 "p class=[01] " "" evaluate p.h5 --by class --data d1.h5
expect "evaluate by area" 0 "p,mri,2,5,holdout,1,.*,area=3" "" evaluate p.h5 --by area --data d1.h5 --format csv
expect "evaluate by area without data" 2 "" "--data goes with --by" evaluate p.h5 --by area
expect "evaluate with sensitivity swapped" 0 "^p,mri,2,5,holdout,3," "" evaluate p.h5 --quirk sensitivity_swapped --format csv
expect "evaluate with a quirk of the data" 2 "" "does not concern" evaluate p.h5 --quirk box_artefact
