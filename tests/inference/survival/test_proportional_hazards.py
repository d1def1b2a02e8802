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


def test_a_change_that_the_events_do_not_tell_is_named_and_the_others_stand(tmp_path):
    """Rows of a column that were at risk at one time only: its test was of round-off, or an error of NumPy."""
    g = np.random.default_rng(3)
    time, x = np.arange(1.0, 61.0), g.normal(size=60)
    late = np.repeat([0.0, 1.0], [60, 3])
    data = {"t": np.r_[time, 30.0, 30.0, 30.0], "d": np.r_[np.ones(60), 1, 0, 0], "entry": 29.5 * late,
            "x": np.r_[x, 0.1, -0.2, 0.5], "late": late}  # fmt: skip
    fit = st.fit(st.cox("survival(entry, t, d) ~ x + late", data, ties="breslow"))
    for transform in ("km", "rank", "log", "identity"):
        found = fit.proportional_hazards(transform)
        assert found.term.tolist() == ["x"]
        assert "Not made: late: the events do not tell a change of late with time" in found.attrs["note"]
        assert "GLOBAL: " in found.attrs["note"]
    checks = fit.check()
    assert "proportional hazards" not in checks.attrs["unchecked"]
    page = st.report(fit, to=tmp_path / "page").read_text()
    assert "Are hazards proportional?" in page
    assert "Not made: late: the events do not tell" in page
