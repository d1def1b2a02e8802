"""Profile intervals where there is no maximum: against slow optimization, limits, and one-parameter closed forms."""

from contextlib import suppress

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special
from scipy.optimize import brentq, minimize

import stattools as st
from stattools.likelihoods import Categorical
from tests.cases import rng
from tests.inference.existence import classics

CUT = special.chdtri(1, 0.05)


def slow_profile(model: st.Model, j: int, t: float) -> float:
    """The supremum over the other coefficients by BFGS on standardized columns: what is infinite goes far enough."""
    work, T = model.standardized()
    normal = T[j] / (T[j] @ T[j])
    others = np.linalg.qr(T[j][:, None], mode="complete")[0][:, 1:]

    def loss(gamma):
        now = work.evaluate(normal * t + others @ gamma, order=1)
        return -now.loglik, -others.T @ now.score

    found = minimize(loss, np.zeros(others.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-11, "maxiter": 5000})
    return -found.fun


MODELS = {
    "endometrial": lambda: st.logistic("HG ~ NV + PI + EH", classics.endometrial()),
    "sex2": lambda: st.logistic("case ~ age + oc + vic + vicl + vis + dia", classics.sex2()),
}


@pytest.mark.parametrize("name", MODELS)
def test_every_end_is_where_the_slow_profile_reaches_the_cut(name):
    found = st.separation(MODELS[name]())
    assert found is not None
    interval = found.interval(0.95)
    assert interval.kind == "profile"
    infinite = list(found.infinite)
    for j, term in enumerate(interval.names):
        ends = [end for end in (interval.lower[j], interval.upper[j]) if np.isfinite(end)]
        assert len(ends) == (1 if term in infinite else 2)
        for end in ends:
            drop = 2.0 * (found.loglik - slow_profile(found.model, j, end))
            assert_allclose(drop, CUT, rtol=1e-6)  # BFGS stops at 1e-7 or so


def test_the_lower_end_of_an_infinite_coefficient_of_the_endometrial_data():
    found = st.separation(MODELS["endometrial"]())
    assert found is not None

    def above(t: float) -> float:
        return 2.0 * (found.loglik - slow_profile(found.model, 1, t)) - CUT

    lower, upper = found.interval(0.95)
    assert_allclose(lower[1], brentq(above, 0.0, 5.0, xtol=1e-12), atol=1e-7)
    assert upper[1] == np.inf


def test_one_column_in_closed_form():
    """All n of a group are 1: loglik = n log p, and the cut is at p^n = exp(-q / 2)."""
    n = 7
    X = np.kron(np.eye(2), np.ones((n, 1)))
    y = np.r_[np.ones(n), [0, 1, 1, 0, 1, 0, 0]]
    found = st.separation(st.logistic(y, X, names=["all", "some"], intercept=False))
    assert found is not None
    lower, upper = found.interval(0.9)
    p = np.exp(-0.5 * special.chdtri(1, 0.1) / n)
    assert_allclose(lower[0], special.logit(p), rtol=1e-9)
    assert upper[0] == np.inf
    alone = st.fit(st.logistic(y[n:], np.ones((n, 1)), intercept=False)).interval(0.9, kind="profile")
    assert_allclose([lower[1], upper[1]], [alone.lower[0], alone.upper[0]], rtol=1e-8)


def test_a_rate_of_zero_has_an_upper_end_only():
    """No event in exposure 20: -20 exp(eta) = -q / 2."""
    found = st.separation(st.poisson([0, 4, 9], [[1, 0], [0, 1], [0, 1]], intercept=False, exposure=[20, 3, 7]))
    assert found is not None
    lower, upper = found.interval()
    assert lower[0] == -np.inf
    assert_allclose(upper[0], np.log(0.5 * CUT / 20), rtol=1e-9)


@pytest.mark.parametrize("reference", ["a", "b", "c"])
def test_categories(reference):
    """Whichever the reference, intervals are those of a model without the certain rows and without what they decide."""
    g = rng(3)
    data = {"x": g.normal(size=90), "rare": np.repeat([0.0, 1.0], [80, 10])}
    data["k"] = np.where(data["rare"] == 1, g.choice(["a", "b"], 90), g.choice(["a", "b", "c"], 90))
    found = st.separation(st.softmax("k ~ x + rare", data, reference=reference))
    assert found is not None
    assert isinstance(found.model.likelihood, Categorical)
    lower, upper = found.interval()
    for j, name in enumerate(found.model.names):
        for end in (lower[j], upper[j]):
            if np.isfinite(end):
                assert_allclose(2.0 * (found.loglik - slow_profile(found.model, j, end)), CUT, rtol=1e-5)
        side = found.infinite.get(name, 0.0)
        assert (lower[j] == -np.inf) == (side < 0)
        assert (upper[j] == np.inf) == (side > 0)


def test_where_other_columns_can_take_its_part_a_coefficient_has_no_end():
    found = st.separation(st.logistic([0, 0, 1, 1], [[1.0, 1.0], [2.0, 2.5], [3.0, 2.7], [4.0, 4.0]]))
    assert found is not None
    lower, upper = found.interval()
    assert lower.tolist() == [-np.inf] * 3
    assert upper[1:].tolist() == [np.inf] * 2
    assert_allclose(2.0 * (found.loglik - slow_profile(found.model, 0, upper[0])), CUT, rtol=1e-5)


def test_wald_intervals_of_what_is_finite_and_errors():
    found = st.separation(MODELS["endometrial"]())
    assert found is not None
    lower, upper = found.interval(0.9, kind="wald")
    se = np.sqrt(np.diagonal(found.solution.covariance))
    half = special.ndtri(0.95) * se
    finite = [0, 2, 3]
    assert_allclose(lower[finite], (found.solution.estimate - half)[finite])
    assert_allclose(upper[finite], (found.solution.estimate + half)[finite])
    assert (lower[1], upper[1]) == (-np.inf, np.inf)
    with pytest.raises(st.IncompatibleError, match="got 'score'"):
        found.interval(kind="score")  # type: ignore[arg-type]
    with pytest.raises(st.DomainError, match="between 0 and 1"):
        found.interval(95)


def test_a_decrement_whose_square_is_beyond_float64():
    """On the way to the ends of a level of 1e-12, where OverflowError came through."""
    x = [1.0, 7.0, 1.0, 7.0, 2.0, 6.0, 1.0, 0.0, 8.0]
    found = st.separation(st.softmax("y ~ bs(x, df=4)", {"y": list("babbaaaab"), "x": x}))
    with suppress(st.ConvergenceError):  # round-off decides whether ends so near the estimate are found
        ends = found.table(1e-12)
        assert (ends["lower"] <= ends["upper"]).all()


def test_slopes_by_level_have_intervals_where_the_information_is_nearly_singular():
    """Of an interval far out the climb began at exp(400), or its last steps were slow: it was said to have failed."""
    g = np.random.default_rng(21)
    g.choice([40, 60, 90])
    level, x = g.choice(list("abcdefghijklmn"), 40), g.standard_normal(40)
    table = {"y": g.poisson(np.exp(0.5 * x - 0.7)), "g": level, "x": x}
    found = st.separation(st.poisson("y ~ x * g", table))
    interval = found.interval()
    infinite = np.isin(found.model.names, list(found.infinite))
    assert len(found.infinite) == 12
    assert np.isfinite([interval.lower[~infinite], interval.upper[~infinite]]).all()
    for name, lower, upper in zip(found.model.names, interval.lower, interval.upper, strict=True):
        assert lower < upper
        assert found.infinite.get(name, lower) in (lower, upper)
