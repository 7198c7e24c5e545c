# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the scripts hostile_*.sh share: damaged, oversized, mislabelled and hostile files, given to the commands that read
# them. Each must be refused with one clear line on standard error, exit code 1 and nothing written, within bounds of memory
# and time. Outputs go to the folder made/.
# shellcheck disable=SC1091,SC2034,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
spoil=$(dirname "$program")/tests/cli/spoil
seeds=$(realpath "$here/../fuzz/corpus")
mkdir made
memory=4194304 seconds=10
if grep -Eq '__(asan|tsan)_init' "$program"; then # it reserves terabytes, and is slow
    memory=unlimited seconds=40
fi

not_ok() {
    failures=$((failures + 1))
    echo "not ok $1"
    echo "    $2"
    sed 's/^/    stdout: /' out | cut -c 1-300 | head -n 5
    sed 's/^/    stderr: /' err | cut -c 1-300 | head -n 5
    rm -rf made && mkdir made
}

# run ARGUMENTS...: within the bounds; what is written goes to out and err. The processor's time is
# bounded, since others may use the machine; the clock's is for what waits and does nothing.
run() {
    (
        ulimit -v $memory
        ulimit -t $seconds
        exec timeout -s KILL 100 "$program" "$@" >out 2>err
    )
}

has_controls() {
    LC_ALL=C tr -d '\n' <"$1" | LC_ALL=C grep -q '[[:cntrl:]]'
}

# judge NAME CODE REASON: what a refusal must look like.
judge() {
    if [ "$2" != 1 ]; then
        not_ok "$1" "exit code $2, expected 1"
    elif [ "$(wc -l <err)" != 1 ]; then
        not_ok "$1" "not one line of error"
    elif ! grep -Eq "^lesionbench: .*($3)" err; then
        not_ok "$1" "the error has not '$3'"
    elif has_controls err; then
        not_ok "$1" "the error has control characters"
    elif [ -n "$(ls -A made)" ]; then
        not_ok "$1" "something was written: $(ls -A made)"
    else
        echo "ok $1"
    fi
}

# refuse NAME REASON ARGUMENTS...: REASON is an extended regular expression.
refuse() {
    name=$1 reason=$2
    shift 2
    run "$@"
    judge "$name" $? "$reason"
}

# accept NAME ARGUMENTS...: strange, but right.
accept() {
    name=$1
    shift
    run "$@"
    got=$?
    if [ $got = 0 ] && [ ! -s err ]; then echo "ok $name"; else not_ok "$name" "exit code $got"; fi
    rm -rf made && mkdir made
}

# either NAME ARGUMENTS...: accepted, or refused as it should be.
either() {
    name=$1
    shift
    run "$@"
    got=$?
    if [ $got != 0 ]; then
        judge "$name" $got ''
    elif [ -s err ] || has_controls out; then
        not_ok "$name" "accepted, but with an error or control characters"
    else
        echo "ok $name"
    fi
    rm -rf made && mkdir made
}

# patch FILE OFFSET BYTES: bytes as printf's format.
patch() {
    # shellcheck disable=SC2059
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# zeros MEBIBYTES: that many, gzipped, in members of 16 MiB.
zeros() {
    head -c 16777216 /dev/zero | gzip -1 >member.gz
    members=0
    while [ $members -lt $(($1 / 16)) ]; do
        cat member.gz
        members=$((members + 1))
    done
}

explain="explain --targets 0 --methods sobel --quiet -o made/e.h5 --images"
simulate="slices simulate --subjects 2 --quiet -o made/s.h5 --template"
import="slices import --quiet -o made/s.h5"
corpus="pretrain --arch vgg11 --width 0.02 --size 32 --epochs 1 --quiet -o made/m.safetensors --images"
maps="score --quiet -o made/s.csv --maps"
finetune="finetune --data d.h5 --quiet -o made/tuned --from"
predict="predict --data d.h5 --quiet -o made/p.h5 --model"
lesions="lesions --quiet -o made/l.h5 --import"

# commands KIND FILE: the commands that read files of this kind, one a line.
commands() {
    case $1 in
    nii | nii.gz | hdr | img) printf '%s\n' "$simulate $2" "$import $2" ;;
    npy) printf '%s\n' "$explain $2" "$maps $2 --truth $2" "$import $2" "convert $2 made/x.h5" ;;
    idx) echo "$corpus $2 --labels $2" ;;
    csv) echo "compare $2 -o made" ;;
    tsv) echo "$import v.nii --participants $2" ;;
    safetensors | pth) printf '%s\n' "$finetune $2" "$predict $2" ;;
    pkl) printf '%s\n' "$lesions $2 $2" "$import $2" "convert $2 made/x.h5" "convert $2 made/x.npy" \
        "evaluate $2" "score $2" ;;
    yaml) echo "study $2 -o made" ;;
    h5) printf '%s\n' "evaluate $2" "audit $2" ;;
    esac
}

