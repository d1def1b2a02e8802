"""Models: evaluations add, blocks change nothing, weights are repeated rows, loglik and score are what they say."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats
from scipy.special import expit

import stattools as st
from stattools.data.rows.rows import BLOCK_BYTES
from stattools.errors import DomainError
from stattools.models.evaluation import Evaluation
from stattools.models.predictor import Linear
from stattools.models.questions import CONCAVE
from stattools.models.regressions.binding import starting_point
from tests.cases import rng
from tests.gumbel import Gumbel, gumbel


def models(n: int = 300, **options):
    g = rng(0)
    X = g.normal(size=(n, 3)) * [1.0, 10.0, 0.1] + [0.0, 5.0, 2.0]
    yield st.ols(g.normal(size=n), X, **options)
    yield st.logistic(g.integers(0, 2, n), X, **options)
    yield st.poisson(g.poisson(3.0, n), X, **options)
    yield st.softmax(g.integers(0, 3, n), X, **options)


def theta_of(model):
    return 0.1 * rng(1).normal(size=len(model.names))


def parts(evaluation: Evaluation):
    return evaluation.loglik, evaluation.score, evaluation.information


FAR = (st.ols, st.logistic, st.probit, st.poisson, st.negative_binomial, st.gamma, st.softmax, st.ordinal, st.cox)


def test_evaluations_add():
    a = Evaluation(1.0, np.array([2.0]), np.array([[3.0]]))
    b = Evaluation(10.0, np.array([20.0]), np.array([[30.0]]))
    assert [np.sum(p) for p in parts(a + b)] == [11.0, 22.0, 33.0]


def test_a_running_sum_is_the_sum():
    one, two = (Evaluation(-k, np.full(2, k), np.full((2, 2), k), k) for k in (1.0, 2.0))
    total = one + two
    kept = two.score.copy()
    one += two
    assert (one.loglik, one.reach) == (total.loglik, total.reach)
    assert_allclose(one.score, total.score)
    assert_allclose(one.information, total.information)
    assert_allclose(two.score, kept)


def test_the_information_is_symmetric_in_many_blocks_and_parts():
    g, n, p = rng(9), 20_000, 60
    X = g.normal(size=(n, p))
    model = st.logistic(g.random(n) < 0.5, X, intercept=False)
    found = model.evaluate(np.zeros(p)).information
    assert_allclose(found, found.T, rtol=0, atol=0)
    assert_allclose(found, 0.25 * X.T @ X, rtol=1e-11, atol=1e-8)


@pytest.mark.parametrize("model", list(models()), ids=lambda m: m.kind)
def test_halves_add_to_the_whole(model):
    theta = theta_of(model)
    halves = [
        replace(model, rows=replace(model.rows, X=model.rows.X[part], y=model.rows.y[part]))
        for part in (slice(0, 130), slice(130, None))
    ]
    split = halves[0].evaluate(theta) + halves[1].evaluate(theta)
    for whole, summed in zip(parts(model.evaluate(theta)), parts(split), strict=True):
        assert_allclose(summed, whole, rtol=1e-12)


@pytest.mark.parametrize("model", list(models(20_000)), ids=lambda m: m.kind)
def test_blocks_change_nothing_beyond_round_off(model, monkeypatch):
    theta = theta_of(model)
    whole = model.evaluate(theta)
    monkeypatch.setattr("stattools.data.rows.rows.BLOCK_BYTES", BLOCK_BYTES // 100)
    assert len(list(model.rows.blocks())) > 20
    for a, b in zip(parts(model.evaluate(theta)), parts(whole), strict=True):
        assert_allclose(a, b, rtol=1e-11, atol=1e-9)


@pytest.mark.parametrize("model", list(models()), ids=lambda m: m.kind)
@pytest.mark.parametrize("order", ["C", "F"])
def test_score_and_information_are_derivatives(model, order):
    model = replace(model, rows=replace(model.rows, X=np.asarray(model.rows.X, order=order)))
    theta = theta_of(model)
    now, h = model.evaluate(theta), 1e-5
    for k, unit in enumerate(np.eye(len(theta))):
        up, down = model.evaluate(theta + h * unit), model.evaluate(theta - h * unit)
        assert_allclose(now.score[k], (up.loglik - down.loglik) / (2 * h), rtol=1e-6, atol=1e-4)
        assert_allclose(now.information[k], -(up.score - down.score) / (2 * h), rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("model", list(models()), ids=lambda m: m.kind)
def test_public_score_is_the_slope_of_public_loglik(model):
    """For `st.ols` both are taken at the scale's own maximum for theta."""
    theta, h = theta_of(model), 1e-6
    for k, unit in enumerate(np.eye(len(theta))):
        slope = (model.loglik(theta + h * unit) - model.loglik(theta - h * unit)) / (2 * h)
        assert_allclose(model.score(theta)[k], slope, rtol=1e-5, atol=1e-4)


