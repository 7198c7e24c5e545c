#!/bin/sh
# SPDX-License-Identifier: MIT
# The page in a browser: makes study folders, their reports, and looks at them with Chromium.
# usage: run.sh LESIONBENCH MAKE_STUDY WORK. Prints "ok NAME", "not ok NAME" or "skip REASON"; exit code 77 where it cannot
# run. Screenshots stay in WORK/screenshots.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$1
make_study=$2
work=$(mkdir -p "$3" && cd "$3" && pwd)
python=${PYTHON:-/usr/bin/python3}
mkdir -p "$work"

skip() {
    echo "skip the page in a browser: $*"
    exit 77
}

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    skip "chromium is not installed"
driver=$(command -v chromedriver) || skip "chromedriver is not installed (package chromium-driver)"
"$python" -c 'import selenium' 2>/dev/null || skip "$python has no selenium (package python3-selenium)"

# axe-core is MPL, so it is no part of this repository: one file of a Python package, the newest that
# has it. It is kept.
fetch_axe() {
    for package in axe-playwright-python axe-selenium-python; do
        rm -rf "$work/wheel"
        timeout 90 "$python" -m pip --retries 1 --timeout 20 download --quiet --no-deps \
            --only-binary :all: --dest "$work/wheel" "$package" >>"$work/axe.log" 2>&1 || continue
        "$python" - "$work/wheel" >"$work/axe.partial" 2>>"$work/axe.log" <<'PYTHON' && mv "$work/axe.partial" "$1" && return
import glob, sys, zipfile
with zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0]) as wheel:
    name = [n for n in wheel.namelist() if n.endswith("/axe.min.js")][0]
    sys.stdout.buffer.write(wheel.read(name))
PYTHON
    done
    return 1
}
axe=$work/axe.min.js
if [ ! -s "$axe" ]; then
    : >"$work/axe.log"
    fetch_axe "$axe" || axe=
fi

rm -rf "$work/study" "$work/bare"
mkdir "$work/study" "$work/bare" "$work/bare/tables"
"$make_study" "$work/study" --seeds 2 --matched && "$program" report "$work/study" --quiet ||
    echo "not ok report of the browser's study"
# One with hardly anything in it.
cp "$work/study/tables/classification.csv" "$work/bare/tables/"
"$program" report "$work/bare" --quiet || echo "not ok report of a bare study"
if [ -z "$axe" ]; then
    for colours in light dark; do
        echo "skip no serious fault by axe, $colours: pip cannot download axe-core" \
            "($(tail -n 1 "$work/axe.log"))"
    done
fi
"$python" "$here/page.py" "$browser" "$driver" "$work" ${axe:+"$axe"}
