"""The marginal likelihood by Laplace's approximation: its score by differences, and that of one group by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq
from scipy.special import expit

import stattools as st
from stattools.errors import IncompatibleError
from stattools.models.mixed.marginal import ByLaplace
from tests.models.mixed.small_mixed import crossed, mixed, term


def fourth_order(function, k, theta, h=1e-3):
    step = h * np.eye(len(theta))[k]
    near, far = (function(theta + by * step) - function(theta - by * step) for by in (1.0, 2.0))
    return (8.0 * near - far) / (12.0 * h)


@pytest.mark.parametrize("kind", [st.logistic, st.ordinal, st.negative_binomial])
def test_the_score_is_the_slope(kind):
    by = ByLaplace.of(crossed(kind, n=120))
    theta = by.start + 0.2 * np.random.default_rng(1).normal(size=len(by.start))
    found = by.evaluate(theta, 1)
    assert by.names[-4:] == ("T[1, 1] of (Intercept + x | g)", "T[2, 1] of (Intercept + x | g)",
                             "T[2, 2] of (Intercept + x | g)", "T[1, 1] of (Intercept | h)")  # fmt: skip
    slopes = [fourth_order(lambda at: by.evaluate(at, 0).loglik, k, theta) for k in range(len(theta))]
    assert_allclose(found.score, slopes, rtol=1e-7, atol=1e-7)


def test_the_information_is_the_slope_of_the_score():
    by = ByLaplace.of(crossed(st.poisson, n=120))
    found, theta = by.evaluate(by.start, 2).information, by.start
    bends = [-fourth_order(lambda at: by.evaluate(at, 1).score, k, theta) for k in range(len(theta))]
    assert_allclose(found, bends, rtol=1e-5, atol=1e-5)


def test_the_value_of_one_factor_is_a_sum_over_groups():
    model = crossed(n=120)
    by = ByLaplace.of(mixed(model.fixed, term(model.random[1].codes, "h")))
    theta = by.start
    eta, total = by.fixed.eta(theta[:-1]), 0.0
    for j in range(7):
        own = model.random[1].codes == j
        sign = np.where(np.asarray(model.fixed.rows.y)[own] > 0, 1.0, -1.0)

        def f(u, sign=sign, base=eta[own]):
            return -np.log1p(np.exp(-sign * (base + theta[-1] * u))).sum() - 0.5 * u**2

        def slope(u, sign=sign, base=eta[own]):
            return theta[-1] * (sign * expit(-sign * (base + theta[-1] * u))).sum() - u

        u = float(brentq(slope, -5.0, 5.0, xtol=1e-14))  # type: ignore[arg-type]
        p = expit(eta[own] + theta[-1] * u)
        total += f(u) - 0.5 * np.log(1.0 + theta[-1] ** 2 * (p * (1 - p)).sum())
    assert_allclose(by.evaluate(theta, 0).loglik, total, rtol=1e-12)


def test_a_point_without_a_mode_is_not_finite():
    by = ByLaplace.of(crossed(n=120))
    assert by.evaluate(np.full(len(by.start), np.nan), 1).loglik == -np.inf


def test_categories_without_order_are_refused():
    table = {"y": ["a", "b", "c", "a", "b", "c"] * 3, "x": np.arange(18.0) % 5}
    with pytest.raises(IncompatibleError, match="each category has one"):
        ByLaplace.of(mixed(st.softmax("y ~ x", table), term(np.arange(18) % 4, "g")))
