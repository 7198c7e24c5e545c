#!/bin/sh
# SPDX-License-Identifier: MIT
# All checks, by CTest. usage: run.sh ROOT JOBS [all]. Without `all`: every check in the dev build; unit tests and hostile
# files with AddressSanitizer, but for those labelled slow; unit tests in a release build. With it: every preset for tests,
# with everything; with ThreadSanitizer the unit tests that are not slow and the command line, whose cases run with one
# thread and with two. Ends with what was skipped, each kind with its number, and, on the last line, "N passed, N failed";
# exit code 1 where any failed.
set -u
root=$1
jobs=$2
all=${3-}
build=$root/build
results=$build/test-results # what CTest wrote, one file a preset
passed=0
failed=0

began=$(date +%s)
note() {
    printf '[%4d s] %s\n' "$(($(date +%s) - began))" "$*"
}

# check PRESET TARGET [OPTION...]: builds the target and runs the tests that CTest's options choose.
check() {
    preset=$1 target=$2
    shift 2
    log=$build/$preset.log
    if ! (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" --target $target) >"$log" 2>&1; then
        failed=$((failed + 1))
        echo "FAILED: the $preset build; all of it is in $log"
        grep -E 'error|Error|warning|undefined|multiple|cannot find' "$log" || tail -n 30 "$log"
        return
    fi
    passed=$((passed + 1))
    note "$preset is built"
    (cd "$root" && ctest --preset "$preset" -j "$jobs" --output-junit "$results/$preset.xml" "$@") >"$build/$preset.tests.log" 2>&1
    note "$preset is tested"
}

rm -rf "$results"
mkdir -p "$results"
check dev all
if [ "$all" = all ]; then
    check asan all
    check release-tests all
    check clang all
    check tsan all -L '^(unit|cli)$' -LE '^slow$'
else
    check asan "unit_tests hostile_tests" -L '^(unit|hostile)$' -LE '^slow$'
    check release-tests unit_tests -L '^unit$'
fi

set -- "$results"/*.xml
[ -e "$1" ] || shift
exec /usr/bin/python3 "$root/tests/tally.py" --passed $passed --failed $failed "$@"
