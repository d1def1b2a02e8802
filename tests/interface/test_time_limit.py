import math
from time import monotonic

import numpy as np
import pytest

import stattools as st
from stattools.errors import TimeIsOver
from stattools.interface.progress import ENDS, ending_by, require_time

RNG = np.random.default_rng(5)
TABLE = {"x": RNG.normal(size=60), "y": RNG.integers(0, 2, size=60), "g": np.arange(60) % 6}


def test_there_is_no_limit_unless_one_is_set():
    assert ENDS.get() == ()
    require_time()
    with ending_by(math.inf):
        assert ENDS.get() == ()


def test_an_inner_limit_is_never_later_than_an_outer_one():
    later = monotonic() + 60.0
    with ending_by(later), ending_by(0.0), ending_by(later), pytest.raises(TimeIsOver):
        require_time()
    with ending_by(later):
        require_time()
    assert ENDS.get() == ()


def test_waiting_is_no_work():
    waited, worked = [0.0], [0.0]
    with ending_by(1.0, lambda: worked[0]), ending_by(1.0, lambda: waited[0]):
        require_time()
        worked[0] = 2.0
        with pytest.raises(TimeIsOver):
            require_time()
    waited[0] = 9.0
    with ending_by(3.0, lambda: worked[0]):
        require_time()


@pytest.mark.parametrize("model", [st.logistic("y ~ x", TABLE), st.linear_mixed("x ~ 1 + (1 | g)", TABLE)], ids=str)
def test_a_climb_ends_where_the_time_is_over_and_says_so(model):
    with ending_by(0.0), pytest.raises(TimeIsOver, match="seconds="):
        st.fit(model)
    assert st.fit(model).solution.converged
