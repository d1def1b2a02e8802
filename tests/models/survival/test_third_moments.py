"""The slope of the log determinant is its difference, with ties, late entry, strata and weights."""

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st
from stattools.models.survival.partial_likelihood import slope_of_log_determinant, steps
from tests.cases import rng


def rows(n: int = 40) -> dict[str, Any]:
    draw = rng(5)
    time = np.ceil(3.0 * draw.exponential(size=n))
    return {
        "entry": np.minimum(0.4 * time, 1.0) * draw.integers(0, 2, n), "time": time, "died": draw.integers(0, 2, n),
        "x": draw.normal(size=n), "z": draw.normal(size=n), "w": draw.integers(1, 4, n), "s": draw.integers(0, 2, n),
    }  # fmt: skip


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("beside", [{}, {"weights": "w"}, {"strata": "s"}], ids=str)
@pytest.mark.parametrize("outcome", ["survival(time, died)", "survival(entry, time, died)"])
def test_it_is_the_difference_of_the_log_determinant(ties, beside, outcome):
    model = st.cox(f"{outcome} ~ x + z", rows(), ties=ties, **beside)
    beta, h = np.array([0.4, -0.7]), 1e-5

    def determinant(theta: Any) -> float:
        return float(np.linalg.slogdet(model.evaluate(theta).information)[1])

    W = np.linalg.cholesky(np.linalg.inv(model.evaluate(beta).information))
    slopes = [(determinant(beta + h * e) - determinant(beta - h * e)) / (2.0 * h) for e in np.eye(2)]
    assert_allclose(slope_of_log_determinant(model.at(beta), W), slopes, rtol=1e-7, atol=1e-8)  # a difference


def test_steps_count_each_event_once():
    at = st.cox("survival(t, d) ~ x", {"t": [1, 1, 2, 2, 2], "d": [1, 1, 1, 1, 0], "x": [1, 2, 5, 3, 4]}).at([0.0])
    time, share, count = steps(at)
    assert time.tolist() == [0, 0, 1, 1]
    assert share.tolist() == [0.0, 0.5, 0.0, 0.5]
    assert count.tolist() == [1.0] * 4
