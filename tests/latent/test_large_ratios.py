import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.latent.elimination import OneFactor
from stattools.latent.large_ratios import WithinGroups, is_regular
from tests.latent.dense_structure import DenseStructure
from tests.latent.test_structure import of_one_factor


@pytest.mark.parametrize("widths", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize("in_memory", [True, False])
def test_large_effects_are_those_of_the_dense_twin(widths, in_memory, monkeypatch):
    found = of_one_factor(widths)
    fast, dense = OneFactor.of(found.columns), DenseStructure(found.columns)
    if not in_memory:
        fast = OneFactor(fast.E, fast.C, fast.widths)
    monkeypatch.setattr("stattools.latent.elimination.LARGE", 0.0)
    factors = tuple(np.tril(np.full((q, q), 0.5)) + np.eye(q) for q in widths)
    for T in (factors, tuple(np.zeros_like(one) for one in factors)):
        left, right = fast.evaluate(T), dense.evaluate(T)
        assert_allclose(left.cross, right.cross, rtol=1e-9, atol=1e-10)
        assert_allclose(left.diagonal_blocks[-1], right.diagonal_blocks[-1], rtol=1e-9, atol=1e-10)
        assert_allclose(left.projected[-1], right.projected[-1], rtol=1e-9, atol=1e-10)


def test_what_no_effects_make_is_the_residual_of_least_squares():
    columns = of_one_factor((2,)).columns
    fast, dense = OneFactor.of(columns), DenseStructure(columns)
    both = np.column_stack([columns.W[:-1].T, dense.design(0)])
    rest = columns.W[-1] - both @ np.linalg.lstsq(both, columns.W[-1])[0]
    assert_allclose(WithinGroups.of(fast.E, fast.C, columns).residual, rest @ rest, rtol=1e-10)


def test_a_covariance_of_long_columns_is_regular():
    assert is_regular(np.array([[1e6, 0.0], [1e6, 1.0]]))
    assert not is_regular(np.zeros((1, 1)))


@pytest.mark.parametrize("size", [1e3, 1e5])
def test_the_residual_beside_huge_effects_is_that_within_groups(size):
    r = np.random.default_rng(0)
    g, e = np.repeat(np.arange(12), 6), r.integers(-500, 500, 72) / 512.0
    y = np.round(size * r.normal(size=12))[g] + e  # exact in float64
    fit = st.fit(st.linear_mixed("y ~ 1 + (1 | g)", {"y": y, "g": g}))
    within = ((e.reshape(12, 6) - e.reshape(12, 6).mean(axis=1)[:, None]) ** 2).sum() / 60
    assert_allclose(fit.scale**2, within, rtol=1e-9)
    assert fit.solution.decrement <= 1e-8


def test_fixed_effects_that_least_squares_miss_by_much_cost_no_digits():
    r = np.random.default_rng(1)
    g, x = np.repeat(np.arange(12), 6), r.normal(size=72)
    y = x + 1e5 * r.normal(size=12)[g] + r.normal(size=72)
    fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", {"y": y, "x": x, "g": g}))
    means = [np.array([v[g == k].mean() for k in range(12)])[g] for v in (x, y)]
    slope = ((x - means[0]) @ (y - means[1])) / ((x - means[0]) ** 2).sum()
    assert_allclose(fit.estimate[1], slope, rtol=1e-7)  # that within groups, but for what is known between: 1e-10
    rest = y - means[1] - slope * (x - means[0])
    assert_allclose(fit.scale**2, (rest**2).sum() / 59, rtol=1e-7)
