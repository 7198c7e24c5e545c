#!/bin/sh
# SPDX-License-Identifier: MIT
# All checks: both builds with their tests, the command line, formatting, linting, headers.
# usage: run.sh ROOT JOBS. Ends with what was skipped, each kind with its number, and, on the last line,
# "N passed, N failed"; exit 1 where any failed.
set -u
root=$1
jobs=$2
build=$root/build
passed=0
failed=0
skips=$build/skipped.txt # a line for each that was
# Waiting threads that spin would take the other tests' cores.
export OMP_WAIT_POLICY=passive

began=$(date +%s)
note() {
    printf '[%3d s] %s\n' "$(($(date +%s) - began))" "$*"
}

# count PASSED FAILED
count() {
    passed=$((passed + $1))
    failed=$((failed + $2))
}

# skip WHAT...: a line for each check that was not run, in $skips; read from standard input without WHAT.
skip() {
    if [ $# -gt 0 ]; then echo "$*"; else cat; fi >>"$skips"
}

# tell_skips: each kind of check that was not run, with its number, and all of them.
tell_skips() {
    skipped=$(wc -l <"$skips")
    [ "$skipped" -gt 0 ] || return
    echo "$skipped skipped:"
    sort "$skips" | uniq -c | sort -k2 | sed 's/^ *\([0-9]*\) /  \1 x /'
}

# check NAME COMMAND...: one check; its output is shown where it fails.
check() {
    check_name=$1
    shift
    if "$@" >"$build/check.log" 2>&1; then
        count 1 0
    else
        count 0 1
        echo "FAILED: $check_name"
        head -n 40 "$build/check.log"
    fi
}

compile() {
    (cd "$root" && cmake --preset "$1" && cmake --build --preset "$1" -j "$jobs") \
        >"$build/$1.log" 2>&1 || {
        grep -E 'error|Error|warning|undefined|multiple|cannot find' "$build/$1.log" || tail -n 30 "$build/$1.log"
        return 1
    }
}

# Counts cmocka's tests in the output of ctest -V. A program that dies before it can tell counts as
# one failure.
tally() {
    awk '
        /\[       OK \]/ { ok++ }
        /\[  FAILED  \] [0-9]+ test\(s\), listed below/ { n = $0; sub(/ test\(s\).*/, "", n)
            sub(/.*\] /, "", n); bad += n; told[$1 + 0] = 1 }
        /\[  SKIPPED \] [0-9]+ test\(s\), listed below/ { n = $0; sub(/ test\(s\).*/, "", n)
            sub(/.*\] /, "", n); left += n }
        /Test +#[0-9]+: .*(\*\*\*|Not Run)/ { n = $0; sub(/.*Test +#/, "", n); died[n + 0] = 1 }
        END { for (n in died) if (!(n in told)) bad++
            print ok + 0, bad + 0, left + 0 }' "$1"
}

run_tests() {
    log=$build/$1.tests.log
    (cd "$root" && ctest --test-dir "$build/$1" -j "$jobs" --timeout 240 -V) >"$log" 2>&1
    # shellcheck disable=SC2046
    set -- "$1" $(tally "$log")
    count "$2" "$3"
    [ "$2" -gt 0 ] || {
        count 0 1
        echo "FAILED: no test ran in the $1 build"
    }
    if [ "$3" -gt 0 ]; then
        grep -E '\[  FAILED  \]|\*\*\*|ERROR|runtime error|error: |off by' "$log" | head -n 60
    fi
    # A test that is skipped says why on a line of its own.
    named=$(grep -c 'skipped: ' "$log")
    grep 'skipped: ' "$log" | sed 's/^.*skipped: //; s|^.*/shared/|../shared/|' | skip
    while [ "$named" -lt "$4" ]; do
        skip "a test of the $1 build that does not say why"
        named=$((named + 1))
    done
}

