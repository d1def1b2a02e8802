"""The posterior report: eight schools, where Laplace is refused and NUTS agrees with the exact answer."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.target import mode, target
from stattools.gallery.posterior import EFFECT, ERROR, Exact, _of_tau, _refusal, distance, priors, schools


def test_exact_moments_are_those_of_a_double_sum():
    """The same posterior over a grid of mu and tau, mu not integrated by hand."""
    exact = Exact()
    tau = np.exp(np.linspace(-14, 9, 2001))
    mu = np.linspace(-30, 40, 701)
    log = -np.log1p((tau / 5) ** 2) + np.log(tau) - 0.5 * (mu[:, None] / 5) ** 2
    for y, s in zip(EFFECT, ERROR, strict=True):
        v = s**2 + tau**2
        log = log - 0.5 * np.log(v) - 0.5 * (y - mu[:, None]) ** 2 / v
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    assert_allclose(exact.mu[0], (weight * mu[:, None]).sum(), rtol=1e-6)
    assert_allclose(exact.tau[0], (weight * tau).sum(), rtol=1e-6)


def test_moments_are_those_of_posteriordb():
    """eight_schools-eight_schools_noncentered: reference draws have mu 4.4 (sd 3.3) and tau 3.6 (sd 3.2)."""
    exact = Exact()
    assert_allclose([*exact.mu, *exact.tau], [4.4, 3.3, 3.6, 3.2], atol=0.05)


@pytest.mark.parametrize("method", ["laplace", "importance"])
def test_approximations_are_refused_with_their_k_hat(method):
    said = _refusal(schools(), priors(), method)
    assert "k-hat is" in said
    assert "above 0.7" in said


def test_laplace_would_be_far_off():
    center = mode(target(schools(), assign(schools(), priors())))
    assert np.exp(_of_tau(center)[0]) > 8 * Exact().median


@pytest.mark.nightly
def test_nuts_agrees_with_the_exact_posterior():
    walked = st.posterior(schools(), prior=priors(), seed=2, target_accept=0.95)
    assert walked.diagnostics.ok, str(walked.diagnostics)
    assert distance(Exact(), walked)[0] < 0.15
