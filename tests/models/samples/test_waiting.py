"""Waits for successes against SciPy, differences and sums over all outcomes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

import stattools as st
from stattools.models.samples.proportions import exact, wald


@pytest.mark.parametrize("model", [st.geometric([0, 3, 1]), st.pascal([7, 0, 4], successes=[3, 1, 2])], ids=["1", "r"])
def test_loglik_equals_scipy_and_score_and_information_are_slopes(model):
    theta, h = 0.3, 1e-5
    assert_allclose(model.loglik(theta), stats.nbinom.logpmf(model.failures, model.wanted, theta).sum(), rtol=1e-13)
    assert_allclose(model.score(theta), (model.loglik(theta + h) - model.loglik(theta - h)) / (2 * h), rtol=1e-8)
    assert_allclose(model.information(theta), -(model.score(theta + h) - model.score(theta - h)) / (2 * h), rtol=1e-8)
    found = model.evaluate([theta])
    assert (found.loglik, found.score[0], found.information[0, 0]) == pytest.approx(
        (model.loglik(theta), model.score(theta), model.information(theta)), rel=1e-14
    )


def test_the_maximum_is_the_share_of_successes():
    fit = st.fit(st.pascal([7, 0, 4], successes=[3, 1, 2]))
    assert_allclose(fit.estimate, [6 / 17], rtol=1e-15)
    assert_allclose(fit.se, [np.sqrt((6 / 17) ** 2 * (11 / 17) / 6)], rtol=1e-14)
    z, p = fit.model.test()
    assert_allclose([z, p], [-5 / np.sqrt(12.0), 2 * stats.norm.sf(5 / np.sqrt(12.0))], rtol=1e-13)


def test_order_does_not_matter_and_probabilities_add_to_one():
    assert st.geometric([0, 3, 1]) != st.geometric([3, 0, 1])
    assert st.geometric([0, 3, 1]).loglik(0.4) == st.geometric([3, 0, 1]).loglik(0.4)
    one = st.pascal(np.arange(400), successes=np.full(400, 3))
    assert_allclose(np.exp(one.pointwise(0.2, 0.8)).sum(), 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: st.geometric([1, -1]), "failures needs whole numbers, at least 0; got -1 at position 1"),
        (lambda: st.geometric([1, 0.5]), "got 0.5 at position 1"),
        (lambda: st.pascal([1, 2], successes=[1]), "one number of successes per number of failures; got 1 for 2"),
        (lambda: st.pascal(3, successes=0), "successes"),
    ],
)
def test_what_is_no_wait_is_refused(make, words):
    with pytest.raises(st.DomainError, match=words):
        make()


@pytest.mark.parametrize(("successes", "trials", "level"), [(1, 4, 0.95), (3, 10, 0.9), (40, 1000, 0.99)])
def test_exact_ends_leave_their_tails(successes, trials, level):
    lower, upper = exact(successes, trials, level)
    failures, tail = trials - successes, 0.5 * (1.0 - level)
    assert_allclose(stats.nbinom.cdf(failures, successes, lower), tail, rtol=1e-9)
    assert_allclose(stats.nbinom.sf(failures - 1, successes, upper), tail, rtol=1e-9)


def test_wald_is_the_estimate_and_its_standard_error_cut():
    p = 0.3
    half = stats.norm.isf(0.025) * (p**2 * (1 - p) / 3) ** 0.5
    assert_allclose(wald(3, 10, 0.95), (p - half, p + half), rtol=1e-13)
    assert wald(1, 2, 0.999) == (0.0, 1.0)


def test_without_failures_the_end_is_1():
    assert exact(3, 3, 0.95)[1] == 1.0
    assert_allclose(exact(3, 3, 0.95)[0], 0.025 ** (1 / 3), rtol=1e-12)
