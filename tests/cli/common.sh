# SPDX-License-Identifier: MIT
# What the tests of the command line share. Each script here is one check, which runs alone and beside others:
#     sh NAME.sh LESIONBENCH [FOLDER]
# It works in FOLDER, which it makes anew and leaves where something failed, or in a folder for the time being. It prints
# "ok NAME", "not ok NAME" or "skip REASON" for each case. Exit code 0: all passed, 1: not, 77: nothing could be run.
# shellcheck shell=sh disable=SC2034,SC2086
set -u
program=$(realpath "$1")
[ -x "$program" ] || {
    echo "not ok $program is not there"
    exit 1
}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
small_published=$here/../data/published
template=/usr/share/mricron/templates/ch2bet.nii.gz
fixtures=${LB_CLI_FIXTURES-} # a folder of what checks before have kept for others
keep_work=${2-}
if [ -n "$keep_work" ]; then
    rm -rf "$keep_work"
    mkdir -p "$keep_work"
    work=$(realpath "$keep_work")
else
    work=$(mktemp -d)
fi
mounted= # small disks
failures=0

finish() {
    code=$?
    cd /
    for disk in $mounted; do umount "$disk"; done
    [ "$failures" = 0 ] || code=1
    [ "$code" = 1 ] && [ -n "$keep_work" ] || rm -rf "$work"
    exit "$code"
}
trap finish EXIT
cd "$work" || exit 1

ok() {
    echo "ok $1"
}

not_ok() {
    failures=$((failures + 1))
    echo "not ok $1"
    shift
    [ $# = 0 ] || echo "    $*"
    sed 's/^/    stdout: /' out 2>/dev/null | cut -c 1-300 | head -n 10
    sed 's/^/    stderr: /' err 2>/dev/null | cut -c 1-300 | head -n 10
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

# one_line NAME N: an error is one line, two with the hint of wrong usage.
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

# wait_for FILE: until the file is there, for a minute at most.
wait_for() {
    tries=0
    while [ ! -e "$1" ] && [ $tries -lt 1200 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
}

need_template() {
    [ -e "$template" ] && return
    echo "skip command line: $template is not here (package mricron-data)"
    exit 77
}

# Options of small files.
tiny="--count 5 --area 30 --scale 1"
small="--template $template --slices-per-subject 3 --size 130x156 --voxel 1.4 --seed 3"
few="--slices s1.h5 --lesions l1.h5 --train 2 --validation 2 --holdout 2 --size 32 --no-provenance"
coarse="--voxel 2 --size 91x109 --slices-per-subject 4 --no-provenance --quiet"
audited="--slices s4.h5 --lesions l4.h5 --train 200 --validation 40 --holdout 40 --size 96 --quiet"
# Numbers of float32, as printf's format.
zero='\000\000\000\000' half='\000\000\000\077' one='\000\000\200\077'

# npy SHAPE: the head of a .npy file of float32.
npy() {
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': ($1), }"
}

# scan FILE.nii.gz A B: the template with its values multiplied by the float32 of bytes 0, 0, A, B (octal).
scan() {
    mkdir -p "$(dirname "$1")"
    gzip -dc "$template" >scan.nii
    # shellcheck disable=SC2059
    printf "\\0\\0\\$2\\$3" | dd of=scan.nii bs=1 seek=112 conv=notrunc 2>/dev/null
    gzip -1 -c scan.nii >"$1"
}

# A study file of this folder, with the path of the template.
study_file() {
    sed "s|TEMPLATE|$template|" "$here/$1" >"$2"
}

# keep FOLDER: for checks that give it.
keep() {
    [ -n "$fixtures" ] || return 0
    mkdir -p "$fixtures" && rm -rf "${fixtures:?}/$1" && cp -Rp "$1" "$fixtures/"
}

# give FILE...: makes each of these files, and what it is made of, where it is not there yet.
give() {
    for wanted in "$@"; do
        [ -e "$wanted" ] || give_one "$wanted"
    done
}

# Its first lines give what is needed first: $1 stays, variables would not.
give_one() {
    case $1 in
    l1.h5) run_quietly lesions $tiny --threads 1 --no-provenance -o l1.h5 ;;
    l4.h5) run_quietly lesions --count 12 --area 30 --scale 1 -o l4.h5 ;;
    s1.h5) need_template && run_quietly slices simulate $small --subjects 8 --threads 1 --no-provenance -o s1.h5 ;;
    s4.h5) need_template && run_quietly slices simulate $small --subjects 24 -o s4.h5 ;;
    d1.h5)
        give s1.h5 l1.h5
        run_quietly compose --slices s1.h5 --lesions l1.h5 --train 6 --validation 3 --holdout 3 --size 64 --no-provenance \
            -o d1.h5
        ;;
    a1.h5)
        give s4.h5 l4.h5
        run_quietly compose $audited --protocol fair -o a1.h5
        ;;
    a2.h5)
        give s4.h5 l4.h5
        run_quietly compose $audited --quirk box_artefact -o a2.h5
        ;;
    m.safetensors)
        give s1.h5
        run_quietly pretrain --task sex --slices s1.h5 --train 6 --validation 3 --holdout 3 --arch vgg11 --width 0.0625 \
            --size 64 --epochs 1 --batch 4 -o m.safetensors
        ;;
    tuned)
        give m.safetensors d1.h5
        run_quietly finetune --from m.safetensors --degree 2 --data d1.h5 --epochs 1 --batch 4 --seed 5 -o tuned
        ;;
    p.h5)
        give tuned
        run_quietly predict --model tuned/model.safetensors --data d1.h5 -o p.h5
        ;;
    e.h5)
        give tuned
        run_quietly explain --model tuned/model.safetensors --data d1.h5 --steps 3 \
            --methods saliency,sobel,integrated_gradients --keep raw --scores e.csv -o e.h5
        ;;
    s.csv)
        give e.h5
        run_quietly score --maps e.h5 --data d1.h5 -o s.csv
        ;;
    sel.csv)
        give e.h5 p.h5
        run_quietly score --maps e.h5 --data d1.h5 --predictions p.h5 -o sel.csv
        ;;
    v.h5)
        give d1.h5
        run_quietly explain --data d1.h5 --split validation --methods sobel -o v.h5
        ;;
    maps.npy) { npy "2, 2, 2" && printf "$one$half$zero$zero$half$half$half$half"; } >maps.npy ;;
    truth.npy) { npy "2, 2, 2" && printf "$one$zero$zero$zero$zero$zero$zero$zero"; } >truth.npy ;;
    mini.yaml) need_template && study_file mini.yaml mini.yaml ;;
    mini) give_study mini.yaml mini ;;
    two.yaml) need_template && study_file conditions.yaml two.yaml ;;
    two) give_study two.yaml two ;;
    esac
    [ -e "$1" ] || {
        not_ok "$1 is made" "$(cat made.err)"
        exit 1
    }
}

give_study() {
    give "$1"
    if [ -n "$fixtures" ] && [ -e "$fixtures/$2" ]; then
        cp -Rp "$fixtures/$2" .
    else
        run_quietly study "$1" --threads 2 --no-provenance -o "$2"
    fi
}

run_quietly() {
    "$program" "$@" --quiet >made.out 2>made.err
}
