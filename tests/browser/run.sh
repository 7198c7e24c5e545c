#!/bin/sh
# SPDX-License-Identifier: MIT
# The page in a browser: makes study folders, their reports, and looks at them with Chromium.
# usage: run.sh LESIONBENCH MAKE_STUDY WORK. Prints "ok NAME", "not ok NAME" or "skip REASON", and at
# the end "end". Screenshots stay in WORK/screenshots.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$1
make_study=$2
work=$3
mkdir -p "$work"

skip() {
    echo "skip the page in a browser: $*"
    echo end
    exit 0
}

browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    skip "chromium is not installed"
command -v node >/dev/null 2>&1 || skip "node is not installed"
# Installed once for each lock file.
if ! cmp -s "$here/package-lock.json" "$work/node_modules/.installed"; then
    command -v npm >/dev/null 2>&1 || skip "npm is not installed"
    cp "$here/package.json" "$here/package-lock.json" "$work/"
    (cd "$work" && npm ci --no-audit --no-fund --ignore-scripts) >"$work/npm.log" 2>&1 ||
        skip "npm cannot install playwright-core and axe-core ($(tail -n 1 "$work/npm.log"))"
    cp "$here/package-lock.json" "$work/node_modules/.installed"
fi

rm -rf "$work/study" "$work/bare"
mkdir "$work/study" "$work/bare" "$work/bare/tables"
"$make_study" "$work/study" --seeds 2 --matched && "$program" report "$work/study" --quiet ||
    echo "not ok report of the browser's study"
# One with hardly anything in it.
cp "$work/study/tables/classification.csv" "$work/bare/tables/"
"$program" report "$work/bare" --quiet || echo "not ok report of a bare study"
cp "$here/page.cjs" "$work/page.cjs"
(cd "$work" && node page.cjs "$browser" "$work")
echo end
