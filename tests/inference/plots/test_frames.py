"""Frames of estimates with intervals draw their rows; other kinds of plots are pandas' own."""

import numpy as np
import pytest

import stattools as st

G = np.random.default_rng(3)
TABLE = {"x": G.normal(size=80), "g": np.array(["a", "b", "c", "d"] * 20)}
TABLE["y"] = 0.5 * TABLE["x"] + G.normal(size=80)
TABLE["b"] = (TABLE["y"] + G.logistic(size=80) > 0).astype(int)
FIT = st.fit(st.logistic("b ~ x + g", TABLE))
MIXED = st.fit(st.linear_mixed("y ~ x + (1 | g)", TABLE))

FRAMES = {
    "means": (FIT.means("g"), "probability that b is 1", ["a", "b", "c", "d"]),
    "means of a number": (FIT.means("x", values=[0.0, 1.5]), "probability that b is 1", ["0", "1.5"]),
    "contrasts": (FIT.contrasts("x", values=[0, 1]), "difference of the probability that b is 1", ["1 - 0"]),
    "ratios": (FIT.contrasts("x", values=[0, 1], ratio=True), "ratio of the probability that b is 1", ["1 / 0"]),
    "log odds": (
        FIT.contrasts("x", values=[0, 1], over="grid"),
        "difference of the linear predictor",
        ["1 - 0"],
    ),
    "effects": (FIT.marginal_effects(variables=["x"]), "change of the probability that b is 1", ["x"]),
    "groups": (
        MIXED.random_effects(),
        "effect on the linear predictor",
        [f"g, {level}, Intercept" for level in "abcd"],
    ),
}


@pytest.mark.parametrize(("frame", "xlabel", "names"), FRAMES.values(), ids=FRAMES)
def test_a_frame_draws_its_rows(frame, xlabel, names):
    (axes,) = frame.plot().axes
    assert axes.get_xlabel() == xlabel
    assert [one.get_text() for one in axes.get_yticklabels()] == names
    drawn = next(line for line in axes.lines if len(line.get_xdata()) == len(frame) and line.get_marker() == "o")
    assert np.allclose(drawn.get_xdata(), frame.estimate)


def test_other_plots_are_those_of_pandas():
    frame = FIT.means("g")
    assert frame.plot.bar(x="g", y="estimate").get_xlabel() == "g"
    assert frame.plot(x="g", y="estimate").get_xlabel() == "g"
    assert not isinstance(frame[["estimate"]].plot, type(frame.plot))