# sound_dataset: d.h5, which is sound, for commands that read another file beside it.
sound_dataset() {
    need_template
    "$program" slices simulate --template "$template" --subjects 6 --slices-per-subject 1 --height 130 --width 156 \
        --voxel 1.4 --quiet -o sound_slices.h5 &&
        "$program" lesions --count 5 --area 30 --scale 1 --quiet -o sound_lesions.h5 &&
        "$program" compose --slices sound_slices.h5 --lesions sound_lesions.h5 --train 4 --validation 2 --holdout 2 \
            --size 32 --quiet -o d.h5 || not_ok "a dataset for the hostile files" "cannot be made"
}

# files_to_spoil: this program's own HDF5 files, one of each kind, and a model.
files_to_spoil() {
    need_template
    if [ ! -x "$spoil" ]; then
        echo "skip hostile HDF5 files: $spoil is not here"
        exit 77
    fi
    quiet="--quiet --no-provenance"
    {
        "$program" lesions --count 5 --area 30 --scale 1 $quiet -o l.h5
        "$program" slices simulate --template "$template" --slices-per-subject 3 --size 130x156 \
            --voxel 1.4 --seed 3 --subjects 8 $quiet -o s.h5
        "$program" compose --slices s.h5 --lesions l.h5 --train 6 --validation 3 --holdout 3 --size 64 \
            $quiet -o d.h5
        "$program" pretrain --task sex --slices s.h5 --train 6 --validation 3 --holdout 3 --arch vgg11 \
            --width 0.02 --size 64 --epochs 1 --batch 4 $quiet -o m.safetensors
        "$program" predict --model m.safetensors --data d.h5 $quiet -o p.h5
        "$program" explain --data d.h5 --methods sobel $quiet -o e.h5
    } >out 2>err || not_ok "files to spoil" "cannot be made"
}
on_slices="compose --lesions l.h5 --train 2 --validation 2 --holdout 2 --size 32 --quiet -o made/d.h5 --slices"
on_lesions="compose --slices s.h5 --train 2 --validation 2 --holdout 2 --size 32 --quiet -o made/d.h5 --lesions"
on_dataset="predict --model m.safetensors --quiet -o made/p.h5 --data"
on_maps="score --data d.h5 --quiet -o made/s.csv --maps"
on_predictions="evaluate"

# spoiled NAME COMMAND FILE WHAT ARGUMENTS...: a copy of FILE, changed by spoil, is refused by name.
spoiled() {
    case_name=$1 command=$2 file=$3
    shift 3
    cp "$file" bad.h5
    if "$spoil" bad.h5 "$@"; then
        refuse "$case_name" "bad.h5|not finite" $command bad.h5
        case "$file $*" in
        *nan) ;; # what an audit is there to find
        d.h5*) refuse "audit of $case_name" "bad.h5" audit bad.h5 --quiet -o made/a.json ;;
        esac
    else
        not_ok "$case_name" "cannot spoil $file"
    fi
}

# named NAME REASON COMMAND FILE WHAT ARGUMENTS...: a copy of FILE, changed by spoil, is refused for this reason.
named() {
    case_name=$1 reason=$2 command=$3 file=$4
    shift 4
    cp "$file" bad.h5
    if "$spoil" bad.h5 "$@"; then refuse "$case_name" "$reason" $command bad.h5; else not_ok "$case_name" "cannot spoil $file"; fi
}

# not_its_files KIND...: to what reads files of each kind, things that are none.
not_its_files() {
    cp "$seeds/nifti/v1_f4" v.nii
    printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\010\0\0\0\0' >picture
    head -c 5000 /dev/zero >nothing
    head -c 5000 "$program" >binary
    printf 'just a text\n' >text
    : >empty
    truncate -s 8T sparse 2>/dev/null || : >sparse
    mkdir folder
    mkfifo pipe
    for kind in "$@"; do
        for file in picture nothing binary text empty sparse folder pipe; do
            case $kind.$file in
            csv.text | tsv.text) continue ;; # they are
            yaml.pipe) continue ;;           # may come from a pipe
            esac
            if [ $file = folder ]; then mkdir it.$kind; else ln -sf "$file" "it.$kind"; fi
            [ $kind = yaml ] || refuse "info of $file as .$kind" "it.$kind" info it.$kind
            commands $kind it.$kind >list
            while read -r line; do
                refuse "$file as .$kind: ${line%% it.*}" "it.$kind" $line
            done <list
            rm -rf it.$kind
        done
    done
}

# seeds_of KIND...: what the fuzz targets start from.
seeds_of() {
    for kind in "$@"; do
        case $kind in
        nifti) ending=nii ;;
        weights) ending=pth ;;
        pickle) ending=pkl ;;
        *) ending=$kind ;;
        esac
        for file in "$seeds/$kind"/*; do
            case ${file##*/} in
            *.gz) [ $kind != nifti ] || ending=nii.gz ;;
            [0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*) continue ;;
            *) [ $kind != nifti ] || ending=nii ;;
            esac
            ln -sf "$file" seed.$ending
            commands $ending seed.$ending | tail -n 1 >list
            read -r line <list
            either "seed $kind/${file##*/}" $line </dev/null
            rm -f seed.$ending
        done
    done
}
