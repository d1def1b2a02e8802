"""Least squares: exact rationals, NIST's certified values, the offset and the refusals."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from tests.cases import rng

NIST = Path(__file__).resolve().parents[3] / "shared" / "nist" / "linear"


def exact(X, y):
    """Normal equations in rationals: the slow twin without rounding."""
    X = [[Fraction(v) for v in row] for row in X.tolist()]
    p = len(X[0])
    A = [[sum(r[i] * r[j] for r in X) for j in range(p)] + [sum(r[i] * Fraction(v) for r, v in zip(X, y, strict=True))]
         for i in range(p)]  # fmt: skip
    for i in range(p):
        A[i] = [v / A[i][i] for v in A[i]]
        for k in range(p):
            if k != i:
                A[k] = [a - A[k][i] * b for a, b in zip(A[k], A[i], strict=True)]
    return [float(row[-1]) for row in A]


@pytest.mark.parametrize("center", [0.0, 1e3, 1e6])
def test_equals_exact_rationals(center):
    g = rng(0)
    X = np.column_stack([np.ones(30), g.integers(0, 50, (30, 3)) + center])
    y = g.integers(-100, 100, 30).astype(float)
    fit = st.fit(st.ols(y, X[:, 1:]))
    assert_allclose(fit.estimate, exact(X, y.tolist()), rtol=1e-11)


@pytest.mark.skipif(not NIST.is_dir(), reason="the NIST StRD files are not part of the project")
@pytest.mark.parametrize(
    ("name", "digits"),
    [("Norris", 13), ("Pontius", 12), ("NoInt1", 14), ("NoInt2", 14), ("Filip", 7), ("Longley", 12)]
    + [("Wampler1", 9), ("Wampler2", 12), ("Wampler3", 9), ("Wampler4", 8), ("Wampler5", 6)],
)
def test_nist_certified_values(name, digits):
    text = (NIST / f"{name}.dat").read_text(errors="replace")
    lines = text.splitlines()
    first, last = map(int, re.search(r"Data\s+\(lines\s+(\d+) to\s+(\d+)\)", text).groups())
    certified = np.array([line.split()[1:3] for line in lines if re.match(r"\s+B\d+\s+[-.\d]", line)], dtype=float)
    data = np.array([line.split() for line in lines[first - 1 : last]], dtype=float)
    y, x = data[:, 0], data[:, 1:]
    if name not in ("NoInt1", "NoInt2", "Longley"):
        x = x ** np.arange(1, len(certified))
    fit = st.fit(st.ols(y, x, intercept=not name.startswith("NoInt")))
    assert_allclose(fit.estimate, certified[:, 0], rtol=10.0**-digits)
    if certified[0, 1] > 0:
        assert_allclose(fit.se, certified[:, 1], rtol=10.0 ** -min(digits, 12))


def test_offset_is_subtracted():
    g = rng(2)
    x, y, offset = g.normal(size=(3, 40))
    assert_allclose(st.fit(st.ols(y, x, offset=offset)).estimate, st.fit(st.ols(y - offset, x)).estimate, rtol=1e-12)


def test_only_gaussian_likelihoods():
    g = rng(3)
    with pytest.raises(
        st.IncompatibleError, match=r"LeastSquares needs a Gaussian likelihood.*got Logistic regression"
    ):
        st.fit(st.logistic(g.integers(0, 2, 30), g.normal(size=30)), solver=st.LeastSquares())
