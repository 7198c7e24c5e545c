#!/bin/sh
# SPDX-License-Identifier: MIT
# scripts/cycles.py finds the cycles of a small tree: cycles.sh SOURCE COMPILER NM.
source=$1 compiler=$2 nm=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
mkdir -p tree/src/low tree/src/high tree/cli tree/include build/src/low build/src/high build/cli

ok() {
    echo "ok $1"
}

not_ok() {
    echo "not ok $1"
    sed 's/^/    /; s/^    not ok/    (not ok)/' out
    bad=1
}

# file NAME TEXT: a source, its object, and its line of compile_commands.json.
file() {
    printf '%s\n' "$2" >"tree/$1.c"
    "$compiler" -c "tree/$1.c" -o "build/$1.c.o" || exit 1
    commands="${commands:+$commands,}{\"output\": \"$1.c.o\"}"
    echo "[$commands]" >build/compile_commands.json
}

# finds NAME CODE TEXT: what the script prints, and its exit code.
finds() {
    /usr/bin/python3 "$source/scripts/cycles.py" tree build "$nm" >out 2>&1
    code=$?
    if [ "$code" = "$2" ] && grep -Eq "$3" out; then ok "$1"; else not_ok "$1"; fi
}

commands='' bad=0
file src/low/a 'int b(void); int a(void); int a(void) { return b(); }'
file src/low/b 'int b(void); int b(void) { return 1; }'
file src/high/c 'int a(void); int c(void); int c(void) { return a(); }'
file cli/main 'int c(void); int main(void) { return c(); }'
finds "no cycle where there is none" 0 '^ok no cycle of symbols within low$'
file src/low/d 'int a(void); int d(void); int d(void) { return a(); }'
file src/low/b 'int d(void); int b(void); int b(void) { return d(); }'
finds "a cycle of three files of a layer" 1 '^    3 files: a.c b.c d.c$'
file src/low/b 'int c(void); int b(void); int b(void) { return c(); }'
finds "a cycle between layers" 1 '^    2 files: high low$'
file src/low/b 'int b(void); int b(void) { return 1; }'
printf '#include "two.h"\n' >tree/src/low/one.h
printf '#include "one.h"\n' >tree/src/low/two.h
finds "a cycle of includes" 1 '^    2 files: src/low/one.h src/low/two.h$'
rm build/src/low/b.c.o
finds "an object file that is missing" 2 'build all of it first'
exit $bad
