"""Profile intervals: against profiles by a slow search, exact forms, and lme4."""

from itertools import pairwise
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

import stattools as st
from stattools.errors import ConvergenceError
from stattools.solvers.mixed import variance_profile
from stattools.solvers.mixed.maximum import Maximum, MixedMaximum
from stattools.solvers.mixed.variance_profile import VarianceParameter, VarianceProfile, parameters, profile_ends
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


class Curve(VarianceProfile):
    """A parameter alone, in coordinates without others, of which the fall is a function."""

    maximum, place, size, options = np.zeros(1), 0, 1.0, {}
    surface = SimpleNamespace(scattered=0)

    def __init__(self, fall, estimate, ceiling):
        self.fall, self.ceiling, self.reached = fall, ceiling, {estimate: self.maximum}

    def at(self, x):
        return self.fall(float(x[0])), np.zeros(1)

    def coordinate(self, value):
        return value

    def toward(self, x, held):
        return x

    def scattered(self, random):
        return self.maximum


def ends_of(fall, estimate, ceiling=np.inf):
    """The ends of a correlation whose profile is a function."""
    with patch.object(variance_profile, "VarianceProfile", lambda found, of: Curve(fall, estimate, ceiling)):
        return profile_ends(None, VarianceParameter(0, 1, 0, estimate), 3.6)


def test_ends_of_a_parabola_and_of_one_that_is_cut_off_below_and_above_the_cut():
    def parabola(r):
        return 10.0 * (r - 0.2) ** 2

    np.testing.assert_allclose(ends_of(parabola, 0.2), (-0.4, 0.8), atol=1e-6)
    np.testing.assert_allclose(ends_of(parabola, 0.2, ceiling=3.7), (-0.4, 0.8), atol=1e-6)
    assert ends_of(parabola, 0.2, ceiling=3.5) == (-1.0, 1.0)


def test_an_end_at_a_jump_is_refused():
    with pytest.raises(ConvergenceError, match="jumps past"):
        ends_of(lambda r: 0.0 if r > 0.1 else 100.0, 0.2)


class TwoValleys(Curve):
    """A fall with a second valley, lower and flatter, that only a search from the right start sees."""

    maximum, options = np.array([0.0, 0.0]), {"gtol": 1e-8}
    surface = SimpleNamespace(scattered=1)

    def scattered(self, random):
        return np.array([0.0, 5.0])

    def at(self, x):
        r, v = x
        beside, other = 40.0 * r**2 + v**2, 6.0 * r**2 + 0.1 + (v - 5.0) ** 2
        return (beside, np.array([0.0, 2.0 * v])) if v < 2.5 else (other, np.array([0.0, 2.0 * (v - 5.0)]))


def test_an_end_is_looked_for_again_where_a_search_from_elsewhere_comes_lower():
    with patch.object(variance_profile, "VarianceProfile", lambda found, of: TwoValleys(None, 0.0, np.inf)):
        ends = profile_ends(None, VarianceParameter(0, 1, 0, 0.0), 3.6)
    np.testing.assert_allclose(ends, (-np.sqrt(3.5 / 6.0), np.sqrt(3.5 / 6.0)), rtol=1e-5)


# Potthoff and Roy, Biometrika 51 (1964), table 1: distances in mm at ages 8, 10, 12 and 14 of 16 boys and 11 girls.
BOYS = """26 25 29 31 21.5 22.5 23 26.5 23 22.5 24 27.5 25.5 27.5 26.5 27 20 23.5 22.5 26 24.5 25.5 27 28.5 22 22
24.5 26.5 24 21.5 24.5 25.5 23 20.5 31 26 27.5 28 31 31.5 23 23 23.5 25 21.5 23.5 24 28 17 24.5 26 29.5
22.5 25.5 25.5 26 23 24.5 26 30 22 21.5 23.5 25"""
GIRLS = """21 20 21.5 23 21 21.5 24 25.5 20.5 24 24.5 26 23.5 24.5 25 26.5 21.5 23 22.5 23.5 20 21 21 22.5 21.5 22.5
23 25 23 23 23.5 24 20 21 22 21.5 16.5 19 19 19.5 24.5 25 28 28"""