def test_standardized_model_is_the_same_function():
    for model in models():
        work, T = model.standardized()
        phi = 0.1 * rng(2).normal(size=len(T))
        a, b = work.evaluate(phi), model.evaluate(T @ phi)
        assert_allclose(a.loglik, b.loglik, rtol=1e-12)
        assert_allclose(a.score, T.T @ b.score, rtol=1e-9, atol=1e-8)
        assert_allclose(a.information, T.T @ b.information @ T, rtol=1e-9, atol=1e-8)
        assert_allclose(T @ work.start, model.start, atol=1e-12)


def test_weight_two_is_the_row_twice():
    g = rng(3)
    weights = g.integers(0, 4, 300).astype(float)
    index = np.repeat(np.arange(300), weights.astype(int))
    for weighted, plain in zip(models(weights=weights), models(), strict=True):
        repeated = replace(plain, rows=replace(plain.rows, X=plain.rows.X[index], y=plain.rows.y[index]))
        for a, b in zip(
            parts(weighted.evaluate(theta_of(plain))), parts(repeated.evaluate(theta_of(plain))), strict=True
        ):
            assert_allclose(a, b, rtol=1e-11)
        assert weighted.n == repeated.n == weights.sum()


def test_theta_of_the_wrong_length_is_refused():
    for model in models():
        with pytest.raises(st.DomainError, match=rf"has {len(model.names)} coefficients .*; got theta of shape \(2,\)"):
            model.evaluate([0.0, 0.0])


def test_dispersion_is_the_squared_scale_that_standard_errors_use():
    """The decrement is a distance in standard errors only if it is divided by the same scale."""
    for model in models():
        fit = st.fit(model)
        assert_allclose(model.dispersion(fit.estimate), fit.scale**2, rtol=1e-12)


@pytest.mark.parametrize("n", [5000, 16391, 40011])
def test_the_information_is_whole_where_the_last_block_is_small(n):
    """Small blocks come as full products, large ones as upper triangles; their sum is symmetric all the same."""
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 6)) + 1.0
    model = st.logistic((random.random(n) < 0.5).astype(int), X, intercept=False)
    mean = expit(X @ np.full(6, 0.1))
    information = X.T @ (X * (mean * (1.0 - mean))[:, None])
    assert_allclose(model.evaluate(np.full(6, 0.1)).information, information, rtol=1e-11)


@pytest.mark.parametrize("make", [st.logistic, st.probit, st.poisson, st.negative_binomial])
def test_the_change_of_the_information_is_a_difference(make):
    g = rng(8)
    X = g.normal(size=(3000, 5))
    model = make(g.integers(0, 2, 3000), X, weights=g.integers(0, 3, 3000))
    theta, ahead = g.normal(size=(2, len(model.names))) * 0.2
    difference = model.evaluate(ahead).information - model.evaluate(theta).information
    assert_allclose(model.change(theta, ahead), difference, rtol=1e-10, atol=1e-9)


