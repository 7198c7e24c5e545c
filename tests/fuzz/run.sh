#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes the readers. usage: run.sh SECONDS [TARGET]...; all targets where none is named.
# Starts from corpus/TARGET and what earlier runs found, which stays in build/fuzz/corpus/TARGET.
# Exit code 1 where there is a finding: an input that crashes, leaks, hangs or asks for too much
# memory, kept in build/fuzz/findings/.
set -eu
seconds=${1:?usage: run.sh SECONDS [TARGET]...}
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
build=$root/build/fuzz
[ $# -gt 0 ] || set -- $(ls "$here/corpus")

# What one allocation may ask for, in MB: a gzipped input may stand for 1,100 times its size.
limits() {
    case $1 in
    nifti) echo "-max_len=8192 -malloc_limit_mb=64" ;;
    idx) echo "-max_len=4096 -malloc_limit_mb=16" ;;
    png) echo "-max_len=4096 -malloc_limit_mb=32" ;;
    jpeg) echo "-max_len=4096 -malloc_limit_mb=64" ;;
    *) echo "-max_len=4096 -malloc_limit_mb=8" ;;
    esac
}

command -v clang-19 >/dev/null || {
    echo "run.sh: the packages of [fuzz] in packages.txt are needed" >&2
    exit 1
}
mkdir -p "$build/findings"
(cd "$root" && cmake --preset fuzz && cmake --build --preset fuzz -j 2) >"$build/build.log" 2>&1 || {
    echo "run.sh: the build failed; all of it is in $build/build.log" >&2
    exit 1
}
failed=0
for target in "$@"; do
    mkdir -p "$build/corpus/$target"
    log=$build/$target.log
    code=0
    # shellcheck disable=SC2046
    "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
        $(limits "$target") -print_final_stats=1 -artifact_prefix="$build/findings/$target-" \
        "$build/corpus/$target" "$here/corpus/$target" >"$log" 2>&1 || code=$?
    case $code in
    0) verdict="no finding" ;;
    72) verdict="interrupted, no finding until then" ;; # libFuzzer's own code
    *) verdict="A FINDING, in $build/findings; the log is $log" ;;
    esac
    [ $code = 0 ] || failed=1
    runs=$(sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) .*/\1 runs in \2 s/p' "$log")
    coverage=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n 1)
    echo "$target: ${runs:-stopped}, ${coverage:-no coverage}, $verdict"
done
exit $failed
