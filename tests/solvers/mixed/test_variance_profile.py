"""Profile intervals: against profiles by a slow search, exact forms, and lme4."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

import stattools as st
from stattools.errors import ConvergenceError
from stattools.solvers.mixed.maximum import Maximum
from stattools.solvers.mixed.mixed_maximum import MixedMaximum
from stattools.solvers.mixed.variance_profile import (
    VarianceParameter,
    VarianceProfile,
    _end,
    parameters,
    profile_ends,
)
from tests.latent.certified import table

CUT = float(chi2.ppf(0.95, 1))


def found(formula, data, **options):
    return st.fit(st.linear_mixed(formula, data), **options).found


@pytest.fixture(scope="module")
def slopes():
    rng = np.random.default_rng(5)
    codes, x = np.repeat(np.arange(9), 5), np.round(rng.normal(size=45), 2)
    u = rng.normal(size=(9, 2)) @ np.array([[1.5, 0.4], [0.0, 1.2]])
    y = x + u[codes, 0] + u[codes, 1] * x + rng.normal(size=45)
    return found("y ~ x + (x | g)", {"y": y, "x": x, "g": codes})


def test_the_gradient_is_the_slope_of_the_value(slopes):
    rng = np.random.default_rng(0)
    for of in parameters(slopes):
        profile = VarianceProfile(slopes, of)
        x = profile.start + 0.1 * rng.normal(size=len(profile.start))
        value, gradient = profile.at(x)
        for m in range(len(x)):
            if profile.is_correlation and m == profile.place:
                continue  # it is held, and its slope is not asked for
            step = 1e-6 * np.eye(len(x))[m]
            slope = (profile.at(x + step)[0] - profile.at(x - step)[0]) / 2e-6
            assert gradient[m] == pytest.approx(slope, rel=1e-5, abs=1e-5)  # differences
        assert value > profile.top


def test_the_held_parameter_has_the_value_that_is_asked_for(slopes):
    """At each end the least -2 log L of a slow search over the covariance itself is that of the cut."""
    of = parameters(slopes)[2]
    low, high = profile_ends(slopes, of, CUT)
    assert -1 < low < of.estimate < high < 1
    N, deviance, sigma = slopes.coordinates.to_effects[0], slopes.deviance, np.sqrt(slopes.profile.s2)

    def slow(end):
        def objective(v):
            a, b, s = np.exp(v)
            A = np.linalg.solve(N, np.array([[a, 0], [b * end, b * np.sqrt(1 - end**2)]])) / s
            at = deviance.structure.evaluate((A,))
            r2 = 1 / np.linalg.inv(at.cross)[-1, -1]
            log_gram = np.linalg.slogdet(at.cross[:-1, :-1])[1]
            s2 = (sigma * s) ** 2
            return at.log_determinant + log_gram + deviance.constant + deviance.d * np.log(2 * np.pi * s2) + r2 / s2

        options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000, "maxfev": 4000}
        return minimize(objective, [0.0, 0.0, 0.0], method="Nelder-Mead", options=options).fun

    for end in (low, high):
        assert slow(end) - slopes.profile.value == pytest.approx(CUT, abs=1e-6)


# confint(lmer(Reaction ~ Days + (Days | Subject), sleepstudy, REML = FALSE), oldNames = FALSE), lme4 1.1-37, which
# interpolates the profile by splines.
LME4 = {
    (0, 0, 0): (14.381481116, 37.716018740), (0, 1, 1): (3.801164762, 8.753366659),
    (0, 1, 0): (-0.481500443, 0.684986139), (-1, 0, 0): (22.898266215, 28.857997323),
}  # fmt: skip


def test_ends_are_those_of_lme4():
    best = found("Reaction ~ Days + (Days | Subject)", table("sleepstudy"), reml=False)
    for of in parameters(best):
        assert profile_ends(best, of, CUT) == pytest.approx(LME4[of.k, of.i, of.j], rel=1e-4)


def test_origin_and_unit_of_x_change_the_slope_alone():
    """The interval of the sd of a slope is that of a slope per another unit."""
    data = table("sleepstudy")
    shifted = data.assign(Days=(data.Days + 2000) / 7)
    one, other = (found("Reaction ~ Days + (Days | Subject)", rows) for rows in (data, shifted))
    near, far = (profile_ends(best, parameters(best)[1], CUT) for best in (one, other))
    np.testing.assert_allclose(far, 7 * np.array(near), rtol=1e-6)


def test_the_lower_end_is_0_where_the_profile_does_not_rise():
    codes = np.repeat(np.arange(3), 4)
    best = found("y ~ 1 + (1 | g)", {"y": [1.0, 2, 3, 4, 2, 3, 4, 1, 4, 3, 1, 2], "g": codes})
    sd, residual = parameters(best)
    low, high = profile_ends(best, sd, CUT)
    assert (sd.estimate, low) == (0.0, 0.0)
    assert high > 0
    profile = VarianceProfile(best, sd)
    assert profile.height(high) == pytest.approx(CUT, rel=1e-5)
    low, high = profile_ends(best, residual, CUT)
    assert 0 < low < residual.estimate < high


def test_a_correlation_that_is_not_there_has_no_interval(slopes):
    assert np.isnan(profile_ends(slopes, VarianceParameter(0, 1, 0, np.nan), CUT)).all()


def test_a_higher_likelihood_than_that_of_the_fit_is_an_error(slopes):
    """A planted fault: a fit that stopped too early."""
    early = slopes.deviance.at(1.4 * slopes.profile.theta)
    best = slopes.maximum
    stopped = Maximum(early, best.decrement, best.status, best.steps, best.trace, best.least)
    wrong = MixedMaximum(slopes.model, slopes.coordinates, slopes.deviance, stopped, slopes.reml)
    with pytest.raises(ConvergenceError, match="higher likelihood"):
        profile_ends(wrong, parameters(wrong)[0], CUT)


class Astray:
    """A parabola about 0.2 whose search does not come back from where it is at the end of the range."""

    def __init__(self):
        self.start, self.asked = "maximum", []

    def coordinates_of_maximum(self):
        return "maximum"

    def height(self, value):
        self.asked.append(value)
        if abs(value) == 1.0:
            self.start = "astray"
        return 60.0 if self.start == "astray" else 10.0 * (value - 0.2) ** 2


def test_what_a_search_finds_at_the_end_of_the_range_starts_no_other():
    made = []
    found = SimpleNamespace(profile_of=lambda of: made.append(Astray()) or made[-1])
    ends = profile_ends(found, VarianceParameter(0, 1, 0, 0.2), 3.6)
    np.testing.assert_allclose(ends, (-0.4, 0.8), atol=1e-4)
    assert all(len(set(one.asked)) == len(one.asked) > 2 for one in made)


def test_a_search_leaves_a_standard_deviation_of_0_where_no_correlation_counts(slopes):
    of = parameters(slopes)[2]
    fresh, stuck = VarianceProfile(slopes, of), VarianceProfile(slopes, of)
    stuck.start[0] = 0.0
    assert stuck.height(0.9 * of.estimate) == pytest.approx(fresh.height(0.9 * of.estimate), abs=1e-6)
    r = 0.9 * of.estimate
    x = stuck.coordinates_of_maximum()
    x[stuck.place], x[0] = r, 0.0
    step = np.eye(len(x))[0] * 1e-7
    assert stuck.at(x)[1][0] == pytest.approx((stuck.at(x + step)[0] - stuck.at(x)[0]) / 1e-7, rel=1e-4)


def test_an_end_at_a_jump_is_refused(slopes):
    class Jumping(VarianceProfile):
        def height(self, value):
            return 0.0 if value > 0.1 else 100.0

    of = parameters(slopes)[2]
    with pytest.raises(ConvergenceError, match="jumps past"):
        _end(Jumping(slopes, of), of, CUT, -1.0, -1.0)
