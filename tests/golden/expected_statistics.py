#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints tests/golden/expected_statistics.h: SciPy 1.10, statsmodels 0.13 and definitions in NumPy."""
import itertools

import numpy as np
import statsmodels.api as sm
from scipy import linalg, optimize, stats

np.random.seed(11)
DRAWS = np.random.rand(4000)
at = 0


def take(n):
    global at
    at += n
    return DRAWS[at - n:at]


lines = []


def number(name, value):
    lines.append(f"static const double {name} = {value:.17g};")


def table(name, rows, comment=""):
    rows = np.atleast_2d(np.asarray(rows, float))
    body = ", ".join("{" + ", ".join("%.17g" % v for v in row) + "}" for row in rows)
    lines.append((f"/* {comment} */\n" if comment else "") +
                 f"static const double {name}[][{rows.shape[1]}] = {{{body}}};")


# Distributions.
table("NORMAL", [(p, stats.norm.ppf(p)) for p in (1e-9, 0.025, 0.3, 0.5, 0.9, 0.9999)], "p, quantile")
table("STUDENT", [(p, f, stats.t.ppf(p, f)) for p, f in ((0.975, 1), (0.1, 2.5), (0.5, 4), (0.999, 30), (0.95, 1e5))],
      "p, degrees of freedom, quantile")

# Paired differences: no ties, ties and zeros, many.
small = take(12) - 0.35
tied = np.floor(16 * take(40)) / 16 - 0.375
many = take(60) - 0.45
rows = []
for d in (small, tied, many):
    d = np.asarray(d)
    exact = len(d) <= 50 and len(np.unique(np.abs(d))) == len(d) and not (d == 0).any()
    result = stats.wilcoxon(d, mode="exact" if exact else "approx", correction=True)
    used = d[d != 0]
    ranks = stats.rankdata(np.abs(used))
    plus, minus = ranks[used > 0].sum(), ranks[used < 0].sum()
    walsh = np.sort([(a + b) / 2 for i, a in enumerate(d) for b in d[i:]])
    rows.append((len(used), plus, minus, result.pvalue, (plus - minus) / (plus + minus), np.median(walsh),
                 d.mean() / d.std(ddof=1), exact))
table("PAIRED", rows, "used, plus, minus, p, rank-biserial, Hodges-Lehmann, d_z, exact")
number("FLIP_ALL", stats.permutation_test((small,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue)


# Philox4x32-10 from its paper, and the draws that come of it.
def philox(counter, key):
    c, k, mask = list(counter), list(key), 2**32 - 1
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & mask, (a >> 32) ^ c[3] ^ k[1], a & mask]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


def stream(seed, purpose, item):
    counter = 0
    while True:
        yield from philox((counter, purpose, item & (2**32 - 1), item >> 32),
                          (seed & (2**32 - 1), (seed >> 32) ^ (purpose << 24)))
        counter += 1


def below(source, n):
    while True:
        product = next(source) * n
        if product % 2**32 >= (2**32 - n) % n:
            return product >> 32


BOOTSTRAP, SIGN_FLIP, REPEATS = 16, 17, 200
hits = 0
for draw in range(REPEATS):
    source, total = stream(7, SIGN_FLIP, draw), 0
    for i, d in enumerate(many):
        if i % 32 == 0:
            bits = next(source)
        total += -d if bits >> i % 32 & 1 else d
    hits += abs(total) >= abs(many.sum()) - 1e-12
number("FLIP_SOME", (hits + 1) / (REPEATS + 1))

# Bootstrap over nine clusters of unequal size.
CLUSTERS = 9
values = take(50) ** 2
cluster = np.arange(50) * 7 % 13 % CLUSTERS
weights = np.zeros((REPEATS, CLUSTERS), int)
for draw in range(REPEATS):
    source = stream(7, BOOTSTRAP, draw)
    for _ in range(CLUSTERS):
        weights[draw, below(source, CLUSTERS)] += 1


def resampled(w):
    return np.repeat(values, w[cluster])


def intervals(statistic):
    drawn = [statistic(resampled(w)) for w in weights if resampled(w).size]
    drawn = np.array(drawn)
    percentile = np.quantile(drawn, [0.025, 0.975])
    estimate = statistic(values)
    left = np.array([statistic(values[cluster != c]) for c in range(CLUSTERS)])
    away = left.mean() - left
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    z0 = stats.norm.ppf((drawn < estimate).mean() + (drawn == estimate).mean() / 2)
    z = stats.norm.ppf([0.025, 0.975])
    bca = np.quantile(drawn, stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))))
    return *percentile, *bca


table("INTERVALS", [intervals(np.mean), intervals(lambda v: np.quantile(v, 0.25)), intervals(np.median)],
      "percentile and BCa: of the mean, the lower quartile, the median")

# Rank correlations: 7 pairs (all orders), 12 without ties, 30 with ties, 40 without.
rows = []
for n, steps in ((7, 5), (12, 0), (30, 6), (40, 0)):
    x = take(n)
    y = take(n) + 0.6 * x
    if steps:
        x, y = np.floor(steps * x), np.floor(steps * y)
    rho, p = stats.spearmanr(x, y)
    if n <= 8:
        ranks = stats.rankdata(x), stats.rankdata(y)
        all_orders = [np.corrcoef(ranks[0], order)[0, 1] for order in itertools.permutations(ranks[1])]
        p = np.mean(np.abs(all_orders) >= abs(rho) - 1e-12)
    tau, tau_p = stats.kendalltau(x, y)
    rows.append((n, steps, rho, p, tau, tau_p))
