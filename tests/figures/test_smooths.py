import numpy as np
import pytest

from stattools import figures

x = np.linspace(0.0, 2.0, 5)
BANDS = (x, x - 1.0, x + 1.0, x - 2.0, x + 3.0)


def test_both_bands_lie_around_the_curve_and_panels_have_one_height():
    figure = figures.smooth(x, {"a": BANDS, "b": tuple(0.5 * one for one in BANDS)}, xlabel="x", ylabel="f", seen=[x])
    first, second = figure.axes
    widest, narrow = first.collections[:2]
    assert widest.get_paths()[0].get_extents().ymax == pytest.approx(5.0)
    assert narrow.get_paths()[0].get_extents().ymin == pytest.approx(-1.0)
    assert first.get_ylim() == second.get_ylim()
    assert first.lines[1].get_ydata().tolist() == x.tolist()
    assert len(first.collections) == 3 > len(second.collections)  # ticks of the rows, where they are given
