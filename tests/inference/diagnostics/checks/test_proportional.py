"""The check of proportional hazards: hazards that cross are found, and those that do not are left alone."""

from typing import Any

import numpy as np
import pytest

import stattools as st
from tests.cases import rng


def checked(power: float, n: int = 400) -> Any:
    draw = rng(12)
    treated, age = draw.integers(0, 2, n), draw.normal(size=n)
    t = (draw.exponential(size=n) * np.exp(-0.5 * age)) ** np.where(treated == 1, power, 1.0)
    table = {"t": t, "died": draw.random(n) < 0.8, "treated": treated, "age": age}
    return st.fit(st.cox("survival(t, died) ~ age + treated", table)).check()


def test_hazards_that_cross_are_found_and_named():
    row = checked(0.4).set_index("check").loc["proportional hazards"]
    assert row.verdict == "no"
    assert "hazard ratio of treated changes" in row.advice


def test_proportional_hazards_are_ok():
    assert (checked(1.0).verdict == "ok").all()


def test_exact_ties_and_matched_sets_say_what_is_not_looked_at():
    table = {"t": [1, 1, 2, 2, 3, 3, 4, 4], "d": [1, 1, 1, 0, 1, 0, 0, 1], "x": [1, 4, 2, 1, 3, 5, 2, 2.5]}
    found = st.fit(st.cox("survival(t, d) ~ x", table, ties="exact")).check()
    assert 'ties="efron"' in found.attrs["unchecked"]["proportional hazards"]
    pairs = {"case": [1, 0] * 6, "set": np.repeat(np.arange(6), 2), "x": [3, 1, 2, 2.5, 4, 1, 1, 2, 5, 4, 2, 0.0]}
    sets = st.fit(st.conditional_logit("case ~ x", pairs, strata="set")).check()
    assert "proportional hazards" not in {*sets.check, *sets.attrs["unchecked"]}
    with pytest.raises(st.IncompatibleError, match="in no order"):
        st.fit(st.cox("survival(t, d) ~ x", table)).check(order="x")
