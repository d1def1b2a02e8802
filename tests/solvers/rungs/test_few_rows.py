"""The fast rung of few rows has the numbers of the exact one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import Rows
from stattools.solvers.least_squares.cholesky import SAMPLE, refine
from stattools.solvers.least_squares.exact import eliminate, largest
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


def inflation(metric):
    """The sum of the inflated variances."""
    return metric.information.diagonal() @ metric.covariance().diagonal()


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
def test_few_rows_have_the_numbers_of_the_exact_rung(seed, n, p, **kind):
    rows = problem(seed, n, p, **kind)
    fast, exact = refine(rows, n), eliminate(rows, largest(rows))
    if fast is None or exact is None:  # where round-off decides which columns are dependent, one of them may be
        assert fast is None or inflation(fast.metric) > 1e8
        return
    tolerance = 1e-12 + 1e-15 * inflation(fast.metric)
    size = fast.size
    scale = np.sqrt(max(exact.rss, 1e-28 * size) / max(n - p, 1))
    unit = np.abs(exact.theta) + scale * np.sqrt(exact.C.diagonal())
    assert (np.abs(fast.theta - exact.theta) <= tolerance * unit).all()
    spread = np.sqrt(exact.C.diagonal())
    assert_allclose(fast.covariance / spread / spread[:, None], exact.C / spread / spread[:, None],
                    rtol=0, atol=10 * tolerance)  # fmt: skip
    assert_allclose(fast.rss, exact.rss, rtol=1e-10, atol=1e-26 * size)


def test_cholesky_leaves_what_was_given_as_it_was():
    for order in "CF":
        for constant in (None, 0):
            rows = problem(2, 30, 3, constant=constant, offset=1.0, closeness=None, noise=1.0, order=order, extras={})
            X, y = rows.X.copy(), rows.y.copy()
            first, second = (refine(rows, rows.n) for _ in range(2))
            assert np.array_equal(rows.X, X)
            assert np.array_equal(rows.y, y)
            assert np.array_equal(first.theta, second.theta)


@pytest.mark.parametrize("n", [SAMPLE, SAMPLE + 1])
def test_where_the_sample_is_no_longer_all_rows_nothing_changes(n):
    rows = problem(3, n, 4, constant=0, offset=1.0, closeness=None, noise=1.0, order="C", extras={})
    solution = st.LeastSquares().solve(st.ols(rows.y, rows.X, intercept=False))
    assert solution.rung == "Cholesky"
    assert_allclose(solution.estimate, np.linalg.lstsq(rows.X, rows.y)[0], rtol=1e-10)
