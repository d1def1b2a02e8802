"""Rows that are taken at once have the least squares of the same rows in blocks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.numerics.columns import NARROW
from stattools.solvers.least_squares.cholesky import MOST_ROWS, RowsAtOnce, refine
from tests.cases import rng
from tests.sizes import examples


def problem(seed, n, p, *, constant, offset, closeness, noise, extras, order):
    """Columns far from 0 or not, nearly dependent or not; the rows with all that can be given with them."""
    g = rng(seed)
    X = g.normal(size=(n, p)) * 10.0 ** g.uniform(-3, 3, p) * (1.0 + offset)
    if constant is not None:
        X[:, constant % p] = 3.0
    if closeness is not None and p > 2:
        X[:, -1] = X[:, -2] + closeness * np.abs(X[:, -2]).max() * g.normal(size=n)
    y = X @ (1.0 / np.abs(X).max(axis=0)) + noise * g.normal(size=n)
    weight = g.integers(0, 4, n).astype(float) if "weights" in extras else None
    if weight is not None:
        weight[0] = 1.0
    precision = g.uniform(0.5, 2.0, n) if "precision" in extras else None
    shift = 5.0 * g.normal(size=n) if "offset" in extras else None
    return Rows(np.array(X, order=order), y, weight, shift, precision)


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(
    seed=some.integers(0, 999),
    n=some.integers(1, 120),
    p=some.integers(1, 16),
    constant=some.sampled_from([None, 0, 1, 5]),
    offset=some.sampled_from([0.0, 1.0, 1e3]),
    closeness=some.sampled_from([None, None, 1.0, 1e-2, 0.0]),
    noise=some.sampled_from([1.0, 1e-3, 0.0]),
    extras=some.sets(some.sampled_from(["weights", "precision", "offset"])),
    order=some.sampled_from("CF"),
)
def test_few_rows_are_the_same_in_blocks(seed, n, p, **kind):
    rows = problem(seed, n, p, **kind)
    few, blocks = refine(RowsAtOnce.of(rows), n), refine(rows, n)
    if few is None or blocks is None:  # where round-off decides which columns are dependent, one of them may be
        found = few or blocks
        assert found is None or found.metric.inflation() > 1e8
        return
    tolerance = 1e-12 + 1e-15 * blocks.metric.inflation()
    scale = np.sqrt(max(blocks.rss, 1e-28 * blocks.size) / max(n - p, 1))
    unit = np.abs(blocks.theta) + scale * np.sqrt(blocks.covariance.diagonal())
    assert (np.abs(few.theta - blocks.theta) <= tolerance * unit).all()
    spread = np.sqrt(blocks.covariance.diagonal())
    assert_allclose(few.covariance / spread / spread[:, None], blocks.covariance / spread / spread[:, None],
                    rtol=0, atol=10 * tolerance)  # fmt: skip
    assert_allclose(few.rss, blocks.rss, rtol=1e-10, atol=1e-26 * blocks.size)
    assert_allclose([few.size, few.square], [blocks.size, blocks.square], rtol=1e-12, atol=1e-26 * blocks.size)
    assert_allclose(few.metric.inflation(), blocks.metric.inflation(), rtol=10 * tolerance)
    assert_allclose(few.spread, np.sqrt(few.metric.covariance().diagonal()), rtol=10 * tolerance)
    assert (few.n, few.shift.first) == (blocks.n, blocks.shift.first)
    if n <= p or blocks.metric.inflation() > 1e6:  # digits of no scale, or of what round-off left
        return
    digits = [replace(found, scale=scale).digits.smallest for found in (few, blocks)]
    assert abs(digits[0] - digits[1]) < 0.5


@pytest.mark.parametrize("p", [3, NARROW + 1])
def test_the_sums_are_those_of_weighted_rows(p):
    rows = problem(1, 40, p, constant=1, offset=1.0, closeness=None, noise=1.0, order="C",
                   extras={"weights", "precision", "offset"})  # fmt: skip
    few = RowsAtOnce.of(rows)
    X, v, w = rows.X - few.shift.center, rows.y - rows.offset - few.shift.middle, rows.importance
    G, g, square, *_ = few.sums(None)
    assert_allclose(G, (X.T * w) @ X, rtol=1e-11, atol=1e-9 * np.abs(X).max() ** 2)
    assert_allclose(g, X.T @ (w * v), rtol=1e-10, atol=1e-10 * np.abs(X).max())
    assert_allclose([square, few.size], [w @ v**2, w @ rows.y**2], rtol=1e-13)
    phi = np.ones(p)
    g, rss, size = few.residual_sums(phi)
    assert_allclose(g, X.T @ (w * (v - X @ phi)), rtol=1e-10, atol=1e-10 * np.abs(X).max() ** 2)
    assert_allclose([rss, size], [w @ (v - X @ phi) ** 2, w @ rows.y**2], rtol=1e-12)


def test_cholesky_leaves_what_was_given_as_it_was():
    for order in "CF":
        for constant in (None, 0):
            rows = problem(2, 30, 3, constant=constant, offset=1.0, closeness=None, noise=1.0, order=order, extras={})
            X, y = rows.X.copy(), rows.y.copy()
            first, second = (refine(RowsAtOnce.of(rows), rows.n) for _ in range(2))
            assert np.array_equal(rows.X, X)
            assert np.array_equal(rows.y, y)
            assert np.array_equal(first.theta, second.theta)


@pytest.mark.parametrize("n", [MOST_ROWS, MOST_ROWS + 1])
def test_where_few_rows_end_nothing_changes(n):
    rows = problem(3, n, 4, constant=0, offset=1.0, closeness=None, noise=1.0, order="C", extras={})
    solution = st.LeastSquares().solve(st.ols(rows.y, rows.X, intercept=False))
    assert solution.rung == "Cholesky"
    assert_allclose(solution.estimate, np.linalg.lstsq(rows.X, rows.y)[0], rtol=1e-10)
