"""The split Gram matrix against rationals: exact where nothing is cut, and what is cut is said."""

from fractions import Fraction

import numpy as np
import pytest

from stattools.data.rows.rows import Low, Rows
from stattools.solvers.least_squares.exact import BLOCK, exact_gram, exact_residuals
from tests.cases import rng


def total(pair, i, j):
    return Fraction(float(pair[0][i, j])) + Fraction(float(pair[1][i, j]))


def rational(rows, scale):
    Z = np.column_stack([rows.X, rows.y]).tolist()
    Z = [[Fraction(v) * Fraction(float(s)) for v, s in zip(row, scale, strict=True)] for row in Z]
    if rows.offset is not None:
        for row, o in zip(Z, rows.offset.tolist(), strict=True):
            row[-1] -= Fraction(o) * Fraction(float(scale[-1]))
    if rows.low is not None:
        for row, rest in zip(Z, rows.low.values.tolist(), strict=True):
            for k, v in zip(rows.low.columns.tolist(), rest, strict=True):
                row[k] += Fraction(v) * Fraction(float(scale[k]))
    w = np.ones(len(Z)) if rows.importance is None else rows.importance
    q = len(Z[0])
    return [[sum(Fraction(h) * r[i] * r[j] for h, r in zip(w.tolist(), Z, strict=True)) for j in range(q)]
            for i in range(q)]  # fmt: skip


def sample(kind, n=40):
    g = rng(1)
    X, y = g.normal(size=(n, 3)) + [0, 1e6, 0], g.normal(size=n)
    match kind:
        case "offset":
            return Rows(X, y, offset=g.normal(size=n))
        case "weights":
            return Rows(X, y, weight=g.integers(0, 9, n).astype(float), precision=10.0 ** g.uniform(-5, 5, n))
        case "low":
            return Rows(X, y, low=Low(np.array([1]), 1e-11 * g.normal(size=(n, 1))))
        case "blocks":
            return sample("plain", BLOCK + 5)
    return Rows(X, y)


@pytest.mark.parametrize("kind", ["plain", "offset", "weights", "low", "blocks"])
@pytest.mark.parametrize("splits", [4, 7])
def test_every_entry_is_right_to_pairs(kind, splits):
    rows = sample(kind)
    gram = exact_gram(rows, splits)
    true = rational(rows, gram.scale)
    diagonal = [float(true[i][i]) ** 0.5 for i in range(4)]
    n = len(rows.y)
    for i in range(4):
        for j in range(4):
            said = 2.0**-100 * diagonal[i] * diagonal[j] + gram.loose + n * float(gram.lost[i] + gram.lost[j])
            assert abs(float(total(gram.pair, i, j) - true[i][j])) <= said
    if splits == 7:
        assert gram.loose == 0.0
        assert not gram.lost.any()


def test_what_is_cut_is_said():
    rows = Rows(np.array([[1.0], [1.0 / 3.0 * 2.0**-60]]), np.ones(2))
    assert exact_gram(rows, 4).lost[0] > 0
    assert exact_gram(rows, 7).lost[0] == 0


def test_residuals_are_rounded_once():
    rows = sample("low")
    theta = (np.array([0.1, 1.0 / 3.0, -7.0]), np.array([1e-18, 1e-17, 0.0]))
    found, doubt = exact_residuals(rows, theta)
    for i in range(len(found)):
        b = [Fraction(float(h)) + Fraction(float(t)) for h, t in zip(*theta, strict=True)]
        x = [Fraction(v) for v in rows.X[i].tolist()]
        x[1] += Fraction(float(rows.low.values[i, 0]))
        true = Fraction(float(rows.y[i])) - sum(u * v for u, v in zip(x, b, strict=True))
        assert abs(float(Fraction(float(found[i])) - true)) <= doubt[i] + 2.3e-16 * abs(float(true))
