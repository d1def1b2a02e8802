"""The section of a posterior that was drawn."""

import numpy as np
import pytest

import stattools as st

RNG = np.random.default_rng(1)
X = RNG.normal(size=40)
DATA = {"x": X, "z": RNG.normal(size=40), "y": 1 + X + RNG.normal(size=40)}


def text(posterior, tmp_path):
    st.report(posterior, to=tmp_path / "told")
    return (tmp_path / "told.md").read_text(encoding="utf-8")


def test_priors_draws_and_parameters_are_told(tmp_path):
    posterior = st.posterior(st.ols("y ~ x + z", DATA), sigma=st.HalfCauchy(2), method="importance", seed=4)
    told = text(posterior, tmp_path)
    assert "## Posterior" in told
    assert "HalfCauchy(2)" in told
    assert "some given, the others the weakly informative default" in told
    assert "seed 4" in told
    assert "Pareto k-hat" in told
    assert told.count("| `") >= 8  # three coefficients and sigma, in two tables
    assert "![Posterior means of the coefficients" in told


@pytest.mark.slow
def test_what_failed_is_told(tmp_path):
    posterior = st.posterior(st.ols("y ~ x", DATA), draws=30, chains=2, tune=60, seed=4)
    assert not posterior.diagnostics.ok
    told = text(posterior, tmp_path)
    assert "effective sample size" in told
    assert "Draw more" in told


def test_a_validation_is_told(tmp_path):
    exact = st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))
    st.report(exact, st.validate(exact), to=tmp_path / "told")
    told = (tmp_path / "told.md").read_text(encoding="utf-8")
    assert "## Validation" in told
    assert "Quadrature of SciPy's likelihood times prior agrees" in told
    assert "log evidence" in told
