"""Probabilities of labels: their intervals are on the scale of their log odds."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import special

import stattools as st
from stattools.inference.prediction.kinds import is_of_categories, names_of_categories

TABLE = {"r": list("abcab") * 6, "x": list(range(30))}


def test_columns_are_labels_or_those_beside_the_reference():
    model = st.softmax("r ~ x", TABLE)
    assert is_of_categories(model, "link")
    assert (names_of_categories(model, "mean"), names_of_categories(model, "link")) == (["a", "b", "c"], ["b", "c"])


def test_an_interval_of_two_labels_is_that_of_logistic():
    two = {"r": ["a", "b", "b", "a", "b", "a"] * 5, "x": TABLE["x"]}
    new = {"x": [3.0, 9.0]}
    several = st.fit(st.softmax("r ~ x", two)).predict(new, interval=0.9)
    fit = st.fit(st.logistic("r ~ x", two))
    link = fit.predict(new, kind="link", interval=0.9)
    assert_allclose(several[several.category == "b"]["lower"], special.expit(np.asarray(link["lower"])), rtol=1e-9)
