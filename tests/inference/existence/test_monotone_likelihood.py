"""What a monotone partial likelihood says of itself."""

import numpy as np
from numpy.testing import assert_allclose

import stattools as st


def test_infinite_coefficients_are_said_and_the_others_have_the_limit():
    rng = np.random.default_rng(3)
    x, t = rng.standard_normal(40), rng.exponential(size=40)
    g = (np.arange(40) % 4 == 0) * 1.0
    d = np.where(g == 1.0, 0, 1)
    found = st.separation(st.cox("survival(t, d) ~ g + x", {"t": t, "d": d, "g": g, "x": x}))
    assert found.sentence == "a monotone partial likelihood of survival(t, d): g = -inf"
    some = g == 0.0
    rest = st.fit(st.cox("survival(t, d) ~ x", {"t": t[some], "d": d[some], "x": x[some]}))
    assert_allclose(found.solution.estimate[1], rest.estimate[0], rtol=1e-7)
    assert_allclose(found.solution.covariance[1, 1], rest.covariance[0, 0], rtol=1e-7)
