#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests of the command line: exit code, standard output, standard error, files left behind.
# usage: run.sh LESIONBENCH. Prints "ok NAME", "not ok NAME" or "skip NAME" and, at the end, "end".
set -u
program=$(realpath "$1")
[ -x "$program" ] || {
    echo "not ok $program is not there"
    exit 1
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
small_published=$here/../data/published
template=/usr/share/mricron/templates/ch2bet.nii.gz
work=$(mktemp -d)
mounted=
trap 'for disk in $mounted; do umount "$disk"; done; rm -rf "$work"' EXIT
cd "$work" || exit 1

ok() {
    echo "ok $1"
}

not_ok() {
    echo "not ok $1"
    shift
    [ $# = 0 ] || echo "    $*"
    sed 's/^/    stdout: /' out 2>/dev/null | head -n 10
    sed 's/^/    stderr: /' err 2>/dev/null | head -n 10
}

# expect NAME CODE STDOUT STDERR ARGUMENTS...: runs the program; STDOUT and STDERR are extended
# regular expressions that must be found, or "" where nothing may be printed.
expect() {
    name=$1 code=$2 want_out=$3 want_err=$4
    shift 4
    "$program" "$@" >out 2>err
    got=$?
    if [ "$got" != "$code" ]; then
        not_ok "$name" "exit code $got, expected $code"
    elif ! matches out "$want_out"; then
        not_ok "$name" "standard output has not '$want_out'"
    elif ! matches err "$want_err"; then
        not_ok "$name" "standard error has not '$want_err'"
    else
        ok "$name"
    fi
}

matches() {
    if [ -z "$2" ]; then
        [ ! -s "$1" ]
    else
        grep -Eq -- "$2" "$1"
    fi
}

# one_line NAME: an error is one line, two with the hint of wrong usage.
one_line() {
    if [ "$(wc -l <err)" -le "$2" ]; then ok "$1"; else not_ok "$1" "more than $2 lines"; fi
}

# absent NAME FILE...: none of the files, nor their unfinished forms, may be there.
absent() {
    name=$1
    shift
    for file in "$@"; do
        if [ -e "$file" ] || [ -e "$file.partial" ]; then
            not_ok "$name" "$file or $file.partial is there"
            return
        fi
    done
    ok "$name"
}

same() {
    if cmp -s "$2" "$3"; then ok "$1"; else not_ok "$1" "$2 and $3 differ"; fi
}

### Usage
expect "no arguments" 2 "" "usage: lesionbench COMMAND"
expect "help" 0 "finetune " "" --help
expect "version" 0 "^lesionbench [0-9]+\.[0-9]+\.[0-9]+$" "" --version
expect "unknown command" 2 "" "unknown command 'lesion'; did you mean 'lesions'\?" lesion
expect "help of an unknown command" 2 "" "unknown command 'demmo'.*'demo'" help demmo
for command in demo study slices lesions compose audit pretrain finetune predict evaluate explain score \
    compare report info; do
    expect "$command --help" 0 "usage: lesionbench $command" "" $command --help
    expect "help $command" 0 "no-provenance" "" help $command
done
expect "help has ranges and defaults" 0 "^  --steps N .*\(1 to 10000\) \[50\]$" "" help explain
expect "help has lower bounds" 0 "^  --seed N .*\(at least 0\) \[0\]$" "" help lesions
expect "help study has the files' keys" 0 "^    learning_rate: .*\(1e-09 to 100\) \[0\.01\]$" "" help study
grep -q '^  corpora:$' out && ok "help study has sections" || not_ok "help study has sections"
expect "unknown option" 2 "" "unknown option '--sed'; did you mean '--seed'\?" lesions --sed 3
expect "option without value" 2 "" "--seed needs a value" lesions --seed
expect "number with letters" 2 "" "--count: '5x' is not a whole number" lesions --count 5x -o x.h5
expect "number out of range" 2 "" "--count: 1 is not within 5 and" lesions --count=1 -o x.h5
expect "no output" 2 "" "-o is missing" lesions
one_line "wrong usage is short" 2
expect "one argument too many" 2 "" "'b' is one argument too many" info a b
expect "wrong degree" 2 "" "--degree: .*'?5'?.*1.*all" finetune --from a --data b --degree 5 -o c
expect "wrong optimizer" 2 "" "'rms' is not one of sgd, adam, adamw" finetune --optimizer rms
expect "wrong method" 2 "" "saliency" explain --model m --data d --methods salency -o x.h5
expect "wrong split" 2 "" "'test' is not one of train" predict --split test
expect "unknown kind of slices" 2 "" "'simulat'; did you mean 'simulate'" slices simulat
expect "missing file" 1 "" "nowhere.h5: .*No such file" info nowhere.h5
one_line "errors are one line" 1
expect "missing model" 1 "" "m.safetensors" predict --model m.safetensors --data d -o p.h5

### Study files
printf 'cohort:\n  template: t.nii\n  subject: 3\n' >bad.yaml
expect "unknown key with its line" 1 "" "bad.yaml:3: unknown key 'subject' in the section 'cohort'; did you mean 'subjects'" \
    study bad.yaml -o bad
absent "nothing made of a bad study" bad
printf 'cohort:\n  template: nowhere.nii\ncorpora:\n  - name: mri\n' >lost.yaml
expect "missing template in a study" 1 "" "nowhere.nii: .*No such file" study lost.yaml -o lost
absent "nothing made without a template" lost
expect "missing study" 1 "" "none.yaml: .*No such file" study none.yaml

### Bad input
expect "missing NIfTI" 1 "" "gone.nii" slices simulate --template gone.nii --subjects 2 -o s.h5
one_line "missing NIfTI in one line" 1
printf 'this is no volume, though it is long enough to hold a header%0400d' 0 >damaged.nii
expect "damaged NIfTI" 1 "" "damaged.nii" slices simulate --template damaged.nii --subjects 2 -o s.h5
one_line "damaged NIfTI in one line" 1
absent "nothing half-written" s.h5
expect "damaged HDF5" 1 "" "^lesionbench: damaged.nii: is not an HDF5 file$" evaluate damaged.nii
touch file
expect "unwritable folder" 1 "" "^lesionbench: file/l.h5: cannot write: Not a directory$" \
    lesions --count 5 -o file/l.h5
expect "unwritable study folder" 1 "" "^lesionbench: file: is not a folder$" demo file
[ -s file ] && not_ok "the file in the way is untouched" || ok "the file in the way is untouched"

tiny="--count 5 --area 30 --scale 1"

### Data: the same with one thread and two
# shellcheck disable=SC2086
expect "lesions" 0 "5 and 5 kept" "" lesions $tiny --threads 1 --no-provenance --quiet -o l1.h5
# shellcheck disable=SC2086
"$program" lesions $tiny --threads 2 --no-provenance --quiet -o l2.h5 >out 2>err
same "lesions do not hang on threads" l1.h5 l2.h5
expect "info of lesions" 0 "format lesions" "" info l1.h5

### Full disk
(
    ulimit -f 8
    exec "$program" lesions --count 5 --quiet -o full.h5 >out 2>err
)
got=$?
if [ "$got" = 1 ] && grep -q 'full.h5' err; then
    ok "file size limit"
else
    not_ok "file size limit" "exit code $got"
fi
absent "nothing half-written at the limit" full.h5
mkdir disk
if mount -t tmpfs -o size=16k tmpfs disk 2>/dev/null; then
    mounted=$work/disk
    expect "full disk" 1 "" "disk/l.h5: .*No space left" lesions --count 5 --quiet -o disk/l.h5
    absent "nothing half-written on a full disk" disk/l.h5
else
    echo "skip full disk: cannot mount a small one here"
fi

if [ ! -e "$template" ]; then
    echo "skip studies: $template is not here (package mricron-data)"
    echo end
    exit
fi

small="--template $template --slices-per-subject 3 --size 130x156 --voxel 1.4 --seed 3"
for threads in 1 2; do
    # shellcheck disable=SC2086
    expect "slices with $threads threads" 0 "" "" slices simulate $small --subjects 8 \
        --threads $threads --no-provenance --quiet -o s$threads.h5
    expect "compose with $threads threads" 0 "" "" compose --slices s1.h5 --lesions l1.h5 --train 6 \
        --validation 3 --holdout 3 --size 64 --threads $threads --no-provenance --quiet \
        -o d$threads.h5
done
same "slices do not hang on threads" s1.h5 s2.h5
one="--template $template --subjects 1 --slices-per-subject 1 --no-provenance --quiet"
# shellcheck disable=SC2086
"$program" slices simulate $one --size 130x156 --voxel 1.4 -o v1.h5 >out 2>err
# shellcheck disable=SC2086
expect "a grid without its voxel" 0 "" "" slices simulate $one --height 130 --width=156 -o v2.h5
same "the voxel goes with the grid" v1.h5 v2.h5
# shellcheck disable=SC2086
expect "a voxel before its grid" 0 "" "" slices simulate $one --voxel=1.6 --size 130x156 -o v3.h5
cmp -s v1.h5 v3.h5 && not_ok "a given voxel is kept" || ok "a given voxel is kept"
same "datasets do not hang on threads" d1.h5 d2.h5
few="--slices s1.h5 --lesions l1.h5 --train 2 --validation 2 --holdout 2 --size 32 --no-provenance"
# shellcheck disable=SC2086
"$program" compose $few --quiet --train-first-seed 7 --validation-first-seed 30007 \
    --holdout-first-seed 9 -o f1.h5 >out 2>err
# shellcheck disable=SC2086
expect "first seed of all splits" 0 "" "" compose $few --quiet --holdout-first-seed=9 --first-seed 7 \
    -o f2.h5
same "a split's own first seed comes first" f1.h5 f2.h5
# shellcheck disable=SC2086
expect "first seed too large" 2 "" "--first-seed: " compose $few --first-seed 4294967295 -o f3.h5
# shellcheck disable=SC2086
"$program" slices simulate $small --subjects 2 --quiet -o s3.h5
expect "too few subjects" 1 "" "subject" compose --slices s3.h5 --lesions l1.h5 --quiet -o d3.h5
absent "nothing made of too few subjects" d3.h5

### Pickles and conversions
pickles=$here/../data/pickle
published=$here/../../../shared/data/published
expect "convert --help" 0 "usage: lesionbench convert IN OUT" "" convert --help
expect "convert without a target" 2 "" "an argument is missing" convert a.pkl
expect "convert to itself" 2 "" "are the same file" convert a.pkl a.pkl
echo nothing | tee model.pth >x.csv
expect "convert PyTorch's files to HDF5" 1 "" "model.pth: models are converted to .safetensors" \
    convert model.pth model.h5
expect "convert what cannot be" 1 "" "x.csv: cannot be converted to x.h5" convert x.csv x.h5
expect "convert a missing pickle" 1 "" "nowhere.pkl: .*No such file" convert nowhere.pkl x.h5

# Under Python, loading this runs a command. Both forms of the name, and Python itself as the proof.
printf 'cposix\nsystem\n(S"touch marker"\ntR.' >evil.pkl
printf '\200\004\214\002os\214\006system\223\214\014touch marker\205R.' >evil4.pkl
for command in "info evil.pkl" "convert evil.pkl evil.h5" "convert evil4.pkl evil.npy" \
    "lesions --import evil.pkl evil4.pkl -o evil.h5"; do
    # shellcheck disable=SC2086
    expect "a command in a pickle: $command" 1 "" \
        "evil4?.pkl: byte [0-9]+: asks for '(posix|os).system', which this reader never runs" $command
    one_line "a command in a pickle, in one line: $command" 1
    absent "nothing written, nothing run: $command" marker evil.h5 evil.npy
done
if command -v python3 >/dev/null; then
    python3 -c 'import pickle; pickle.load(open("evil.pkl", "rb"))'
    [ -e marker ] && ok "Python runs the command" || not_ok "Python runs the command"
    rm -f marker
else
    echo "skip Python runs the command (no python3)"
fi

printf '](K\001F2.5\n(K\003K\004tU\002abe.' >tree.pkl
expect "info of a pickle" 0 "^pickle: a list of 4$" "" info tree.pkl
expect "outline of a pickle" 0 "^  2: a tuple of 2$" "" info tree.pkl
expect "pickle to HDF5" 0 "" "" convert tree.pkl tree.h5
expect "info of a converted pickle" 0 "^  2 +\(2\)$" "" info tree.h5
expect "pickle of several values to .npy" 1 "" \
    "tree.pkl: does not fit into one .npy file .*is a list that holds a tuple" convert tree.pkl tree.npy
absent "nothing of what does not fit" tree.npy
printf '(K\001F2.5\nl.' >row.pkl
expect "pickle to .npy" 0 "" "" convert row.pkl row.npy
expect "a converted row" 0 "^NumPy array, float64 \(2\)$" "" info row.npy
expect ".npy to HDF5" 0 "" "" convert row.npy row.h5
expect "a converted array" 0 "^  data +\(2\)$" "" info row.h5
printf '(K\001F2.5\nl' >cut.pkl
expect "truncated pickle" 1 "" "cut.pkl: byte 9: is truncated" convert cut.pkl cut.h5
printf '\211PNG' >png.pkl
expect "no pickle" 1 "" "png.pkl: is not a pickle$" info png.pkl
absent "nothing of a truncated pickle" cut.h5

expect "import without files" 2 "" "--import needs two files" lesions --import -o import.h5
expect "import with making options" 2 "" "--seed says how lesions are made" \
    lesions --import a.pkl b.pkl --seed 3 -o import.h5
expect "making options before --import" 2 "" "--count says how lesions are made" \
    lesions --count=50 --import a.pkl b.pkl -o import.h5
expect "files without --import" 2 "" "'a.pkl' is one argument too many" lesions a.pkl b.pkl -o import.h5
expect "import without output" 2 "" "-o is missing" lesions --import a.pkl b.pkl
expect "import over an input" 2 "" "names what is read" \
    lesions --import row.pkl tree.pkl -o tree.pkl
expect "import of something else" 1 "" "row.pkl: lesion 0: is not a list of a mask and its compactness" \
    lesions --import row.pkl tree.pkl -o import.h5
absent "nothing of a wrong import" import.h5
expect "import" 0 "^2 round and 1 irregular lesions taken$" "" \
    lesions --import "$pickles/round.pkl" "$pickles/irregular.pkl" -o import.h5
expect "imported lesions" 0 "round/mask +\(2, 4, 4\)" "" info import.h5
expect "import of the classes swapped" 1 "" "the first file is that of the round ones" \
    lesions --import "$pickles/irregular.pkl" "$pickles/round.pkl" -o swapped.h5
absent "nothing of swapped classes" swapped.h5
if [ -e "$published/round_lesions.pkl" ]; then
    expect "import of the published lesions" 0 "^30 round and 30 irregular lesions taken$" "" \
        lesions --import "$published/round_lesions.pkl" "$published/not_round_lesions.pkl" -o p.h5
    for file in "$published"/*.pkl; do
        expect "published ${file##*/} to HDF5" 0 "" "" convert "$file" published.h5
        expect "outline of ${file##*/}" 0 "^pickle: a (list|dict) of" "" info "$file"
    done
else
    echo "skip the published pickles (not here)"
fi

### PyTorch's files
weights=$here/../fuzz/corpus/weights
golden=$here/../../../shared/data/golden/attribution
expect "info of a PyTorch file" 0 "^PyTorch .zip., 2 tensors$" "" info "$weights/zip_state"
expect "info of an old PyTorch file" 0 "^PyTorch .legacy., 6 tensors$" "" info "$weights/legacy_types"
expect "info of its tensors" 0 "^  bfloat16 +bfloat16 +[(]2[)]$" "" info "$weights/zip_types"
expect "a whole model" 1 "" "asks for 'torch.*Linear', .* save model.state_dict.. instead" \
    info "$weights/zip_module"
expect "no VGG" 1 "" "zip_state: not a VGG-11, 13, 16 or 19" \
    convert "$weights/zip_state" other.safetensors
absent "nothing made of no VGG" other.safetensors
for file in vgg16.pt vgg16_legacy.pth vgg16.safetensors; do
    if [ -e "$golden/$file" ]; then
        expect "convert $file" 0 "" "" convert "$golden/$file" "$file.safetensors"
        same "the same model of $file" vgg16.pt.safetensors "$file.safetensors"
        expect "info of converted $file" 0 "^vgg16, channels 4 to 32, 256 hidden units, 2 classes$" "" \
            info "$file.safetensors"
    else
        echo "skip convert $file (not here)"
    fi
done

### Protocols and quirks
# shellcheck disable=SC2086
for threads in 1 2; do
    expect "fair with $threads threads" 0 "" "" compose $few --quiet --protocol fair --size 96 \
        --threads $threads -o fair$threads.h5
done
same "fair datasets do not hang on threads" fair1.h5 fair2.h5
# shellcheck disable=SC2086
expect "two quirks" 0 "" "" compose $few --quiet --quirk box_artefact --quirk=round_not_shuffled=on \
    -o quirk1.h5
# shellcheck disable=SC2086
"$program" compose $few --quiet --quirks box_artefact,round_not_shuffled -o quirk2.h5 >out 2>err
same "a list of quirks" quirk1.h5 quirk2.h5
# shellcheck disable=SC2086
expect "a quirk that is none" 2 "" "--quirk: unknown quirk .box. " compose $few --quirk box -o q.h5
# shellcheck disable=SC2086
expect "a quirk of a later step" 0 "" "" compose $few --quiet \
    --quirks dropout_at_inference,sobel_is_laplace -o later.h5
expect "... is recorded" 0 "quirks: dropout_at_inference,sobel_is_laplace" "" info later.h5
# shellcheck disable=SC2086
expect "every slice, and a number" 2 "" "--every-slice makes as many" compose $few \
    --every-slice train -o q.h5
expect "every slice" 0 "" "" compose --slices s1.h5 --lesions l1.h5 --every-slice holdout \
    --protocol reference --size 64 --quiet -o every.h5
absent "nothing made of wrong quirks" q.h5

### Contact sheets, and brains filled with noise
# png_side FILE OFFSET: a side of a picture, from its header: 16 the width, 20 the height.
png_side() {
    od -An -tu1 -j "$2" -N 4 "$1" | awk '{print (($1 * 256 + $2) * 256 + $3) * 256 + $4}'
}
"$program" explain --methods sobel,raw_input --data d1.h5 --limit 2 --quiet -o sheet.h5 >out 2>err
for file in s1.h5 l1.h5 d1.h5 sheet.h5; do
    expect "picture of $file" 0 "HDF5, format" "" info --picture sheet.png "$file"
    "$program" info "$file" --picture=again.png >out 2>err
    same "picture of $file, drawn again" sheet.png again.png
    if [ "$(png_side sheet.png 16)" -ge 400 ] && [ "$(png_side sheet.png 16)" -le 2100 ] &&
        [ "$(png_side sheet.png 20)" -le 4000 ]; then
        ok "the picture of $file has a good size"
    else
        not_ok "the picture of $file has a good size" \
            "$(png_side sheet.png 16) x $(png_side sheet.png 20)"
    fi
done
"$program" info --picture few.png --items 6 s1.h5 >out 2>err
"$program" info --picture many.png --items 24 s1.h5 >out 2>err
if [ "$(png_side few.png 20)" -lt "$(png_side many.png 20)" ]; then
    ok "more items, a larger picture"
else
    not_ok "more items, a larger picture"
fi
expect "too many items" 2 "" "--items: 201 is not within" info --picture no.png --items 201 s1.h5
cp s1.h5 sheet_input.h5
expect "a picture over its input" 1 "" "take the place of its input" \
    info --picture sheet_input.h5 sheet_input.h5
same "the input is as it was" s1.h5 sheet_input.h5
echo "a,b" >table.csv
expect "picture of a table" 1 "" "table.csv: .*HDF5" info --picture no.png table.csv
one_line "picture of a table, in one line" 1
expect "picture where none can be" 1 "" "none/no.png: cannot write" info --picture none/no.png s1.h5
absent "no picture after an error" no.png
# shellcheck disable=SC2086
for threads in 1 2; do
    expect "noise in $threads threads" 0 "" "" slices simulate $small --subjects 2 --quiet \
        --background noise --threads $threads --no-provenance -o noise$threads.h5
done
same "noise does not hang on threads" noise1.h5 noise2.h5
expect "info of noise" 0 "jacobian_minimum +\(2\)" "" info noise1.h5
# shellcheck disable=SC2086
expect "a background that is none" 2 "" "--background: .pink. is not one of mri, noise" \
    slices simulate $small --background pink -o no.h5
# shellcheck disable=SC2086
expect "too much noise" 2 "" "--noise: 0.6 is not within" slices simulate $small --noise 0.6 -o no.h5
absent "nothing made of wrong settings" no.h5

### Real scans
expect "slices import --help" 0 "usage: lesionbench slices import" "" slices import --help
expect "nothing to import" 2 "" "what to import is missing" slices import -o i.h5
expect "import without an output" 2 "" "-o is missing" slices import gone.nii
expect "positions beside a share" 2 "" "--positions: leaves nothing to" slices import gone.nii \
    --positions 0,10 --minimum-brain 0.2 -o i.h5
expect "positions that are no numbers" 2 "" "--positions: 'x' is not a number" slices import gone.nii \
    --positions 0,x -o i.h5
expect "unknown axis" 2 "" "'axail' is not one of axial, coronal, sagittal" slices import gone.nii \
    --axis axail -o i.h5
expect "missing scan" 1 "" "^lesionbench: gone.nii: No such file" slices import gone.nii -o i.h5
one_line "missing scan in one line" 1
mkdir none
expect "a folder without scans" 1 "" "none: holds neither BIDS images" slices import none -o i.h5
absent "nothing made of no scans" i.h5
# scan FILE.nii.gz A B: the template with its values multiplied by the float32 of bytes 0, 0, A, B (octal).
scan() {
    mkdir -p "$(dirname "$1")"
    gzip -dc "$template" >scan.nii
    # shellcheck disable=SC2059
    printf "\\0\\0\\$2\\$3" | dd of=scan.nii bs=1 seek=112 conv=notrunc 2>/dev/null
    gzip -1 -c scan.nii >"$1"
}
scan bids/sub-01/anat/sub-01_T1w.nii.gz 200 077 # 1
scan bids/sub-02/anat/sub-02_T1w.nii.gz 000 100 # 2
scan bids/sub-03/anat/sub-03_T1w.nii.gz 100 100 # 3
scan bids/sub-04/anat/sub-04_T1w.nii.gz 200 100 # 4
printf 'participant_id\tsex\tage\nsub-01\tF\t22\nsub-02\tM\t31\nsub-03\tF\tn/a\n' >bids/participants.tsv
coarse="--voxel 2 --size 91x109 --slices-per-subject 4 --no-provenance --quiet"
for threads in 1 2; do
    # shellcheck disable=SC2086
    expect "import with $threads threads" 0 "^slices: 16, subjects: 4, files: 4$" \
        "^warning: 1 subjects are not in the table of participants, 'sub-04' the first" \
        slices import bids $coarse --threads $threads -o i$threads.h5
done
same "imports do not hang on threads" i1.h5 i2.h5
expect "imported slices are composed" 0 "" "" compose --slices i1.h5 --lesions l1.h5 --train 3 \
    --validation 2 --holdout 2 --size 64 --quiet -o i3.h5
head -c 500000 bids/sub-02/anat/sub-02_T1w.nii.gz >short && mv short bids/sub-02/anat/sub-02_T1w.nii.gz
# shellcheck disable=SC2086
expect "a truncated scan" 1 "" "^lesionbench: bids/sub-02/anat/sub-02_T1w.nii.gz: .*truncated$" \
    slices import bids $coarse -o i4.h5
one_line "a truncated scan in one line" 1
absent "nothing made beside a truncated scan" i4.h5
# shellcheck disable=SC2086
expect "a truncated scan is left out" 0 "^slices: 12, subjects: 3, files: 3$" \
    "^skipped: bids/sub-02/anat/sub-02_T1w.nii.gz: " slices import bids $coarse --skip-bad -o i4.h5
grep -q '^skipped 1 of 4 files$' err && ok "what is left out is counted" ||
    not_ok "what is left out is counted"
skull=/usr/share/mricron/templates/ch2.nii.gz
if [ -e $skull ]; then
    expect "a head with its skull" 1 "" "ch2.nii.gz: is not a brain alone: " slices import $skull -o i5.h5
    mkdir masks
    cp "$template" masks/ch2_bet.nii.gz # its brain, above 0 where the brain is
    # shellcheck disable=SC2086
    expect "a head with its mask" 0 "^slices: 4" "" slices import $skull --masks masks \
        --mask-suffix _bet $coarse -o i5.h5
else
    echo "skip heads with skulls: $skull is not here"
fi
if /usr/bin/python3 -c 'import nibabel, scipy, h5py' 2>/dev/null; then
    mkdir forms
    oracle="/usr/bin/python3 $here/import_oracle.py"
    $oracle make "$template" forms || not_ok "nibabel makes volumes"
    # shellcheck disable=SC2086
    for form in forms/*/brain.nii*; do
        "$program" slices import "$form" $coarse -o "$(dirname "$form").h5" >out 2>err ||
            not_ok "import of $form"
    done
    differ=
    for form in forms/???_*.h5 forms/second.h5; do
        cmp -s forms/RAS_uint8.h5 "$form" || differ="$differ $form"
    done
    [ -z "$differ" ] && [ "$(find forms -name '???_*.h5' | wc -l)" = 48 ] &&
        ok "8 orientations in 6 types are the same slices" ||
        not_ok "8 orientations in 6 types are the same slices" "$differ differ"
    for kind in exact scaled turned; do
        # shellcheck disable=SC2086
        case $kind in
        exact) file=forms/RAS_uint8.h5 ;;
        scaled) file=forms/scaled.h5 ;;
        turned) file=forms/free.h5 && "$program" slices import forms/turned/brain.nii.gz --quiet \
            --slices-per-subject 3 -o $file >out 2>err ;;
        esac
        $oracle check forms $file $kind >out 2>err && ok "slices as nibabel has them: $kind" ||
            not_ok "slices as nibabel has them: $kind"
    done
    rm -rf forms
else
    echo "skip imports against nibabel: python3-nibabel, python3-scipy or python3-h5py is not here"
fi

### Ctrl-C
# shellcheck disable=SC2086
"$program" slices simulate $small --subjects 5000 -o stopped.h5 >out 2>err &
pid=$!
tries=0
while [ ! -e stopped.h5.partial ] && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
sleep 0.5
kill -INT $pid
wait $pid
got=$?
if [ "$got" = 1 ] && [ "$(cat err)" = "lesionbench: interrupted" ]; then
    ok "Ctrl-C"
else
    not_ok "Ctrl-C" "exit code $got"
fi
absent "nothing half-written after Ctrl-C" stopped.h5

### A whole study, step by step
expect "pretrain" 0 "" "" pretrain --task sex --slices s1.h5 --train 6 --validation 3 --holdout 3 \
    --arch vgg11 --width 0.0625 --size 64 --epochs 1 --batch 4 --quiet -o m.safetensors
expect "info of a model" 0 "vgg11, channels 4 to 32" "" info m.safetensors
expect "convert a model" 0 "" "" convert m.safetensors converted.safetensors
same "a converted model is the same" m.safetensors converted.safetensors
mkdir -p pictures/a pictures/b flat
for i in 1 2 3 4 5 6; do
    cp "$here/../fuzz/corpus/png/rgb_8" pictures/a/$i.png
    cp "$here/../fuzz/corpus/jpeg/rgb" pictures/b/$i.jpg
    cp "$here/../fuzz/corpus/jpeg/grey" flat/$i.jpg
    for file in pictures/a/$i.png pictures/b/$i.jpg flat/$i.jpg; do
        printf %s $i >>$file # no copies, which would count once
    done
done
photos="--arch vgg11 --width 0.0625 --size 32 --epochs 1 --batch 4 --no-provenance --quiet --images"
for threads in 1 2; do
    # shellcheck disable=SC2086
    expect "pretrain on pictures with $threads threads" 0 "" "" pretrain $photos pictures \
        --threads $threads --seed 2 -o photo$threads.safetensors
done
expect "info of a model of pictures" 0 "^corpus: natural$" "" info photo1.safetensors
# shellcheck disable=SC2086
expect "pictures without classes" 1 "" "^lesionbench: flat: holds 0 folders" pretrain $photos flat -o no.safetensors
printf 'file,label\n1.jpg,x\n2.jpg,y\n3.jpg,x\n' >labels.csv
# shellcheck disable=SC2086
expect "pictures with a table" 0 "" "" pretrain $photos flat --labels labels.csv -o flat.safetensors
head -c 400 pictures/b/3.jpg >cut && mv cut pictures/b/3.jpg
# shellcheck disable=SC2086
expect "a truncated picture" 1 "" \
    "^lesionbench: pictures/b/3.jpg: the picture is damaged or truncated: Premature end" \
    pretrain $photos pictures -o no.safetensors
one_line "a truncated picture in one line" 1
absent "nothing made of wrong pictures" no.safetensors
expect "pretrain from weights" 0 "" "" pretrain --from m.safetensors --task sex --slices s1.h5 --train 6 \
    --validation 3 --holdout 3 --size 64 --epochs 1 --batch 4 --quiet -o more.safetensors
expect "info of what it started from" 0 "^source: m.safetensors$" "" info more.safetensors
expect "weights as they are" 0 "" "" pretrain --task none --from m.safetensors --corpus mine \
    -o mine.safetensors
expect "info of weights as they are" 0 "^corpus: mine$" "" info mine.safetensors
expect "no task without weights" 2 "" "--from" pretrain --task none -o no.safetensors
expect "weights have an architecture" 2 "" "--arch and --width are those of --from" \
    pretrain --task none --from m.safetensors --width 1 -o no.safetensors
expect "weights that are not there" 1 "" "^lesionbench: nowhere.pth: No such file or directory$" \
    pretrain --task none --from nowhere.pth -o no.safetensors
expect "no task with images" 2 "" "--task none trains nothing" pretrain --task none \
    --from m.safetensors --slices s1.h5 -o no.safetensors
absent "nothing made without a task" no.safetensors
expect "finetune" 0 "" "" finetune --from m.safetensors --degree 2 --data d1.h5 --epochs 1 --batch 4 \
    --seed 5 --quiet -o tuned
expect "a target above 1" 2 "" "--target-accuracy: 1.5 is not within 0 and 1" finetune --from m.safetensors \
    --degree 2 --data d1.h5 --target-accuracy 1.5 -o target
expect "finetune to a target" 0 "" "" finetune --from m.safetensors --degree all --data d1.h5 --epochs 6 \
    --batch 4 --learning-rate 0.1 --stop-change 0 --target-accuracy 0.6 --quiet -o target
# Of three validation images two are nearest; where none had these, the first epoch of the nearest.
if [ "$(grep -c ',1$' target/history.csv)" = 1 ] && awk -F, 'NR > 1 { gap = $6 - 0.6
        gap = gap < 0 ? -gap : gap; if (kept == 0 || gap < least - 1e-9) { least = gap; best = $1; kept = 1 } }
        $7 == 1 { told = $1 } END { exit best != told }' target/history.csv; then
    ok "the epoch nearest to the target is kept"
else
    not_ok "the epoch nearest to the target is kept" "$(cat target/history.csv)"
fi
expect "info of a matched model" 0 "^condition: matched$" "" info target/model.safetensors
expect "info of its target" 0 "^target_accuracy: 0.6$" "" info target/model.safetensors
expect "finetune a matched model" 0 "" "" finetune --from target/model.safetensors --degree 1 --data d1.h5 \
    --epochs 1 --batch 4 --quiet -o untargeted
expect "a model of no target" 0 "^condition: best$" "" info untargeted/model.safetensors
grep -q target_accuracy out && not_ok "no target is told of" || ok "no target is told of"
killed="--from m.safetensors --degree 3 --data d1.h5 --epochs 40 --batch 4 --stop-change 0 --optimizer adam"
killed="$killed --checkpoint-seconds 0 --threads 1 --quiet --flip --rotation 8 --class-weights balanced"
# shellcheck disable=SC2086
"$program" finetune $killed -o whole >out 2>err
# shellcheck disable=SC2086
"$program" finetune $killed -o killed >out 2>err &
pid=$!
tries=0
while [ ! -e killed/model.safetensors.checkpoint ] && [ $tries -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
done
kill -KILL $pid
wait $pid 2>/dev/null
[ -e killed/model.safetensors ] && not_ok "killed before its end" || ok "killed before its end"
# shellcheck disable=SC2086
expect "a killed training goes on" 0 "" "" finetune $killed -o killed
same "a killed training ends in the same model" whole/model.safetensors killed/model.safetensors
same "a killed training has the same history" whole/history.csv killed/history.csv
absent "no checkpoint is left" killed/model.safetensors.checkpoint
expect "weights of three classes" 1 "" "class_weights: '1,2,3' is neither 'balanced' nor 2 numbers" finetune \
    --from m.safetensors --degree 1 --data d1.h5 --class-weights 1,2,3 -o heavy
absent "nothing trained with wrong weights" heavy
expect "a rate that diverges" 1 "" "^lesionbench: epoch [0-9]+: the loss .*learning rate" finetune \
    --from m.safetensors --degree all --data d1.h5 --learning-rate 100 --epochs 30 --quiet -o wild
one_line "a rate that diverges, in one line" 1
absent "no model of a rate that diverges" wild/model.safetensors
expect "training curve" 0 "CSV, 1 rows: epoch" "" info tuned/history.csv
expect "predict" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --quiet -o p.h5
expect "predict directly" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --convolution direct \
    --quiet -o direct.h5
expect "an unknown algorithm" 2 "" "--convolution: 'fft' is not one of" predict --model tuned/model.safetensors \
    --data d1.h5 --convolution fft -o no.h5
# As on a processor without AVX-512.
export ONEDNN_MAX_CPU_ISA=AVX2
expect "predict without AVX-512" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --quiet -o avx2.h5
expect "finetune without AVX-512" 0 "" "" finetune --from m.safetensors --degree all --data d1.h5 --epochs 1 \
    --batch 4 --quiet -o avx2
expect "bf16 without AVX-512" 1 "" "^lesionbench: precision bf16 needs a processor with AVX-512 \(use f32\)$" \
    predict --model tuned/model.safetensors --data d1.h5 --precision bf16 --quiet -o no.h5
unset ONEDNN_MAX_CPU_ISA
absent "nothing predicted in vain" no.h5
if grep -q avx512bw /proc/cpuinfo; then
    expect "predict in bf16" 0 "" "" predict --model tuned/model.safetensors --data d1.h5 --precision bf16 \
        --quiet -o bf16.h5
    expect "finetune in bf16" 0 "" "" finetune --from m.safetensors --degree 1 --data d1.h5 --epochs 1 --batch 4 \
        --precision bf16 --quiet -o bf16
else
    echo "skip bf16: this processor has no AVX-512"
fi
expect "evaluate as a table" 0 "^p +3 " "" evaluate p.h5
expect "evaluate as CSV" 0 "^p,mri,2,5,holdout,3,[01]" "" evaluate --format csv p.h5
expect "evaluate as JSON" 0 '"model": "p".*"degree": "2".*"images": 3, "accuracy": [01]' "" \
    evaluate --format json p.h5 p.h5
expect "explain" 0 "" "" explain --model tuned/model.safetensors --data d1.h5 --steps 3 --quiet \
    --methods saliency,sobel,integrated_gradients --keep raw --scores e.csv -o e.h5
expect "info of explanations" 0 "integrated_gradients/attribution +\(3, 3, 64, 64\)" "" info e.h5
expect "score" 0 "" "" score --maps e.h5 --data d1.h5 --quiet -o s.csv
if [ "$(cut -d, -f1,7,9- s.csv | sort)" = "$(cut -d, -f1,7,9- e.csv | sort)" ] &&
    [ "$(wc -l <s.csv)" = 10 ]; then
    ok "scores of files are those made on the way"
else
    not_ok "scores of files are those made on the way"
fi
expect "compare" 0 "" "" compare s.csv --maps e.h5 --data d1.h5 --draws 50 --quiet -o compared
for table in summary ranking controls methods corpora accuracy corpus_effect variance agreement map_agreement; do
    for ending in csv md tex; do
        [ -s "compared/$table.$ending" ] || not_ok "compare made $table.$ending"
    done
done
grep -q '^best,mri,integrated_gradients,saliency,3,' compared/map_agreement.csv &&
    grep -q '^best,,mri,2,saliency,sobel,3,' compared/controls.csv && ok "maps and controls are compared" ||
    not_ok "maps and controls are compared"
printf 'image,corpus,degree,seed,method,selection,tpr\n0,,,,"a|b_c",,0.25\n7,,,,"a|b_c",,0.75\n' >own.csv
expect "compare scores from elsewhere" 0 "" "" compare own.csv --quiet -o own
grep -q '^,,,,a|b_c,1,2,2,0.5,0.5,' own/summary.csv && grep -qF '| a\|b_c | 1 | 2 | 2 | 0.500 |' own/summary.md &&
    grep -qF 'a|b\_c & 1 & 2 & 2 & 0.500 &' own/summary.tex && ok "one row of each format" ||
    not_ok "one row of each format"
expect "compare maps from elsewhere" 0 "" "" compare own.csv own.csv --methods mine,theirs --quiet -o both
grep -q '^,,,,mine,theirs,2,2,0.5,0.5,0,,,0,0,0,1,1,1$' both/methods.csv && ok "methods are named" ||
    not_ok "methods are named"
printf 'image,corpus,degree,seed,method,selection,emd\n0,,,,far,,9\n0,,,,near,,2\n1,,,,far,,8\n1,,,,near,,1\n' >emd.csv
expect "compare distances" 0 "" "" compare emd.csv --metric emd --quiet -o nearer
grep -q '^,,,near,2,1,2,2,1,,,1$' nearer/ranking.csv && ok "the nearer is better" || not_ok "the nearer is better"
expect "a name for each file" 2 "" "--methods has 1 names for 2 files" compare own.csv own.csv --methods a -o c
expect "compare without a folder" 2 "" "-o is missing" compare s.csv
expect "compare maps without data" 2 "" "--data is missing" compare s.csv --maps e.h5 -o c
expect "compare by a column that is not there" 1 "" 's.csv: no column "none"' compare s.csv --metric none -o c
expect "compare scores with themselves" 1 "" "scored twice for one model .*corpus 'mri'" \
    compare s.csv s.csv -o c
printf 'image,corpus,degree,seed,method,selection,tpr,subject\n0,,,,a,,0.25,1\n0,,,,b,,0.5,2\n' >two.csv
expect "compare scores of two datasets" 1 "" "of subject 1 and of subject 2" compare two.csv -o c
printf 'image,corpus,degree,seed,method,selection,tpr\n0.5,,,,a,,0.25\n' >half.csv
printf 'image,corpus,degree,seed,method,selection,tpr,label\n0,,,,a,,0.25,0\n1,,,,a,,0.5,1\n2,,,,a,,0.75,1\n' >label.csv
expect "compare images of a class" 0 "" "" compare label.csv --class irregular --quiet -o irregular
grep -q '^,,,,a,1,2,2,0.625,' irregular/summary.csv && ok "images of a class" || not_ok "images of a class" "$(cat irregular/summary.csv)"
printf 'image,corpus,degree,seed,method,selection,tpr,label\n0,,,,a,,0.25,0\n' >label.csv
expect "compare images of a class that is not there" 0 "" "" compare label.csv --class irregular --quiet -o nobody
[ "$(wc -l <nobody/summary.csv)" = 1 ] && ok "tables without rows" || not_ok "tables without rows" "$(cat nobody/summary.csv)"
expect "compare a class without labels" 1 "" 'half.csv: no column "label"' compare half.csv --class round -o c
expect "compare an unknown class" 2 "" "'rond' is not one of all, round, irregular" compare half.csv --class rond -o c
expect "compare half an image" 1 "" "half.csv: line 2, column \"image\": '0.5' is not the index of an image" compare half.csv -o c
absent "nothing of what could not be compared" c
expect "evaluate by class" 0 "p class=[01] " "" evaluate p.h5 --by class --data d1.h5
expect "evaluate by area" 0 "p,mri,2,5,holdout,1,.*,area=3" "" evaluate p.h5 --by area --data d1.h5 --format csv
expect "evaluate by area without data" 2 "" "--data goes with --by" evaluate p.h5 --by area
expect "evaluate with sensitivity swapped" 0 "^p,mri,2,5,holdout,3," "" evaluate p.h5 --quirk sensitivity_swapped --format csv
expect "evaluate with a quirk of the data" 2 "" "does not concern" evaluate p.h5 --quirk box_artefact
expect "evaluate of published models" 0 '"model": "new_finetuning_all_0.5_mri_2500_0.01_8", "corpus": "mri", "degree": "all".*"images": 40, "accuracy": 0.725' \
    "" evaluate "$small_published/predictions.pkl" --format json
expect "evaluate by degree" 0 "imagenet degree 1, mean of 2 +40 +0.71[23] " "" evaluate "$small_published/predictions.pkl" --by degree
expect "images wrong for all" 0 "wrong_for_all: [0-9]+ of 40 images" "" evaluate "$small_published/predictions.pkl" \
    --list wrong_for_all
"$program" evaluate "$small_published/predictions.pkl" --list wrong | sed 's/ of 40//' >lists1
"$program" evaluate "$small_published/indices.pkl" --list wrong >lists2
same "published lists are those of published predictions" lists1 lists2
mkfifo pipe.pkl
expect "evaluate of a pipe" 1 "" "pipe.pkl: " evaluate pipe.pkl
expect "score of a pipe" 1 "" "pipe.pkl: " score pipe.pkl
expect "lists as predictions" 2 "" "holds lists of images" evaluate "$small_published/indices.pkl"
expect "counts as predictions" 1 "" "counts.pkl: holds no predictions" evaluate "$small_published/counts.pkl"
expect "score of published counts" 0 "^integrated_gradients .* tpr +9 .* 0.4000 " "" score "$small_published/counts.pkl" \
    --quiet -o counts.csv
expect "score of published rates" 0 "^,imagenet,1,,gradient_shap,wrong,tpr,[0-9]+,0" "" score "$small_published/rates.pkl" \
    --by degree --format csv
expect "rates have no rows" 1 "" "rates.pkl: holds no counts" score "$small_published/rates.pkl" -o rates.csv
expect "score of something else" 1 "" "bad_kind.pkl: holds none of the study's results" score "$small_published/bad_kind.pkl"
expect "explain against background images" 0 "" "" explain --model tuned/model.safetensors --data d1.h5 \
    --limit 1 --expected-samples 2 --methods expected_gradients,deep_shap --quiet -o g.h5
expect "info of their maps" 0 "deep_shap/map +\(1, 64, 64\)" "" info g.h5
"$program" explain --data d1.h5 --split validation --methods sobel --quiet -o v.h5 >out 2>err
expect "output that is an input" 2 "" "--output and --data name the same file: d1.h5" \
    predict --model m.safetensors --data d1.h5 -o d1.h5
mkdir folder.h5
expect "output that is a folder" 1 "" "folder.h5: cannot write: it is there already and is a folder" \
    predict --model m.safetensors --data d1.h5 --quiet -o folder.h5
expect "a method twice" 2 "" "'saliency' is there twice" explain --model m.safetensors --data d1.h5 \
    --methods saliency,saliency -o t.h5
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
# npy SHAPE: the head of a .npy file of float32.
npy() {
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': ($1), }"
}
zero='\000\000\000\000' half='\000\000\000\077' one='\000\000\200\077'
{ npy "2, 2, 2" && printf "$one$half$zero$zero$half$half$half$half"; } >maps.npy
{ npy "2, 2, 2" && printf "$one$zero$zero$zero$zero$zero$zero$zero"; } >truth.npy
expect "score of arrays, one without truth" 0 "" "" score --maps maps.npy --truth truth.npy --metrics all --quiet -o npy.csv
if grep -q '^0,.*,1,3,0,0,1,1,1,.*,1,1,1,0.666666667,1,0.666666667,1,1,1,0.666666667,0.666666667,0,0.333333333,' npy.csv &&
    grep -q '^1,.*,0,4,0,0,,1,0,.*,,,,,,,,,,,,,,,$' npy.csv; then
    ok "what is undefined is empty"
else
    not_ok "what is undefined is empty"
fi
expect "explain without maps" 0 "" "" explain --data d1.h5 --methods sobel --keep none --quiet -o n.h5
expect "score without maps" 1 "" "n.h5: holds no maps" score --maps n.h5 --data d1.h5 -o n.csv
. "$here/explain_cases.sh"
. "$here/own_maps_cases.sh"
. "$here/import_cases.sh"
. "$here/images_cases.sh"
. "$here/terminal_cases.sh"
. "$here/compare_cases.sh"
. "$here/methods_cases.sh"
. "$here/weights_cases.sh"

### A whole study from a file
sed "s|TEMPLATE|$template|" "$here/mini.yaml" >mini.yaml
. "$here/study_import_cases.sh"
expect "study" 0 "report/index.html" "report: done in" study mini.yaml --no-provenance
for file in study.yaml slices.h5 lesions.h5 dataset.h5 models/mri/pretrained.safetensors \
    models/mri/pretraining_history.csv models/mri/degree_all_seed_2/model.safetensors \
    models/mri/degree_1_seed_2/history.csv predictions/mri_degree_1_seed_2.h5 \
    explanations/mri_degree_all_seed_2.h5 explanations/untrained.h5 explanations/baseline.h5 \
    tables/classification.csv tables/scores.csv tables/explanation.csv tables/summary.csv \
    tables/controls.tex tables/corpus_effect.md tables/map_agreement.csv manifest.json \
    report/index.html; do
    [ -s "mini/$file" ] || not_ok "study made $file"
done
if [ "$(wc -l <mini/tables/classification.csv)" = 3 ] &&
    grep -Eq '^mri,1,2,holdout,8,[01].*,0\.01,1,1,best,,[0-9.]+,' mini/tables/classification.csv; then
    ok "classification table"
else
    not_ok "classification table"
fi
find mini -name '*.partial' | grep -q . && not_ok "no unfinished files" || ok "no unfinished files"
# A folder of pictures is a corpus.
rm pictures/b/3.jpg
sed 's/^  - name: mri/  - name: photos\n    task: classes\n    images: pictures\n    epochs: 1\n  - name: mri/' \
    mini.yaml >photos.yaml
"$program" study photos.yaml --no-provenance >out 2>err &
pid=$!
tries=0
while [ ! -e photos/models/photos/pretrained.safetensors ] && [ $tries -lt 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid
wait $pid
[ -e photos/models/photos/pretrained.safetensors ] && ok "a study of pictures" || not_ok "a study of pictures"
# Weights of another program are a corpus of their own.
sed 's/^  - name: mri/  - name: given\n    task: none\n    from: m.safetensors\n  - name: mri/' mini.yaml \
    >given.yaml
expect "a study of given weights" 0 "pretrain +2 " "pretrain/given: done" study given.yaml \
    --no-provenance -o given
expect "they are taken as they are" 0 "^corpus: given$" "" info given/models/given/pretrained.safetensors
grep -q '^given,1,2,' given/tables/classification.csv && ok "given weights are in the tables" ||
    not_ok "given weights are in the tables"
sed 's/from: m.safetensors/from: lost.pth/' given.yaml >lost.yaml
expect "a study without its weights" 1 "" \
    "^lesionbench: lost.yaml:[0-9]+: corpora.from: lost.pth: No such file or directory$" study lost.yaml
# Slices that were made before take the cohort's place; pre-training is all that has to see them.
sed '/^cohort:/a\  slices: s1.h5' mini.yaml >ready.yaml
"$program" study ready.yaml --no-provenance >out 2>err &
pid=$!
tries=0
while [ ! -e ready/dataset.h5 ] && [ $tries -lt 600 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid
wait $pid
same "a study uses slices that are there" s1.h5 ready/slices.h5
sed 's|slices: s1.h5|slices: none.h5|' ready.yaml >none.yaml
expect "a study without its slices" 1 "" "none.h5: No such file" study none.yaml
expect "study again" 0 "all +0 " "report: up to date" study mini.yaml
grep -q 'done in' err && not_ok "all stages are skipped" || ok "all stages are skipped"
printf x >>mini/tables/explanation.csv
expect "study with an output changed" 0 "tables +1 " "tables: done" study mini.yaml
rm mini/tables/explanation.csv mini/predictions/mri_degree_1_seed_2.h5
expect "study with outputs gone" 0 "tables +1 " "predict/mri/degree_1_seed_2: done" study mini.yaml
grep -q 'finetune.*: done' err && not_ok "only what is gone is made" || ok "only what is gone is made"
sed 's/steps: 4/steps: 5/' mini.yaml >changed.yaml
expect "study with a changed setting" 0 "explain +4 " "slices: up to date" study changed.yaml -o mini
grep -q 'finetune.*: done' err && not_ok "only what hangs on it is made" ||
    ok "only what hangs on it is made"

### Settings there and back: a stage of other settings is never taken for done
sed 's/^finetuning:/finetuning:\n  learning_rate: 0.02/' mini.yaml >other.yaml
"$program" study mini.yaml --no-provenance --quiet -o turned >out 2>err
(
    ulimit -f 60 # the models do not fit, the small files before them do
    exec "$program" study other.yaml --no-provenance --quiet -o turned >out 2>err
)
expect "back to the first settings" 0 "finetune +2 " "finetune/mri/degree_1_seed_2: done" \
    study mini.yaml --no-provenance -o turned
same "models are those of the settings" mini/models/mri/degree_1_seed_2/model.safetensors \
    turned/models/mri/degree_1_seed_2/model.safetensors
"$program" study mini.yaml --quiet -o busy >out 2>err &
pid=$!
tries=0
while [ ! -e busy/slices.h5 ] && [ $tries -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
expect "two runs in one folder" 1 "" "busy: another study is running" study mini.yaml -o busy
wait $pid && ok "the first run goes on" || not_ok "the first run goes on"

### Interrupted and resumed
"$program" study mini.yaml --no-provenance -o stopped >out 2>err &
pid=$!
tries=0
while [ ! -e stopped/dataset.h5 ] && [ $tries -lt 300 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -INT $pid
wait $pid
got=$?
if [ "$got" = 1 ] && [ "$(tail -n 1 err)" = "lesionbench: interrupted" ]; then
    ok "a study stops"
else
    not_ok "a study stops" "exit code $got"
fi
find stopped -name '*.partial' | grep -q . && not_ok "a stopped study leaves no unfinished files" ||
    ok "a stopped study leaves no unfinished files"
expect "a stopped study goes on" 0 "report/index.html" "dataset: up to date" \
    study mini.yaml --no-provenance -o stopped
for file in slices.h5 lesions.h5 dataset.h5 models/mri/pretrained.safetensors \
    models/mri/degree_1_seed_2/model.safetensors models/mri/degree_all_seed_2/model.safetensors \
    predictions/mri_degree_all_seed_2.h5 tables/classification.csv; do
    same "$file is the same after an interruption" "mini/$file" "stopped/$file"
done

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
sed 's/\[none, 0.7\]/[none, 0.75]/' two.yaml >target.yaml
expect "another target" 0 "^match +4 " "match/mri/degree_all_seed_2_matched: done" \
    study target.yaml --no-provenance -o two
grep -Eq '(search/|finetune/|match/mri/degree_1_).*: done|seed_[25]: done' err &&
    not_ok "the best models stay" || ok "the best models stay"
"$program" study two.yaml --threads 1 --no-provenance --quiet -o alone >out 2>err
# A rate that diverges loses; candidates' models may go.
sed 's/search_rates: .*/search_rates: [100, 1e-3]/; s/optimizer: adam/optimizer: sgd/; s/degrees: .*/degrees: [all]/
    s/\[none, 0.7\]/[none]/' two.yaml >wild.yaml
expect "a search with a rate that diverges" 0 "report/index.html" "" study wild.yaml --no-provenance --quiet -o wild
grep -q '^mri,all,2,best,100,0,,,0,,$' wild/tables/search.csv && grep -q '^mri,all,2,best,0.001,.*,1,,$' \
    wild/tables/search.csv && ok "the rate that diverges is told of" || not_ok "the rate that diverges is told of"
absent "no model of it" wild/models/mri/search/degree_all_seed_2_rate_100/model.safetensors \
    wild/models/mri/search/degree_all_seed_2_rate_100/model.safetensors.last_good
mv wild/models/mri/degree_all_seed_2/model.safetensors tried.safetensors
rm wild/models/mri/search/*/model.safetensors
expect "a study without its candidates" 0 "^finetune +1 " "search/mri/degree_all_seed_2_rate_0.001: up to date" \
    study wild.yaml --no-provenance -o wild
same "the model is trained again" tried.safetensors wild/models/mri/degree_all_seed_2/model.safetensors
sed 's/search_rates: .*/search_rates: [100, 90]/' wild.yaml >wilder.yaml
expect "a search of rates that diverge" 1 "" "mri, degree all: training diverged at every rate of search_rates" \
    study wilder.yaml --no-provenance --quiet -o wild
"$program" study two.yaml --threads 2 --no-provenance --quiet -o cut >out 2>err &
pid=$!
tries=0
while [ ! -e cut/models/mri/search/degree_1_seed_2_rate_0.002/history.csv ] && [ $tries -lt 600 ]; do
    sleep 0.02
    tries=$((tries + 1))
done
kill -KILL $pid
wait $pid 2>/dev/null
[ -e cut/tables ] && not_ok "killed in the search" || ok "killed in the search"
expect "a search goes on" 0 "report/index.html" "" study two.yaml --threads 2 --no-provenance --quiet -o cut
for file in search.csv classification.csv scores.csv explanation.csv; do
    same "$file does not hang on threads or interruptions" alone/tables/$file cut/tables/$file
done
for model in search/degree_all_seed_2_rate_0.001 degree_all_seed_5 degree_all_seed_2_matched degree_all_seed_5_matched; do
    same "$model does not hang on threads or interruptions" alone/models/mri/$model/model.safetensors \
        cut/models/mri/$model/model.safetensors
done

### Audit
# shellcheck disable=SC2086
"$program" slices simulate $small --subjects 24 --quiet -o s4.h5 >out 2>err
"$program" lesions --count 12 --area 30 --scale 1 --quiet -o l4.h5 >out 2>err
audited="--slices s4.h5 --lesions l4.h5 --train 200 --validation 40 --holdout 40 --size 96 --quiet"
# shellcheck disable=SC2086
expect "compose to audit" 0 "" "" compose $audited --protocol fair -o a1.h5
# shellcheck disable=SC2086
expect "compose with a fault to audit" 0 "" "" compose $audited --quirk box_artefact -o a2.h5
expect "audit of fair images" 0 "^verdict: pass \(46 checks: 0 failed" "" audit a1.h5 --quiet \
    --threads 1 -o a1.json
mv out audit_1
"$program" audit a1.h5 --quiet --threads 2 >audit_2 2>err
same "the audit does not hang on threads" audit_1 audit_2
grep -q '"verdict":	"pass"' a1.json && ok "audit as JSON" || not_ok "audit as JSON"
expect "audit of boxes" 1 "edges around lesions .* fail" \
    "^lesionbench: a2.h5: fails the audit: .*\(b\) edges around lesions" audit a2.h5 --quiet
one_line "a failed audit is one line" 1
expect "audit printed as JSON" 1 '"name":	"raw_input"' "fails the audit" audit a2.h5 --quiet \
    --format json
expect "audit of a split" 0 "protocol fair, 40 images of [0-9]+ subjects" "" audit a1.h5 --quiet \
    --splits holdout --controls 0
expect "warnings are no failure" 0 "raw_input .* warning" "" audit d1.h5 --quiet
expect "unless they are to be" 1 "^verdict: fail" "\(g\) raw_input" audit d1.h5 --quiet --strict
expect "audit of no split" 2 "" "unknown split 'test'" audit a1.h5 --splits test
expect "audit of something else" 1 "" "s4.h5: .*dataset" audit s4.h5 --quiet -o refused.json
expect "audit of nothing" 2 "" "an argument is missing" audit
absent "no report of what was refused" refused.json
. "$here/safety_cases.sh"

### The terminal
expect "info as JSON" 0 '"kind": "HDF5"' "" info --json a1.h5
"$program" info --json a1.h5 >info.json 2>err && grep -q '"name": "holdout/image", "shape": \[' info.json &&
    ok "info as JSON names the datasets" || not_ok "info as JSON names the datasets"
expect "info as JSON of a table" 0 '"rows": 2,' "" info --json mini/tables/classification.csv
expect "info as JSON of a model" 0 '"tensors": \[' "" info --format json \
    mini/models/mri/degree_1_seed_2/model.safetensors
expect "info tells the size" 0 "^size: [0-9.]+ [kM]B$" "" info a1.h5
expect "evaluate as JSON" 0 '"accuracy": ' "" evaluate --json mini/predictions/mri_degree_1_seed_2.h5
expect "no JSON where there is none" 2 "" "unknown option '--json'" report mini --json
"$program" audit a1.h5 --quiet --controls 0 2>err | grep -q "$(printf '\033')" &&
    not_ok "no colours outside a terminal" || ok "no colours outside a terminal"
if ! command -v script >/dev/null 2>&1; then
    echo "skip colours on a terminal: the program script is not here (package bsdutils)"
elif ! script -qec true /dev/null >out 2>err; then
    echo "skip colours on a terminal: the system gives none (/dev/pts is not mounted)"
else
    TERM=xterm script -qec "'$program' audit a1.h5 --quiet --controls 0" /dev/null >out 2>err
    grep -q "$(printf '\033\\[32mpass')" out && ok "colours on a terminal" || not_ok "colours on a terminal"
    TERM=xterm NO_COLOR=1 script -qec "'$program' audit a1.h5 --quiet --controls 0" /dev/null >out 2>err
    grep -q "$(printf '\033')" out && not_ok "none where they are not wanted" ||
        ok "none where they are not wanted"
fi

expect "resolved study" 0 "all +0 " "up to date" study mini/study.yaml -o mini
expect "report" 0 "" "" report mini --quiet
echo end
