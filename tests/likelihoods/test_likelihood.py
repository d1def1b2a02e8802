"""What a family does not say is refused by name, and the rest follows from what it says."""

import re
from typing import ClassVar

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import ndtr

from stattools.errors import DomainError, IncompatibleError
from stattools.likelihoods.likelihood import Likelihood, allowed, cumulants_of, finite_floats, side_of
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.predictive import tails_of


class Shifted(Likelihood):
    """A family of one's own with a distribution function and no more."""

    outcome = Outcome.REAL

    def cdf(self, eta, y):
        return ndtr(y - eta)

    def mean(self, eta):
        return eta

    def link(self, mean):
        return mean


def test_what_is_not_said_is_refused_by_name():
    one = np.zeros(1)
    asked = {
        "check(y)": lambda: Shifted().check(one),
        "loglik(eta, y)": lambda: Shifted().loglik(one, one),
        "variance(eta, y)": lambda: Shifted().variance(one, one),
        "deviance(eta, y)": lambda: Shifted().deviance(one, one),
        "side(y)": lambda: side_of(Shifted(), one),
        "sample(eta, seed=)": lambda: Shifted().sample(one, seed=1),
        "cumulants(eta, y, weight)": lambda: cumulants_of(Shifted(), one, one, one),
    }
    for question, ask in asked.items():
        with pytest.raises(IncompatibleError, match=re.escape(f"Shifted does not say its {question}")):
            ask()


def test_tails_and_levels_follow_from_what_is_said():
    eta, y = np.array([0.5, -1.0]), np.array([1.5, 0.0])
    (before, below), (later, above) = tails_of(Shifted(), eta, y)
    assert_allclose([before, below], [ndtr([1.0, 1.0])] * 2, rtol=1e-15)
    assert_allclose([later, above], [1.0 - ndtr([1.0, 1.0])] * 2, rtol=1e-15)
    start = Shifted().start(np.array([1.0, 4.0]), np.array([1.0, 2.0]), np.array([0.3, 0.6]))
    assert_allclose(start, [3.0 - 0.5], rtol=1e-15)  # the mean outcome less the mean offset


def test_checks_say_which_entry_is_wrong():
    with pytest.raises(DomainError, match=r"whose needs finite numbers; got nan at position 1 \(2 such values\)"):
        finite_floats([0.0, np.nan, np.nan], "whose")
    with pytest.raises(DomainError, match=r"at position \(1, 0\)"):
        allowed(np.array([[1.0], [-1.0]]), np.array([[True], [False]]), "who", "what", "Do this.")
    with pytest.raises(DomainError, match="who needs numbers; got 'tall'"):
        finite_floats("tall", "who")


def test_a_family_has_a_linear_predictor_for_each_parameter_that_it_says():
    class Two(Likelihood):
        parameters: ClassVar = {"mean": "log", "scale": "log"}

    class Told(Two):
        width = 1

    assert (Two().width, Told().width, Likelihood.width) == (2, 1, 1)
