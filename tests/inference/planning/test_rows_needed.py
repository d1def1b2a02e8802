"""Rows for a power, against the formula of Student's t."""

from collections import Counter

import numpy as np
import pytest
from scipy import special
from statsmodels.stats.power import TTestIndPower

import stattools as st
from stattools.errors import ConvergenceError, DomainError, IncompatibleError
from stattools.inference.resampling.power import Simulated, Truth, _first_guess, crossing, rows_needed


def arms(n=20):
    return st.ols("y ~ g", {"y": np.arange(n, dtype=float), "g": ["a", "b"] * (n // 2)})


def truth(effect, model=None, level=0.95):
    return Truth(arms() if model is None else model, np.array([0.0, effect]), 1.0, np.array([1]), "information", level)


@pytest.mark.parametrize("effect", [pytest.param(0.5, marks=pytest.mark.slow), 1.2])
def test_rows_are_those_of_the_t_test(effect):
    needed, there = rows_needed(truth(effect), 0.8, 1000, np.random.default_rng(1))
    exact = 2.0 * TTestIndPower().solve_power(effect, power=0.8, alpha=0.05)
    assert abs(needed.rows - exact) < 4.0 * needed.se + 1.0
    assert abs(there.rejected / 1000 - 0.8) < 0.06
    assert there.rows == needed.rows


def test_the_error_is_that_of_the_curve():
    """The standard error of the crossing against its spread over draws of the shares."""
    g, rows = np.random.default_rng(0), np.array([60.0, 80.0, 100.0, 125.0, 160.0])
    p = special.ndtr(-1.96 + 0.28 * np.sqrt(rows))
    found = np.array([crossing(rows, g.binomial(1000, p), 1000, 0.8) for _ in range(500)])
    assert found[:, 0].mean() == pytest.approx(100.0, abs=0.7)
    assert found[:, 0].std() == pytest.approx(found[:, 1].mean(), rel=0.12)  # Monte Carlo 3 %


def test_what_cannot_be_found_is_told():
    random = np.random.default_rng(1)
    with pytest.raises(DomainError, match="effect that is not 0"):
        rows_needed(truth(0.0), 0.8, 100, random)
    with pytest.raises(DomainError, match="already"):
        rows_needed(truth(60.0), 0.8, 100, random)
    with pytest.raises(IncompatibleError, match="search for the rows"):
        rows_needed(truth(1e-5), 0.8, 100, random)


def test_a_power_that_does_not_rise_is_told(monkeypatch):
    import stattools.inference.resampling.power as module

    def falling(truth, rows, draws, random):
        return Simulated(rows, draws, int(draws * 60.0 / (60.0 + rows)), 0, Counter())

    monkeypatch.setattr(module, "simulated", falling)
    with pytest.raises(ConvergenceError, match=r"does not rise to 0\.55 with the rows: at "):
        rows_needed(truth(0.5), 0.55, 1000, np.random.default_rng(1))


@pytest.mark.parametrize("away", [0.0, 2.0**64])
def test_the_first_guess_needs_no_digits_of_columns_far_from_0(away):
    """Their information as they are is singular in float64."""
    g = np.random.default_rng(1)
    table = {"x": g.normal(size=40), "g": away + 2.0**20 * np.arange(40), "y": g.integers(0, 2, 40)}
    theta = np.array([0.3 - 1e-8 * away, 0.5, 1e-8])
    of = Truth(st.logistic("y ~ x + g", table), theta, 1.0, np.array([1]), "information", 0.95)
    near = table | {"g": table["g"] - away}
    H = st.logistic("y ~ x + g", near).evaluate(theta + [1e-8 * away, 0.0, 0.0]).information
    variance = 40 * np.linalg.inv(H)[1, 1]
    wanted = (special.ndtri(0.8) + special.ndtri(0.975)) ** 2 * variance / 0.25
    assert _first_guess(of, 0.8) == pytest.approx(wanted, rel=1e-3)  # of the quantiles, whose other tail is left out
