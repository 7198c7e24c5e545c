#!/bin/sh
# SPDX-License-Identifier: MIT
# CSV files, and the folders that hold them.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

### CSV, and the folders that hold it
printf 'a,b\n1,\0\n' >zero.csv
refuse "CSV with a zero byte" "zero.csv: is not text" info zero.csv
printf 'a,b\n1,"2\n' >open.csv
refuse "CSV with an open quote" "open.csv: line 2: a quoted field does not end" info open.csv
printf 'a,b\n1,2,3\n' >uneven.csv
refuse "uneven CSV" "uneven.csv: line 2 has 3 fields" info uneven.csv
head -c 1000000 /dev/zero | tr '\0' , >wide.csv
accept "CSV of a million columns" info wide.csv
head -c 50000000 /dev/zero | tr '\0' x >long.csv
accept "CSV of one long line" info long.csv
printf 'a\033[31mb,\001c\n1,2\n' >colour.csv
either "CSV with control characters" info colour.csv
mkdir -p study/tables
for table in wide long zero open uneven; do
    cp $table.csv study/tables/classification.csv
    cp $table.csv study/tables/scores.csv
    cp $table.csv study/tables/explanation.csv
    refuse "report of a $table table" "study" report study --quiet
done
rm study/tables/*
head -c 1000000 /dev/zero | tr '\0' '[' >study/manifest.json
refuse "report of a manifest nested deep" "study: holds no study" report study --quiet
printf '{"version":"\\u001b[31m","peak_memory_bytes":1e999,"seconds":"x","stages":[3,{"name":7}]}' \
    >study/manifest.json
refuse "report of a manifest of nonsense" "study: holds no study" report study --quiet
rm -rf study
