"""The questions of labels in order and of times are offered to fits that have them."""

import stattools as st


def test_it_is_offered_where_it_is_answered():
    table = {"y": [1, 2, 3, 2, 1, 3, 2, 3, 1, 2], "x": [5, 2, 2, 4, 3, 1, 5, 4, 2, 1]}
    assert "proportional_odds" in dir(st.fit(st.ordinal("y ~ x", table)))
    assert "proportional_odds" not in dir(st.fit(st.ols("y ~ x", table)))
    assert "hazard_ratios" in dir(st.fit(st.aft("survival(y) ~ x", table)))
    assert "hazard_ratios" not in dir(st.fit(st.ols("y ~ x", table)))
