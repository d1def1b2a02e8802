"""Priors from statements: the statements hold, SciPy agrees, what is impossible is refused with the reason."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st

log_parameters = some.floats(-3.0, 9.0)
places = some.floats(0.005, 0.9)
gaps = some.floats(0.02, 0.95)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(log_parameters, log_parameters, places, gaps)
def test_a_beta_is_found_again_from_two_of_its_quantiles(log_a, log_b, p, gap):
    truth, probs = stats.beta(np.exp(log_a), np.exp(log_b)), np.array([p, p + gap * (0.995 - p)])
    x = truth.ppf(probs)
    if not (1e-200 < x[0] < x[1] < 1 - 1e-9):
        return
    prior = st.Beta.from_quantiles(dict(zip(probs.tolist(), x.tolist(), strict=True)))
    assert_allclose(stats.beta(prior.a, prior.b).cdf(x), probs, atol=1e-11)
    assert_allclose(np.log([prior.a, prior.b]), [log_a, log_b], atol=1e-5)  # digits of x lost in 1 - x, at most


@settings(max_examples=40, deadline=None, derandomize=True)
@given(log_parameters, log_parameters, places, gaps)
def test_a_gamma_is_found_again_from_two_of_its_quantiles(log_shape, log_rate, p, gap):
    truth, probs = stats.gamma(np.exp(log_shape), scale=np.exp(-log_rate)), np.array([p, p + gap * (0.995 - p)])
    x = truth.ppf(probs)
    if not 1e-200 < x[0] < x[1]:
        return
    prior = st.Gamma.from_quantiles(dict(zip(probs.tolist(), x.tolist(), strict=True)))
    assert_allclose(stats.gamma(prior.shape, scale=1 / prior.rate).cdf(x), probs, atol=1e-11)
    assert_allclose(np.log([prior.shape, prior.rate]), [log_shape, log_rate], atol=1e-6)


def test_a_normal_from_quantiles():
    prior = st.Normal.from_quantiles({0.9: 5.0, 0.2: -1.0})
    assert_allclose(stats.norm(prior.mean, prior.sd).ppf([0.2, 0.9]), [-1.0, 5.0], rtol=1e-14)
    central = st.Normal.from_quantiles(2.0, 6.0, prob=0.95)
    assert_allclose([central.mean, central.sd], [4.0, 2.0 / stats.norm.ppf(0.975)], rtol=1e-14)


@pytest.mark.parametrize("family", [st.Beta, st.Gamma, st.Normal])
def test_two_ends_are_a_central_interval(family):
    prior = family.from_quantiles(0.2, 0.7, prob=0.8)
    assert_allclose(tuple(prior.interval(0.8, kind="eti")), (0.2, 0.7), rtol=1e-11)
    assert prior == family.from_quantiles({0.1: 0.2, 0.9: 0.7}) or family is not st.Normal


@pytest.mark.parametrize(("family", "mean", "sd"), [(st.Beta, 0.3, 0.45), (st.Beta, 1e-6, 1e-7), (st.Gamma, 4.0, 9.0)])
def test_mean_and_sd_are_met(family, mean, sd):
    prior = family.from_mean_sd(mean, sd)
    assert_allclose([prior.mean, prior.sd], [mean, sd], rtol=1e-12)


def test_jeffreys():
    assert st.Beta.jeffreys() == st.Beta(0.5, 0.5)
    assert st.Gamma.jeffreys().update(st.poisson_rate([3, 1])) == st.Gamma(4.5, 2)
    assert st.Normal.jeffreys().update(st.normal([1.0, 3.0], sd=1.0)).mean == 2.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: st.Beta.from_quantiles({0.05: 0.4, 0.95: 0.1}), r"quantile at 0\.95 must exceed the one at 0\.05"),
        (lambda: st.Beta.from_quantiles({0.05: 0.0, 0.95: 0.4}), r"strictly inside \(0, 1\); got 0 and 0\.4"),
        (lambda: st.Beta.from_quantiles(0.2, 1.0), "No prior of this family puts probability outside"),
        (lambda: st.Beta.from_quantiles({0.05: 0.1}), "needs two quantiles.*got .* of 1"),
        (lambda: st.Beta.from_quantiles({0.0: 0.1, 0.5: 0.2}), "probabilities between 0 and 1; got 0 and 0.5"),
        (lambda: st.Beta.from_quantiles(0.2, 0.4, prob=1.0), r"in \(0, 1\); got 1"),
        (lambda: st.Beta.from_quantiles(0.2, None), "needs finite numbers"),
        (lambda: st.Beta.from_quantiles({0.05: 0.5, 0.95: 0.5 + 1e-12}), "not in double precision"),
        (lambda: st.Gamma.from_quantiles(-1.0, 2.0), r"strictly inside \(0, inf\)"),
        (lambda: st.Normal.from_quantiles(2.0, 1.0), "must exceed"),
        (lambda: st.Beta.from_mean_sd(0.5, 0.5), r"standard deviation of 0\.5 or more; got 0\.5"),
        (lambda: st.Beta.from_mean_sd(1.5, 0.1), r"mean in \(0, 1\); got 1\.5"),
        (lambda: st.Beta.from_mean_sd(0.5, 0.0), "positive standard deviation"),
        (lambda: st.Gamma.from_mean_sd(-1.0, 1.0), "positive mean; got -1"),
        (lambda: st.Gamma.from_mean_sd(float("nan"), 1.0), "finite numbers"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(st.DomainError, match=message):
        call()
