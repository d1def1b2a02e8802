"""Squares added to a partial likelihood: the score test is that of the model that has the square as a column."""

import numpy as np
import pytest

import stattools as st
from stattools.inference.diagnostics.check import added_to_partial
from tests.cases import rng

G = rng(9)
TABLE = {
    "t": np.ceil(G.exponential(6.0, 80)), "d": G.random(80) < 0.8, "x": 30 + G.normal(size=80), "z": G.normal(size=80)
}  # fmt: skip


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_the_statistic_is_that_of_the_larger_model_where_the_square_has_no_part(ties):
    fit = st.fit(st.cox("survival(t, d) ~ x + z", TABLE, ties=ties))
    found = added_to_partial(fit.model, fit.estimate)
    larger = st.cox("survival(t, d) ~ x + z + I((x - 30)**2)", TABLE, ties=ties)
    now = larger.evaluate(np.append(fit.estimate, 0.0))
    expected = now.score @ np.linalg.solve(now.information, now.score)
    assert found.test(found.curves["x"]) == (pytest.approx(expected, rel=1e-7), 1)
    assert list(found.curves) == ["x", "z"]
    assert found.explained == pytest.approx(
        fit.estimate @ fit.model.evaluate(fit.estimate).information @ fit.estimate, rel=1e-9
    )
