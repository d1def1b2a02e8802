"""The test of proportional hazards is a score test, and finds hazards that cross."""

import numpy as np
import pytest

import stattools as st

G = np.random.default_rng(12)
N = 400
X = G.integers(0, 2, N).astype(float)
CROSSING = {"t": G.exponential(size=N) ** (1.0 / (1.0 + X)), "d": np.ones(N), "x": X, "z": G.standard_normal(N)}


@pytest.mark.parametrize("transform", ["km", "rank", "log", "identity"])
def test_hazards_that_cross_are_found_and_others_not(transform):
    found = st.fit(st.cox("survival(t, d) ~ x + z", CROSSING)).proportional_hazards(transform).set_index("term")
    assert found.p_value["x"] < 1e-4
    assert found.p_value["z"] > 1e-3
    assert found.attrs["transform"] == transform


def test_logs_need_times_above_zero():
    with pytest.raises(st.DomainError, match="needs times above 0"):
        st.fit(st.cox("survival(t, d) ~ x", CROSSING | {"t": np.r_[0.0, CROSSING["t"][1:]]})).proportional_hazards(
            "log"
        )
