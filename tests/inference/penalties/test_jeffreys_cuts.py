"""Jeffreys' penalty of labels in order: that of logistic regression with two, its maximum with three, finite always."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.existence import SeparationError
from stattools.inference.penalties.penalized import expected_information

X = np.arange(12.0)
APART = {"y": np.repeat([0, 1, 2], 4), "x": X, "z": np.cos(3.0 * X)}
MIXED = {"y": np.array([0, 1, 0, 2, 1, 1, 2, 0, 2, 2, 1, 2]), "x": X, "z": np.cos(3.0 * X), "w": 1 + np.arange(12) % 2}


def _term(model, theta, T, order):
    return st.Jeffreys().term(model, theta, model.evaluate(theta), T, order)


@pytest.mark.parametrize(("link", "twin"), [("logit", st.logistic), ("probit", st.probit)])
def test_two_labels_are_an_event(link, twin):
    rows = MIXED | {"y": (MIXED["y"] > 0).astype(int)}
    one = st.fit(st.ordinal("y ~ x + z", rows, link=link, weights="w"), penalty=st.Jeffreys())
    other = st.fit(twin("y ~ x + z", rows, weights="w"), penalty=st.Jeffreys())
    assert_allclose(one.estimate * [1, 1, -1], other.estimate[[1, 2, 0]], rtol=1e-7)
    assert_allclose(one.se, other.se[[1, 2, 0]], rtol=1e-7)
    assert_allclose(one.loglik, other.loglik, rtol=1e-9)


@pytest.mark.parametrize("options", [{"link": "logit"}, {"link": "cloglog"}, {"nonparallel": ["z"]}])
def test_the_information_is_that_of_the_probabilities_and_the_slope_that_of_differences(options):
    model = st.ordinal("y ~ x + z", MIXED, **options)
    theta, h = np.linspace(-0.1, 0.1, len(model.names)), 1e-5
    theta[[model.names.index("0|1"), model.names.index("1|2")]] = [-0.5, 1.5]
    steps = h * np.eye(len(theta))

    def means(at):
        return model.likelihood.mean(model.eta(at))

    slopes = np.stack([(means(theta + s) - means(theta - s)) / (2 * h) for s in steps], axis=-1)
    wanted = np.einsum("nca,ncb,nc->ab", slopes, slopes, 1.0 / means(theta))
    assert_allclose(expected_information(model, theta), wanted, rtol=1e-7)
    T = np.eye(len(theta))
    found = _term(model, theta, T, 2)
    assert_allclose(found.loglik, 0.5 * np.linalg.slogdet(wanted)[1], rtol=1e-7)
    sides = [[_term(model, theta + side * s, T, 1) for side in (1, -1)] for s in steps]
    assert_allclose(found.score, [(up.loglik - down.loglik) / (2 * h) for up, down in sides], rtol=1e-5, atol=1e-7)
    bend = np.array([(up.score - down.score) / (2 * h) for up, down in sides])
    assert_allclose(-found.information, bend, rtol=1e-4, atol=1e-5)


def test_labels_that_are_apart_have_finite_estimates():
    """The maximum of SciPy's Nelder-Mead with the log-likelihood and log det I / 2 of scipy.stats.logistic."""
    with pytest.raises(SeparationError, match=r"penalty=st\.Jeffreys\(\)"):
        st.fit(st.ordinal("y ~ x", APART))
    fit = st.fit(st.ordinal("y ~ x", APART), penalty=st.Jeffreys())
    assert_allclose(fit.estimate, [1.4476949, 5.0677836, 10.8567814], rtol=1e-5)
    far = st.fit(st.ordinal("y ~ x", APART | {"x": 1e6 * (X + 1e3)}), penalty=st.Jeffreys())
    assert_allclose(far.estimate[0] * 1e6, fit.estimate[0], rtol=1e-7)


def test_thresholds_that_cross_have_no_penalty():
    model = st.ordinal("y ~ x", MIXED)
    assert _term(model, np.array([0.0, 1.0, -1.0]), np.eye(3), 0).loglik == -np.inf


def test_a_scale_has_none():
    with pytest.raises(IncompatibleError, match="Jeffreys needs"):
        st.fit(st.ordinal("y ~ x", MIXED, scale="~ z"), penalty=st.Jeffreys())
