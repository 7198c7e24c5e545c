#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs a build in a folder of its own, and uses it from there as others do: pkg-config, find_package, the examples,
# the list of exported symbols; then removes it. usage: run.sh BUILD SOURCE. Prints "ok NAME" and "not ok NAME".
set -u
build=$(realpath "$1") source=$(realpath "$2")
here=$source/tests/library
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
prefix=$work/a\ prefix

# check NAME COMMAND...
check() {
    name=$1
    shift
    if "$@" >log 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -n 20 log | sed 's/^/    /'
    fi
}

# prints NAME REGEX COMMAND...: what the command prints matches.
prints() {
    name=$1 wanted=$2
    shift 2
    "$@" >log 2>&1 && grep -Eq -- "$wanted" log && echo "ok $name" && return
    echo "not ok $name"
    head -n 20 log | sed 's/^/    /'
}

check "install" cmake --install "$build" --prefix "$prefix"
library=$(find "$prefix" -name 'liblesionbench.so.0')
export LD_LIBRARY_PATH="${library%/*}" PKG_CONFIG_PATH="${library%/*}/pkgconfig"

### What is exported
prints "its SONAME" "SONAME.*liblesionbench.so.0" readelf -d "$library"
nm -D --defined-only "$library" | sed -n 's/^[0-9a-f]* [^A] //p' | sed 's/@.*//' | LC_ALL=C sort >symbols
check "exported symbols are those of tests/library/symbols.txt" diff "$here/symbols.txt" symbols
check "all begin with lb_" sh -c '! grep -v "^lb_" symbols'

### Headers
for header in "$prefix"/include/lesionbench/*.h; do
    check "${header##*/} installed, as C11" cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
        -I"$prefix/include" -x c "$header"
    check "${header##*/} installed, as C++" c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I"$prefix/include" \
        -x c++ "$header"
done

### pkg-config
mkdir by_hand
for name in predict explain_image score_map own_method; do
    # pkg-config writes spaces as shells want them.
    check "$name by pkg-config" sh -c "eval cc -std=c11 -Wall -Wextra -Werror '\"$source/examples/$name.c\"' \
        \$(pkg-config --cflags --libs lesionbench) -lm -o by_hand/$name"
done
check "the version by pkg-config" pkg-config --exact-version "$(sed -n 's/^project(lesionbench VERSION \([0-9.]*\).*/\1/p' \
    "$source/CMakeLists.txt")" lesionbench

### CMake
check "find_package" cmake -S "$source/examples" -B by_cmake -DCMAKE_PREFIX_PATH="$prefix"
check "examples by CMake" cmake --build by_cmake

### What they say
# Arrays of float32, after NumPy's format: npy SHAPE < BYTES
npy() {
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': ($1), }"
    cat
}
zero='\000\000\000\000' half='\000\000\000\077' one='\000\000\200\077'
printf "$one$half$zero$zero" | npy "1, 2, 2" >map.npy
printf "$one$zero$zero$zero" | npy "1, 2, 2" >truth.npy
head -c 32768 /dev/zero | npy "2, 64, 64" >images.npy
for built in by_hand by_cmake; do
    prints "a method of one's own, $built" "^Gradient x centred input: brightest at row [0-9]+, column [0-9]+$" $built/own_method
    prints "a map's scores, $built" "^map 0: TPR 1.000000, AUROC 1.000000, EMD 0.000000$" $built/score_map map.npy truth.npy
    check "a network for the others, $built" $built/own_method model.safetensors
    prints "predictions, $built" "^image 1: 0.[0-9]{6} 0.[0-9]{6}$" $built/predict model.safetensors images.npy
    check "an explanation, $built" $built/explain_image model.safetensors images.npy saliency maps.npy
    check "of all images, $built" test "$(wc -c <maps.npy)" = 32896
    prints "a method that is not there, $built" "salency.*saliency" sh -c "! $built/explain_image model.safetensors images.npy salency x.npy"
done
prints "the program" "^lesionbench 0" "$prefix/bin/lesionbench" --version

### Removal
check "uninstall" cmake -DMANIFEST="$build/install_manifest.txt" -P "$source/cmake/uninstall.cmake"
check "nothing is left" sh -c "! find '$prefix' -type f -o -type l | grep ."
check "nor a folder of the project" sh -c "! find '$prefix' -type d -path '*lesionbench*' | grep ."