def test_each_parameter_has_columns_of_its_own():
    """A scale that moves with z: the maximum of SciPy's density, standard errors by differences, means by hand."""
    g = rng(4)
    x, z = g.normal(size=(2, 400))
    y = 1.0 + 0.5 * x + np.exp(0.2 + 0.4 * z) * g.gumbel(size=400)
    model = gumbel("y ~ x + z", {"y": y, "x": x, "z": z})
    predictor = Linear(3, 2, ((0, 2),), main=(0, 1))
    start = starting_point(model.likelihood, predictor, model.rows)
    fit = st.fit(replace(model, predictor=predictor, start=start))
    assert fit.names == ("Intercept", "x", "log scale: Intercept", "log scale: z")

    def loglik(theta):
        return stats.gumbel_r.logpdf(y, theta[0] + theta[1] * x, np.exp(theta[2] + theta[3] * z)).sum()

    found = optimize.minimize(lambda theta: -loglik(theta), start, method="BFGS", options={"gtol": 1e-6})
    assert_allclose(fit.estimate, found.x, atol=1e-6)  # where BFGS stops
    assert_allclose(fit.loglik, loglik(fit.estimate), rtol=1e-12)
    steps = 1e-5 * np.eye(4)
    H = np.array([(fit.model.score(fit.estimate - h) - fit.model.score(fit.estimate + h)) / 2e-5 for h in steps])
    assert_allclose(fit.covariance, np.linalg.inv(H), rtol=1e-6, atol=1e-9)
    location, scale = fit.estimate[0] + fit.estimate[1] * x, np.exp(fit.estimate[2] + fit.estimate[3] * z)
    gradient = np.column_stack([np.ones(400), x, np.euler_gamma * scale, np.euler_gamma * scale * z])
    se = np.sqrt(((gradient @ fit.covariance) * gradient).sum(axis=1))
    frame = fit.predict(interval=0.95)
    assert_allclose(frame["mean"], location + np.euler_gamma * scale, rtol=1e-12)
    assert_allclose((frame["upper"] - frame["mean"]) / se, stats.norm.ppf(0.975), rtol=1e-9)


@pytest.mark.parametrize("make", FAR, ids=lambda make: make.__name__)
@pytest.mark.parametrize("size", [1e155, 1e300, 1e308, -1e200])
def test_a_model_asked_beyond_float64_answers_in_words(make, size):
    """Columns and coefficients of any size: numbers, -inf as the logarithm of 0, or a DomainError; no warning."""
    y = np.tile([0.0, 1.0, 1.0, 0.0, 1.0], 3)
    for X in (np.append(np.linspace(-1.0, 1.0, 14), size), np.linspace(0.5, 1.0, 15) * size):
        table = {"y": y + 1.0 if make is st.gamma else y, "x": X, "e": np.ones(15), "t": np.arange(1.0, 16.0)}
        try:
            model = make("survival(t, e) ~ x" if make is st.cox else "y ~ x", table)
        except DomainError:
            continue
        for slope in (0.4, -1e3, 1e155, -1e300, 1e-300):
            theta = np.full(len(model.names), 0.2)
            theta[min(1, len(theta) - 1)] = slope
            for ask in ("loglik", "score", "information", "eta", "evaluate"):
                answer = 0.0
                with suppress(DomainError):
                    answer = getattr(model, ask)(theta) if ask in dir(model) else 0.0
                if ask != "evaluate":  # which solvers ask, and look whether it is finite
                    assert np.isfinite(answer).all() or (ask == "loglik" and answer == -np.inf)


def test_rows_of_several_linear_predictors_have_no_squared_residuals():
    table = {"y": [0, 0, 3, 1, 0, 5], "x": [1.0, 2, 3, 1, 2, 3]}
    for model in (st.negative_binomial("y ~ x", table), st.softmax("y ~ x", table)):
        with pytest.raises(st.IncompatibleError, match="no sums of squared residuals"):
            model.residual_sums(model.start)


class Copied(Gumbel):
    """A family that takes the flag of failure times, which is one of where all rows share the scale."""

    facts = replace(Gumbel.facts, concave_in_units=True)


def test_a_maximum_is_the_only_one_by_a_change_of_parameters_where_all_rows_share_the_others_alone():
    table = {"y": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0], "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]}
    assert not st.regression("y ~ x", table, Gumbel()).uniqueness
    assert st.regression("y ~ x", table, Copied()).uniqueness
    moving = st.regression("y ~ x", table, Copied(), scale="~ x")
    assert not moving.uniqueness
    assert moving.uniqueness != CONCAVE
    times = st.aft("survival(y) ~ x", table, distribution="lognormal")
    assert times.uniqueness
    assert times.uniqueness != CONCAVE
