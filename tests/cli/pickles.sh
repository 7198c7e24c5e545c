#!/bin/sh
# SPDX-License-Identifier: MIT
# Pickles and conversions.
# shellcheck disable=SC1091,SC2086,SC2154
. "$(dirname -- "$0")/common.sh"

### Pickles and conversions
pickles=$here/../data/pickle
published=$here/../../../shared/data/published
expect "convert --help" 0 "usage: lesionbench convert IN OUT" "" convert --help
expect "convert without a target" 2 "" "an argument is missing" convert a.pkl
expect "convert to itself" 2 "" "are the same file" convert a.pkl a.pkl
echo nothing | tee model.pth >x.csv
expect "convert PyTorch's files to HDF5" 1 "" "model.pth: models are converted to .safetensors" \
    convert model.pth model.h5
expect "convert what cannot be" 1 "" "x.csv: cannot be converted to x.h5" convert x.csv x.h5
expect "convert a missing pickle" 1 "" "nowhere.pkl: .*No such file" convert nowhere.pkl x.h5

# Under Python, loading this runs a command. Both forms of the name, and Python itself as the proof.
printf 'cposix\nsystem\n(S"touch marker"\ntR.' >evil.pkl
printf '\200\004\214\002os\214\006system\223\214\014touch marker\205R.' >evil4.pkl
for command in "info evil.pkl" "convert evil.pkl evil.h5" "convert evil4.pkl evil.npy" \
    "lesions --import evil.pkl evil4.pkl -o evil.h5"; do
    expect "a command in a pickle: $command" 1 "" \
        "evil4?.pkl: byte [0-9]+: asks for '(posix|os).system', which this reader never runs" $command
    one_line "a command in a pickle, in one line: $command" 1
    absent "nothing written, nothing run: $command" marker evil.h5 evil.npy
done
if command -v python3 >/dev/null; then
    python3 -c 'import pickle; pickle.load(open("evil.pkl", "rb"))'
    [ -e marker ] && ok "Python runs the command" || not_ok "Python runs the command"
    rm -f marker
else
    echo "skip Python runs the command (no python3)"
fi

printf '](K\001F2.5\n(K\003K\004tU\002abe.' >tree.pkl
expect "info of a pickle" 0 "^pickle: a list of 4$" "" info tree.pkl
expect "outline of a pickle" 0 "^  2: a tuple of 2$" "" info tree.pkl
expect "pickle to HDF5" 0 "" "" convert tree.pkl tree.h5
expect "info of a converted pickle" 0 "^  2 +\(2\)$" "" info tree.h5
expect "pickle of several values to .npy" 1 "" \
    "tree.pkl: does not fit into one .npy file .*is a list that holds a tuple" convert tree.pkl tree.npy
absent "nothing of what does not fit" tree.npy
printf '(K\001F2.5\nl.' >row.pkl
expect "pickle to .npy" 0 "" "" convert row.pkl row.npy
expect "a converted row" 0 "^NumPy array, float64 \(2\)$" "" info row.npy
expect ".npy to HDF5" 0 "" "" convert row.npy row.h5
expect "a converted array" 0 "^  data +\(2\)$" "" info row.h5
printf '(K\001F2.5\nl' >cut.pkl
expect "truncated pickle" 1 "" "cut.pkl: byte 9: is truncated" convert cut.pkl cut.h5
printf '\211PNG' >png.pkl
expect "no pickle" 1 "" "png.pkl: is not a pickle$" info png.pkl
absent "nothing of a truncated pickle" cut.h5

expect "import without files" 2 "" "--import needs two files" lesions --import -o import.h5
expect "import with making options" 2 "" "--seed says how lesions are made" \
    lesions --import a.pkl b.pkl --seed 3 -o import.h5
expect "making options before --import" 2 "" "--count says how lesions are made" \
    lesions --count=50 --import a.pkl b.pkl -o import.h5
expect "files without --import" 2 "" "'a.pkl' is one argument too many" lesions a.pkl b.pkl -o import.h5
expect "import without output" 2 "" "-o is missing" lesions --import a.pkl b.pkl
expect "import over an input" 2 "" "names what is read" \
    lesions --import row.pkl tree.pkl -o tree.pkl
expect "import of something else" 1 "" "row.pkl: lesion 0: is not a list of a mask and its compactness" \
    lesions --import row.pkl tree.pkl -o import.h5
absent "nothing of a wrong import" import.h5
expect "import" 0 "^2 round and 1 irregular lesions taken$" "" \
    lesions --import "$pickles/round.pkl" "$pickles/irregular.pkl" -o import.h5
expect "imported lesions" 0 "round/mask +\(2, 4, 4\)" "" info import.h5
expect "import of the classes swapped" 1 "" "the first file is that of the round ones" \
    lesions --import "$pickles/irregular.pkl" "$pickles/round.pkl" -o swapped.h5
absent "nothing of swapped classes" swapped.h5
if [ -e "$published/round_lesions.pkl" ]; then
    expect "import of the published lesions" 0 "^30 round and 30 irregular lesions taken$" "" \
        lesions --import "$published/round_lesions.pkl" "$published/not_round_lesions.pkl" -o p.h5
    for file in "$published"/*.pkl; do
        expect "published ${file##*/} to HDF5" 0 "" "" convert "$file" published.h5
        expect "outline of ${file##*/}" 0 "^pickle: a (list|dict) of" "" info "$file"
    done
else
    echo "skip the published pickles (not here)"
fi
