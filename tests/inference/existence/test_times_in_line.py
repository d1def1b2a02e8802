import numpy as np
import pytest

import stattools as st
from stattools.errors import IdentificationError
from stattools.inference.existence import CHECKS, examine

X = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])


def refused(table, formula="survival(t, d) ~ x"):
    with pytest.raises(IdentificationError) as error:
        st.fit(st.aft(formula, table))
    return str(error.value)


def test_events_in_line_have_a_scale_of_0():
    """Two events are always in line; whether the censored rows are beyond it decides."""
    t, d = np.exp(1.0 + 0.5 * X), np.array([1, 0, 0, 1, 0, 0])
    longer, shorter = np.where(d == 1, t, 1.1 * t), np.where(d == 1, t, 0.5 * t)
    for table in ({"t": t, "d": np.ones(6), "x": X}, {"t": np.full(6, 3.0), "d": np.ones(6), "x": X}):
        assert "scale has its maximum at 0" in refused(table)
    assert "scale has its maximum at 0" in refused({"t": shorter, "d": d, "x": X})
    assert st.fit(st.aft("survival(t, d) ~ x", {"t": longer, "d": d, "x": X})).solution.converged


def test_ends_without_a_time_between_them():
    low, high = np.where(X < 2.5, X + 1.0, 0.0), np.where(X < 2.5, np.inf, X + 1.0)
    table = {"lo": low, "hi": high, "z": X % 2}
    assert "scale has its maximum at 0" in refused(table, "survival(lo, hi, type='interval') ~ z")


@pytest.mark.parametrize("name", ["weibull", "gamma"])
@pytest.mark.parametrize("looked", [3.0, np.exp(1.0 + 0.2 * X)])
def test_one_look_at_each_row_says_nothing_of_the_scale(name, looked):
    ended = np.array([1, 0, 0, 1, 1, 0])
    table = {"lo": np.where(ended, 0.0, looked), "hi": np.where(ended, looked, np.inf), "x": X}
    for cov in ("information", "HC1"):
        with pytest.raises(IdentificationError, match=r"the scale may be any.*exponential"):
            st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table, distribution=name), cov=cov)
    st.fit(st.aft("survival(lo, hi, type='interval') ~ x", table, distribution="exponential"))


def test_others_are_not_looked_at():
    examine(CHECKS, "failed", st.ols([1.0, 2.0, 4.0], [0.0, 1.0, 2.0]))
    examine(CHECKS, "failed", st.aft("survival(t) ~ x", {"t": X + 1.0, "x": X}, distribution="exponential"))
