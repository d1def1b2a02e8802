"""Separation is asked of any model: of rows in `test_separated_rows.py`, of events in `test_monotone.py`."""

import pytest

import stattools as st


def test_events_in_order_are_separated_and_others_are_not():
    table = {"t": [1, 2, 3, 4], "d": [1, 1, 0, 0], "x": [4, 3, 2, 1], "s": [1, 1, 1, 1]}
    assert getattr(st.separation(st.cox("survival(t, d) ~ x", table)), "infinite", None) == {"x": float("inf")}
    assert st.separation(st.cox("survival(t, d) ~ x", table | {"x": [4, 1, 2, 3]})) is None
    assert st.separation(st.conditional_logit("d ~ x", table, strata="s")) is not None
    with pytest.raises(st.IncompatibleError, match="separation needs a regression"):
        st.separation(st.coin([0, 1]))
