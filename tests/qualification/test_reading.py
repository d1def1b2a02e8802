"""Numbers that are kept: those of the fit, each with a tolerance in its own unit."""

import numpy as np
import pytest

import stattools as st
from stattools.qualification.reading import MOST, estimated, readings, readings_of


def test_a_fit_gives_its_numbers():
    fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]}))
    found = {one.name: one for one in readings_of(fit)}
    assert found["x"].value == fit.estimate[1]
    assert found["standard error of x"].value == fit.se[1]
    assert found["x"].tolerance == pytest.approx(1e-5 * fit.se[1])
    assert found["log-likelihood"].value == fit.loglik


def test_an_estimate_without_a_standard_error_has_a_relative_tolerance():
    (one, loglik) = estimated(["a"], [200.0], [np.nan], -3.0)
    assert (one.name, one.tolerance) == ("a", pytest.approx(2e-6))
    assert loglik.tolerance == pytest.approx(3e-8)


def test_many_numbers_are_cut_and_holes_left_out():
    assert len(readings("many", np.arange(100.0))) == MOST
    assert [one.name for one in readings("two", [1.0, np.nan, 3.0])] == ["two 1", "two 3"]
    assert readings("zero", [0.0])[0].tolerance > 0.0
