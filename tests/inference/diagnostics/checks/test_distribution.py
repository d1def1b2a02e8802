"""Where outcomes fall beside their predicted quantiles, and zeros."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.inference.diagnostics.assumptions import LEVELS, lilliefors, shares
from tests.inference.diagnostics.checks.planted import of, rows, verdicts

R = rows()
MEAN = np.exp(R["eta"])
G = np.random.default_rng(8)


def test_skewed_errors_are_a_look():
    y = R["eta"] + stats.expon.ppf(R["u"])
    assert verdicts(st.fit(st.ols("y ~ x + z", R | {"y": y})))["distribution"] == "look"


def test_the_gap_is_that_of_the_residuals():
    fit = st.fit(st.ols("y ~ x + z", R | {"y": R["eta"] + R["noise"] ** 3}))
    u = special.ndtr(fit.residuals_of("pearson", align=False))
    gap = np.abs([(u <= level).mean() - level for level in LEVELS]).max()
    assert_allclose(of(fit, "distribution").value, gap, rtol=1e-12)


def test_precision_is_honored():
    precision = np.where(np.arange(400) % 2, 25.0, 1.0)
    y = R["eta"] + R["noise"] / np.sqrt(precision)
    assert verdicts(st.fit(st.ols("y ~ x + z", R | {"y": y}, precision=precision))) == {}


def test_shares_of_counts_average_to_the_levels():
    """Over all counts of a Poisson distribution, each as often as it is."""
    k = np.arange(60.0)
    upto, p = stats.poisson.cdf(k, 3.0), stats.poisson.pmf(k, 3.0)
    assert_allclose(p @ shares(upto - p, upto), LEVELS, atol=1e-10)


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 1000])
def test_chance_is_as_often_as_it_says(n):
    gaps = []
    for y in G.normal(size=(300, n)):
        u = special.ndtr((y - y.mean()) / y.std(ddof=1))
        gaps.append(np.abs([(u <= level).mean() - level for level in LEVELS]).max())
    assert np.mean([lilliefors(gap, n) < 0.05 for gap in gaps]) < 0.08


def test_extra_zeros_are_named():
    y = G.poisson(3.0 * MEAN) * (G.random(400) > 0.25)
    row = of(st.fit(st.poisson("y ~ x + z", R | {"y": y})), "zeros")
    assert row.verdict == "no"
    assert "st.zero_inflated" in row.advice
    assert "zeros" not in verdicts(st.fit(st.zero_inflated("y ~ x + z", R | {"y": y})))


def test_expected_zeros():
    y = G.poisson(MEAN)
    fit = st.fit(st.poisson("y ~ x + z", R | {"y": y}))
    assert_allclose(of(fit, "zeros").value, (y == 0).mean() - np.exp(-fit.predict(align=False)).mean(), rtol=1e-10)
