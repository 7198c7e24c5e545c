#!/bin/sh
# SPDX-License-Identifier: MIT
# Study files and inputs that are missing or damaged, and outputs that cannot be written.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### Study files
printf 'cohort:\n  template: t.nii\n  subject: 3\n' >bad.yaml
expect "unknown key with its line" 1 "" "bad.yaml:3: unknown key 'subject' in the section 'cohort'; did you mean 'subjects'" \
    study bad.yaml -o bad
absent "nothing made of a bad study" bad
printf 'cohort:\n  template: nowhere.nii\ncorpora:\n  - name: mri\n' >lost.yaml
expect "missing template in a study" 1 "" "nowhere.nii: .*No such file" study lost.yaml -o lost
absent "nothing made without a template" lost
expect "missing study" 1 "" "none.yaml: .*No such file" study none.yaml

### Bad input
expect "missing NIfTI" 1 "" "gone.nii" slices simulate --template gone.nii --subjects 2 -o s.h5
one_line "missing NIfTI in one line" 1
printf 'this is no volume, though it is long enough to hold a header%0400d' 0 >damaged.nii
expect "damaged NIfTI" 1 "" "damaged.nii" slices simulate --template damaged.nii --subjects 2 -o s.h5
one_line "damaged NIfTI in one line" 1
absent "nothing half-written" s.h5
expect "damaged HDF5" 1 "" "^lesionbench: damaged.nii: is not an HDF5 file$" evaluate damaged.nii
touch file
expect "unwritable folder" 1 "" "^lesionbench: file/l.h5: cannot write: Not a directory$" \
    lesions --count 5 -o file/l.h5
expect "unwritable study folder" 1 "" "^lesionbench: file: is not a folder$" demo file
[ -s file ] && not_ok "the file in the way is untouched" || ok "the file in the way is untouched"
