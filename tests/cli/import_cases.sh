# SPDX-License-Identifier: MIT
# Part of run.sh, which has made l1.h5, the function scan and $coarse: what people really bring to an import.
# shellcheck shell=sh disable=SC2154,SC2086

### What cannot be read is not absent
mkdir people && scan people/bids/sub-01/anat/sub-01_T1w.nii.gz 200 077
scan people/bids/sub-02/anat/sub-02_T1w.nii.gz 000 100
ln -s gone.tsv people/bids/participants.tsv
expect "a table that is a link to nothing" 1 "" \
    "^lesionbench: people/bids/participants.tsv: is a link to 'gone.tsv', which cannot be reached: No such file" \
    slices import people/bids $coarse -o link.h5
ln -sf .git/annex/objects/Xq/3w/MD5E-s9--0.tsv/MD5E-s9--0.tsv people/bids/participants.tsv
expect "a table that DataLad has not fetched" 1 "" \
    "participants.tsv: its content is not here: fetch it with 'datalad get people/bids/participants.tsv'" \
    slices import people/bids $coarse -o link.h5
one_line "it is told in one line" 1
rm people/bids/participants.tsv
ln -s ../gone people/bids/sub-03
expect "a subject that is a link to nothing" 1 "" "people/bids/sub-03: is a link to '../gone'" \
    slices import people/bids $coarse -o link.h5
rm people/bids/sub-03
mkdir people/photos people/photos/a && ln -s ../moved people/photos/0
expect "a class that is a link to nothing" 1 "" "people/photos/0: is a link to '../moved'" \
    pretrain --task classes --images people/photos -o link.safetensors
absent "nothing is made without what cannot be read" link.h5 link.safetensors

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

### One file named twice counts once, one content under two subjects is an error
expect "a folder, and the folder" 0 "^slices: 8, subjects: 2, files: 2$" "^2 files are named twice, .*: each counts once$" \
    slices import people/bids people/bids/ $coarse -o twice.h5
"$program" slices import people/bids $coarse -o once.h5 >out 2>err
same "what is named twice counts once" once.h5 twice.h5
printf 'participant_id\tsex\tage\nsub-01\tF\t22\nsub-02\tM\t31\n' >people/bids/participants.tsv
"$program" slices import people/bids $coarse -o known.h5 >out 2>err
for order in "people/bids/sub-01/anat/sub-01_T1w.nii.gz people/bids" "people/bids people/bids/sub-01/anat/sub-01_T1w.nii.gz"; do
    expect "import $order" 0 "^slices: 8, subjects: 2, files: 2$" "^1 files are named twice" \
        slices import $order $coarse -o twice.h5
    same "... knows what the folder's table says" known.h5 twice.h5
done
rm people/bids/participants.tsv
gzip -dc people/bids/sub-01/anat/sub-01_T1w.nii.gz >people/bids/sub-01/anat/sub-01_T1w.nii
expect "a scan beside its gzipped form" 0 "^slices: 8, subjects: 2, files: 2$" "^1 files are named twice" \
    slices import people/bids $coarse -o twice.h5
same "... counts once" once.h5 twice.h5
mkdir -p people/bids/sub-03/anat
mv people/bids/sub-01/anat/sub-01_T1w.nii people/bids/sub-03/anat/sub-03_T1w.nii
expect "one content of two subjects" 1 "" \
    "sub-01_T1w.nii.gz and people/bids/sub-03/anat/sub-03_T1w.nii have the same content, but two subjects: 'sub-01' and 'sub-03'" \
    slices import people/bids $coarse -o both.h5
one_line "... in one line" 1
absent "nothing is made of one content of two subjects" both.h5
rm -r people/bids/sub-03

### The audit compares pixels, not numbers alone
# The scans of people/bids are one, multiplied; after rescaling their slices have the same pixels.
scan people/bids/sub-03/anat/sub-03_T1w.nii.gz 100 100
"$program" slices import people/bids $coarse -o apart.h5 >out 2>err
"$program" compose --slices apart.h5 --lesions l1.h5 --train 6 --validation 6 --holdout 6 --size 96 --quiet \
    -o apart_d.h5 >out 2>err
expect "one brain under two names fails the audit" 1 \
    "brains in two splits +18 .*fail +of 18; image 0 of train shows the brain of image . of validation" \
    "\(d\) brains in two splits, \(d\) brains of two subjects" audit apart_d.h5 --controls 0 --quiet
