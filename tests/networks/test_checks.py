"""Calibration and discrimination of networks, of their own rows and of others."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.errors import IncompatibleError
from stattools.inference.diagnostics.goodness import area_under_curve

G = np.random.default_rng(2)
X = G.normal(size=400)
Y = (G.random(400) < 1.0 / (1.0 + np.exp(-2.0 * X))).astype(int)
FIT = st.fit(st.network("y ~ x", {"x": X[:200], "y": Y[:200]}, hidden=[2]), seed=1)
NEW = {"x": X[200:], "y": Y[200:]}


def test_the_area_is_that_of_the_predictions():
    p = np.asarray(FIT.predict({"x": NEW["x"]}))
    table = FIT.check(NEW).set_index("check")
    area = area_under_curve(np.round(p, 12), NEW["y"].astype(float), 1.0 - NEW["y"])
    assert_allclose(table.value["discrimination"], area, rtol=1e-12)
    assert list(FIT.check().check) == ["calibration", "discrimination"]


def test_probabilities_of_another_world_are_not_calibrated():
    assert FIT.check(NEW | {"y": 1 - NEW["y"]}).set_index("check").verdict["calibration"] == "no"


def test_an_ensemble_is_checked_as_one():
    both = st.fit(st.network("y ~ x", NEW, hidden=[2]), seed=1, members=2)
    assert set(both.check().verdict) == {"ok"}


def test_numbers_have_no_probabilities():
    with pytest.raises(IncompatibleError, match="no classes"):
        st.fit(st.network("x ~ y", NEW, hidden=[2]), seed=1).check()
