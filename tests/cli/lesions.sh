#!/bin/sh
# SPDX-License-Identifier: MIT
# Lesions: the same with one thread and two; a full disk.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### Data: the same with one thread and two
expect "lesions" 0 "5 and 5 kept" "" lesions $tiny --threads 1 --no-provenance --quiet -o l1.h5
"$program" lesions $tiny --threads 2 --no-provenance --quiet -o l2.h5 >out 2>err
same "lesions do not hang on threads" l1.h5 l2.h5
expect "info of lesions" 0 "format lesions" "" info l1.h5

### Full disk
(
    ulimit -f 8
    exec "$program" lesions --count 5 --quiet -o full.h5 >out 2>err
)
got=$?
if [ "$got" = 1 ] && grep -q 'full.h5' err; then
    ok "file size limit"
else
    not_ok "file size limit" "exit code $got"
fi
absent "nothing half-written at the limit" full.h5
mkdir disk
if mount -t tmpfs -o size=16k tmpfs disk 2>/dev/null; then
    mounted=$work/disk
    expect "full disk" 1 "" "disk/l.h5: .*No space left" lesions --count 5 --quiet -o disk/l.h5
    absent "nothing half-written on a full disk" disk/l.h5
else
    echo "skip full disk: cannot mount a small one here"
fi
