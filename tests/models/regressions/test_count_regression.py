"""Regressions of counts: NB2 against statsmodels, exposure, the Poisson boundary."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose
from statsmodels.datasets import randhie

import stattools as st
from stattools.errors import DomainError, IdentificationError
from tests.cases import SOLVERS, rng


def overdispersed(n: int = 300):
    g = rng(0)
    X = g.normal(size=(n, 2)) * [1.0, 50.0] + [0.0, 300.0]
    mean = np.exp(0.5 + 0.4 * X[:, 0])
    return g.negative_binomial(1 / 0.7, 1 / (1 + 0.7 * mean)), X


def test_negative_binomial_equals_statsmodels_on_randhie():
    data = randhie.load_pandas().data
    fit = st.fit(st.negative_binomial(data.mdvis, data.drop(columns="mdvis")))
    reference = sm.NegativeBinomial(data.mdvis, sm.add_constant(data.drop(columns="mdvis")))
    start = np.append(fit.estimate[:-1] + 0.01, 1.0)
    ref = reference.fit(disp=0, method="newton", tol=1e-14, start_params=start, maxiter=100)
    alpha = np.exp(fit.estimate[-1])
    assert_allclose(fit.estimate[:-1], ref.params.iloc[:-1], rtol=1e-8)
    assert_allclose(alpha, ref.params.iloc[-1], rtol=1e-8)
    assert_allclose(fit.se[:-1], ref.bse.iloc[:-1], rtol=1e-7)
    assert_allclose(fit.se[-1] * alpha, ref.bse.iloc[-1], rtol=1e-7)
    assert_allclose(fit.loglik, ref.llf, rtol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: type(s).__name__)
def test_every_solver_reaches_the_maximum(solver):
    exact = st.fit(st.negative_binomial(*overdispersed()))
    fit = st.fit(st.negative_binomial(*overdispersed()), solver=solver)
    assert (np.abs(fit.estimate - exact.estimate) <= 3e-8 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=1e-7)


@pytest.mark.slow
def test_parameters_are_recovered():
    """95 % intervals of the slope and of log alpha hold the truth in 150 simulated sets about 142 times."""
    g, hits = rng(1), np.zeros(2)
    x = g.normal(size=400)
    mean = np.exp(1.0 + 0.3 * x)
    for _ in range(150):
        y = g.negative_binomial(2.0, 2.0 / (2.0 + mean))
        lower, upper = st.fit(st.negative_binomial(y, x)).interval()
        hits += (lower[1:] <= [0.3, np.log(0.5)]) & ([0.3, np.log(0.5)] <= upper[1:])
    assert (hits >= 134).all()  # binomial(150, 0.95): three standard deviations below


def test_counts_without_overdispersion_are_sent_to_poisson():
    g = rng(2)
    with pytest.raises(st.IdentificationError, match=r"not overdispersed.*Use st.poisson"):
        st.fit(st.negative_binomial(np.minimum(g.poisson(3.0, 200), 4), g.normal(size=200)))


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial], ids=lambda f: f.__name__)
def test_exposure_is_the_offset_of_its_logarithm(make):
    y, X = overdispersed()
    time = rng(3).uniform(0.5, 3.0, len(y))
    a, b = make(y, X, exposure=time), make(y, X, offset=np.log(time))
    np.testing.assert_array_equal(a.rows.offset, b.rows.offset)
    both = make(y, X, exposure=time, offset=np.ones(len(y)))
    assert_allclose(both.rows.offset, 1 + np.log(time), rtol=1e-15)
    with pytest.raises(st.DomainError, match=r"exposure= .* must be positive; got 0 in row 3"):
        make(y, X, exposure=np.where(np.arange(len(y)) == 3, 0.0, time))


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial], ids=lambda f: f.__name__)
def test_all_zero_counts_are_refused(make):
    with pytest.raises(st.DomainError, match="only zeros"):
        make([0, 0, 0, 0], [1.0, 2.0, 3.0, 5.0])


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial, st.hurdle, st.zero_inflated])
def test_rows_of_weight_0_do_not_count_as_positive_counts(make):
    table = {"y": [0, 0, 0, 0, 3, 5], "x": [1.0, 2.0, 0.5, 3.0, 1.0, 2.0], "w": [1, 2, 1, 1, 0, 0]}
    with pytest.raises(DomainError, match="only zeros in rows whose weight is not 0"):
        make("y ~ x", table, weights="w")


def test_successes_in_rows_of_weight_0_alone_leave_a_beta_binomial_without_a_maximum():
    table = {"y": [2, 0, 0, 0, 0], "x": [0.1, -0.1, 0.6, 1.0, 0.4], "m": [8, 6, 6, 5, 7], "w": [0, 6, 7, 1, 2]}
    with pytest.raises(IdentificationError, match="no maximum"):
        st.fit(st.beta_binomial("y ~ x", table, trials="m", weights="w"))
