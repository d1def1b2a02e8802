"""Regressions with another link, end to end: the numbers of statsmodels, of differences, and separated outcomes."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.tables.arrays import numeric
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from stattools.models.model import Model
from stattools.models.regressions.binding import bind, read_rows

THEIRS = sm.families.links


def regression(family: Likelihood, link: str, y, x, **columns) -> Model:
    data = read_rows("y ~ x", {"y": y, "x": x}, None, True, **columns)
    return bind("linked", f"Regression with link {link}", Linked(family, LINKS[link]), data, numeric(data.outcome, "y"))


def difference_errors(model: Model, theta):
    """Standard errors of the information by central differences of the score."""
    steps = 1e-5 * np.eye(len(theta))
    H = [(model.score(theta - h) - model.score(theta + h)) / 2e-5 for h in steps]
    return np.sqrt(np.diagonal(np.linalg.inv(np.array(H))))


@pytest.mark.parametrize(
    ("link", "theirs"),
    [
        ("cloglog", THEIRS.CLogLog()),
        ("loglog", THEIRS.LogLog()),
        ("cauchit", THEIRS.Cauchy()),
        ("probit", THEIRS.Probit()),
    ],
)
def test_binary_regressions_are_those_of_statsmodels(link, theirs):
    g = np.random.default_rng(1)
    x = g.normal(size=300)
    y = (g.random(300) < LINKS[link].mean(-0.3 + 0.6 * x)).astype(float)
    fit = st.fit(regression(st.Bernoulli(), link, y, x))
    other = sm.GLM(y, sm.add_constant(x), family=sm.families.Binomial(theirs)).fit(tol=1e-14)
    assert_allclose(fit.estimate, other.params, rtol=1e-7)  # its steps are Fisher's, which converge linearly
    assert_allclose(fit.loglik, other.llf, rtol=1e-12)
    assert_allclose(fit.se, difference_errors(fit.model, fit.estimate), rtol=1e-6)


def test_counts_with_a_square_root_are_those_of_statsmodels():
    g = np.random.default_rng(2)
    x = g.uniform(-1.0, 1.0, 300)
    y = g.poisson((2.0 + 0.5 * x) ** 2).astype(float)
    fit = st.fit(regression(st.Poisson(), "sqrt", y, x))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of links that leave the domain
        other = sm.GLM(y, sm.add_constant(x), family=sm.families.Poisson(THEIRS.Sqrt())).fit(tol=1e-14)
    assert_allclose(fit.estimate, other.params, rtol=1e-9)


def test_the_same_link_changes_nothing():
    g = np.random.default_rng(3)
    x = g.normal(size=100)
    y = (g.random(100) < 0.4).astype(float)
    fused, composed = st.fit(st.logistic("y ~ x", {"y": y, "x": x})), st.fit(regression(st.Bernoulli(), "logit", y, x))
    assert_allclose(composed.estimate, fused.estimate, rtol=1e-12)
    assert_allclose(composed.covariance, fused.covariance, rtol=1e-12)


def test_separated_outcomes_have_no_maximum_with_any_link():
    x = np.linspace(-1.0, 1.0, 20)
    for link in ("cloglog", "loglog", "cauchit"):
        with pytest.raises(st.IdentificationError, match=r"Intercept.*x separate"):
            st.fit(regression(st.Bernoulli(), link, (x > 0.1).astype(float), x))


def test_a_mean_that_the_family_does_not_have_is_impossible():
    family = Linked(st.Bernoulli(), LINKS["log"])
    assert_allclose(family.loglik([np.log(0.25), 0.5], [1.0, 1.0]), [np.log(0.25), -np.inf])


def test_what_cannot_be_linked_is_refused():
    with pytest.raises(st.IncompatibleError, match=r"Probit has the link 'probit' of its own"):
        Linked(st.Probit(), LINKS["log"])
    with pytest.raises(st.IncompatibleError, match=r"knows no link but the identity"):
        regression(st.Gaussian(), "log", np.arange(1.0, 9.0), np.arange(8.0))
    with pytest.raises(st.DomainError, match=r"the link log needs an outcome whose mean it has; got a mean of -2"):
        Linked(st.Gaussian(), LINKS["log"]).start(np.full(3, -2.0), np.ones(3), np.zeros(3))
