#!/bin/sh
# SPDX-License-Identifier: MIT
# All C sources are formatted as .clang-format says (clang-format-19 -i mends it).
command -v clang-format-19 >/dev/null || {
    echo "skip formatting: clang-format-19 is not installed"
    exit 77
}
{ git ls-files -- '*.c' '*.h' 2>/dev/null || find src cli tests benchmarks include -name '*.[ch]'; } |
    xargs clang-format-19 --dry-run -Werror
