"""The words and formulas of counts whose zeros have a parameter of their own."""

import numpy as np
import pytest

import stattools as st
from stattools.reporting.zero_equations import with_zeros

TABLE = {"y": [0, 2, 0, 1, 5, 3], "x": np.arange(6.0), "z": [1.0, 3.0, 2.0, 2.0, 1.0, 0.0]}


@pytest.mark.parametrize("make", [st.zero_inflated, st.hurdle])
def test_what_the_zeros_have_is_said(make):
    shared, moving = with_zeros(make("y ~ x", TABLE)), with_zeros(make("y ~ x", TABLE, zero="~ z"))
    wide = with_zeros(make("y ~ x", TABLE, zero="~ z", family="negative-binomial", dispersion="~ x"))
    assert shared is not None
    assert moving is not None
    assert wide is not None
    assert "is `zero`, a coefficient" in shared[4]
    assert "has the linear predictor `zero ~ z`" in moving[4]
    assert "`log alpha ~ x`" in wide[4]
    assert "alpha_i" in wide[4]
    assert [one[2] for one in (shared, wide)] == [r"\beta, \gamma", r"\beta, \gamma, \alpha"]
    assert with_zeros(st.poisson("y ~ x", TABLE)) is None
