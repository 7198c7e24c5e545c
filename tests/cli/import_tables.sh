#!/bin/sh
# SPDX-License-Identifier: MIT
# Tables of people: a faulty one is never no table.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
need_template

scan people/bids/sub-01/anat/sub-01_T1w.nii.gz 200 077
### A faulty table is never no table
mkdir -p people/hcp/100307/T1w
cp people/bids/sub-01/anat/sub-01_T1w.nii.gz people/hcp/100307/T1w/T1w_acpc_dc_restore_brain.nii.gz
printf 'Subject,Gender,Age\n100307,F,26-30\n100408,M,36+,\n' >people/hcp/people.csv
expect "a table with a stray comma" 1 "" "^lesionbench: people/hcp/people.csv: line 3 has 4 fields, the header has 3$" \
    slices import people/hcp $coarse -o hcp.h5
absent "nothing is made without the table" hcp.h5
printf 'subject,gender,age\n100307,F,26-30\n\n' >people/hcp/people.csv
expect "a table in lower case with an empty last line" 0 "^slices: 4, subjects: 1" "" slices import people/hcp $coarse -o hcp.h5
mv people/hcp/people.csv people/hcp/people.CSV
"$program" slices import people/hcp --participants people/hcp/people.CSV $coarse -o named.h5 >out 2>err
expect "a table whose name ends in CSV" 0 "^slices: 4, subjects: 1" "" slices import people/hcp $coarse -o hcp.h5
same "... is read" named.h5 hcp.h5
printf 'Subject\tGender\tAge\n100307\tF\t26-30\n' >people/hcp/people.CSV
expect "a table with tabs" 0 "^slices: 4, subjects: 1" "" slices import people/hcp $coarse -o hcp.h5
same "... is read, too" named.h5 hcp.h5
rm people/hcp/people.CSV hcp.h5
for header in 'Subject;Gender;Age' '"Release";Subject ; gender' 'Subject;Gender;Age, in years' 'Subject\tGender\tAge, in years'; do
    printf "$header\n" >people/hcp/people.csv
    expect "a table with the header $header" 1 "" "^lesionbench: people/hcp/people.csv: line 1" \
        slices import people/hcp $coarse -o hcp.h5
    one_line "it is told in one line" 1
done
matches err "semicolons or tabs: use commas$" && ok "... and says what to use" || not_ok "... and says what to use"
absent "nothing is made without a table that can be read" hcp.h5
printf 'Subject ID,Gender\n100307,F\n' >people/hcp/people.csv
printf 'Subject,Gendr\n100307,F\n' >people/hcp/other.csv
expect "tables without the columns" 0 "^slices: 4, subjects: 1" \
    "^warning: none of the CSV files people/hcp/other.csv, people/hcp/people.csv has the columns Subject and Gender: sexes are unknown$" \
    slices import people/hcp $coarse -o hcp.h5
printf 'Subject,Gender\n100307,F\n' >people/hcp/people.csv
one_line "it is told in one line" 1
expect "another CSV file beside the table" 0 "^slices: 4, subjects: 1" "" slices import people/hcp $coarse -o hcp.h5
