#!/bin/sh
# SPDX-License-Identifier: MIT
# usage: float64.sh LESIONBENCH GOLDEN: truth.py, with the golden maps where they are there. Exit code 77: PyTorch is missing.
golden=$2
set -- "$1" --quick
if [ -d "$golden" ]; then
    set -- "$@" --golden "$golden"
else
    echo "skip golden maps against float64: ../shared/data/golden/attribution is not here"
fi
"${PYTHON:-/usr/bin/python3}" "$(dirname -- "$0")/truth.py" "$@"
code=$?
case $code in
0) echo "ok maps of VGG-16 against float64" ;;
77 | 127)
    echo "skip maps of VGG-16 against float64: python3-torch, -torchvision, -scipy or -h5py is not installed"
    exit 77
    ;;
esac
exit $code