table("RANKED", rows, "n, steps, Spearman, p, Kendall, p")

# Partial, given two: the correlation of what a regression of ranks on ranks leaves.
n = 30
z1, z2 = take(n), np.floor(3 * take(n))
x = take(n) + z1
y = take(n) + 0.5 * z1 + 0.3 * z2
rank = [stats.rankdata(v) for v in (x, y, z1, z2)]
design = np.column_stack([np.ones(n), rank[2], rank[3]])
left = [r - design @ np.linalg.lstsq(design, r, rcond=None)[0] for r in rank[:2]]
partial = np.corrcoef(*left)[0, 1]
freedom = n - 4
t = partial * np.sqrt(freedom / (1 - partial**2))
table("PARTIAL", [(partial, 2 * stats.t.sf(abs(t), freedom))])

# CR2 by its definition, with matrices as large as the data; HC2 by statsmodels.
n = 40
one, two = (np.arange(n) % 3 == 0).astype(float), take(n)
X = np.column_stack([np.ones(n), one, two])
group = np.floor(np.arange(n) ** 1.3 / 18).astype(int)
G = group.max() + 1
y = 0.4 + 0.3 * one + 0.2 * two + take(n) + np.array([0.5 * np.cos(g) for g in group])
M = np.linalg.inv(X.T @ X)
H = X @ M @ X.T
beta = M @ X.T @ y
e = y - X @ beta
A = []
for g in range(G):
    rows_of = group == g
    A.append(linalg.fractional_matrix_power(np.eye(rows_of.sum()) - H[np.ix_(rows_of, rows_of)], -0.5))
meat = sum(np.outer(v, v) for v in (X[group == g].T @ A[g] @ e[group == g] for g in range(G)))
V = M @ meat @ M
rows = []
for c in range(3):
    P = np.column_stack([(np.eye(n) - H)[:, group == g] @ A[g] @ X[group == g] @ M[:, c] for g in range(G)])
    gram = P.T @ P
    nu = np.trace(gram) ** 2 / (gram**2).sum()
    error = np.sqrt(V[c, c])
    rows.append((beta[c], error, nu, 2 * stats.t.sf(abs(beta[c]) / error, nu)))
table("CLUSTERED", rows, "coefficient, CR2 error, Satterthwaite's degrees of freedom, p")
alone = sm.OLS(y, X).fit(cov_type="HC2")
table("ALONE", list(zip(alone.params, alone.bse)), "coefficient, HC2 error")

# Variance components by restricted likelihood.
S, I = 3, 24
table_of = 0.3 * take(I)[None, :] + 0.08 * take(S)[:, None] + 0.1 * take(S * I).reshape(S, I)
subject = np.arange(I) * 5 % 7
flat = table_of.ravel()
Zi = np.kron(np.ones((S, 1)), np.eye(I))
Zs = np.kron(np.eye(S), np.ones((I, 1)))
ones = np.ones((S * I, 1))


def restricted(theta):
    image, seed, rest = np.exp(theta)
    cov = image * Zi @ Zi.T + seed * Zs @ Zs.T + rest * np.eye(S * I)
    inverse = np.linalg.inv(cov)
    information = ones.T @ inverse @ ones
    residual = flat - (ones @ np.linalg.solve(information, ones.T @ inverse @ flat[:, None])).ravel()
    return np.linalg.slogdet(cov)[1] + np.linalg.slogdet(information)[1] + residual @ inverse @ residual


best = optimize.minimize(restricted, np.log([0.01, 0.001, 0.001]), method="Nelder-Mead",
                         options={"xatol": 1e-11, "fatol": 1e-13, "maxiter": 20000, "maxfev": 20000}).x
means = table_of.mean(0)
sizes = np.array([(subject == s).sum() for s in range(7)])
own = np.array([means[subject == s].mean() for s in range(7)])
between = (sizes * (own - means.mean()) ** 2).sum() / 6
within = ((means - own[subject]) ** 2).sum() / (I - 7)
size = (I - (sizes**2).sum() / I) / 6
table("VARIANCE", [(*np.exp(best), max(0, (between - within) / size))], "image, seed, rest, subject")

# Maps with ties.
a = np.floor(50 * take(900))
b = np.floor(9 * (take(900) + a / 80))
p = 100
tops = [v > np.sort(v)[-1 - p] for v in (a, b)]
table("MAPS", [(stats.spearmanr(a, b)[0], 2 * (tops[0] & tops[1]).sum() / (tops[0].sum() + tops[1].sum()))],
      "Spearman, overlap of the top 100")

print("/* SPDX-License-Identifier: MIT */")
print("/* Made by expected_statistics.py. Do not edit. */")
print("#ifndef LB_EXPECTED_STATISTICS_H\n#define LB_EXPECTED_STATISTICS_H\n")
print("\n".join(lines))
print("\n#endif")
