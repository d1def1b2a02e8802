"""What every prior answers: a density that integrates to 1, its slope, draws with its quantiles, errors."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

import stattools as st
from stattools.bayes.priors.families import OfLogarithm

CASES = {
    "Normal": (st.Normal(1, 2), stats.norm(1, 2)),
    "StudentT": (st.StudentT(3, 1, 2), stats.t(3, 1, 2)),
    "Cauchy": (st.Cauchy(1, 2), stats.cauchy(1, 2)),
    "Laplace": (st.Laplace(1, 2), stats.laplace(1, 2)),
    "HalfNormal": (st.HalfNormal(2), stats.halfnorm(0, 2)),
    "HalfCauchy": (st.HalfCauchy(2), stats.halfcauchy(0, 2)),
    "Exponential": (st.Exponential(2), stats.expon(0, 0.5)),
    "InverseGamma": (st.InverseGamma(3, 2), stats.invgamma(3, 0, 2)),
    "OfLogarithm": (OfLogarithm(st.Normal(0.5, 0.7)), stats.lognorm(0.7, 0, np.exp(0.5))),
    "Uniform": (st.Uniform(-1, 3), stats.uniform(-1, 4)),
    "Beta": (st.Beta(2, 3), stats.beta(2, 3)),
}


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return CASES[request.param]


def inside(prior, count=7):
    low, high = prior.support
    u = np.linspace(-2.0, 2.0, count) + 0.1
    if np.isinf(low):
        return u
    return low + np.exp(u) if np.isinf(high) else low + (high - low) / (1 + np.exp(-u))


def test_log_density_is_scipys(case):
    prior, reference = case
    assert_allclose(prior.log_density(inside(prior)), reference.logpdf(inside(prior)), rtol=1e-12, atol=1e-12)


def test_slope_is_the_derivative_of_the_log_density(case):
    prior, _ = case
    x, h = inside(prior), 1e-6
    slope = (np.asarray(prior.log_density(x + h)) - prior.log_density(x - h)) / (2 * h)
    assert_allclose(prior.slope(x), slope, rtol=1e-6, atol=1e-8)  # central differences


def test_draws_have_its_quantiles(case):
    prior, reference = case
    draws = prior.sample(4000, seed=0)
    assert draws.shape == (4000,)
    assert stats.kstest(draws, reference.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    "prior", [st.HalfNormal(2), st.HalfCauchy(2), st.Exponential(2), st.Laplace(0, 1), st.Cauchy()]
)
def test_density_integrates_to_one_and_the_median_halves_it(prior):
    low, high = prior.support
    left = integrate.quad(prior.density, low, prior.median)[0]
    assert_allclose(left, 0.5, atol=1e-7)
    assert_allclose(integrate.quad(prior.density, prior.median, high)[0], 0.5, atol=1e-7)
    if low == 0.0:
        assert prior.log_density(-1.0) == -np.inf


@pytest.mark.parametrize("family", [st.Cauchy, st.Laplace])
def test_many_at_once(family):
    several = family(np.array([0.0, 1.0]), np.array([1.0, 3.0]))
    x = np.array([0.3, -2.0])
    each = [family(0.0, 1.0), family(1.0, 3.0)]
    assert_allclose(several.log_density(x), [one.log_density(v) for one, v in zip(each, x, strict=True)])
    assert_allclose(several.slope(x), [one.slope(v) for one, v in zip(each, x, strict=True)])
    assert several.sample(5, seed=1).shape == (5, 2)


def test_a_scalar_prior_answers_with_python_floats():
    for prior in (st.Cauchy(), st.Laplace(), st.HalfNormal(1), st.HalfCauchy(1), st.Exponential(1), st.Uniform(0, 1)):
        assert type(prior.log_density(0.5)) is float
        assert type(prior.slope(0.5)) is float


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: st.HalfNormal(0), "HalfNormal needs scale positive and finite; got 0"),
        (lambda: st.HalfCauchy(-1), "HalfCauchy needs scale positive and finite; got -1"),
        (lambda: st.Exponential(np.inf), "Exponential needs rate positive and finite; got inf"),
        (lambda: st.Cauchy("a"), "Cauchy needs location finite"),
        (lambda: st.Laplace(0, np.nan), "Laplace needs scale positive and finite; got nan"),
        (lambda: st.Uniform(1, 1), "Uniform needs low < high"),
        (lambda: st.Laplace(np.zeros(2), np.ones(3)), "parameters of one shape"),
    ],
)
def test_parameters_are_checked(make, message):
    with pytest.raises(st.DomainError, match=message):
        make()
