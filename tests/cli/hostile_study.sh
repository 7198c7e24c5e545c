#!/bin/sh
# SPDX-License-Identifier: MIT
# Study files.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/hostile_tools.sh"

printf '\211PNG\r\n\032\n\0\0\0\rIHDR\0\0\0\001\0\0\0\001\010\0\0\0\0' >picture
### Study files
refuse "study that is a picture" "picture" study picture -o made
head -c 1000000 /dev/zero | tr '\0' '[' >deep.yaml
refuse "study nested deep" "deep.yaml" study deep.yaml -o made
{
    printf 'a0: &a0 [x, x]\n'
    level=1
    while [ $level -lt 30 ]; do
        printf 'a%d: &a%d [*a%d, *a%d]\n' $level $level $((level - 1)) $((level - 1))
        level=$((level + 1))
    done
} >bomb.yaml
refuse "study that unfolds to 2^30 values" "bomb.yaml" study bomb.yaml -o made
printf 'cohort:\n  template: "a\001\033[31m"\n' >colour.yaml
refuse "study with control characters" "colour.yaml" study colour.yaml -o made
{ printf 'cohort: &a\n  subjects: *a\n'; } >self.yaml
refuse "study that contains itself" "self.yaml" study self.yaml -o made
head -c 2000000 /dev/zero | tr '\0' '#' >long.yaml
refuse "study of 2 MB" "long.yaml: is not a study file" study long.yaml -o made
