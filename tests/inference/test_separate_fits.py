"""Members that are hard or stand apart are fitted one by one."""

import numpy as np
import pytest

import stattools as st
from stattools.errors import IncompatibleError
from tests.inference.test_many_fits import OUTCOMES, X, assert_same, stores


def test_groups_with_separated_and_aliased_members():
    frame = stores()
    fits = st.fit_many("y ~ x", frame, by="store", model=st.logistic)
    assert set(fits.labels) == set("abcd")
    assert fits.failed == 2
    assert "separate" in fits.reasons["c"]
    assert "cannot tell" in fits.reasons["d"]
    for label in "ab":
        assert_same(fits, fits.labels.index(label), st.fit(st.logistic("y ~ x", frame[frame.store == label])))
    table = fits.table()
    assert table[table.member == "c"][["estimate", "se", "lower"]].isna().all(axis=None)
    assert "2 without a maximum" in str(fits)


def test_members_that_are_hard_are_fitted_alone():
    y = np.r_[np.zeros(30), np.ones(30)]
    y[29], y[30] = 1.0, 0.0
    steep = np.linspace(-200.0, 200.0, 60)  # one pair out of order: nearly separated
    fits = st.fit_many([st.logistic(y, steep), st.logistic(OUTCOMES["logistic"][0], X[:, 0])])
    assert fits.failed == 0
    assert_same(fits, 0, st.fit(st.logistic(y, steep)))


def test_one_vs_rest_is_no_single_regression():
    table = {"y": list("abcabc"), "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], "g": [0, 0, 0, 1, 1, 1]}
    with pytest.raises(IncompatibleError, match=r"one likelihood such as st.logistic; got One-vs-rest"):
        st.fit_many("y ~ x", table, by="g", model=st.one_vs_rest)
