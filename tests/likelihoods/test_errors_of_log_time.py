from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, stats

from stattools.errors import DomainError
from stattools.likelihoods.times import ERRORS

LAWS: dict[str, Any] = {
    "weibull": stats.gumbel_l,
    "exponential": stats.gumbel_l,
    "lognormal": stats.norm,
    "loglogistic": stats.logistic,
    "gamma": None,
}
"""Of the log of a time, in units of the scale; of gamma times, the log of their scale."""


KNOWN = [name for name in ERRORS if LAWS[name] is not None]


@pytest.mark.parametrize("name", KNOWN)
def test_errors_are_those_of_scipy(name):
    errors: Any = ERRORS[name]
    law, z, h = LAWS[name], np.linspace(-6.0, 3.0, 31), 1e-5
    log, slope, bend = errors.density(z)
    assert_allclose(log, law.logpdf(z), rtol=1e-13)
    assert_allclose(slope, (errors.density(z + h)[0] - errors.density(z - h)[0]) / (2.0 * h), rtol=1e-7, atol=1e-8)
    assert_allclose(bend, (errors.density(z + h)[1] - errors.density(z - h)[1]) / (2.0 * h), rtol=1e-7, atol=1e-8)
    assert_allclose(errors.tail_of(z, True), law.cdf(z), rtol=1e-12)
    assert_allclose(errors.tail_of(z, False), law.sf(z), rtol=1e-12)
    assert_allclose(
        errors.log_quantile(np.zeros(3), np.zeros(3), [0.1, 0.5, 0.9]), law.ppf([0.1, 0.5, 0.9]), rtol=1e-12
    )


@pytest.mark.parametrize("name", KNOWN)
def test_the_mean_of_a_time_is_the_integral_of_its_survival(name):
    scale = np.array([0.4])
    mean = integrate.quad(lambda t: LAWS[name].sf(np.log(t) / scale[0]), 0.0, np.inf)[0]
    log, slope = ERRORS[name].log_mean(scale)
    assert_allclose(np.exp(log), mean, rtol=1e-6)
    up, down = (ERRORS[name].log_mean(scale * np.exp(h))[0] for h in (1e-5, -1e-5))
    assert_allclose(slope, (up - down) / 2e-5, rtol=1e-7)


def test_a_mean_that_is_infinite_is_refused():
    with pytest.raises(DomainError, match="median"):
        ERRORS["loglogistic"].log_mean(np.array([0.5, 1.0]))
