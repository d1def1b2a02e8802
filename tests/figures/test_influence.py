import numpy as np

from stattools.figures import influence
from stattools.figures.fits import _lines


def test_cooks_distance_is_the_same_along_a_line_and_the_worst_rows_are_named():
    h, r = np.array([0.1, 0.4, 0.2]), np.array([1.0, -3.0, 0.1])
    cook = r**2 * h / (2 * (1 - h))
    axes = influence(h, r, cook, size=2, names=["a", "b", "c"], worst=[1, 0]).axes[0]
    lines = [line for line in axes.lines if "Cook" in line.get_label()]
    assert len(lines) == 2
    for line in lines:
        at, edge = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
        np.testing.assert_allclose(edge**2 * at / (2 * (1 - at)), float(line.get_label().split()[-1]), rtol=1e-9)
    assert sorted(text.get_text() for text in axes.texts) == ["a (0.056)", "b (3)"]


def test_there_is_a_line_that_some_row_is_beyond():
    assert _lines(0.037) == [1.0, 0.5, 0.02]
    assert _lines(3.0) == [1.0, 0.5]
    assert _lines(0.0) == [1.0, 0.5]


def test_names_do_not_lie_over_each_other():
    h, r = np.full(4, 0.1), np.array([1.0, 1.001, 1.002, 1.003])
    axes = influence(h, r, r, size=2, names=list("abcd"), worst=[0, 1, 2, 3]).axes[0]
    heights = sorted(text.xyann[1] for text in axes.texts)
    assert np.diff(heights).min() > 5.0
