import numpy as np
import pytest
from numpy.testing import assert_allclose

import stattools as st

g = np.random.default_rng(2)
table = {"x": g.normal(size=60), "g": np.array(list("abc"))[np.arange(60) % 3], "d": np.arange(60) % 2}
table |= {"b": (table["x"] + g.normal(size=60) > 0).astype(int), "c": np.array(["u", "v", "w"] * 20)}
fit = st.fit(st.logistic("b ~ x + g + d", table))


def band(axes, k=0):
    """The ends of a band, in the order of x."""
    corners = axes.collections[k].get_paths()[0].vertices
    n = (len(corners) - 3) // 2
    one, other = corners[1 : n + 1, 1], corners[n + 2 : 2 * n + 2, 1][::-1]
    return np.minimum(one, other), np.maximum(one, other)


def test_a_curve_is_the_frame_of_means():
    axes = fit.plot("effect", "x", by="g", level=0.8).axes[0]
    line = axes.lines[1]
    x = np.asarray(line.get_xdata())
    assert (x[0], x[-1]) == (table["x"].min(), table["x"].max())
    frame = fit.means("x", by="g", values=x.tolist(), level=0.8)
    frame = frame[frame.g == "b"]
    assert line.get_label() == "g = b"
    assert_allclose(line.get_ydata(), frame.estimate)
    lower, upper = band(axes, 1)
    assert_allclose(lower, frame.lower)
    assert_allclose(upper, frame.upper)
    assert axes.get_ylabel() == "probability that b is 1\n80 % interval"
    assert len(axes.collections[-1].get_segments()) == 60


def test_levels_and_numbers_of_two_values_are_points():
    for name, n in (("g", 3), ("d", 2)):
        axes = fit.plot("effect", name).axes[0]
        assert_allclose(axes.lines[0].get_ydata(), fit.means(name).estimate)
        assert len(axes.get_xticklabels()) == n
    chosen = fit.plot("effect", "g", values=["c", "a"]).axes[0]
    assert [label.get_text() for label in chosen.get_xticklabels()] == ["c", "a"]


def test_a_panel_for_each_category():
    softmax = st.fit(st.softmax("c ~ x", table))
    made = softmax.plot("effect", values=[-1.0, 0.0, 1.0])
    assert len(made.axes) == 3
    frame = softmax.means("x", values=[-1.0, 0.0, 1.0])
    assert_allclose(made.axes[1].lines[0].get_ydata(), frame[frame.category == "v"].estimate)


def test_a_ridge_fit_has_a_curve_and_says_that_it_has_no_interval():
    axes = st.fit(fit.model, penalty=st.Ridge(1.0)).plot("effect", "x").axes[0]
    assert "no intervals" in axes.get_ylabel()
    assert np.isfinite(axes.lines[0].get_ydata()).all()


@pytest.mark.parametrize(
    ("given", "options", "said"),
    [
        (None, {}, "moves one of 'x', 'g', 'd': name it"),
        ("z", {}, "has no variable 'z'"),
        (3, {}, "has no variable 3"),
        ("x", {"by": "x"}, "by="),
        ("g", {"by": "x"}, "by= needs categories"),
        ("x", {"values": []}, "one or more"),
        ("g", {"values": ["a", "q"]}, "no level 'q'"),
        ("x", {"over": "columns"}, "over="),
    ],
)
def test_what_cannot_be_drawn_is_said(given, options, said):
    with pytest.raises(st.StattoolsError, match=said):
        fit.plot("effect", given, **options)
