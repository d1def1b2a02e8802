"""A report on exponential smoothing says the weight that was fitted, and shows what comes next where it is known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit

import stattools as st
from stattools.reporting import smoothing
from tests.cases import rng

G = rng(3)
Y = np.cumsum(G.normal(size=60)) + G.normal(size=60)
FIT = st.fit(st.exponential_smoothing(Y))


def test_the_weight_has_the_ends_of_its_log_odds():
    value, lower, upper = smoothing.weight(FIT)
    assert_allclose(value, expit(FIT.estimate[0]), rtol=1e-15)
    assert_allclose([lower, upper], expit(np.asarray(FIT.interval())[0]), rtol=1e-15)
    assert lower < value < upper


def test_the_conclusion_quotes_the_weight():
    value, lower, upper = smoothing.weight(FIT)
    told = smoothing.conclusion(FIT, ", as checked")
    assert f"counts {value:.3f}" in told
    assert f"{lower:.3f}" in told
    assert f"{upper:.3f}" in told
    assert told.endswith("and the past the rest, as checked.")


def test_a_weight_that_is_given_is_no_parameter():
    fit = st.fit(st.exponential_smoothing(Y, weights=0.3))
    assert smoothing.conclusion(fit, "").startswith("With a weight of 0.3 the standard deviation of an error is ")
    assert len(smoothing.likelihood(fit.model)) == len(smoothing.likelihood(FIT.model)) - 1


@pytest.mark.parametrize("gaps", [0, 2])
def test_times_and_gaps_are_counted(gaps):
    y = Y.copy()
    y[3 : 3 + gaps] = np.nan
    told = smoothing.facts(st.exponential_smoothing(y))
    assert (told["times"], told["missing"]) == ("60", str(gaps))


def test_the_figure_shows_what_comes_next():
    (figure,) = smoothing.diagnostics(FIT)
    assert figure.alt.endswith("and the next 10 with their 95 % intervals")
