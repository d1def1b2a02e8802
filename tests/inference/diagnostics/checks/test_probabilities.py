"""Calibration and discrimination of probabilities."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from tests.inference.diagnostics.checks.planted import of, rows, verdicts

R = rows(2000)


def labels(p):
    return R | {"y": (R["u"] < p).astype(int)}


def test_probabilities_that_bend_are_not_what_happens():
    found = verdicts(st.fit(st.logistic("y ~ x", labels(special.expit(R["x"] ** 2 - 1.0 + 0.5 * R["x"])))))
    assert found["calibration"] == "no"


def test_shrunk_probabilities_are_not_what_happens():
    fit = st.fit(st.logistic("y ~ x + z", labels(special.expit(R["eta"]))), penalty=st.Ridge(1500.0))
    assert verdicts(fit)["calibration"] in ("look", "no")


def test_rare_events_are_judged_as_frequent_ones_are():
    y = labels(special.expit(R["x"] ** 2 - 5.0))
    assert verdicts(st.fit(st.logistic("y ~ x", y)))["calibration"] == "no"


def test_the_area_is_that_of_goodness():
    fit = st.fit(st.logistic("y ~ x + z", labels(special.expit(R["eta"]))))
    row = of(fit, "discrimination")
    assert_allclose(row.value, fit.goodness()["auc"][0], rtol=1e-12)
    assert row.verdict == "ok"


def test_columns_that_tell_nothing():
    row = of(st.fit(st.logistic("y ~ z", labels(np.full(2000, 0.4)))), "discrimination")
    assert row.verdict == "look"


def test_labels_in_order_are_looked_at_by_their_cuts():
    """The curve bends at the upper cut alone."""
    noise = special.logit(R["u"])
    bent = np.where(R["x"] + noise < -1.0, 0, np.where(R["x"] ** 2 + R["x"] + noise < 1.0, 1, 2))
    found = of(st.fit(st.ordinal("y ~ x", R | {"y": bent})), "calibration")
    assert found.verdict in ("look", "no")
    assert "of y <= 1, the worst cut" in found.measure
    right = st.fit(st.ordinal("y ~ x", R | {"y": np.digitize(R["x"] + noise, [-1.0, 1.0])}))
    assert of(right, "calibration").verdict == "ok"
    table = right.calibration()
    assert_allclose(of(right, "discrimination").value > 0.6, True)
    assert set(table.cut) == {"<= 0", "<= 1"}


def test_categories_are_each_against_the_rest():
    fit = st.fit(st.softmax("g ~ x", R | {"g": np.where(R["eta"] + R["noise"] > 0.5, "b", R["g"])}))
    assert "calibration" not in verdicts(fit)
    assert of(fit, "discrimination").value > 0.6
