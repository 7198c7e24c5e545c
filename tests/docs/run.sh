#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents' snippets, run as a reader would. usage: run.sh LESIONBENCH WORK. Prints "ok NAME", "not ok NAME" or "skip REASON".
# Captum and Zennit come from PyPI into a virtual environment under WORK, which sees Debian's PyTorch.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$1
work=$2
python=$work/venv/bin/python
mkdir -p "$work"
if ! "$python" -c 'import captum, zennit' 2>/dev/null; then
    /usr/bin/python3 -m venv --system-site-packages "$work/venv" &&
        "$python" -m pip install -q --no-deps --disable-pip-version-check captum==0.8.0 zennit==0.5.1 tqdm packaging
fi >"$work/pip.log" 2>&1
[ -x "$python" ] || python=/usr/bin/python3
# OpenBLAS picks its own kernels.
export PYTHONDONTWRITEBYTECODE=1
env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE /usr/bin/python3 "$here/snippets.py" "$program" "$work/run" "$python"
