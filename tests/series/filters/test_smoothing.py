import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, logit
from statsmodels.datasets import nile
from statsmodels.tsa.api import SimpleExpSmoothing
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

import stattools as st
from tests.cases import rng
from tests.series.filters.twins import filter_loop

NILE = nile.load_pandas().data["volume"].to_numpy(float)
OIL = (
    "445.36 453.20 454.41 422.38 456.04 440.39 425.19 486.21 500.43 521.28 508.95 488.89 509.87 456.72 473.82 525.95 "
    "549.83 542.34"
)
"""Saudi Arabian oil production, 1996 to 2013: Hyndman & Athanasopoulos, Forecasting (2018), 7.1."""


def moving(n=300, seed=1):
    """A level followed with a weight that a covariate moves, and the covariate."""
    z, y, level = rng(seed).normal(size=n), np.empty(n), 10.0
    for t, (noise, w) in enumerate(zip(rng(seed + 1).normal(size=n), expit(-1.0 + z), strict=True)):
        y[t] = level + noise
        level += w * (y[t] - level)
    return y, z


def with_gaps(y):
    y = y.copy()
    y[:2], y[40:50], y[-1] = np.nan, np.nan, np.nan
    return y


Y, Z = moving()
MODELS = {
    "constant": lambda: st.exponential_smoothing(Y),
    "first": lambda: st.exponential_smoothing(Y, initial="first"),
    "given level": lambda: st.exponential_smoothing(Y, initial=9.0),
    "gaps": lambda: st.exponential_smoothing(with_gaps(Y)),
    "gaps, first": lambda: st.exponential_smoothing(with_gaps(Y), initial="first", weights=Z),
    "covariate": lambda: st.exponential_smoothing(Y, weights="~ z", data={"z": Z}),
    "covariates": lambda: st.exponential_smoothing(with_gaps(Y), weights=np.column_stack([Z, Z**2])),
    "held": lambda: st.exponential_smoothing(Y, weights=0.3),
}


@pytest.mark.parametrize("case", MODELS)
def test_score_and_information_are_the_derivatives(case):
    model = MODELS[case]()
    theta = model.start + 0.1 * rng(3).normal(size=len(model.start))
    h = 1e-4
    axes = np.eye(len(theta)) * h
    slope = [(model.loglik(theta + e) - model.loglik(theta - e)) / (2 * h) for e in axes]
    now = model.evaluate(theta)
    assert_allclose(now.score, slope, rtol=1e-5, atol=1e-5)
    bend = [(model.evaluate(theta + e, 1).score - model.evaluate(theta - e, 1).score) / (2 * h) for e in axes]
    assert_allclose(now.information, -np.array(bend), rtol=1e-5, atol=1e-5)
    assert model.evaluate(theta, 0).loglik == now.loglik == model.loglik(theta)


@pytest.mark.parametrize("case", MODELS)
def test_the_loglik_is_that_of_a_loop(case):
    model = MODELS[case]()
    theta = model.start
    w, sigma = model.weights(theta), np.exp(theta[-1])
    level = theta[-2] if model.free else model.first
    total = 0.0
    for t in range(len(Y)):
        if model.used[t]:
            error = model.y[t] - level
            total += -0.5 * np.log(2 * np.pi * sigma**2) - 0.5 * (error / sigma) ** 2
            level += w[t] * error
    assert_allclose(model.loglik(theta), total, rtol=1e-12)


def test_the_nile_in_statsmodels():
    """The log-likelihood at our point is ETS(A,N,N)'s to the last digits, and higher than at its own."""
    fit = st.fit(st.exponential_smoothing(NILE))
    weight, level = float(expit(fit.estimate[0])), float(fit.estimate[1])
    ets = ETSModel(NILE, error="add")
    assert_allclose(fit.loglik, ets.loglike([weight, level]), rtol=1e-13)
    assert fit.loglik > ets.fit(disp=0).llf
    # Its optimizer stops at 6 digits.
    ses = SimpleExpSmoothing(NILE, initialization_method="estimated").fit()
    assert_allclose(weight, ses.params["smoothing_level"], rtol=1e-5)
    assert_allclose(level, ses.params["initial_level"], rtol=1e-5)
    assert_allclose(np.exp(fit.estimate[2]), np.sqrt(ses.sse / 100), rtol=1e-9)
    assert_allclose(fit.model.errors(fit.estimate).level, ses.level, rtol=1e-5)


