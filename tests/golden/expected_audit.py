#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_audit.h: the audit's statistics by SciPy 1.10."""
import numpy as np
from scipy import optimize, special, stats

N, P = 300, 4

np.random.seed(5)
draws = np.random.rand(N, P + 1)
classes = (np.arange(N) * 7 % 10 < 4).astype(int)
values = np.floor(40 * draws[:, 0]) / 8 + 0.25 * classes  # with ties
a, b = values[classes == 0], values[classes == 1]

auc = stats.mannwhitneyu(b, a).statistic / len(a) / len(b)
wins = (b[:, None] > a[None]) + 0.5 * (b[:, None] == a[None])
error = np.sqrt(wins.mean(0).var(ddof=1) / len(a) + wins.mean(1).var(ddof=1) / len(b))
rank_p = stats.mannwhitneyu(b, a, method="asymptotic").pvalue
distance = stats.ks_2samp(a, b).statistic
effective = np.sqrt(len(a) * len(b) / N)
distance_p = special.kolmogorov((effective + 0.12 + 0.11 / effective) * distance)
shift = stats.wasserstein_distance(a, b)

x = draws[:, 1:] * [1, 2, 3, 4] + classes[:, None] * [0.5, 0, -0.4, 0]
weight = np.where(classes == 1, N / 2 / classes.sum(), N / 2 / (N - classes.sum()))
sign = 2 * classes - 1


def loss(w):
    return (weight * np.logaddexp(0, -sign * (w[0] + x @ w[1:]))).sum() + 0.5 * 2 * (w[1:] ** 2).sum()


def slope(w):
    share = special.expit(w[0] + x @ w[1:])
    d = weight * (share - classes)
    return np.concatenate([[d.sum()], x.T @ d + 2 * w[1:]])


weights = optimize.minimize(loss, np.zeros(P + 1), jac=slope, method="BFGS", options={"gtol": 1e-9}).x

print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_audit.py. Do not edit. */")
print("#ifndef LB_EXPECTED_AUDIT_H\n#define LB_EXPECTED_AUDIT_H\n")
print(f"enum {{ N = {N}, P = {P} }};")
for name, value in (("AUC", auc), ("AUC_LOW", auc - stats.norm.ppf(0.975) * error),
                    ("AUC_HIGH", auc + stats.norm.ppf(0.975) * error), ("RANK_P", rank_p),
                    ("DISTANCE", distance), ("DISTANCE_P", distance_p), ("SHIFT", shift)):
    print(f"static const double {name} = {value:.17g};")
print(f"static const double WEIGHTS[] = {{{', '.join(f'{w:.17g}' for w in weights)}}};")
print("/* t, degrees of freedom, P(T > t) */")
rows = [(t, df, stats.t.sf(t, df)) for t, df in ((0.3, 1), (2.5, 3), (-1.2, 7), (4.0, 39), (1.96, 1e4), (9.0, 120))]
print(f"static const double STUDENT[][3] = {{{', '.join('{%.17g, %.17g, %.17g}' % r for r in rows)}}};")
rows = [(df, stats.t.ppf(0.975, df)) for df in (1, 2, 9, 119, 100000)]
print(f"static const double STUDENT_95[][2] = {{{', '.join('{%.17g, %.17g}' % r for r in rows)}}};")
rows = [(k, n, stats.binomtest(k, n).pvalue) for k, n in ((0, 1), (3, 10), (5, 10), (4, 9), (70, 100), (1301, 2500), (2400, 5000), (900, 1000))]
print(f"static const double BINOMIAL[][3] = {{{', '.join('{%d, %d, %.17g}' % r for r in rows)}}};")
rows = []
for k, n in ((0, 5), (9, 10), (1301, 2500)):
    interval = stats.binomtest(k, n).proportion_ci(method="wilson")
    rows.append((k, n, interval.low, interval.high))
print(f"static const double WILSON[][4] = {{{', '.join('{%d, %d, %.17g, %.17g}' % r for r in rows)}}};")
rows = [(v, special.kolmogorov(v)) for v in (0.1, 0.3, 0.8, 1.36, 3.0)]
print(f"static const double KOLMOGOROV[][2] = {{{', '.join('{%.17g, %.17g}' % r for r in rows)}}};")
print("\n#endif")