run_cli_tests() {
    log=$build/$1.cli.log
    program=$build/$1/lesionbench
    {
        sh "$root/tests/cli/hostile.sh" "$program"
        sh "$root/tests/cli/hostile_h5.sh" "$program"
    } >"$build/$1.hostile.log" 2>&1 &
    sh "$root/tests/cli/run.sh" "$program" >"$log" 2>&1
    wait $!
    cat "$build/$1.hostile.log" >>"$log"
    ok=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    bad=$((bad + 3 - $(grep -c '^end$' "$log"))) # each that died half-way
    count "$ok" "$bad"
    [ "$bad" = 0 ] || awk '/^not ok /{on=1} /^(ok|skip|end)/{on=0} on' "$log"
    sed -n 's/^skip //p' "$log" | skip
}

# run_script NAME ARGUMENTS...: tests/NAME/run.sh, which prints "ok", "not ok", "skip" and, when it is through, "end".
run_script() {
    script=$1
    shift
    log=$build/$script.log
    sh "$root/tests/$script/run.sh" "$@" >"$log" 2>&1
    bad=$(($(grep -c '^not ok ' "$log") + 1 - $(grep -c '^end$' "$log")))
    count "$(grep -c '^ok ' "$log")" "$bad"
    [ "$bad" = 0 ] || awk '/^not ok /{on=1} /^(ok|skip|end)/{on=0} on' "$log"
    sed -n 's/^skip //p' "$log" | skip
    note "$script tests done"
}

# Maps of VGG-16 against float64, where PyTorch is installed.
run_truth() {
    log=$build/truth.log
    set -- "$build/dev/lesionbench" --quick
    golden=$root/../shared/data/golden/attribution
    if [ -d "$golden" ]; then
        set -- "$@" --golden "$golden"
    else
        skip "golden maps against float64: ../shared/data/golden/attribution is not here"
    fi
    # OpenBLAS picks its own kernels.
    env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_NUM_THREADS="$jobs" "${PYTHON:-/usr/bin/python3}" \
        "$root/tests/golden/truth.py" "$@" >"$log" 2>&1
    case $? in
    0) count 1 0 ;;
    77 | 127)
        skip "maps of VGG-16 against float64: python3-torch, -torchvision, -scipy or -h5py is not installed"
        ;;
    *)
        count 0 1
        echo "FAILED: maps of VGG-16 against float64"
        tail -n 20 "$log"
        ;;
    esac
    note "maps against float64 done"
}

mkdir -p "$build"
: >"$skips"
for preset in dev asan; do
    if compile "$preset"; then
        count 1 0
        note "$preset build done"
        run_tests "$preset"
        note "$preset tests done"
        run_cli_tests "$preset"
        note "$preset command tests done"
        [ "$preset" != dev ] || run_truth
    else
        count 0 1
        echo "FAILED: the $preset build"
    fi
done

if [ -x "$build/dev/tests/browser/make_study" ]; then
    run_script browser "$build/dev/lesionbench" "$build/dev/tests/browser/make_study" "$build/browser"
    run_script docs "$build/dev/lesionbench" "$build/docs"
else
    skip "the page in a browser and the snippets of the documents: the dev build failed"
fi

cd "$root" || exit 1
sources=$(git ls-files -- '*.c' '*.h' 2>/dev/null || find src cli tests include -name '*.[ch]')
# shellcheck disable=SC2086
check "formatting (clang-format -i mends it)" clang-format-19 --dry-run -Werror $sources
note "formatting done"

tidy() {
    printf '%s\n' "$sources" | grep -E '^(src|cli)/.*\.c$' |
        xargs -P "$jobs" -n 6 clang-tidy-19 --quiet -p "$build/dev" --warnings-as-errors='*' 2>/dev/null
}
check "linting (clang-tidy)" tidy
note "linting done"

for header in include/lesionbench/*.h; do
    check "$header alone as C11" gcc -std=c11 -Wall -Wextra -Werror -fsyntax-only -Iinclude \
        -x c "$header"
    check "$header alone as C++" g++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only -Iinclude \
        -x c++ "$header"
done
note "headers done"

tell_skips
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
