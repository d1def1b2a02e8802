"""Slopes of what changes fast along a number: right to six digits, or refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import DomainError

RNG = np.random.default_rng(0)
TABLE = {"x": RNG.uniform(1, 2, 80), "y": RNG.normal(size=80), "g": ["a", "b", "c", "d"] * 20}


@pytest.mark.parametrize("speed", [1, 10, 100, 1000, 3000])
@pytest.mark.parametrize("rest", ["", " + g"])
def test_the_average_slope_of_a_fast_column_is_right(speed, rest):
    fit = st.fit(st.ols(f"y ~ exp({speed} * (x - 2)){rest}", TABLE))
    slope = float(fit.estimate[[name.startswith("exp") for name in fit.names]][0])
    right = slope * np.mean(speed * np.exp(speed * (TABLE["x"] - 2)))
    assert_allclose(fit.marginal_effects(variables=["x"]).iloc[0, 1], right, rtol=1e-6)


def test_one_that_is_too_fast_is_refused():
    fit = st.fit(st.ols("y ~ exp(10000 * (x - 2))", TABLE))
    with pytest.raises(DomainError, match=r"has no derivative in 'x' that is known: .*'exp\(10000"):
        fit.marginal_effects()