def test_standard_errors_are_those_of_the_concentrated_likelihood():
    """Of the weight and the level, sigma profiled out: a numerical Hessian of statsmodels' log-likelihood."""
    fit = st.fit(st.exponential_smoothing(NILE))
    ets = ETSModel(NILE, error="add")

    def loglik(theta):
        return float(ets.loglike([expit(theta[0]), theta[1]]))

    h = np.array([1e-2, 1.0])
    H = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            e, f = np.eye(2)[i] * h, np.eye(2)[j] * h
            ends = [loglik(fit.estimate[:2] + s * e + t * f) * s * t for s in (-1, 1) for t in (-1, 1)]
            H[i, j] = sum(ends) / (4 * h[i] * h[j])
    assert_allclose(np.sqrt(np.diag(np.linalg.inv(-H))), fit.se[:2], rtol=1e-3)  # of a difference of step 1e-2


def test_ses_of_r():
    """forecast::ses(window(oil, 1996)), as printed by Hyndman & Athanasopoulos (2018), 7.1: alpha 0.8339, l 446.5868,
    sigma 29.8282; forecast 542.6806, 95 % from 484.2183 to 601.1429. R stops its optimizer early: tolerances are what
    is printed and the flatness at the top.
    """
    fit = st.fit(st.exponential_smoothing([float(value) for value in OIL.split()]))
    assert_allclose(expit(fit.estimate[0]), 0.8339, atol=2e-4)
    assert_allclose(fit.estimate[1], 446.5868, atol=0.02)
    coming = fit.forecast(5, level=0.95)
    assert_allclose(np.sqrt(coming["variance"][0]), 29.8282, atol=0.002)
    assert_allclose(coming["mean"], 542.6806, atol=0.002)
    assert_allclose(coming.loc[0, ["lower", "upper"]].to_numpy(float), [484.2183, 601.1429], atol=0.01)


def test_forecast_variance_is_that_of_statsmodels():
    fit = st.fit(st.exponential_smoothing(NILE))
    weight, level = float(expit(fit.estimate[0])), float(fit.estimate[1])
    ets = ETSModel(pd.Series(NILE), error="add", initialization_method="known", initial_level=level)
    theirs = ets.smooth([weight]).get_prediction(start=100, end=109)
    ours = fit.forecast(10, level=0.9)
    assert_allclose(ours["mean"], theirs.predicted_mean, rtol=1e-12)
    # Its variance is the mean square, ours is divided by the degrees of freedom.
    assert_allclose(ours["variance"] * 98 / 100, theirs.forecast_variance, rtol=1e-10)


def test_a_covariate_moves_the_weight_and_its_forecasts():
    y, z = moving(3000, seed=5)
    fit = st.fit(st.exponential_smoothing(y, weights="~ z", data={"z": z}))
    assert fit.names == ("logit weight: Intercept", "logit weight: z", "level", "log sigma")
    assert np.abs((fit.estimate[[0, 1, 3]] - [-1.0, 1.0, 0.0]) / fit.se[[0, 1, 3]]).max() < 3.0
    coming = fit.forecast(3, data={"z": [0.0, 2.0, 9.0]})
    w = expit(fit.estimate[0] + fit.estimate[1] * np.array([0.0, 2.0]))
    assert_allclose(
        coming["variance"] / coming["variance"][0], [1.0, 1 + w[0] ** 2, 1 + w[0] ** 2 + w[1] ** 2], rtol=1e-12
    )
    same = st.fit(st.exponential_smoothing(pd.Series(y), weights=z))
    assert_allclose(same.estimate, fit.estimate, rtol=1e-9)
    nested = st.fit(st.exponential_smoothing(y))
    assert 2 * (fit.loglik - nested.loglik) > 30


