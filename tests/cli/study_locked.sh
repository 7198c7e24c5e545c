#!/bin/sh
# SPDX-License-Identifier: MIT
# Two runs in one folder.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give mini.yaml

"$program" study mini.yaml --quiet -o busy >out 2>err &
pid=$!
wait_for busy/slices.h5
expect "two runs in one folder" 1 "" "busy: another study is running" study mini.yaml -o busy
wait $pid && ok "the first run goes on" || not_ok "the first run goes on"
