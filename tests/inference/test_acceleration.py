"""The acceleration of a BCa interval, from the influence of rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.design import design
from stattools.inference.resampling.bootstrap import acceleration

g = np.random.default_rng(4)
TABLE = {
    "g": [f"l{k}" for k in np.arange(60) % 6],
    "x": g.normal(size=60),
    "y": g.negative_binomial(2.0, 0.3, 60) + 0.0,
    "w": g.integers(1, 4, 60),
}


def test_that_of_a_mean_is_a_sixth_of_the_skewness():
    y = TABLE["y"]
    gap = y - y.mean()
    expected = (gap**3).mean() / (gap**2).mean() ** 1.5 / 6.0 / np.sqrt(60)
    assert_allclose(acceleration(st.fit(st.ols("y ~ 1", TABLE))), [expected], rtol=1e-10)


@pytest.mark.parametrize("make", [st.poisson, st.negative_binomial, st.ols], ids=lambda of: of.__name__)
@pytest.mark.parametrize("formula", ["y ~ C(g) + x", "y ~ 0 + C(g) + x"])
def test_levels_as_codes_have_that_of_columns(monkeypatch, make, formula):
    options = {"precision": TABLE["w"]} if make is st.ols else {"weights": "w"}
    dense = acceleration(st.fit(make(formula, TABLE, **options)))
    monkeypatch.setattr(design, "MANY", 4)
    monkeypatch.setattr("stattools.inference.diagnostics.assumptions.CELLS", 130)
    fit = st.fit(make(formula, TABLE, **options))
    assert type(fit.model.rows.X).__name__ == "Columns"
    assert_allclose(acceleration(fit), dense, rtol=1e-6, atol=1e-9)
