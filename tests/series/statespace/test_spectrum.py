import numpy as np
import pytest
from scipy.stats import multivariate_normal

from stattools.series.statespace.spectrum import Spectrum, frequencies, log_sinh_ratio, maxima
from tests.series.statespace.series_cases import NILE


def contrast_density(y, r, q):
    """First differences are a moving average: a dense normal density."""
    n = len(y) - 1
    covariance = (2 * r + q) * np.eye(n) - r * (np.eye(n, k=1) + np.eye(n, k=-1))
    return multivariate_normal(cov=covariance).logpdf(np.diff(y))


@pytest.mark.parametrize(("r", "q"), [(15098.5, 1469.18), (1.0, 1e6), (1e5, 1e-2), (0.0, 3e4), (2e4, 0.0)])
def test_the_likelihood_is_that_of_the_differences(r, q):
    np.testing.assert_allclose(Spectrum.of(NILE).loglik(r, q), contrast_density(NILE, r, q), rtol=1e-10)


def test_score_and_information_are_slopes():
    spectrum, theta, h = Spectrum.of(NILE), np.array([14000.0, 2000.0]), np.array([1.0, 1.0])
    score, information = spectrum.derivatives(*theta)
    for j, step in enumerate(np.diag(h)):
        up, down = theta + step, theta - step
        slope = (spectrum.loglik(*up) - spectrum.loglik(*down)) / 2.0
        np.testing.assert_allclose(score[j], slope, rtol=1e-5)  # differences of numbers near 600
        bend = (spectrum.derivatives(*up)[0] - spectrum.derivatives(*down)[0]) / 2.0
        np.testing.assert_allclose(information[j], -bend, rtol=1e-5)


def test_expected_information_is_the_mean_of_the_observed():
    random, r, q, n = np.random.default_rng(0), 1.0, 0.2, 60
    level = np.cumsum(np.sqrt(q) * random.normal(size=(4000, n)), axis=1)
    Y = level + random.normal(size=(4000, n))
    mean = np.mean([Spectrum(row, frequencies(n)).derivatives(r, q)[1] for row in Spectrum.of(Y).power], axis=0)
    # 4,000 series: the mean is within a few percent
    np.testing.assert_allclose(Spectrum.of(NILE[:n]).expected_information(r, q), mean, rtol=0.1)


@pytest.mark.parametrize("n", [2, 3, 1024, 1025, 5000])
def test_frequencies_by_addition_of_angles(n):
    k = np.arange(1, n)
    np.testing.assert_allclose(frequencies(n), 4.0 * np.sin(np.pi * k / (2 * n)) ** 2, rtol=1e-12)


@pytest.mark.parametrize("ratio", [0.0, 1e-14, 1e-6, 0.3, 1e6, 1e14])
def test_the_log_determinant_is_a_sum(ratio):
    np.testing.assert_allclose(log_sinh_ratio(50, ratio), np.log(frequencies(50) + ratio).sum(), rtol=1e-11, atol=1e-9)


def test_the_maximum_is_stationary_or_at_the_boundary():
    random = np.random.default_rng(1)
    Y = np.cumsum(0.2 * random.normal(size=(300, 40)), axis=1) + random.normal(size=(300, 40))
    Y[:50] = np.cumsum(Y[:50], axis=1)  # walks: some without noise
    spectrum = Spectrum.of(Y)
    variances, _ = maxima(spectrum)
    boundary = (variances == 0).sum(axis=0)
    assert boundary.min() > 5
    for power, (r, q) in zip(spectrum.power, variances, strict=True):
        one = Spectrum(power, spectrum.v)
        score = one.derivatives(r, q)[0]
        here = one.loglik(r, q)
        assert abs(score[0] * r) < 1e-6
        assert abs(score[1] * q) < 1e-6
        assert (score[np.array([r, q]) == 0] <= 1e-9 * one.n).all()
        for other in [(r * 1.1, q), (r * 0.5, q * 1.5), (r, q + 0.3 * r), (r + 0.3 * q, q), (r + q, 1e-3 * (r + q))]:
            assert one.loglik(*other) < here + 1e-10


def test_many_at_once_are_each_alone():
    Y = np.random.default_rng(3).normal(size=(70, 1500))
    together = maxima(Spectrum.of(Y))[0]
    alone = np.concatenate([maxima(Spectrum.of(row))[0] for row in Y])
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-12)
