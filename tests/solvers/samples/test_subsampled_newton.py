"""Samples of the rows first, all of them at the end: the numbers and the errors of Newton's method on all rows."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import stattools as st
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.subsampling import (
    DIFFERENT,
    MANY_ROWS,
    sample_sizes,
    sampled_start,
    step_carried,
    subsample_start,
    subsampled,
)
from tests.cases import rng
from tests.sizes import first

N, P = 80_000, 8
EVERY_ROW = st.Newton(subsample="never")


def columns(n: int = N, p: int = P, order: str = "C") -> np.ndarray:
    g = rng(1)
    X = g.normal(size=(n, p)) * np.linspace(0.1, 30.0, p) + np.linspace(-1.0, 5.0, p)
    X[:, 0] = 1.0
    return np.asarray(X, order=order)


def predictor(X: np.ndarray) -> np.ndarray:
    return 0.3 * ((X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1.0)) @ np.cos(range(X.shape[1]))


def cases():
    g, X = rng(2), columns()
    eta = predictor(X)
    p = special.expit(eta - 0.5)
    y = (g.random(N) < p).astype(float)
    weights, offset = g.integers(0, 4, N), g.normal(size=N)
    yield "logistic", st.logistic(y, X, intercept=False)
    yield "Fortran order", st.logistic(y, np.asfortranarray(X), intercept=False)
    yield "weights", st.logistic(y, X, intercept=False, weights=weights)
    yield "sorted", st.logistic(np.sort(y), X[np.argsort(y, kind="stable")], intercept=False)
    yield "sorted by a column", st.logistic(y[np.argsort(X[:, 3])], X[np.argsort(X[:, 3])], intercept=False)
    yield "offset", st.logistic(y, X, intercept=False, offset=offset)
    yield "grouped", st.logistic(g.binomial(7, p), X, intercept=False, trials=np.full(N, 7))
    yield "probit", st.probit(g.random(N) < special.ndtr(eta), X, intercept=False)
    yield "Poisson", st.poisson(g.poisson(np.exp(eta + 0.5 * offset)), X, intercept=False, offset=0.5 * offset)
    counts = g.poisson(np.exp(eta) * g.gamma(2.0, 0.5, N))
    yield "negative binomial", st.negative_binomial(counts, X, intercept=False)
    yield "negative binomial, weights", st.negative_binomial(counts, X, intercept=False, weights=weights)
    yield "far from 0", st.logistic(y, X + 1e6 * (np.arange(P) == 4), intercept=False)
    yield "no intercept", st.logistic(y, X[:, 1:], intercept=False)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(model, id=name, marks=[pytest.mark.slow] * (k % 2 or name == "negative binomial, weights"))
        for k, (name, model) in enumerate(cases())
    ],
)
def test_the_numbers_of_all_rows(model):
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert fit.solution.solver == "Newton on subsamples"
    assert exact.solution.solver == "Newton"
    assert 2 < fit.solution.reads < exact.solution.steps + 8
    assert (np.abs(fit.estimate - exact.estimate) <= 1e-8 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=1e-6)  # what the sample does not know of the last change
    assert_allclose(fit.loglik, exact.loglik, rtol=1e-13)


@pytest.mark.parametrize("model", [pytest.param(model, id=name) for name, model in list(cases())[:9:4]])
def test_the_certificate_is_that_of_all_rows(model):
    solution = st.fit(model).solution
    score = model.score(solution.estimate)
    assert solution.decrement <= 1e-8
    assert np.sqrt(score @ solution.covariance @ score) <= 1e-8
    assert_allclose(solution.reach, np.abs(model.eta(solution.estimate)).max(), rtol=1e-3)


def test_threads_change_nothing():
    model = dict(cases())["logistic"]
    g, X = rng(3), np.tile(model.rows.X, (4, 1))
    model = st.logistic((g.random(len(X)) < special.expit(predictor(X))), X, intercept=False)
    one = st.fit(model)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stattools.numerics.threads.free_threads", lambda: 2)
        two = st.fit(model)
    assert_array_equal(two.estimate, one.estimate)
    assert_array_equal(two.se, one.se)
    assert two.loglik == one.loglik


def test_a_sample_grows_until_enough_outcomes_differ():
    g, n, p = rng(5), 60_000, 20
    X = g.normal(size=(n, p))
    X[:, 0] = 1.0
    y = g.random(n) < special.expit(X[:, 1] - 4.0)
    model = st.logistic(y, X, intercept=False)
    small, large = sample_sizes(model)
    assert small < 10 * p / y.mean() < large  # the smaller size alone would hold too few
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert fit.solution.solver == "Newton on subsamples"
    assert (np.abs(fit.estimate - exact.estimate) <= 1e-8 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=1e-6)  # as above


@pytest.mark.parametrize("tails", first(1, ["lognormal", "t with 3 degrees of freedom", "rare dummies"]))
def test_far_rows_cost_no_digits(tails):
    """What such rows change, no sample knows: what is left of a step tells, and the information is formed again."""
    g, n, p = rng(3), 300_000, 20
    draws = {
        "lognormal": lambda: np.exp(g.normal(size=(n, p))),
        "t with 3 degrees of freedom": lambda: g.standard_t(3, size=(n, p)),
        "rare dummies": lambda: (g.random((n, p)) < np.geomspace(0.003, 0.3, p)).astype(float),
    }
    X = draws[tails]()
    X[:, 0] = 1.0
    y = g.random(n) < special.expit(predictor(X) / np.sqrt(p / 5.0) - 0.5)
    model = st.logistic(y, X, intercept=False)
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert fit.solution.solver == "Newton on subsamples"
    assert (np.abs(fit.estimate - exact.estimate) <= 2e-8 * exact.se).all()
    assert_allclose(fit.se, exact.se, rtol=2e-6)


def test_few_rows_are_all_read():
    model = replace(dict(cases())["logistic"])
    model = replace(model, rows=model.rows.sample(2000))
    assert sample_sizes(model) == []
    assert st.fit(model).solution.solver == "Newton"


def test_a_rare_outcome():
    g, n = rng(4), 1_000_000
    y = np.zeros(n)
    y[g.choice(n, 50, replace=False)] = 1.0
    model = st.logistic(y, g.normal(size=n))
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert fit.solution.solver == "Newton"
    assert_allclose(fit.estimate, exact.estimate, rtol=1e-12)


def test_a_rare_column():
    X = columns()
    X[:, 2] = 0.0
    X[[5, 70, 900, 7000, 60_000], 2] = 1.0
    y = (rng(5).random(N) < special.expit(0.2 * X[:, 1])).astype(float)
    y[[5, 70]], y[900] = 1.0, 0.0
    model = st.logistic(y, X, intercept=False)
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert (np.abs(fit.estimate - exact.estimate) <= 1e-8 * exact.se).all()
    assert fit.solution.decrement <= 1e-8


def test_separation_is_the_same_error():
    X = columns(p=7)
    y = (X[:, 3] > 9.0).astype(float)
    model = st.logistic(y, X[:, :4], intercept=False)
    messages = []
    for solver in (None, EVERY_ROW):
        with pytest.raises(st.IdentificationError, match="separate") as caught:
            st.fit(replace(model), solver=solver)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_aliased_columns_are_the_same_error():
    X = columns()
    X[:, 5] = X[:, 2] - 2.0 * X[:, 1]
    y = rng(6).random(N) < 0.4
    with pytest.raises(st.IdentificationError, match="cannot tell 1 of its 8 columns"):
        st.fit(st.logistic(y, X, intercept=False))


def test_the_page_says_how_often_the_rows_were_read():
    fit = st.fit(dict(cases())["logistic"])
    assert f"{fit.solution.reads} reads of all rows" in str(fit)


def test_options():
    with pytest.raises(st.DomainError, match="subsample"):
        st.Newton(subsample="always")
    with one_blas_thread():
        assert st.Newton(max_steps=2).solve(dict(cases())["logistic"]).status == "max-steps"


def test_constant_weights_are_repeated_rows():
    model = dict(cases())["logistic"]
    once, twice = st.fit(model), st.fit(replace(model, rows=replace(model.rows, weight=np.full(N, 2.0))))
    assert twice.solution.solver == "Newton on subsamples"
    assert (np.abs(twice.estimate - once.estimate) <= 1e-8 * once.se).all()
    assert_allclose(twice.se, once.se / np.sqrt(2.0), rtol=1e-6)  # as above
    assert_allclose(twice.loglik, 2.0 * once.loglik, rtol=1e-13)


@pytest.fixture(scope="module")
def model():
    g, n = rng(6), 100_000
    X = np.column_stack([np.ones(n), g.normal(size=(n, 5))])
    return st.logistic(g.random(n) < 1.0 / (1.0 + np.exp(-0.5 * X[:, 1])), X, intercept=False)


def test_sizes_are_an_eighth_and_an_eighth_of_it():
    few = st.ols(np.arange(1000.0), rng(1).normal(size=(1000, 3)))
    many = st.ols(np.arange(400_000.0), rng(1).normal(size=(400_000, 2)), intercept=False)
    assert sample_sizes(few) == []
    assert sample_sizes(many) == [6250, 50_000]


def test_the_start_is_as_near_as_its_sample_allows(model):
    start, end = subsample_start(model, sample_sizes(model)), st.fit(model, solver=st.Newton(subsample="never"))
    n, m, p = model.rows.n, start.samples[1].rows.n, 6
    # the maximum of m rows is sqrt(p n / m) standard errors away; three times that is room for chance
    assert start.metric.length(start.theta - end.estimate) < 3.0 * np.sqrt(p * n / m)
    exact = np.linalg.inv(end.covariance)
    assert_allclose(start.metric.information, exact, atol=0.05 * np.abs(exact).max())


def test_a_step_is_carried_to_where_it_leads(model):
    """With the sample itself as all rows, the metric is the information there."""
    sample = subsample_start(model, sample_sizes(model)).samples[0]
    theta = np.zeros(6)
    now = sample.evaluate(theta)
    _, metric = step_carried(theta, now, sample, 1.0)
    ahead = theta + np.linalg.solve(now.information, now.score)
    assert_allclose(metric.information, sample.evaluate(ahead).information, rtol=1e-9, atol=1e-9)


def test_a_rare_outcome_has_no_sample():
    g, n = rng(7), 100_000
    y = np.zeros(n)
    y[: 6 * DIFFERENT] = 1.0
    rare = st.logistic(y, g.normal(size=(n, 5)))
    with pytest.raises(st.IdentificationError, match="too few outcomes differ"):
        subsample_start(rare, sample_sizes(rare))


@pytest.mark.parametrize("far", [0.0, 1e5])
def test_many_rows_of_few_columns_start_near_their_maximum(far):
    """All rows take each step, so that the digits are those of a climb from the usual start."""
    g, n = rng(8), MANY_ROWS + 1
    X = np.column_stack([np.ones(n), g.normal(size=(n, 2)) + far])
    model = st.gamma(g.gamma(2.0, np.exp(0.5 * (X[:, 1] - far))), X, intercept=False)
    fit, exact = st.fit(model), st.fit(model, solver=EVERY_ROW)
    assert fit.solution.solver == exact.solution.solver == "Newton"
    assert fit.solution.steps < exact.solution.steps
    assert np.abs((fit.estimate - exact.estimate) / exact.se).max() < 1e-8
    assert_allclose(fit.se, exact.se, rtol=1e-10)


def test_few_rows_and_likelihoods_that_start_at_zero_start_where_they_do(model):
    g = rng(9)
    X, y = g.normal(size=(MANY_ROWS, 2)), g.gamma(2.0, size=MANY_ROWS)
    assert subsampled(st.gamma(y, X), 1e-8, 100) is None
    assert sampled_start(model) is None
    rare = np.zeros(MANY_ROWS + 5)
    rare[:5] = 1.0
    assert subsampled(st.poisson(rare, g.normal(size=(MANY_ROWS + 5, 2))), 1e-8, 100) is None
