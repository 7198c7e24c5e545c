#!/bin/sh
# SPDX-License-Identifier: MIT
# Ctrl-C leaves nothing half-written.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
need_template

### Ctrl-C
"$program" slices simulate $small --subjects 5000 -o stopped.h5 >out 2>err &
pid=$!
wait_for stopped.h5.partial
sleep 0.5
kill -INT $pid
wait $pid
got=$?
if [ "$got" = 1 ] && [ "$(cat err)" = "lesionbench: interrupted" ]; then
    ok "Ctrl-C"
else
    not_ok "Ctrl-C" "exit code $got"
fi
absent "nothing half-written after Ctrl-C" stopped.h5
