"""The metric of an information: units do not matter to it, what is not definite and finite is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.solvers.metric import LONGEST, Metric, undetermined
from tests.cases import rng


def information(p=4):
    Z = rng(0).normal(size=(30, p))
    return Z.T @ Z


def test_equals_the_inverse():
    H, g = information(), rng(1).normal(size=4)
    metric = Metric(H)
    assert_allclose(metric.solve(g), np.linalg.solve(H, g), rtol=1e-12)
    assert_allclose(metric.norm(g) ** 2, g @ np.linalg.solve(H, g), rtol=1e-12)
    assert_allclose(metric.covariance(), np.linalg.inv(H), rtol=1e-12)
    assert_allclose(metric.log_determinant(), np.linalg.slogdet(H)[1], rtol=1e-12)
    assert_allclose(metric.times(9.0).norm(g), metric.norm(g) / 3.0, rtol=1e-14)
    unit = np.sqrt(np.diagonal(H))
    assert_allclose(metric.rcond, 1.0 / np.linalg.cond(H / np.outer(unit, unit), 1), rtol=1e-12)


@pytest.mark.parametrize("largest", [1e12, 1e140])
def test_units_do_not_matter(largest):
    H, g, unit = information(), rng(1).normal(size=4), np.array([1.0, largest, 1.0 / largest, 3.0])
    plain, scaled = Metric(H), Metric(H * unit[:, None] * unit)
    assert_allclose(scaled.norm(g * unit), plain.norm(g), rtol=1e-13)
    assert_allclose(scaled.solve(g * unit) * unit, plain.solve(g), rtol=1e-12)
    assert_allclose(scaled.rcond, plain.rcond, rtol=1e-12)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
def test_an_entry_that_is_not_positive_and_finite_is_named(bad):
    H = information()
    H[2, 2] = bad
    with pytest.raises(st.IdentificationError, match=f"coefficient 2 is {bad:.3g}"):
        Metric(H)
    assert Metric.where_definite(H) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_an_information_that_is_not_finite_off_its_diagonal_is_refused(bad):
    H = information()
    H[0, 3] = H[3, 0] = bad
    with pytest.raises(st.IdentificationError, match="singular"):
        Metric(H)


def test_a_combination_of_columns_is_named():
    with pytest.raises(st.IdentificationError, match="singular at coefficient 1"):
        Metric(np.ones((2, 2)))


def test_steps_stay_finite_where_the_information_is_all_but_none():
    step = Metric(np.diag([1e-300, 1.0])).solve(np.array([1e100, 2.0]))
    assert step.tolist() == [LONGEST, 2.0]


@pytest.mark.parametrize("closeness", [1.0, 1e-2, 1e-4, 1e-6])
@pytest.mark.parametrize("p", [1, 2, 5])
def test_well_conditioned_is_what_rcond_says(p, closeness):
    Z = rng(p).normal(size=(30, p)) * 10.0 ** np.arange(p)
    Z[:, -1] = Z[:, 0] + closeness * Z[:, -1]
    metric = Metric(Z.T @ Z)
    for least in 10.0 ** np.arange(-14.0, 0.0, 0.5):
        assert metric.well_conditioned(least) == (metric.rcond >= least)


def test_what_a_metric_keeps_of_its_factor_is_not_that_of_another():
    metric = Metric(information())
    metric.whiten(), metric.covariance()
    assert_allclose(metric.times(4.0).covariance(), metric.covariance() / 4.0, rtol=1e-14)
    assert_allclose(metric.times(4.0).whiten(), metric.whiten() / 2.0, rtol=1e-14)
    assert metric.times(4.0).well_conditioned(1e-9)


@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e120])
def test_what_is_not_determined_is_decided_with_a_margin(unit):
    """Round-off of either sign, by which a factorization succeeds or fails by chance, moves no answer."""
    g, succeeded = rng(5), 0
    for _ in range(40):
        Z = g.normal(size=(30, 4)) * [1.0, unit, 3.0, 1.0]
        Z[:, 2] = Z[:, 0] * g.normal() + Z[:, 1] / unit
        H = Z.T @ Z
        succeeded += Metric.where_definite(H) is not None
        assert undetermined(H) == 2
        assert undetermined(H[:2, :2]) is None
    assert 0 < succeeded < 40
    near = np.array([[1.0, 1.0 - 1e-8], [1.0 - 1e-8, 1.0]])  # a column that is nearly another is one of its own
    assert undetermined(near) is None
    assert undetermined(1e-15 * np.eye(2), np.ones(2)) == 0
