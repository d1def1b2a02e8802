"""Levels without events are found by a count, named, and what is left keeps its inference."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import stattools as st
from stattools.data.design import design
from stattools.errors import IdentificationError
from stattools.inference.existence import SeparationError
from tests.models.survival.test_levels_at_risk import table


@pytest.mark.parametrize("strata", [None, "s"])
@pytest.mark.parametrize("levels", [(3,), (3, 5), (0,)], ids=str)
def test_levels_without_events_are_named_as_with_all_columns(monkeypatch, levels, strata):
    rows, found = table(), []
    rows["d"] = np.where(np.isin(rows["g"], levels), 0, rows["d"])
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        with pytest.raises(SeparationError) as error:
            st.fit(st.cox("survival(t, d) ~ C(g) + x", rows, strata=strata))
        found.append(error.value)
    plain, coded = found
    assert str(coded) == str(plain)
    ours, theirs = coded.separation, plain.separation
    assert str(ours) == str(theirs)
    assert ours.infinite == theirs.infinite
    assert ours.kind == theirs.kind
    assert_array_equal(ours.certain, theirs.certain)
    assert_allclose(ours.solution.estimate, theirs.solution.estimate, atol=1e-7)
    assert_allclose(ours.solution.covariance, theirs.solution.covariance, rtol=1e-6, atol=1e-9)
    assert_allclose(ours.loglik, theirs.loglik, rtol=1e-12)


def test_intervals_of_infinite_coefficients(monkeypatch):
    rows, found = table(), []
    rows["d"] = np.where(rows["g"] == 3, 0, rows["d"])
    for many in (200, 4):
        monkeypatch.setattr(design, "MANY", many)
        table_of = st.separation(st.cox("survival(t, d) ~ C(g) + x", rows)).table()
        found.append(table_of[["estimate", "se", "lower", "upper"]].to_numpy())
    assert_allclose(found[1], found[0], rtol=1e-6, atol=1e-7)


def test_both_the_first_level_and_another_without_events_leave_the_other_open(monkeypatch):
    rows = table()
    rows["d"] = np.where(np.isin(rows["g"], (0, 4)), 0, rows["d"])
    monkeypatch.setattr(design, "MANY", 4)
    found = st.separation(st.cox("survival(t, d) ~ C(g) + x", rows)).infinite
    assert np.isnan(found.pop("C(g)[T.4]"))
    assert set(found.values()) == {np.inf}
    assert len(found) == 6


def test_columns_that_separate_beside_levels_are_found_too(monkeypatch):
    rows = table()
    monkeypatch.setattr(design, "MANY", 4)
    with pytest.raises(SeparationError, match="x"):
        st.fit(st.cox("survival(t, d) ~ C(g) + x", rows | {"t": np.exp(rows["x"] + 1e-3 * rows["g"])}))


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("twice", r"twice is a combination of levels of C\(g\) and of columns before it"),
        ("group", r"group is a combination of levels of C\(g\)"),
        ("one", "one is the same for all who are at risk together"),
    ],
)
def test_columns_that_are_not_determined_are_named(monkeypatch, column, said):
    rows = table()
    rows |= {"twice": 2.0 * rows["x"], "group": (rows["g"] > 3) * 1.0, "one": np.ones(240)}
    monkeypatch.setattr(design, "MANY", 4)
    with pytest.raises(IdentificationError, match=said):
        st.fit(st.cox(f"survival(t, d) ~ C(g) + x + {column}", rows))


def test_levels_within_strata_are_named(monkeypatch):
    rows = table()
    monkeypatch.setattr(design, "MANY", 4)
    with pytest.raises(
        IdentificationError, match=r"tell 1 of its 8 .*C\(g\)\[T.7\] is a combination of levels of C\(g\),"
    ):
        st.fit(st.cox("survival(t, d) ~ C(g) + x", rows | {"s": rows["g"] // 4}, strata="s"))