def test_filtered_is_the_filter_and_gaps_stay():
    model = st.exponential_smoothing(with_gaps(Y))
    fit = st.fit(model)
    frame = model.filtered(fit.estimate)
    there = ~np.isnan(with_gaps(Y))
    level = filter_loop(Y[there], model.weights(fit.estimate)[there], fit.estimate[1])
    assert_allclose(frame["level"].to_numpy()[there], level, rtol=1e-13)
    assert (frame["weight"][40:50] == 0).all()
    assert frame["error"][40:50].isna().all()
    assert_allclose(frame["error"][there], (frame["observed"] - frame["forecast"])[there], rtol=1e-13)
    assert fit.n == there.sum()


def test_the_fit_moves_with_the_units():
    one, other = st.fit(st.exponential_smoothing(NILE)), st.fit(st.exponential_smoothing(1e-7 * NILE + 3.0))
    assert_allclose(other.estimate[0], one.estimate[0], rtol=1e-5)  # 3 + 1e-4 has 12 digits
    assert_allclose(other.estimate[2], one.estimate[2] + np.log(1e-7), rtol=1e-8)


def test_a_walk_whose_steps_go_on_has_the_weight_1():
    """What came up goes on up, and a weight beyond 1 would be better."""
    trend = np.cumsum(np.cumsum(rng(9).normal(size=400)))
    fit = st.fit(st.exponential_smoothing(trend))
    assert "the weight at its edge, 1" in fit.model.title
    assert_allclose(fit.forecast(2)["mean"], trend[-1], rtol=1e-15)


def test_intervals_tests_and_pages_work_on_the_fit():
    fit = st.fit(st.exponential_smoothing(NILE))
    assert "Exponential smoothing" in str(fit)
    lower, upper = fit.interval(kind="wald")
    assert (lower < fit.estimate).all()
    assert (fit.estimate < upper).all()
    assert list(fit.table()["term"]) == list(fit.names)
    assert_allclose(fit.bic, 3 * np.log(100) - 2 * fit.loglik)
    assert_allclose(logit(fit.model.weights(fit.estimate)[0]), fit.estimate[0], rtol=1e-12)


ENDS = {
    1.0: np.cumsum(np.cumsum(np.random.default_rng(3).normal(size=60))),
    0.0: np.where(np.arange(60) % 2, 1.0, -1.0) + 0.01 * np.random.default_rng(3).normal(size=60),
}


@pytest.mark.parametrize("edge", ENDS)
@pytest.mark.parametrize("initial", ["estimated", 0.0])
def test_a_weight_with_its_maximum_at_an_end_is_held_there(edge, initial, tmp_path):
    """The maximum over (0, 1) is approached and not reached; at its end the other parameters have theirs."""
    y = ENDS[edge]
    fit = st.fit(st.exponential_smoothing(y, initial=initial))
    held = st.fit(st.exponential_smoothing(y, initial=initial, weights=edge))
    assert_allclose(fit.estimate, held.estimate, rtol=1e-12)
    assert fit.names == held.names == (("level", "log sigma") if initial == "estimated" else ("log sigma",))
    assert f"weight at its edge, {edge:g}" in str(fit)
    for nearby in (abs(edge - 1e-3), abs(edge - 1e-6)):
        assert st.fit(st.exponential_smoothing(y, initial=initial, weights=nearby)).loglik < fit.loglik
    mean = y[-1] if edge else fit.estimate[0] if initial == "estimated" else 0.0
    assert_allclose(fit.forecast(3)["mean"], mean)
    assert np.isfinite(fit.interval().lower).all()
    assert st.validate(fit).ok
    st.report(fit, to=tmp_path / "r")
    assert f"edge, {edge:g}" in (tmp_path / "r.md").read_text(encoding="utf-8")
