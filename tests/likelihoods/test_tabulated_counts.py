"""A table over the counts gives what each row gives alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import gammaln

from stattools.likelihoods import NegativeBinomial
from stattools.likelihoods.counts import few_values, tables


@pytest.mark.parametrize("log_alpha", [-30.0, -16.0, -5.0, -4.0, -0.5, 3.0, 20.0, 600.0])
def test_rows_of_one_dispersion_have_what_single_rows_have(log_alpha):
    rng = np.random.default_rng(1)
    y = np.append(rng.poisson(3.0, 197), [0.0, 60.0, 31.0])
    eta = np.column_stack([np.append(rng.normal(1.0, 1.5, 198), [-300.0, 30.0]), np.full(200, log_alpha)])
    family = NegativeBinomial()
    single = [family.evaluate(eta[i : i + 1], y[i : i + 1]) for i in range(200)]
    assert few_values(eta, y) is not None
    assert few_values(eta[:1], y[:1]) is None
    loglik, score, information = (np.concatenate(of) for of in zip(*single, strict=True))
    assert_allclose(family.loglik(eta, y), loglik, rtol=1e-12, atol=1e-13)
    assert_allclose(family.score(eta, y), score, rtol=1e-11, atol=1e-13)  # sums over a table, of numbers up to y
    assert_allclose(family.information(eta, y), information, rtol=1e-11, atol=1e-13)
    for one, alone in zip(family.evaluate(eta, y), (loglik, score, information), strict=True):
        assert_allclose(one, alone, rtol=1e-11, atol=1e-13)


def test_rows_that_differ_in_dispersion_or_have_large_counts_have_no_table():
    eta, y = np.zeros((80, 2)), np.arange(80.0) % 7
    assert few_values(eta, 1000.0 * y) is None
    eta[3, 1] = 0.1
    assert few_values(eta, y) is None


def test_the_table_is_a_ratio_of_gamma_functions():
    y, r = np.arange(9.0), 2.5
    expected = gammaln(y + r) - gammaln(r) - gammaln(y + 1.0) - y * np.log(r)
    assert_allclose(tables(r, 8)[0], expected, rtol=1e-13, atol=1e-13)
