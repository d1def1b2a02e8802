"""Stars are held to the footnote that explains them."""

import numpy as np
import pandas as pd
import pytest

import stattools as st

RNG = np.random.default_rng(23)
TABLE = pd.DataFrame(RNG.normal(size=(120, 3)), columns=["a", "b", "c"])
TABLE["y"] = 1.0 + TABLE.a + 0.25 * TABLE.b + RNG.normal(size=120)
MODEL = st.ols("y ~ a + b + c", TABLE)
FIT = st.fit(MODEL).table()
LIMITS = {3: 0.001, 2: 0.01, 1: 0.05}
NOTE = "\n* p<0.05, ** p<0.01, *** p<0.001\n"


def printed(wrong=None, brackets=True, note=NOTE):
    rows = []
    for one in FIT.itertuples():
        count = next((count for count, limit in LIMITS.items() if one.p_value < limit), 0)
        stars = "*" * ((count + 2) % 4 if one.term == wrong else count)
        se = f" ({one.se:.3f})" if brackets else ""
        rows.append(f"| {one.term} | {one.estimate:.3f}{stars}{se} |\n")
    head = "coef (se)" if brackets else "coef"
    return f"| term | {head} |\n|---|---|\n{''.join(rows)}{note}"


@pytest.mark.parametrize("term", ["a", "c"])
def test_stars_that_contradict_their_footnote_are_a_finding(term):
    found = st.audit(printed(term), MODEL)
    assert not found.ok
    assert [one.cause for one in found.findings] == ["stars"]
    assert f"{term} has" in found.findings[0].evidence
    assert "The claim is not right: its 8 numbers hold, and its stars do not." in found.sentence


def test_right_stars_and_stars_without_a_footnote_are_right():
    assert st.audit(printed(), MODEL).ok
    assert st.audit(printed("a", note=""), MODEL).ok


def test_without_standard_errors_stars_are_a_note():
    found = st.audit(printed("a", brackets=False), MODEL)
    assert found.ok
    assert any("a has" in note for note in found.notes)
