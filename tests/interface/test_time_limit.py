import math

import numpy as np
import pytest

import stattools as st
from stattools.errors import TimeIsOver
from stattools.interface.progress import ENDS, ending_by, require_time, wall, work

RNG = np.random.default_rng(5)
TABLE = {"x": RNG.normal(size=60), "y": RNG.integers(0, 2, size=60), "g": np.arange(60) % 6}


def test_there_is_no_limit_unless_one_is_set():
    assert ENDS.get() == ()
    require_time()
    with ending_by(math.inf):
        assert ENDS.get() == ()


def test_an_inner_limit_is_never_later_than_an_outer_one():
    later = wall() + 60.0
    with ending_by(later), ending_by(0.0), ending_by(later), pytest.raises(TimeIsOver):
        require_time()
    with ending_by(later):
        require_time()
    assert ENDS.get() == ()


def test_waiting_is_no_work(monkeypatch):
    with ending_by(work() + 1.0, work), ending_by(wall() + 1.0):
        require_time()
        monkeypatch.setattr("stattools.interface.progress.process_time", lambda: 1e9)
        with pytest.raises(TimeIsOver):
            require_time()
    monkeypatch.setattr("stattools.interface.progress.monotonic", lambda: 1e9)
    with ending_by(2e9, work):
        require_time()


@pytest.mark.parametrize("model", [st.logistic("y ~ x", TABLE), st.linear_mixed("x ~ 1 + (1 | g)", TABLE)], ids=str)
def test_a_climb_ends_where_the_time_is_over_and_says_so(model):
    with ending_by(0.0), pytest.raises(TimeIsOver, match="seconds="):
        st.fit(model)
    assert st.fit(model).solution.converged
