"""Every link against mpmath at its own digits, by differences, and at its ends."""

import mpmath
import numpy as np
import pytest
from numpy.testing import assert_allclose

from stattools.likelihoods.links import LARGEST, LINKS

MEANS = {
    "identity": lambda t: t,
    "log": mpmath.exp,
    "logit": lambda t: 1 / (1 + mpmath.exp(-t)),
    "probit": lambda t: mpmath.erfc(-t / mpmath.sqrt(2)) / 2,
    "cloglog": lambda t: -mpmath.expm1(-mpmath.exp(t)),
    "loglog": lambda t: mpmath.exp(-mpmath.exp(-t)),
    "cauchit": lambda t: mpmath.atan2(1, -t) / mpmath.pi,
    "inverse": lambda t: 1 / t,
    "inverse-squared": lambda t: 1 / mpmath.sqrt(t),
    "sqrt": lambda t: t * t,
}
EXACT = {
    "plain": lambda m: m,
    "log_mean": mpmath.log,
    "log_rest": lambda m: mpmath.log(1 - m),
    "log_odds": lambda m: mpmath.log(m / (1 - m)),
}
POSITIVE = ("identity", "inverse", "inverse-squared", "sqrt")
ETA = np.array([-12.0, -5.0, -2.4, -1.0, -0.3, -1e-3, 1e-6, 0.02, 0.5, 1.2, 2.5, 4.0])

every = pytest.mark.parametrize("link", LINKS.values(), ids=list(LINKS))


def points(link, form):
    """Linear predictors whose mean is in the range of what is asked of it."""
    eta = np.abs(ETA) if link.name in POSITIVE and (form != "plain" or link.name.startswith("inverse-")) else ETA
    if form in ("log_rest", "log_odds") and link.ends != (0.0, 1.0):
        eta = 1.0 / (1.5 + np.abs(eta)) if not link.name.startswith("inverse") else 1.5 + np.abs(eta)
        eta = -eta if link.name == "log" else eta
    return eta


def test_the_names_are_those_of_the_means():
    assert LINKS.keys() == MEANS.keys()
    assert all(link.name == name and link.words for name, link in LINKS.items())


@every
@pytest.mark.parametrize("form", EXACT)
def test_values_slopes_and_bends_have_their_digits(link, form):
    eta = points(link, form)
    with mpmath.workdps(100):
        curve = [mpmath.taylor(lambda t: EXACT[form](MEANS[link.name](t)), mpmath.mpf(x), 2) for x in eta.tolist()]
        exact = np.array([[float(a), float(b), float(2 * c)] for a, b, c in curve]).T
    # SciPy's log_expit, log_ndtr and expit owe 1e-14; a log odds near 0 is a difference of two logarithms
    for found, wanted in zip(getattr(link, form)(eta), exact, strict=True):
        assert_allclose(found, wanted, rtol=2e-13, atol=1e-15 if form == "log_odds" else 1e-300)


@every
def test_of_is_the_inverse_of_the_mean(link):
    eta = np.linspace(0.1, 2.0, 9)
    assert_allclose(link.of(link.mean(eta)), eta, rtol=1e-13)
    if link.ends[0] in (0.0, -np.inf):
        assert_allclose(link.of(link.mean(-eta)), -eta, rtol=1e-13)


@every
@pytest.mark.parametrize("size", [30.0, 300.0, 1e4])
def test_nothing_overflows_and_the_ends_are_reached(link, size):
    eta = np.array([-size, size]) if link.name != "inverse-squared" else np.array([size])
    unit = link.ends == (0.0, 1.0)
    for form in ["plain"] + ["log_mean", "log_rest", "log_odds"] * unit:
        assert all(np.isfinite(part).all() for part in getattr(link, form)(eta))
    for end, found in zip(link.ends, link.mean(eta) if len(eta) == 2 else [np.nan, link.mean(eta)[0]], strict=True):
        if np.isfinite(end):  # the ends of cauchit and of inverses are far away
            assert abs(found - end) <= (0.19 if link.name == "inverse-squared" else 1.0 / size)


@every
def test_every_answer_goes_on_where_the_exponential_is_held(link):
    """Slopes and bends are those of the values by differences, also far from 0."""
    for center in (-40.0, -5.0, 5.0, 40.0):
        if link.name in POSITIVE and center < 0:
            continue
        eta, h = np.array([center]), 1e-5
        for form in ["plain"] + ["log_mean", "log_rest"] * (link.ends == (0.0, 1.0)):
            ahead, here, behind = (getattr(link, form)(eta + s * h) for s in (1, 0, -1))
            for k in (0, 1):
                size = max(abs(ahead[k][0]), 1e-290)
                assert_allclose(here[k + 1] / size, (ahead[k] - behind[k]) / (2 * h) / size, rtol=1e-5, atol=1e-9)


def test_an_exponential_beyond_float64_stays_where_its_square_is_a_number():
    mean = LINKS["log"].mean(np.array([LARGEST, 1e4]))
    assert mean[0] == mean[1]
    assert np.isfinite(mean[0] ** 2)
    assert np.isfinite(np.square(LINKS["cloglog"].log_rest(np.array([1e4]))[1])).all()


def test_a_power_of_zero_is_held_away_from_it():
    for name in ("sqrt", "inverse"):
        mean, slope, bend = LINKS[name].log_mean(np.zeros(1))
        assert np.isfinite([mean, slope**2, bend]).all()


def test_a_mean_out_of_range_has_no_logarithm():
    assert np.isnan(LINKS["identity"].log_mean(np.array([-1.0]))[0]).all()
    assert np.isnan(LINKS["log"].log_rest(np.array([0.5]))[0]).all()
    assert np.isnan(LINKS["inverse-squared"].mean(np.array([-1.0]))).all()


def test_the_log_of_a_mean_next_to_0_has_no_warning():
    """The square of its slope is beyond float64, as a step of a climb may come to."""
    value, slope, bend = LINKS["identity"].log_mean(np.array([1e-200]))
    assert_allclose(value, np.log(1e-200))
    assert_allclose(slope, 1e200)
    assert bend == -np.inf
