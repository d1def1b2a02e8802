"""Added columns and inflation beside a factor of many levels are those of all columns."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.inference.diagnostics.assumptions import inflation
from stattools.inference.diagnostics.check import Added, LookedAt, added
from stattools.numerics.columns import Columns
from tests.inference.diagnostics.checks.test_errors_beside_levels import DATA, MODELS, both

SLOPES = [
    lambda: st.ols("c ~ z*C(g) + x*C(g)", DATA, weights="w"),
    lambda: st.gamma("p ~ z*C(g) + x*C(g)", DATA),
    lambda: st.ols("c ~ 0 + C(g) + C(g):x + z", DATA),
]


@pytest.mark.parametrize("make", MODELS[:-1])  # the last has one term alone, which nothing widens
def test_they_are_those_of_all_columns(make, monkeypatch):
    plain, coded = both(monkeypatch, make)
    one, other = added(plain.model, plain.estimate), added(coded.model, coded.estimate)
    assert isinstance(other, Added)
    assert one.curves.keys() == other.curves.keys()
    for places, there in zip([*one.curves.values(), one.link], [*other.curves.values(), other.link], strict=True):
        assert_allclose(other.test(there), one.test(places), rtol=1e-6)
    assert_allclose(other.explained, one.explained, rtol=1e-6)
    factors = inflation(LookedAt(plain))
    found = inflation(LookedAt(coded))
    assert factors.keys() == found.keys()
    assert_allclose(list(found.values()), list(factors.values()), rtol=1e-7)
    assert len(factors) >= 2


@pytest.mark.parametrize("make", SLOPES)
def test_slopes_of_a_level_that_are_left_out_leave_the_others_as_they_are_given(make, monkeypatch):
    """In units of their own those of a level are orthogonal: without z the column x of a level was another."""
    plain, coded = both(monkeypatch, make)
    factors, found = (inflation(LookedAt(fit)) for fit in (plain, coded))
    assert type(coded.model.rows.X) is Columns
    assert factors.keys() == found.keys()
    assert_allclose(list(found.values()), list(factors.values()), rtol=1e-7)


def test_the_link_of_ordered_labels_beside_an_offset_is_asked_about_the_mean(monkeypatch):
    """An offset is no combination of the columns: the square of a linear predictor depends on where it is 0."""
    rng = np.random.default_rng(3)
    g, x = np.arange(120) % 6, 5.0 + rng.normal(size=120)
    y = np.digitize(0.3 * x + rng.logistic(size=120), [1.0, 2.0])
    data = {"y": y, "x": x, "g": g, "o": rng.normal(size=120)}
    plain, coded = both(monkeypatch, lambda: st.ordinal("y ~ C(g):x", data, offset="o"))
    one, other = added(plain.model, plain.estimate), added(coded.model, coded.estimate)
    assert_allclose(other.test(other.link), one.test(one.link), rtol=1e-6)
    moved = st.fit(st.ordinal("y ~ C(g):x", data | {"o": data["o"] + 3.0}, offset="o"))
    far = added(moved.model, moved.estimate)
    assert_allclose(far.test(far.link), one.test(one.link), rtol=1e-6)