@pytest.fixture(scope="module")
def growth():
    distance = np.array((BOYS + " " + GIRLS).split(), dtype=float)
    table = {"distance": distance, "age": np.tile([8.0, 10.0, 12.0, 14.0], 27)}
    table |= {"boy": np.repeat([1.0, 0.0], [64, 44]), "child": np.arange(108) // 4}
    return st.fit(st.linear_mixed("distance ~ age * boy + (age | child)", table))


def test_a_correlation_has_any_value_where_one_of_its_effects_need_not_vary(growth):
    """Its profile is nowhere above the fall of the model without a random slope."""
    assert growth.loglik == pytest.approx(-216.290830751, abs=1e-8)  # R: nlme::lme(..., random = ~ age | child)
    of = parameters(growth.found)[2]
    assert growth.found.falls_at_zero[0][1] == pytest.approx(1.17558769853, rel=1e-6)  # lme without the slope
    assert profile_ends(growth.found, of, float(chi2.ppf(0.8, 1))) == (-1.0, 1.0)
    low, high = profile_ends(growth.found, of, float(chi2.ppf(0.5, 1)))  # 0.45: below that
    profile = VarianceProfile(growth.found, of)
    assert (profile.height(low), profile.height(high)) == pytest.approx([chi2.ppf(0.5, 1)] * 2, rel=1e-5)
    assert max(profile.height(r) for r in (-1.0, -0.9, 0.0, 0.5, 1.0)) <= profile.ceiling


def test_every_interval_is_found_and_they_are_nested(growth):
    each = [growth.variance_components(level) for level in (0.5, 0.8, 0.94, 0.95, 0.99)]
    for near, far in pairwise([each[0].assign(lower=each[0]["estimate"], upper=each[0]["estimate"]), *each]):
        assert (far["lower"] <= near["lower"]).all()
        assert (near["upper"] <= far["upper"]).all()


def weak(seed, kind):
    """Slopes that hardly vary, correlated or not."""
    r = np.random.default_rng(seed)
    groups, size = int(r.integers(8, 20)), int(r.integers(4, 7))
    g, x, z = np.repeat(np.arange(groups), size), r.normal(size=groups * size), r.normal(size=groups * size)
    u = r.normal(size=(groups, 3)) * [1.0, r.choice([0.0, 0.1, 0.3]), r.choice([0.0, 0.2])]
    y = x + u[g, 0] + u[g, 1] * x + u[g, 2] * z * (kind == "three") + r.normal(size=len(g))
    formula = {"two": "y ~ x + (x | g)", "three": "y ~ x + z + (x + z | g)", "crossed": "y ~ x + (x | g) + (1 | h)"}
    return formula[kind], {"y": y, "x": x, "z": z, "g": g, "h": np.arange(len(g)) % size}


def slow_least(found, of, value, starts=8):
    """The least -2 log L of a slow search over factors of covariances, by differences and from many points."""
    rng, deviance, widths = np.random.default_rng(1), found.deviance, [len(T) for T in found.profile.factors]
    N = [back * found.coordinates.unit for back in found.to_effects]

    def least(held):
        order = [held.i, held.j] if held.is_correlation else [held.i]
        order += [m for m in range(widths[held.k]) if m not in order]

        def objective(v):
            s, rest, factors = np.exp(v[0]), v[1:], []
            for k, q in enumerate(widths):
                L = np.zeros((q, q))
                L[np.tril_indices(q)], rest = rest[: q * (q + 1) // 2], rest[q * (q + 1) // 2 :]
                if k == held.k and held.is_correlation:
                    a, b = np.exp(L[0, 0]), np.exp(L[1, 1])
                    L[0, 0], L[1, :2] = a, (b * value, b * np.sqrt(max(1.0 - value**2, 0.0)))
                elif k == held.k:
                    L[0, 0] = value if held is of else 0.0
                root = np.empty_like(L)
                root[order if k == held.k else np.arange(q)] = L
                factors.append(np.linalg.solve(N[k], root) / s)
            try:
                at = deviance.structure.evaluate(tuple(factors))
            except np.linalg.LinAlgError:  # a step far beyond any variance
                return 1e9
            r2 = 1.0 / np.linalg.inv(at.cross)[-1, -1]
            log_gram = np.linalg.slogdet(at.cross[:-1, :-1])[1] if deviance.reml else 0.0
            return at.log_determinant + log_gram + deviance.constant + deviance.d * np.log(2 * np.pi * s**2) + r2 / s**2

        first = [rng.normal(size=1 + sum(q * (q + 1) // 2 for q in widths)) * 0.7 for _ in range(starts)]
        with np.errstate(all="ignore"):
            return min(minimize(objective, one, method="BFGS", options={"gtol": 1e-5}).fun for one in first)

    parts = [of]
    if of.is_correlation:
        parts += [VarianceParameter(of.k, m, m, 0.0) for m in (of.i, of.j)]
    return min(map(least, parts)) - found.profile.value


@pytest.mark.slow
@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize(("kind", "seed"), [("two", 0), ("two", 1), ("two", 2), ("three", 0), ("crossed", 1)])
def test_weak_slopes_have_the_intervals_of_a_slow_search(kind, seed, reml):
    """At each end that is not that of the range a slow search finds the cut, and at those of the range less."""
    best = found(*weak(seed, kind), reml=reml)
    for of in parameters(best):
        if of.k < 0 or np.isnan(of.estimate):
            continue
        ends = profile_ends(best, of, CUT)
        for end, last in zip(ends, (-1.0 if of.is_correlation else 0.0, 1.0), strict=True):
            fall = slow_least(best, of, end)
            if end == last:
                assert fall <= CUT + 1e-4
            else:
                assert fall == pytest.approx(CUT, abs=1e-4)
