#!/bin/sh
# SPDX-License-Identifier: MIT
# Protocols and quirks of compose.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s1.h5 l1.h5

### Protocols and quirks
for threads in 1 2; do
    expect "fair with $threads threads" 0 "" "" compose $few --quiet --protocol fair --size 96 \
        --threads $threads -o fair$threads.h5
done
same "fair datasets do not hang on threads" fair1.h5 fair2.h5
expect "two quirks" 0 "" "" compose $few --quiet --quirk box_artefact --quirk=round_not_shuffled=on \
    -o quirk1.h5
"$program" compose $few --quiet --quirks box_artefact,round_not_shuffled -o quirk2.h5 >out 2>err
same "a list of quirks" quirk1.h5 quirk2.h5
expect "a quirk that is none" 2 "" "--quirk: unknown quirk .box. " compose $few --quirk box -o q.h5
expect "a quirk of a later step" 0 "" "" compose $few --quiet \
    --quirks dropout_at_inference,sobel_is_laplace -o later.h5
expect "... is recorded" 0 "quirks: dropout_at_inference,sobel_is_laplace" "" info later.h5
expect "every slice, and a number" 2 "" "--every-slice makes as many" compose $few \
    --every-slice train -o q.h5
expect "every slice" 0 "" "" compose --slices s1.h5 --lesions l1.h5 --every-slice holdout \
    --protocol reference --size 64 --quiet -o every.h5
absent "nothing made of wrong quirks" q.h5
