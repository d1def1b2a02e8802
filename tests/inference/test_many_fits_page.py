"""What print shows of many fits."""

import numpy as np

import stattools as st


def test_the_spread_of_the_estimates_and_the_reasons_of_those_without():
    table = {"y": [0, 1, 0, 1, 0, 0, 1, 1], "x": [1.0, 2, 3, 1, 1, 2, 3, 4], "g": ["a"] * 4 + ["b"] * 4}
    fits = st.fit_many("y ~ x", table, by="g", model=st.logistic)
    lines = str(fits).split("\n")
    assert lines[0] == "Logistic regression: 2 fits of 2 coefficients, 1 without a maximum"
    assert lines[2].split() == ["median", "lowest", "highest", "median", "se"]
    assert lines[5].split()[:2] == ["x", f"{fits.estimate[0, 1]:.5g}"]
    assert lines[7].startswith("  b: Logistic regression")


def test_no_fit_has_no_table():
    table = {"y": [0, 0, 1, 1], "x": [1.0, 2, 3, 4], "g": ["a"] * 4}
    fits = st.fit_many("y ~ x", table, by="g", model=st.logistic)
    assert not np.isfinite(fits.estimate).any()
    assert "median" not in str(fits)
