"""Tests of a variance: what is tested, by which distribution, and what is refused."""

import numpy as np
import pytest
from scipy.stats import chi2, kstest

import stattools as st
from stattools.errors import DomainError, IncompatibleError


def data(sd=1.0, seed=0):
    rng = np.random.default_rng(seed)
    codes, x = np.repeat(np.arange(8), 5), np.tile(np.arange(5.0), 8)
    y = x + sd * rng.normal(size=8)[codes] + rng.normal(size=40)
    return {"y": y, "x": x, "g": codes}


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.linear_mixed("y ~ x + (1 | g)", data()))


@pytest.fixture(scope="module")
def slopes():
    return st.fit(st.linear_mixed("y ~ x + (x | g)", data()))


def test_the_statistic_is_twice_the_rise_of_the_restricted_likelihood(fit):
    found = fit.variance_test("g")
    table = data()
    X = np.column_stack([np.ones(40), table["x"]])
    r2 = np.linalg.lstsq(X, table["y"], rcond=None)[1][0]
    plain = 38 * (1 + np.log(2 * np.pi * r2 / 38)) + np.linalg.slogdet(X.T @ X)[1]
    assert found.statistic == pytest.approx(plain - fit.deviance, rel=1e-10)
    assert found.p_value == pytest.approx(0.5 * chi2.sf(found.statistic, 1), rel=1e-12)
    assert (found.kind, found.distribution, found.df) == ("restricted likelihood ratio", "chibar2", 1)
    assert fit.variance_test("(1 | g)").statistic == found.statistic


def test_an_effect_goes_with_its_correlation(slopes):
    found = slopes.variance_test("g", "x")
    assert found.hypothesis == ("variance of x in (x | g) = 0",)
    assert found.p_value == pytest.approx(
        0.5 * chi2.sf(found.statistic, 1) + 0.5 * chi2.sf(found.statistic, 2), rel=1e-12
    )


def test_draws_need_a_seed_and_repeat_with_it(fit):
    one, again = (fit.variance_test("g", method="exact", draws=500, seed=3) for _ in range(2))
    assert one.p_value == again.p_value
    assert one.p_value >= 1 / 501
    by_fits = fit.variance_test("g", method="bootstrap", draws=19, seed=3)
    assert by_fits.statistic == one.statistic
    assert by_fits.p_value * 20 == pytest.approx(round(by_fits.p_value * 20))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "said"),
    [
        (("h",), {}, DomainError, r"'\(1 \| g\)'"),
        (("g", "x"), {}, DomainError, "'Intercept'"),
        ((np.array([np.nan, 1.0]),), {}, DomainError, r"'\(1 \| g\)'"),  # whose comparison was an error of NumPy
        (("g", np.array([1.0, 2.0])), {}, DomainError, "'Intercept'"),
        (("g",), {"method": "exact"}, DomainError, "seed=1"),
        (("g",), {"seed": 1}, IncompatibleError, "draws nothing"),
        (("g",), {"method": "lr"}, DomainError, "mixture"),
    ],
)
def test_what_it_cannot_do_is_refused(fit, arguments, options, error, said):
    with pytest.raises(error, match=said):
        fit.variance_test(*arguments, **options)


def test_more_than_one_variance_has_no_exact_distribution_and_no_mixture(slopes):
    with pytest.raises(IncompatibleError, match="bootstrap"):
        slopes.variance_test("g", method="exact", seed=1)
    with pytest.raises(IncompatibleError, match="effect='x'"):
        slopes.variance_test("g")


@pytest.mark.slow
def test_exact_p_values_are_uniform_where_the_variance_is_0():
    """Beyond the atom at 1: of 400 outcomes without effects; the mixture's are too large, as its note says."""
    exact, mixed = [], []
    for seed in range(400):
        fit = st.fit(st.linear_mixed("y ~ x + (1 | g)", data(0.0, seed)))
        exact.append(fit.variance_test("g", method="exact", draws=999, seed=seed).p_value)
        mixed.append(fit.variance_test("g").p_value)
    some = [p for p in exact if p < 0.3]
    assert kstest(np.array(some) / 0.3, "uniform").pvalue > 0.001
    assert np.mean(np.array(exact) < 0.3) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 400))
    assert np.mean(mixed) > np.mean(exact)
