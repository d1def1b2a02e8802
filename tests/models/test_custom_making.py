"""`st.custom` with names and rows: the same numbers as the regression that the function writes out."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.inference.arviz.datatree import rows_said
from tests.cases import rng

X = np.column_stack([np.ones(60), rng(0).normal(size=60)])
Y = rng(1).poisson(np.exp(0.3 + 0.4 * X[:, 1])).astype(float)


def by_row(level, slope):
    return stats.poisson.logpmf(Y, np.exp(level + slope * X[:, 1]))


@pytest.fixture(scope="module")
def fits():
    own = st.fit(st.custom(by_row, start={"level": 0.0, "slope": 0.0}), cov="HC0")
    return own, st.fit(st.poisson(Y, X, intercept=False), cov="HC0")


def test_rows_give_n_and_robust_standard_errors(fits):
    own, exact = fits
    assert (own.n, own.names, own.cov) == (60, ("level", "slope"), "HC0")
    assert_allclose(own.estimate, exact.estimate, atol=1e-8 * exact.se.min())
    assert_allclose([own.loglik, own.bic], [exact.loglik, exact.bic], rtol=1e-12)
    assert_allclose(own.se, exact.se, rtol=1e-8)  # fourth-order differences


def test_names_give_the_numbers_of_the_array(fits):
    array = st.fit(st.custom(lambda t: by_row(*t).sum(), start=[0.0, 0.0], names=["level", "slope"]))
    assert_allclose(array.estimate, fits[0].estimate, atol=1e-8)
    assert np.isnan(array.model.n_telling)


def test_a_vector_by_name(fits):
    own = st.fit(st.custom(lambda beta: stats.poisson.logpmf(Y, np.exp(X @ beta)), start={"beta": [0.0, 0.0]}))
    assert own.names == ("beta[0]", "beta[1]")
    assert_allclose(own.estimate, fits[0].estimate, atol=1e-8)
    assert own.test("beta[1] = 0").p_value < 0.05


def test_a_point_may_be_impossible_in_one_number():
    def loglik(mean):
        return -np.inf if mean <= 0 else stats.poisson.logpmf(Y, mean)

    assert_allclose(st.fit(st.custom(loglik, start={"mean": 1.0})).estimate, [Y.mean()], rtol=1e-8)


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (by_row, {"n": 7}, "60 numbers, one for each row, and n=7"),
        (lambda level: np.zeros((2, 2)), {"start": {"level": 0.0}}, "must return one number"),
        (lambda level: by_row(level, 0.0)[: 60 - (level != 0)], {"start": {"level": 0.0}}, "array of 60 numbers"),
        (lambda level: ["a"], {"start": {"level": 0.0}}, "must return one number"),
        (by_row, {"start": {"level": 0.0, "slope": [[1.0]]}}, "or a vector of them"),
        (by_row, {"start": {}}, "one finite number per parameter"),
    ],
)
def test_what_does_not_fit_together(function, arguments, message):
    with pytest.raises(st.DomainError, match=message):
        st.fit(st.custom(function, **{"start": {"level": 0.0, "slope": 0.0}} | arguments))


def test_minus_a_log_likelihood_of_rows_is_asked_about():
    with pytest.raises(st.IdentificationError, match="is this the negative log-likelihood"):
        st.fit(st.custom(lambda level, slope: -by_row(level, slope), start={"level": 0.0, "slope": 0.0}))


def test_rows_at_many_points(fits):
    said = rows_said(fits[0].model)
    assert said is not None
    found = said(np.array([[0.0, 0.1], [0.3, 0.4]]))
    assert_allclose(found, [by_row(0.0, 0.1), by_row(0.3, 0.4)])


@pytest.mark.slow
def test_leave_one_out_of_rows(fits):
    own, poisson = (st.posterior(f.model, prior=st.Normal(0, 2), method="importance", seed=1) for f in fits)
    both: Any = st.compare(own, poisson, names=["own", "poisson"])
    assert_allclose(*both.pointwise, atol=0.02)  # of 4,000 draws
    assert any("rows of a function cannot be seen" in note for note in both.notes)
    assert own.to_arviz()["log_likelihood"]["y"].shape == (1, 4000, 60)
    summed = st.custom(lambda level, slope: by_row(level, slope).sum(), start={"level": 0.0, "slope": 0.0})
    with pytest.raises(st.IncompatibleError, match="Return an array from loglik"):
        st.compare(own, st.posterior(summed, prior=st.Normal(0, 2), method="importance", seed=1))
