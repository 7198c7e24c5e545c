#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds cycles among the project's files: cycles.py SOURCE BUILD [NM]

Three graphs, of which none may have a cycle:
- symbols within a layer: a file depends on another file of its folder that defines what it uses;
- symbols between layers: a folder of src/ depends on another one;
- includes: a file depends on each project file that it includes.

The first two are read from the object files of a build, with nm. Prints a line "ok NAME" or
"not ok NAME" for each graph, with the files of each cycle and the symbols that close it.
Exit code: 0 no cycle, 1 a cycle, 2 the build cannot be read.
"""
import json
import os
import re
import subprocess
import sys

DEFINED = set("TDBRCVWGS")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def components(graph):
    """Strongly connected components with more than one node, or a node that depends on itself
    (Tarjan, without recursion)."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in sorted(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, edges = work[-1]
            for other in edges:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    on_stack.add(other)
                    work.append((other, iter(sorted(graph.get(other, ())))))
                    break
                if other in on_stack:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        other = stack.pop()
                        on_stack.discard(other)
                        group.append(other)
                        if other == node:
                            break
                    if len(group) > 1 or node in graph.get(node, ()):
                        found.append(sorted(group))
    return found


def read_objects(build, nm):
    """{layer: {file: (defined, used)}} of the object files of src/ and cli/ that the build now has."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        outputs = sorted(os.path.join(build, command["output"]) for command in json.load(file))
    layers, files, objects = {}, {}, []
    for path in outputs:
        parts = os.path.relpath(path, build).split(os.sep)
        if parts[0] in ("src", "cli"):
            objects.append(path)
            files[path] = (set(), set())
            layers.setdefault(parts[1] if parts[0] == "src" else "cli", {})[parts[-1][:-2]] = files[path]
    text = subprocess.run([nm, "-A", "-P", "-g", *objects], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        path, _, rest = line.rpartition(": ")
        symbol, kind = rest.split()[:2]
        defined, used = files[path]
        (used if kind in "Uvw" else defined if kind in DEFINED else set()).add(symbol)
    return layers


def link(uses, definer):
    """{a: {b: symbols}} where a uses what b defines."""
    graph = {}
    for name, symbols in uses.items():
        edges = graph.setdefault(name, {})
        for symbol in symbols:
            other = definer.get(symbol)
            if other is not None and other != name:
                edges.setdefault(other, set()).add(symbol)
    return graph


def report(name, graph):
    """Prints the graph's line; True where there is no cycle."""
    found = components(graph)
    print(f"{'not ok' if found else 'ok'} {name}")
    for group in found:
        print(f"    {len(group)} files: {' '.join(group)}")
        for a in group:
            for b, symbols in sorted(graph[a].items()):
                if b in group:
                    print(f"        {a} -> {b}: {' '.join(sorted(symbols))}")
    return not found


def read_includes(source):
    """{file: {included file: {text}}} of src/, cli/ and include/, as paths in the repository."""
    files = {}
    for top in ("include", "src", "cli"):
        for folder, _, names in os.walk(os.path.join(source, top)):
            for name in names:
                if name.endswith((".c", ".h")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        files[os.path.relpath(path, source)] = INCLUDE.findall(file.read())
    graph = {}
    for path, included in files.items():
        edges = graph.setdefault(path, {})
        for text in included:
            for base in (os.path.dirname(path), "include", "src"):
                target = os.path.normpath(os.path.join(base, text))
                if target in files:
                    edges.setdefault(target, set()).add(f'"{text}"')
                    break
    return graph


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    source, build, nm = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else "nm"
    try:
        layers = read_objects(build, nm)
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        print(f"{build}: cannot read its object files (build all of it first): {error}", file=sys.stderr)
        return 2
    good = True
    home = {}
    for layer, files in sorted(layers.items()):
        definer = {symbol: name for name, (defined, _) in files.items() for symbol in defined}
        home.update({symbol: layer for symbol in definer})
        graph = link({name: used for name, (_, used) in files.items()}, definer)
        good = report(f"no cycle of symbols within {layer}", graph) and good
    uses = {layer: set().union(*(used for _, used in files.values())) for layer, files in layers.items()}
    good = report("no cycle of symbols between layers", link(uses, home)) and good
    good = report("no cycle of includes", read_includes(source)) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
