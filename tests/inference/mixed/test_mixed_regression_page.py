"""What the page of a regression with random effects says of its integral and of its maximum."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import stattools as st
from tests.latent import grouped_data


@pytest.fixture(scope="module")
def fit():
    return st.fit(st.logistic("y ~ x + (x | g)", grouped_data.one_factor("logistic", groups=12).table()))


def test_the_page_has_coefficients_variances_and_the_integral(fit):
    page = str(fit)
    assert max(map(len, page.splitlines())) <= 80
    assert page.startswith("Logistic regression with random effects for P(y = 1) by maximum likelihood")
    assert "12 levels of g" in page
    assert "Residual" not in page
    assert "estimate" in page
    assert "adaptive Gauss-Hermite quadrature" in page
    assert "of a group whose effects are 0" in page


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (np.array([1e-3, -0.02]), "within 0.02 standard errors of the exact integral's"),
        (np.array([1e-3, -0.3]), "not good enough: a better integral moves a parameter by about 0.3 standard errors"),
        (np.array([np.nan]), "not good enough"),
    ],
)
def test_the_error_of_the_integral_is_said_and_a_large_one_is_a_warning(fit, error, said):
    found = replace(fit.found, said=replace(fit.integral, error=error))
    assert said in " ".join(str(replace(fit, found=found)).split())


def test_the_certificate_says_what_is_known_of_other_maxima(fit):
    assert "the only one with these variances" in str(fit.certificate)
    other: Any = st.fit(
        st.negative_binomial("y ~ x + (1 | g)", grouped_data.one_factor("negative binomial", effects=1).table())
    )
    assert "a higher maximum is not excluded" in str(other.certificate)
    assert "local maximum" in str(other.certificate)


@pytest.mark.parametrize("law", ["exponential", "lognormal", "weibull"])
def test_times_are_concave_beside_variances_without_a_scale_only(law):
    """Concave in (beta / sigma, 1 / sigma) is not concave with random effects of a given variance."""
    g = np.random.default_rng(4)
    group = np.repeat(np.arange(30), 6)
    times = np.exp(0.5 * g.normal(size=30)[group] + 0.7 * g.gumbel(size=180))
    page: Any = st.fit(st.aft("survival(t) ~ 1 + (1 | g)", {"t": times, "g": group}, distribution=law))
    assert page.integral.kind == "quadrature"
    assert ("the only one with these variances" in str(page.certificate)) == (law == "exponential")


def test_a_variance_of_zero_is_said_to_be_at_the_edge():
    data = grouped_data.one_factor("poisson", effects=1, groups=6, seed=5)
    table = data.table() | {"y": np.random.default_rng(1).poisson(2.0, len(data.y))}
    page: Any = st.fit(st.poisson("y ~ x + (1 | g)", table))
    assert page.found.roots[0][0, 0] == 0.0
    assert "The sd of (1 | g) is 0, the edge of its range" in str(page.certificate)


def test_all_local_maxima_of_one_curve_are_listed():
    rng = np.random.default_rng(9)
    x = np.sort(rng.uniform(0.0, 1.0, 60))
    waves = {"x": x, "y": rng.poisson(np.exp(0.5 + 0.5 * np.sin(16.0 * np.pi * x)))}
    waved: Any = st.fit(st.poisson("y ~ s(x, k=30)", waves))
    said = str(waved.certificate)
    assert "there are 2 local maxima of s(x), of which this is the highest: λ 39.0" in said
    assert "λ ∞ (-109.17" in said
    slow = {"x": x, "y": rng.poisson(np.exp(1.0 + np.sin(6.0 * x)))}
    other: Any = st.fit(st.poisson("y ~ s(x, k=10)", slow))
    assert "found no other maximum" in str(other.certificate)
