"""Gamma regression against statsmodels' GLM and SciPy's density, and where it has no maximum."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy import optimize, stats

import stattools as st
from stattools.errors import DomainError, IdentificationError, IncompatibleError


def table(n=120, unit=1.0, seed=3):
    g = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": g.normal(size=n), "h": g.uniform(0.5, 3.0, n), "w": g.integers(1, 4, n)})
    return frame.assign(y=unit * frame.h * np.exp(1.0 + 0.6 * frame.x) * g.gamma(2.0, 0.5, n))


def test_coefficients_are_those_of_statsmodels_and_the_dispersion_that_of_scipy():
    import statsmodels.api as sm

    data = table()
    fit = st.fit(st.gamma("y ~ x", data, exposure="h", weights="w"))
    X = np.column_stack([np.ones(len(data)), data.x])
    family = sm.families.Gamma(sm.families.links.Log())
    glm = sm.GLM(data.y, X, family=family, exposure=data.h, freq_weights=data.w).fit(tol=1e-14, tol_criterion="params")
    assert_allclose(fit.estimate[:2], glm.params, rtol=1e-8)
    mean = data.h * np.exp(X @ np.asarray(glm.params))

    def minus_loglik(phi):
        return -float(data.w @ stats.gamma.logpdf(data.y, 1.0 / phi, scale=phi * mean))

    found = optimize.minimize_scalar(minus_loglik, bounds=(0.1, 2.0), method="bounded", options={"xatol": 1e-10})
    assert_allclose(np.exp(fit.estimate[2]), found.x, rtol=1e-7)  # a minimum is flat: half the digits of float64
    assert_allclose(fit.loglik, -found.fun, rtol=1e-12)


@pytest.mark.parametrize("unit", [1e-90, 1e-9, 1e12, 1e90])
def test_intervals_of_a_new_outcome_are_in_its_unit(unit):
    one, other = (st.fit(st.gamma("y ~ x", table(unit=u))) for u in (1.0, unit))
    new = pd.DataFrame({"x": [-1.0, 2.0]})
    ends = [np.asarray(fit.predict(new, kind="observation", interval=0.9)) for fit in (one, other)]
    assert_allclose(ends[1], unit * ends[0], rtol=1e-9)


def test_means_that_fit_exactly_are_told():
    x = np.linspace(-1.0, 2.0, 40)
    with pytest.raises(IdentificationError, match=r"fit every outcome to round-off, and the dispersion .* at 0"):
        st.fit(st.gamma(np.exp(1.0 + 0.5 * x), x[:, None]))


def test_what_it_cannot_take_is_refused():
    with pytest.raises(DomainError, match=r"positive numbers; got 0 .*st\.logistic"):
        st.gamma("y ~ x", table().assign(y=0.0))
    with pytest.raises(IncompatibleError, match=r"Jeffreys needs a logistic, .* regression; got Gamma"):
        st.fit(st.gamma("y ~ x", table()), penalty=st.Jeffreys())


def test_its_density_compares_with_that_of_least_squares():
    """The scale of least squares is counted as the dispersion is."""
    line, gamma = st.fit(st.ols("y ~ x", table())), st.fit(st.gamma("y ~ x", table()))
    rows = st.compare(line, gamma).table()
    assert rows["p"].tolist() == [3, 3]
    assert_allclose(rows["aic"], [line.aic + 2.0, gamma.aic], rtol=1e-14)
    assert_allclose(rows["bic"], [line.bic + np.log(120), gamma.bic], rtol=1e-14)
