"""Distributions of SciPy as likelihoods, and those that are none."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import of_distribution

LOCATION = {"loc": "identity", "scale": "log"}


@pytest.mark.parametrize(
    ("distribution", "parameters", "fixed", "outcome"),
    [
        (stats.gumbel_r, LOCATION, {}, Outcome.REAL),
        (stats.gamma, {"scale": "log", "a": "log"}, {}, Outcome.POSITIVE),
        (stats.weibull_min, {"scale": "log", "c": "log"}, {"loc": 0.0}, Outcome.POSITIVE),
        (stats.beta, {"a": "log", "b": "log"}, {}, Outcome.UNIT),
        (stats.poisson, {"mu": "log"}, {}, Outcome.COUNT),
        (stats.nbinom, {"n": "log", "p": "logit"}, {}, Outcome.COUNT),
        (stats.bernoulli, {"p": "cloglog"}, {}, Outcome.BINARY),
        (stats.t, {**LOCATION, "df": "log"}, {}, Outcome.REAL),
    ],
    ids=lambda part: getattr(part, "name", ""),
)
def test_every_answer_is_scipys(distribution, parameters, fixed, outcome):
    likelihood = of_distribution(distribution, parameters, fixed)
    assert likelihood.outcome is outcome
    g = np.random.default_rng(2)
    eta = g.normal(size=(30, len(parameters))) * 0.3 - 0.1
    eta = eta[:, 0] if len(parameters) == 1 else eta
    law = distribution(**fixed, **likelihood.values(eta.reshape(30, -1)))
    y = law.rvs(random_state=g)
    assert_allclose(likelihood.check(y), y)
    density = law.logpmf(y) if outcome.is_whole else law.logpdf(y)
    assert_allclose(likelihood.loglik(eta, y), density, rtol=1e-9, atol=1e-12)
    assert_allclose(likelihood.cdf(eta, y), law.cdf(y), rtol=1e-12)
    assert_allclose(likelihood.survival(eta, y), law.sf(y), rtol=1e-12)
    assert likelihood.sample(eta, seed=1).shape == (30,)
    if not np.isfinite(law.var()).all():
        return
    assert_allclose(likelihood.mean(eta), np.broadcast_to(law.mean(), 30), rtol=1e-12)
    assert_allclose(likelihood.variance(eta, y), np.broadcast_to(law.var(), 30), rtol=1e-12)


@pytest.mark.parametrize(
    ("distribution", "parameters", "fixed", "said"),
    [
        (stats.uniform, LOCATION, {}, "support of uniform moves with 'loc'"),
        (stats.weibull_min, LOCATION, {"c": 2.0}, "support of weibull_min moves with 'loc'"),
        (stats.pareto, {"scale": "log", "b": "log"}, {}, "support of pareto moves with 'scale'"),
        (stats.genextreme, {"c": "identity", **LOCATION}, {}, "support of genextreme moves with 'c'"),
        (stats.binom, {"p": "logit", "n": "log"}, {}, "'n'"),
        (stats.truncnorm, {"a": "identity", "b": "identity"}, {}, "support of truncnorm moves with 'a'"),
        (stats.levy, LOCATION, {}, "support of levy moves with 'loc'"),
        (stats.genpareto, {"c": "identity", "scale": "log"}, {}, "support of genpareto moves with 'c'"),
        (stats.norm, LOCATION, {"loc": 0.0}, "'loc' of scipy.stats.norm is in parameters= and in fixed="),
        (stats.gamma, {"scale": "log"}, {}, "shape 'a', which is neither fitted nor given"),
        (stats.norm, {"loc": "identity", "scale": "identity"}, {}, "leaves that range. Use the link 'log'"),
        (stats.bernoulli, {"p": "log"}, {}, "Use the link 'logit'"),
        (stats.norm, {"mu": "identity"}, {}, "has no parameter 'mu'"),
        (stats.norm, {"loc": "identity"}, {"scale": -1.0}, "no density with scale=-1"),
        (stats.skellam, {"mu1": "log", "mu2": "log"}, {}, "outcomes below 0"),
    ],
)
def test_what_has_no_regular_maximum_is_refused(distribution, parameters, fixed, said):
    with pytest.raises(st.StattoolsError, match=said):
        of_distribution(distribution, parameters, fixed)


def test_outcomes_off_the_support_are_named():
    arcs = of_distribution(stats.vonmises_line, {"kappa": "log"}, {})
    with pytest.raises(st.DomainError, match=r"within the support of the distribution; got 4 at position 1"):
        arcs.check([1.0, 4.0])


def test_a_mean_that_does_not_exist_is_refused_where_it_is_asked():
    g = np.random.default_rng(3)
    table = {"x": g.normal(size=200), "y": g.standard_cauchy(200)}
    fit = st.fit(st.regression("y ~ x", table, of_distribution(stats.cauchy, LOCATION, {})))
    assert fit.solution.converged
    assert fit.residuals_of("quantile").shape == (200,)
    with pytest.raises(st.IncompatibleError, match=r"the mean of scipy\.stats\.cauchy does not exist"):
        fit.predict()
