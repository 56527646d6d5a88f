# SPDX-FileCopyrightText: 2026 The Tsugi authors
# SPDX-License-Identifier: Apache-2.0
"""Item response theory by plain means, for tests/evolve/irt_test.cpp: python record_irt.py OUT.json

Answers of 30 models to 40 items are drawn from a 2PL model with one and with two dimensions. The maximum of the joint
posterior is found by scipy's L-BFGS from the true parameters; a new model's ability by scipy's BFGS; the estimates are
tinyBenchmarks' and MERGE3's formulas written out. Of a fit, chances and
estimates are comparable: a rotation of the dimensions leaves them as they are; anchors are those of the recorded slopes.
"""
import json
import sys

import numpy as np
from scipy.optimize import minimize

DIFFICULTY = 2.0  # standard deviation of b's prior; those of abilities and slopes are 1


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def loss(z, y):
    """Negative log-likelihood."""
    return float(np.sum(np.logaddexp(0, z) - y * z))


def fit(y, abilities, slopes, difficulties):
    r, d = abilities.shape
    i = len(difficulties)

    def split(x):
        return x[: r * d].reshape(r, d), x[r * d: (r + i) * d].reshape(i, d), x[(r + i) * d:]

    def objective(x):
        g, a, b = split(x)
        z = g @ a.T - b
        residual = sigmoid(z) - y
        value = loss(z, y) + (np.sum(g**2) + np.sum(a**2) + np.sum(b**2) / DIFFICULTY**2) / 2
        gradient = [residual @ a + g, residual.T @ g + a, -residual.sum(0) + b / DIFFICULTY**2]
        return value, np.concatenate([part.ravel() for part in gradient])

    x = np.concatenate([abilities.ravel(), slopes.ravel(), difficulties])
    for _ in range(20):
        x = minimize(objective, x, jac=True, method="L-BFGS-B",
                     options={"maxiter": 20000, "maxfun": 40000, "ftol": 1e-16, "gtol": 1e-10, "maxcor": 50}).x
    g, a, b = split(x)
    return g, a, b, objective(x)[0]


def ability(a, b, y):
    def objective(g):
        return loss(a @ g - b, y) + np.sum(g**2) / 2

    return minimize(objective, np.zeros(a.shape[1]), method="BFGS", options={"gtol": 1e-9}).x


def combination(a, b, y, parents):
    equal = np.full(len(parents), 1 / len(parents))

    def objective(shares):
        return loss(a @ (shares @ parents) - b, y) + np.sum((shares - equal) ** 2) / 2

    return minimize(objective, equal, method="BFGS", options={"gtol": 1e-9}).x


def anchors(a, b, number):
    points = np.hstack([a, b[:, None]])
    centres = [points[np.argmin(((points - points.mean(0)) ** 2).sum(1))]]
    while len(centres) < number:
        away = np.min([((points - centre) ** 2).sum(1) for centre in centres], axis=0)
        centres.append(points[np.argmax(away)])
    centres = np.array(centres)
    while True:
        label = np.argmin(((points[:, None] - centres[None]) ** 2).sum(2), axis=1)
        moved = np.array([points[label == k].mean(0) if np.any(label == k) else centres[k] for k in range(number)])
        if np.array_equal(moved, centres):
            break
        centres = moved
    chosen = {}
    for k in range(number):
        members = np.flatnonzero(label == k)
        if len(members):
            nearest = members[np.argmin(((points[members] - centres[k]) ** 2).sum(1))]
            chosen[int(nearest)] = len(members) / len(points)
    return sorted(chosen.items())


def case(dimensions, seed):
    random = np.random.default_rng(seed)
    abilities = random.normal(size=(30, dimensions))
    slopes = random.normal(1, 0.5, size=(40, dimensions))
    difficulties = random.normal(0, 1.5, size=40)
    y = (random.random((30, 40)) < sigmoid(abilities @ slopes.T - difficulties)).astype(float)
    g, a, b, value = fit(y, abilities, slopes, difficulties)
    chosen = anchors(a, b, 10)
    items = np.array([item for item, _ in chosen])
    weights = np.array([weight for _, weight in chosen])
    others = np.setdiff1d(np.arange(40), items)
    new = (random.random((5, 40)) < sigmoid(random.normal(size=(5, dimensions)) @ slopes.T - difficulties)).astype(float)
    estimates = []
    for answers in new[:, items]:
        own = ability(a[items], b[items], answers)
        mixed = combination(a[items], b[items], answers, g[:3]) @ g[:3]
        share = len(items) / 40
        estimates.append({
            "mean": float(weights @ answers),
            "p_irt": float(share * answers.mean() + (1 - share) * sigmoid(a[others] @ own - b[others]).mean()),
            "mp_irt": float(share * answers.mean() + (1 - share) * sigmoid(a[others] @ mixed - b[others]).mean()),
        })
    return {"dimensions": dimensions, "responses": y.astype(int).tolist(), "objective": value,
            "chances": np.round(sigmoid(g @ a.T - b), 7).tolist(), "slopes": a.tolist(), "difficulties": b.tolist(),
            "anchors": items.tolist(), "weights": weights.tolist(), "new": new.astype(int).tolist(),
            "estimates": estimates}


def main():
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump([case(1, 3), case(2, 5)], out)
        out.write("\n")


if __name__ == "__main__":
    main()
