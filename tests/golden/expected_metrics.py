#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes expected_metrics.h: the metrics of 1,000 made-up maps, computed from their definitions with
NumPy and SciPy: masks by sorting, areas by all pairs and all thresholds, lesions by ndimage.label,
transport by linear_sum_assignment and linprog. The maps have ties, constants, zeros of both signs;
the truths are scattered, blobs, single pixels, empty or everything. test_metrics.c makes the same.

    python3 expected_metrics.py > expected_metrics.h
"""
import numpy as np
from scipy.ndimage import label
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_matrix

CASES, WITH_EMD = 1000, 350
MASK = (1 << 64) - 1


def draw(case, k):
    """A number in [0, 1) from two whole numbers, splitmix64's finaliser."""
    z = (case * 0x9E3779B97F4A7C15 + (k + 1) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return ((z ^ (z >> 31)) >> 11) / 2.0**53


def make(case):
    height, width = 3 + int(draw(case, 1) * 12), 3 + int(draw(case, 2) * 12)
    n = height * width
    u = np.array([draw(case, 100 + i) for i in range(n)])
    v = np.array([draw(case, 1000 + i) for i in range(n)])
    y, x = np.divmod(np.arange(n), width)
    truth = np.zeros(n, bool)
    kind = case % 7
    if kind in (0, 5):
        truth = v < (0.1 if kind == 0 else 0.5)
    elif kind in (1, 6):
        for b in range(1 + case % 3):
            cy, cx = int(draw(case, 10 + b) * height), int(draw(case, 20 + b) * width)
            truth |= (y - cy) ** 2 + (x - cx) ** 2 <= 1 + case % 4
    elif kind == 3:
        truth[:] = True
    elif kind == 4:
        truth[int(draw(case, 30) * n)] = True
    kind = case % 10
    if kind == 0:
        m = u - 0.5
    elif kind == 1:
        m = u
    elif kind == 2:
        m = np.floor(u * 5) / 4
    elif kind == 3:
        m = np.full(n, 0.25)
    elif kind == 4:
        m = np.zeros(n)
    elif kind == 5:
        m = np.where(u < 0.1, u, 0.0)
    elif kind == 6:
        m = -u - 1
    elif kind == 7:
        m = u * u * u * u * u * u * u * u
    elif kind == 8:
        m = 0.5 * truth + np.floor(u * 8) / 8
    else:
        m = np.where(u < 0.3, -0.0, np.where(u < 0.6, 0.0, np.floor(u * 10) - 7))
    return m.astype(np.float32).reshape(height, width), truth.reshape(height, width)


def transport(cost, a, b):
    scale = 1e6  # so that the solver's absolute tolerance is small beside the masses
    a, b = scale * a / a.sum(), scale * b / b.sum()
    n, m = cost.shape
    rows = np.concatenate([np.repeat(np.arange(n), m), n + np.tile(np.arange(m), n)])
    matrix = coo_matrix((np.ones(2 * n * m), (rows, np.tile(np.arange(n * m), 2)))).tocsr()
    found = linprog(cost.ravel(), A_eq=matrix[:-1], b_eq=np.concatenate([a, b])[:-1],
                    method="highs-ds", options={"primal_feasibility_tolerance": 1e-10,
                                                "dual_feasibility_tolerance": 1e-10})
    assert found.status == 0, found
    return found.fun / scale


def distances(a, b):
    return np.sqrt(((a[:, None, :].astype(float) - b[None, :, :]) ** 2).sum(-1))


def emds(values, truth, top):
    """emd, emd_map, emd_accuracy, emd_fni"""
    height, width = truth.shape
    places = np.argwhere(np.ones_like(truth))
    true, mine = places[truth.ravel()], places[top]
    square = ((mine[:, None] - true[None]) ** 2).sum(-1)
    r, c = linear_sum_assignment(square)
    emd = square[r, c].mean()
    farthest = np.hypot(height - 1, width - 1)
    mass = np.abs(values.astype(float)).ravel()
    inside = truth.ravel()
    cost = distances(places, true)
    if mass.sum() == 0:
        return [emd, farthest, 0.0, 0.0 if not inside.all() else np.nan]
    emd_map = transport(cost[mass > 0], mass[mass > 0], np.ones(len(true)))
    free = cost.copy()
    free[inside] = 0
    worst = free.mean(1).max()
    fni = np.nan
    if worst > 0:
        fni = 1 - transport(free[mass > 0], mass[mass > 0], np.ones(len(true))) / worst
    return [emd, emd_map, 1 - emd_map / farthest, fni]


def metrics(case):
    image, truth = make(case)
    m, t = image.ravel().astype(float), truth.ravel()
    n, p = t.size, int(t.sum())
    if p == 0:
        return [0, n, 0, 0] * 2 + [0] + [np.nan] * 15
    falling = np.sort(m)[::-1]
    strict = m > falling[p] if p < n else np.ones(n, bool)
    top = np.zeros(n, bool)
    top[np.argsort(-m, kind="stable")[:p]] = True
    out = []
    for mask in (strict, top):
        out += [(mask & t).sum(), (~mask & ~t).sum(), (mask & ~t).sum(), (~mask & t).sum()]
    out.append((m == falling[p]).sum() if p < n else 0)
    out.append((strict & t).sum() / (strict | t).sum())
    if p < n:
        differences = m[t][:, None] - m[~t][None, :]
        out.append(((differences > 0) + 0.5 * (differences == 0)).mean())
    else:
        out.append(np.nan)
    precision, recall = 0.0, 0.0
    for threshold in np.unique(m)[::-1]:
        chosen = m >= threshold
        now = (chosen & t).sum() / p
        precision += (now - recall) * (chosen & t).sum() / chosen.sum()
        recall = now
    out.append(precision)
    positive, absolute = np.maximum(m, 0), np.abs(m)
    out.append(positive[t].sum() / positive.sum() if positive.sum() > 0 else 0)
    out.append((top & t).sum() / p)
    total = absolute.sum()
    out.append(absolute[t].sum() / total if total > 0 else 0)
    out.append(t[m == m.max()].mean())
    parts, count = label(truth, np.ones((3, 3)))
    parts = parts.ravel()
    out.append(count)
    out.append(np.mean([strict[parts == k].any() for k in range(1, count + 1)]))
    shares = [absolute[parts == k].sum() / total if total > 0 else 0 for k in range(1, count + 1)]
    out += [min(shares), max(shares)]
    out += emds(image, truth, top) if case < WITH_EMD else [0, 0, 0, 0]
    return out


def number(value):
    return "NAN" if np.isnan(value) else f"{value:.13g}"


print("/* SPDX-License-Identifier: MIT */")
print("/* clang-format off */")
print("/* Made by expected_metrics.py. Do not edit. tp, tn, fp, fn of the strict and of the stable mask, ties, then")
print(" * the metrics in the order of lb_metric, with the strict mask; the EMDs of the first cases only. */")
print(f"enum {{ METRIC_CASES = {CASES}, METRIC_CASES_WITH_EMD = {WITH_EMD} }};")
print("static const double METRIC_FIGURES[METRIC_CASES][24] = {")
for case in range(CASES):
    print("{" + ",".join(number(v) for v in metrics(case)) + "},")
print("};")
