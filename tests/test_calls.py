"""How many Python functions one small fit calls: what it costs, counted and not timed, so the same on every machine."""

import sys

import numpy as np
import pytest

import stattools as st

MOST = {st.logistic: 352, st.ols: 152}
"""A few more than are called (337 and 139, some more after other tests): arrays, n = 100, p = 3, and errors."""


def calls(make) -> int:
    g = np.random.default_rng(0)
    X = g.standard_normal((100, 3))
    y = X @ [0.5, -0.3, 0.2] + g.standard_normal(100)
    outcome = (y > 0).astype(float) if make is st.logistic else y
    count = 0

    def profile(frame, event, argument):
        nonlocal count
        count += event == "call"

    st.fit(make(outcome, X)).se  # noqa: B018  what is imported or kept at the first time is not counted
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        st.fit(make(outcome, X)).se  # noqa: B018
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("make", MOST, ids=lambda make: make.__name__)
def test_a_small_fit_calls_few_functions(make):
    assert calls(make) <= MOST[make]
