#!/bin/sh
# SPDX-License-Identifier: MIT
# Contact sheets: info --picture.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"
give s1.h5 l1.h5 d1.h5

### Contact sheets, and brains filled with noise
# png_side FILE OFFSET: a side of a picture, from its header: 16 the width, 20 the height.
png_side() {
    od -An -tu1 -j "$2" -N 4 "$1" | awk '{print (($1 * 256 + $2) * 256 + $3) * 256 + $4}'
}
"$program" explain --methods sobel,raw_input --data d1.h5 --limit 2 --quiet -o sheet.h5 >out 2>err
for file in s1.h5 l1.h5 d1.h5 sheet.h5; do
    expect "picture of $file" 0 "HDF5, format" "" info --picture sheet.png "$file"
    "$program" info "$file" --picture=again.png >out 2>err
    same "picture of $file, drawn again" sheet.png again.png
    if [ "$(png_side sheet.png 16)" -ge 400 ] && [ "$(png_side sheet.png 16)" -le 2100 ] &&
        [ "$(png_side sheet.png 20)" -le 4000 ]; then
        ok "the picture of $file has a good size"
    else
        not_ok "the picture of $file has a good size" \
            "$(png_side sheet.png 16) x $(png_side sheet.png 20)"
    fi
done
"$program" info --picture few.png --items 6 s1.h5 >out 2>err
"$program" info --picture many.png --items 24 s1.h5 >out 2>err
if [ "$(png_side few.png 20)" -lt "$(png_side many.png 20)" ]; then
    ok "more items, a larger picture"
else
    not_ok "more items, a larger picture"
fi
expect "too many items" 2 "" "--items: 201 is not within" info --picture no.png --items 201 s1.h5
cp s1.h5 sheet_input.h5
expect "a picture over its input" 1 "" "take the place of its input" \
    info --picture sheet_input.h5 sheet_input.h5
same "the input is as it was" s1.h5 sheet_input.h5
echo "a,b" >table.csv
expect "picture of a table" 1 "" "table.csv: .*HDF5" info --picture no.png table.csv
one_line "picture of a table, in one line" 1
expect "picture where none can be" 1 "" "none/no.png: cannot write" info --picture none/no.png s1.h5
absent "no picture after an error" no.png
