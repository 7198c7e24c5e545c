# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# What the scripts hostile*.sh share; they source it with the program as $1. It leaves them in a new
# folder with a folder made/ in it, for outputs.
program=$(realpath "$1")
spoil=$(dirname "$program")/tests/cli/spoil
seeds=$(realpath "$(dirname -- "$0")/../fuzz/corpus")
template=/usr/share/mricron/templates/ch2bet.nii.gz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir made
memory=4194304 seconds=10
if grep -q __asan_init "$program"; then # it reserves terabytes, and is slow
    memory=unlimited seconds=40
fi

not_ok() {
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
