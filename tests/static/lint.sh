#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: lint.sh FOLDER BUILD: clang-tidy on the sources of FOLDER, as BUILD/compile_commands.json compiles them.
command -v clang-tidy-19 >/dev/null || {
    echo "skip linting: clang-tidy-19 is not installed"
    exit 77
}
# Warnings are on standard output; what is on standard error is the number of those that are left out.
clang-tidy-19 --quiet -p "$2" --warnings-as-errors='*' "$1"/*.c 2>/dev/null
