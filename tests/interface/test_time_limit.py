import math
from time import monotonic

import numpy as np
import pytest

import stattools as st
from stattools.errors import TimeIsOver
from stattools.interface.time_limit import END, ending_by, require_time

RNG = np.random.default_rng(5)
TABLE = {"x": RNG.normal(size=60), "y": RNG.integers(0, 2, size=60), "g": np.arange(60) % 6}


def test_there_is_no_limit_unless_one_is_set():
    assert END.get() == math.inf
    require_time()


def test_an_inner_limit_is_never_later_than_an_outer_one():
    end = monotonic() + 60.0
    with ending_by(end):
        with ending_by(end + 10.0):
            assert END.get() == end
        with ending_by(end - 10.0):
            assert END.get() == end - 10.0
        assert END.get() == end
    assert END.get() == math.inf


@pytest.mark.parametrize("model", [st.logistic("y ~ x", TABLE), st.linear_mixed("x ~ 1 + (1 | g)", TABLE)], ids=str)
def test_a_climb_ends_where_the_time_is_over_and_says_so(model):
    with ending_by(0.0), pytest.raises(TimeIsOver, match="seconds="):
        st.fit(model)
    assert st.fit(model).solution.converged
