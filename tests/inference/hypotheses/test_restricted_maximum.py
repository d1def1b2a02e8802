"""The maximum under linear hypotheses is that of a refit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import ConvergenceError
from stattools.inference.hypotheses.anova import RestrictedMaximum
from stattools.numerics.columns import Columns

RNG = np.random.default_rng(6)
N = 200
DATA = pd.DataFrame({"x": RNG.normal(2015.0, 3.0, N), "z": RNG.normal(size=N), "w": RNG.integers(1, 4, N)})
DATA["y"] = 0.3 * (DATA.x - 2015) + RNG.normal(size=N)
DATA["k"] = RNG.poisson(np.exp(0.2 * DATA.z))
DATA["o"] = RNG.normal(size=N)


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial])
def test_what_is_lost_is_what_a_refit_loses(make):
    table = DATA.assign(k=RNG.negative_binomial(2, 0.4, N)) if make is st.negative_binomial else DATA
    fit, small = (st.fit(make(f"k ~ x{more}", table, weights="w", offset="o")) for more in (" + z", ""))
    found = RestrictedMaximum.of(fit).fall(np.eye(len(fit.names))[[2]])
    assert_allclose(found, 2.0 * (fit.loglik - small.loglik), rtol=1e-7)


def test_combinations_and_least_squares():
    fit = st.fit(st.ols("y ~ x + z", DATA))
    small = st.fit(st.ols("y ~ I(x + z)", DATA))
    found = RestrictedMaximum.of(fit).fall(np.array([[0.0, 1.0, -1.0]]))
    assert_allclose(found, st.likelihood_ratio(fit, small).statistic, rtol=1e-9)
    assert RestrictedMaximum.of(fit).fall(np.empty((0, 3))) == 0.0
    zero = st.fit(st.ols("y ~ 0 + z", DATA))  # no coefficient is left
    rss = [((DATA.y - part) ** 2).sum() for part in (0.0, zero.predict())]
    assert_allclose(RestrictedMaximum.of(zero).fall(np.eye(1)), N * np.log(rss[0] / rss[1]), rtol=1e-9)


HELD = {
    "a term": (np.eye(8)[3:], np.zeros(5)),
    "some levels": (np.eye(8)[[3, 5]], np.array([0.3, 0.0])),
    "others": (np.eye(8)[[0, 2]], np.array([0.5, 0.1])),
    "a combination": (np.eye(8)[[3]] - np.eye(8)[[4]] + 0.1 * np.eye(8)[[1]], np.array([0.2])),
    "the last": (np.eye(8)[[7, 1]], np.zeros(2)),
}


@pytest.mark.parametrize("held", HELD)
@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial])
def test_beside_levels_that_are_codes_the_maximum_is_that_of_all_columns(make, held, monkeypatch):
    table = DATA.assign(g=np.arange(N) % 6, k=RNG.negative_binomial(2, 0.4, N))
    models = [make("k ~ x + z + C(g)", table, weights="w", offset="o")]
    monkeypatch.setattr("stattools.data.design.design.MANY", 4)
    models.append(make("k ~ x + z + C(g)", table, weights="w", offset="o"))
    R, q = HELD[held]
    R = np.pad(R, ((0, 0), (0, len(models[0].names) - 8)))
    expected, found = (RestrictedMaximum.of(st.fit(model)).where(R, q) for model in models)
    assert type(models[1].rows.X) is Columns
    assert_allclose(found[0], expected[0], rtol=1e-6, atol=1e-7)
    assert_allclose(found[1], expected[1], rtol=1e-11)
    assert_allclose(R @ found[0], q, atol=1e-12)


def test_a_fit_that_is_no_maximum_is_told():
    fit = st.fit(st.poisson("k ~ z", DATA))
    with pytest.raises(ConvergenceError, match='Use test="wald"'):
        replace(RestrictedMaximum.of(fit), top=fit.loglik - 50.0).fall(np.eye(2)[[1]])
