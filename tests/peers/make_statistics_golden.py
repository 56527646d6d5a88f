# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Records what scipy, statsmodels and numpy say, for tests/eval/metrics: python make_statistics_golden.py OUT.json

McNemar's tests and Holm's adjustment come from statsmodels and scipy, the sign-flip test from scipy; the corrections of a
best-of-many score are written here the obvious way in numpy, item by item, with numpy's own random numbers.
"""
import json
import sys

import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests


def mcnemar_rows():
    rows = []
    for wins, losses in [(8, 2), (2, 8), (0, 5), (5, 0), (1, 0), (30, 30), (61, 40), (410, 350), (40, 0)]:
        exact = float(mcnemar([[0, wins], [losses, 0]], exact=True).pvalue)
        low = min(wins, losses)
        mid = 1.0 if wins == losses else exact - float(stats.binom.pmf(low, wins + losses, 0.5))
        rows.append({"wins": wins, "losses": losses, "exact": exact, "mid": mid})
    return rows


def holm_rows():
    rows = []
    for p in [[0.01, 0.04, 0.03], [0.2], [0.5, 0.6, 0.9], [0.001, 0.001, 0.2, 0.04], [0.04, 0.03, 0.02, 0.01]]:
        rows.append({"p": p, "adjusted": multipletests(p, method="holm")[1].tolist()})
    return rows


def sign_flips(rng):
    """All 2^12 changes of sign, and so the test's limit for many resamples."""
    rows = []
    for shift in (0.0, 0.2, 0.8):
        differences = np.round(rng.normal(shift, 1, 12), 3)
        test = stats.permutation_test((differences, np.zeros(12)), lambda a, b: np.mean(a - b), permutation_type="samples",
                                      n_resamples=np.inf)
        rows.append({"differences": differences.tolist(), "p": float(test.pvalue)})
    return rows


def answers(rng, candidates, items, spread, clusters):
    """Right or wrong: half of an item's difficulty is shared by all candidates, some of it by a cluster."""
    cluster = np.sort(rng.integers(0, clusters, items))
    difficulty = rng.normal(0, 1, items) + rng.normal(0, 1, clusters)[cluster]
    skill = rng.normal(0, spread, candidates)
    y = skill[:, None] - difficulty[None, :] + rng.logistic(0, 1, (candidates, items)) > 0
    return y.astype(float), cluster


def bias_corrected(rng, y, cluster, resamples):
    names = np.unique(cluster)
    members = [np.flatnonzero(cluster == c) for c in names]
    scores = []
    for _ in range(resamples):
        drawn = rng.integers(0, len(names), len(names))
        inside = np.concatenate([members[c] for c in drawn])
        outside = [members[c] for c in range(len(names)) if c not in set(drawn.tolist())]
        if not outside:
            continue
        scores.append(y[np.argmax(y[:, inside].mean(1))][np.concatenate(outside)].mean())
    scores = np.array(scores)
    return {"mean": float(scores.mean()), "error": float(scores.std(ddof=1) / np.sqrt(len(scores))),
            "deviation": float(scores.std(ddof=1))}


def empirical_bayes(y, cluster):
    candidates, items = y.shape
    means = y.mean(1)
    residuals = y - y.mean(0)[None, :] - means[:, None] + y.mean()
    names = np.unique(cluster)
    sums = np.stack([residuals[:, cluster == c].sum(1) for c in names], 1)
    noise = (sums ** 2).sum() / ((candidates - 1) * items ** 2) * len(names) / (len(names) - 1)
    between = max(0.0, means.var(ddof=1) - noise)
    trust = between / (between + noise) if between > 0 else 0.0
    half = stats.norm.ppf(0.975) * np.sqrt(trust * noise)
    mean = means.mean() + trust * (means.max() - means.mean())
    return {"mean": float(mean), "low": float(mean - half), "high": float(mean + half)}


def best_of_many(rng):
    rows = []
    for candidates, items, spread, clusters in [(12, 60, 0.6, 40), (40, 80, 0.1, 80), (5, 50, 0.0, 12)]:
        y, cluster = answers(rng, candidates, items, spread, clusters)
        rows.append({"rows": y.astype(int).tolist(), "cluster": cluster.tolist(), "best": float(y.mean(1).max()),
                     "bias_corrected": bias_corrected(rng, y, cluster, 20000), "empirical_bayes": empirical_bayes(y, cluster)})
    return rows


def main():
    rng = np.random.default_rng(20260)
    golden = {"mcnemar": mcnemar_rows(), "holm": holm_rows(), "sign_flip": sign_flips(rng), "best_of_many": best_of_many(rng)}
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(golden, out, separators=(",", ":"))
        out.write("\n")


if __name__ == "__main__":
    main()
