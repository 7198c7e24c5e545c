#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: guards.sh [FOLDER]: the include guard of each header has the file's name, and no other header has it.
# A guard that another header has too makes the second of them vanish without a word.
cd "${1:-.}" || exit 1
{ git ls-files -- '*.h' 2>/dev/null || find src cli tests benchmarks include -name '*.h'; } | sort | awk '
function fault(text) { print text; faults++ }
{
    path = $0
    count = split(path, parts, "/")
    name = toupper(parts[count])
    gsub(/[^A-Z0-9]/, "_", name)
    guard = defined = ""
    while ((getline line < path) > 0) {
        if (guard == "" && line ~ /^#ifndef /) guard = substr(line, 9)
        else if (guard != "" && defined == "" && line ~ /^#define /) defined = substr(line, 9)
        if (defined != "") break
    }
    close(path)
    headers++
    # Compiled several times by one source, or made by a script that writes figures alone.
    if (guard == "" && (path ~ /_kernels\.h$/ || path ~ /^tests\/golden\/expected_/)) next
    if (guard == "") { fault(path ": no include guard"); next }
    if (guard != defined) fault(path ": tests " guard " and defines " defined)
    wanted = path ~ /^include\// ? "LESIONBENCH_" name : "_" name
    if (substr(guard, length(guard) - length(wanted) + 1) != wanted)
        fault(path ": guard " guard " does not end with " wanted)
    if (guard in seen) fault(path ": guard " guard " is that of " seen[guard])
    seen[guard] = path
}
END {
    if (headers == 0) fault("no headers found")
    exit faults > 0
}'
