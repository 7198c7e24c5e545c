#!/bin/sh
# SPDX-License-Identifier: MIT
# safetensors files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

sound_dataset
### safetensors
tensors() { # FILE JSON [BYTES]: a file of this header and so many zeros
    length=$(printf %s "$2" | wc -c)
    # shellcheck disable=SC2059
    printf "$(printf '\\%03o\\%03o\\%03o\\0\\0\\0\\0\\0' $((length % 256)) \
        $((length / 256 % 256)) $((length / 65536)))" >"$1"
    printf %s "$2" >>"$1"
    head -c "${3-0}" /dev/zero >>"$1"
}
printf '\377\377\377\377\377\377\377\377{}' >long.safetensors
refuse "safetensors with a header of 2^64 bytes" "long.safetensors: .*claims a header" $finetune long.safetensors
printf '\0\0\0\005\0\0\0\0' >wide.safetensors && head -c 90000000 /dev/zero | tr '\0' '[' >>wide.safetensors
refuse "safetensors with a header of 80 MB" "wide.safetensors" $finetune wide.safetensors
printf '\0\0\0\100\0\0\0\0{"a":' >giga.safetensors && truncate -s 1073741832 giga.safetensors
refuse "safetensors with a header of 1 GB" "giga.safetensors: .*claims a header of 1073741824" \
    $finetune giga.safetensors
tensors deep.safetensors "$(head -c 100000 /dev/zero | tr '\0' '[')"
refuse "safetensors nested deep" "deep.safetensors" $finetune deep.safetensors
tensors cut.safetensors '{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}' 15
refuse "truncated safetensors" "cut.safetensors: truncated" $finetune cut.safetensors
tensors huge.safetensors '{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}' 16
refuse "safetensors that claims 2^40 elements" "huge.safetensors: truncated" $finetune huge.safetensors
tensors over.safetensors '{"a":{"dtype":"F32","shape":[4503599627370496,4503599627370496],"data_offsets":[0,0]}}'
refuse "safetensors whose size overflows" "over.safetensors: .*overflows" $finetune over.safetensors
printf '\0\0\0\001\0\0\0\0{"__metadata__":{"width":""' >many.safetensors
awk 'BEGIN { for (i = 0; i < 1398099; i++) printf ",\"width\":\"\""; print "}}   " }' >>many.safetensors
refuse "safetensors of a million metadata" "many.safetensors" $finetune many.safetensors
tensors colour.safetensors '{"a\u001b[31m\u0007":{"dtype":"F32","shape":[4],"data_offsets":[0,15]}}' 15
refuse "safetensors with control characters" "colour.safetensors" $finetune colour.safetensors
convolutions= offset=0
for layer in 0 3 6 8 11 13 16 18; do
    convolutions="$convolutions\"features.$layer.weight\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1],\"data_offsets\":[$offset,$((offset + 4))]},"
    offset=$((offset + 4))
done
for shapes in '1048576,0 2,0' '1048576,1 2,1' '9007199254740991,0 9007199254740991,0' '0,1 2,1'; do
    first=${shapes% *} last=${shapes#* }
    bytes=0
    [ "$first" != 1048576,1 ] || bytes=4194304
    tail=0
    [ "$last" != 2,1 ] || tail=8
    tensors grand.safetensors "{$convolutions\"classifier.0.weight\":{\"dtype\":\"F32\",\"shape\":[$first],\"data_offsets\":[$offset,$((offset + bytes))]},\"classifier.6.weight\":{\"dtype\":\"F32\",\"shape\":[$last],\"data_offsets\":[$((offset + bytes)),$((offset + bytes + tail))]}}" $((offset + bytes + tail))
    refuse "network of impossible layers ($shapes)" "grand.safetensors" $finetune grand.safetensors
    accept "info of it" info grand.safetensors
done
