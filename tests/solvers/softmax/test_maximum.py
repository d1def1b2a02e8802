"""Softmax by passes: the same maximum as Newton's method, whatever the weights, ridge, blocks and reference."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.penalties import maximize
from stattools.inference.penalties.penalized import _by_passes
from stattools.interface import memory
from stattools.solvers.first_order import LBFGS
from stattools.solvers.quasi_newton import newton_step
from stattools.solvers.softmax.maximum import large, maximize_softmax
from stattools.solvers.softmax.passes import SoftmaxPasses, metric_at


def made(n=600, p=4, K=4, seed=0, shift=0.0, **options):
    g = np.random.default_rng(seed)
    X = g.normal(size=(n, p)) + shift
    eta = (X - shift) @ g.normal(size=(K, p)).T + g.normal(size=K)
    return st.softmax((eta + g.gumbel(size=eta.shape)).argmax(axis=1), X, **options)


WEIGHTS = np.random.default_rng(3).integers(0, 4, 600)


@pytest.mark.parametrize("model", [made(), made(weights=WEIGHTS), made(shift=50.0), made(shift=1e6), made(K=3, p=100)])
def test_evaluations_are_the_models_own(model):
    work, _T = model.standardized()
    passes = SoftmaxPasses(model)
    theta = 0.3 * np.random.default_rng(1).normal(size=len(work.start))
    ours, own = passes.evaluate(theta), work.evaluate(theta)
    assert ours.loglik == pytest.approx(own.loglik, rel=1e-11)
    scale = np.sqrt(np.diagonal(own.information))
    np.testing.assert_allclose(ours.score / scale, own.score / scale, atol=1e-8)
    np.testing.assert_allclose(
        ours.information / scale / scale[:, None], own.information / scale / scale[:, None], atol=1e-8
    )
    passes.keep_probabilities(theta)
    v = np.random.default_rng(2).normal(size=len(theta))
    np.testing.assert_allclose(
        passes.times(v) / scale, own.information @ v / scale, atol=1e-7 * np.abs(v).max() * scale.max()
    )


@pytest.mark.parametrize("size", [30.0, 300.0])
def test_linear_predictors_beyond_the_range_of_exponentials_are_in_their_range(size):
    model = made()
    work, passes = model.standardized()[0], SoftmaxPasses(model)
    theta = size * np.random.default_rng(1).normal(size=len(work.start))
    own = work.evaluate(theta)
    for read, digits in ((passes, 1e-11), (passes.single(), 1e-5)):
        ours = read.evaluate(theta, order=1)
        assert ours.loglik == pytest.approx(own.loglik, rel=digits)
        np.testing.assert_allclose(ours.score, own.score, atol=100.0 * digits * np.abs(own.score).max())


@pytest.mark.parametrize("centered", [False, True])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_ridge_is_newtons(centered, weights):
    model, penalty = made(weights=weights), st.Ridge(0.7, centered=centered)
    slow = maximize(model, penalty, st.Newton())
    fast = _by_passes(model, penalty, LBFGS())
    np.testing.assert_allclose(fast.estimate, slow.estimate, atol=1e-9)
    assert fast.loglik == pytest.approx(slow.loglik, rel=1e-12)
    assert fast.converged
    assert fast.decrement <= 1e-8


@pytest.mark.parametrize("model", [made(), made(weights=WEIGHTS), made(shift=50.0)])
def test_maximum_is_newtons(model):
    slow = st.Newton().solve(model)
    se = np.sqrt(np.diagonal(slow.covariance))
    for covariance in (True, False):
        fast = maximize_softmax(model, covariance=covariance)
        np.testing.assert_allclose((fast.estimate - slow.estimate) / se, 0.0, atol=2e-8)
        assert fast.converged
        assert fast.decrement <= 1e-8
    fast = maximize_softmax(model)
    np.testing.assert_allclose(np.diagonal(fast.covariance), se**2, rtol=1e-7)


def test_offsets_are_added():
    from dataclasses import replace

    model = made()
    offset = np.random.default_rng(5).normal(size=600)
    model = replace(model, rows=replace(model.rows, offset=offset))
    fast, slow = maximize_softmax(model), st.Newton().solve(model)
    np.testing.assert_allclose(fast.estimate, slow.estimate, atol=1e-8)


def test_a_centered_ridge_is_the_same_for_every_reference_and_sklearns():
    from sklearn.linear_model import LogisticRegression

    model = made()
    y, X = model.rows.y.astype(int), model.rows.X[:, 1:]
    fits = [st.fit(st.softmax(y, X, reference=r), penalty=st.Ridge(2.0)) for r in (0, 2)]
    shares = [fit.predict().sort_index(axis=1).to_numpy() for fit in fits]
    np.testing.assert_allclose(*shares, atol=1e-9)
    found = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(shares[0], found.predict_proba(X), atol=1e-5)  # lbfgs stops at 1e-10 of its own
    with pytest.raises(IncompatibleError, match=r"needs st\.softmax"):
        st.fit(st.ols(X[:, 0], X[:, 1:]), penalty=st.Ridge(1.0, centered=True))


def test_the_decrement_is_that_of_the_information():
    model = made()
    passes = SoftmaxPasses(model)
    theta = np.full(passes.width * passes.p, 0.1)
    now = passes.evaluate(theta)
    metric = metric_at(passes, theta, own=True)
    step, decrement = newton_step(passes.times, now.score, metric, accuracy=1e-8)
    exact = np.linalg.solve(now.information, now.score)
    np.testing.assert_allclose(step, exact, atol=1e-7 * np.abs(exact).max())
    assert decrement == pytest.approx(np.sqrt(now.score @ exact), rel=1e-10)


@pytest.mark.slow
def test_large_models_go_by_passes_and_say_so():
    model = made(n=4000, p=40, K=6)
    assert large(model)
    assert not large(made())
    fit = st.fit(model)
    assert "L-BFGS" in str(fit)
    assert "Newton" in fit.solution.solver
    slow = st.fit(model, solver=st.Newton())
    np.testing.assert_allclose(fit.estimate, slow.estimate, atol=2e-8 * slow.se.max())
    np.testing.assert_allclose(fit.se, slow.se, rtol=1e-8)


def test_complete_separation_is_found_by_a_step():
    g = np.random.default_rng(0)
    X = g.normal(size=(300, 60))
    y = (X @ g.normal(size=(5, 60)).T).argmax(axis=1)
    with pytest.raises(IdentificationError, match="separated completely"):
        maximize_softmax(st.softmax(y, X))


def test_a_category_without_a_column_is_named_before_the_climb():
    g = np.random.default_rng(0)
    X, y = g.normal(size=(4000, 40)), g.integers(0, 6, 4000)
    X[:, 7] = (g.random(4000) < 0.1) & (y != 3)
    with pytest.raises(IdentificationError, match=r"x8 is at its smallest value in all rows where y is 3"):
        st.fit(st.softmax(y, X))


def test_standard_errors_that_do_not_fit_are_refused_with_the_number(monkeypatch):
    monkeypatch.setattr(memory, "SMALL", 100)
    monkeypatch.setattr(memory, "free_memory", lambda: 1e3)
    with pytest.raises(DomainError, match=r"15 coefficients would take 0\.0 MB of memory.*Ridge"):
        maximize_softmax(made())
